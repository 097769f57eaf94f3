//! What all requests share: the records, the runs, and what was created lately.

use crate::problem::Problem;
use crate::runs::Runs;
use app::kit::{Example, Records, ShownExample, new_example, show_example};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Shared by all requests.
#[derive(Clone)]
pub(crate) struct House {
    records: Arc<Mutex<Records>>,
    pub(crate) runs: Arc<Runs>,
    created: Arc<Mutex<Created>>,
    /// Turns true when the server is told to end.
    pub(crate) closing: watch::Receiver<bool>,
}

impl House {
    pub(crate) fn new(records: Arc<Mutex<Records>>, closing: watch::Receiver<bool>) -> House {
        House { records, runs: Arc::default(), created: Arc::default(), closing }
    }

    /// Works on the records, one request at a time and on a thread that may wait for the disk.
    pub(crate) async fn records<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Records) -> Result<T, Problem> + Send + 'static,
    {
        let records = self.records.clone();
        blocking(move || work(&records.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    /// Stores a new example once for each key: a request that is sent again gets the example that the first one made.
    pub(crate) async fn create(&self, key: Option<&str>, example: Example) -> Result<ShownExample, Problem> {
        let (key, created) = (key.map(str::to_owned), self.created.clone());
        self.records(move |records| {
            let Some(key) = key else { return Ok(new_example(records, &example)?) };
            // The records are held, so nobody else can be creating under this key.
            let mut created = created.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(id) = created.known.get(&key) {
                return Ok(show_example(records, id)?);
            }
            let made = new_example(records, &example)?;
            created.keep(key, made.id.clone());
            Ok(made)
        })
        .await
    }
}

/// Does what takes a while, where nobody else waits for it.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Problem> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))?
}

/// Which example was created under which key, the latest of them.
#[derive(Default)]
struct Created {
    known: BTreeMap<String, String>,
    order: VecDeque<String>,
}

impl Created {
    const MOST: usize = 1_000;

    fn keep(&mut self, key: String, id: String) {
        self.order.push_back(key.clone());
        self.known.insert(key, id);
        if self.order.len() > Self::MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}
