//! Runs that were asked for: so many at a time, the others wait in line and are told their place.
//!
//! A run starts when somebody listens to it and ends when nobody does any more, so that a closed tab leaves nothing
//! behind. What nobody has listened to for a while is forgotten.

use crate::problem::Problem;
use app::scenario::Scenario;
use axum::http::StatusCode;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What is to be run.
pub(crate) struct Wanted {
    pub(crate) scenario: Scenario,
    pub(crate) seed: u64,
    asked: Instant,
}

/// All runs of this server.
#[derive(Default)]
pub(crate) struct Runs {
    line: Mutex<Line>,
    moved: Notify,
}

#[derive(Default)]
struct Line {
    last: u64,
    /// Asked for, and nobody has listened yet.
    wanted: HashMap<u64, Wanted>,
    /// In the order in which somebody began to listen.
    waiting: VecDeque<u64>,
    running: usize,
}

/// How many run at once: one core is left for everything else where there are several.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// How many may wait, and for how long one that nobody listens to is kept.
const MOST: usize = 64;
const KEPT: Duration = Duration::from_secs(60);

impl Runs {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a run into the books; it starts when somebody listens.
    pub(crate) fn ask(&self, scenario: Scenario, seed: u64) -> Result<u64, Problem> {
        let mut line = self.line();
        line.wanted.retain(|_, wanted| wanted.asked.elapsed() < KEPT);
        if line.wanted.len() + line.waiting.len() >= MOST {
            let detail = format!("{MOST} runs wait already");
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "crowded", "Too many runs wait", detail);
            return Err(problem.hint("wait for one of them, or cancel it"));
        }
        line.last += 1;
        let id = line.last;
        line.wanted.insert(id, Wanted { scenario, seed, asked: Instant::now() });
        Ok(id)
    }

    /// Forgets a run that has not started; whether there was one.
    pub(crate) fn cancel(&self, id: u64) -> bool {
        self.line().wanted.remove(&id).is_some()
    }

    /// What was asked for under that number, for the one who listens.
    pub(crate) fn claim(&self, id: u64) -> Option<Wanted> {
        self.line().wanted.remove(&id)
    }

    /// A place at the end of the line.
    pub(crate) fn queue(&self, id: u64) -> Place<'_> {
        self.line().waiting.push_back(id);
        Place { runs: self, id, runs_now: false }
    }
}

/// A place in the line, then among those that run. It is given up when it is dropped.
pub(crate) struct Place<'r> {
    runs: &'r Runs,
    id: u64,
    runs_now: bool,
}

impl Place<'_> {
    /// How many are ahead; none means that it may run now.
    pub(crate) fn ahead(&mut self) -> usize {
        let mut line = self.runs.line();
        let before = line.waiting.iter().position(|id| *id == self.id).unwrap_or(0);
        if before == 0 && line.running < at_once() {
            line.waiting.pop_front();
            line.running += 1;
            self.runs_now = true;
            return 0;
        }
        before + 1
    }

    /// Waits until the line has moved, or might have.
    pub(crate) async fn moved(&self) {
        const LONGEST: Duration = Duration::from_millis(500);
        let _ = tokio::time::timeout(LONGEST, self.runs.moved.notified()).await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut line = self.runs.line();
        if self.runs_now {
            line.running -= 1;
        } else {
            line.waiting.retain(|id| *id != self.id);
        }
        drop(line);
        self.runs.moved.notify_waiters();
    }
}
