//! The data side of a plan: what a call asks for, and where its answer is looked up first.

use super::{Compiler, Draw};
use crate::model::{CacheUse, Call, Follower, Follows, Keys, MessageQueue, Party, QueueId};
use crate::random::Stream;
use crate::time::Span;
use crate::zipf::Zipf;

/// What a site does beside calling.
#[derive(Debug)]
pub(crate) enum DataSite {
    /// Asks for a key, which a cache may hold.
    Asks(Asks),
    /// Takes the place of a fetch for this cache that came to nothing: whoever waited for that waits for this.
    StandsIn { cache: u32 },
    /// Carries a message out: no handler and no tenant waits for it.
    Errand,
}

/// Which key a call asks for.
#[derive(Debug)]
pub(crate) struct Asks {
    keys: Zipf,
    stream: Stream,
    pub(crate) cache: Option<Lookup>,
}

impl Asks {
    pub(crate) fn next_key(&mut self) -> u64 {
        self.keys.sample(&mut self.stream)
    }
}

/// A look into a cache before the call.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) cache: u32,
    /// How long a hit takes.
    pub(crate) hit: Draw,
}

impl Compiler<'_> {
    /// What a call does beside calling; its streams are named as the site is.
    pub(super) fn asks(&self, call: &Call, site: &str) -> Option<Box<DataSite>> {
        let (keys, cache) = match &call.cache {
            Some(used) => (&self.model.caches[used.cache.0 as usize].keys, Some(self.lookup(used, site))),
            None => (call.keys.as_ref()?, None),
        };
        Some(Box::new(DataSite::Asks(Asks {
            keys: Zipf::new(keys),
            stream: Stream::new(self.seed, "keys", site),
            cache,
        })))
    }

    fn lookup(&self, used: &CacheUse, site: &str) -> Lookup {
        let model = &self.model.caches[used.cache.0 as usize];
        let hit = Draw::new(used.hit.as_ref().unwrap_or(&model.hit), self.seed, "hit", site);
        Lookup { cache: used.cache.0, hit }
    }
}

impl DataSite {
    /// The cache whose misses a site fetches.
    pub(crate) fn cache(&self) -> Option<u32> {
        match self {
            DataSite::Asks(asks) => asks.cache.as_ref().map(|lookup| lookup.cache),
            DataSite::StandsIn { cache } => Some(*cache),
            DataSite::Errand => None,
        }
    }
}

impl super::Site {
    /// How long this hit takes; none where no cache is looked into.
    pub(crate) fn hit_time(&mut self) -> Span {
        match self.data.as_deref_mut() {
            Some(DataSite::Asks(Asks { cache: Some(lookup), .. })) => lookup.hit.sample(),
            _ => Span::ZERO,
        }
    }
}

/// What a step publishes.
#[derive(Debug)]
pub(crate) struct Publication {
    pub(crate) queue: u32,
    keys: Option<(Zipf, Stream)>,
    /// How long the publisher waits.
    pub(crate) write: Draw,
}

impl Publication {
    pub(crate) fn next_key(&mut self) -> Option<u64> {
        self.keys.as_mut().map(|(keys, stream)| keys.sample(stream))
    }
}

/// A copy, and how writes come to it.
#[derive(Debug)]
pub(crate) struct FollowerPlan {
    pub(crate) of: u32,
    pub(crate) way: Way,
}

/// How a write comes to a copy.
#[derive(Debug)]
pub(crate) enum Way {
    Sync,
    /// So long after the write.
    Log(Draw),
    /// By a call at this site.
    Refresh {
        after: Span,
        site: u32,
    },
}

impl Compiler<'_> {
    pub(super) fn publication(&mut self, queue: QueueId, keys: Option<&Keys>, endpoint: &str) -> u32 {
        let model = &self.model.queues[queue.0 as usize];
        let name = self.numbered(format!("{endpoint} publishes {}", model.name));
        let write = Draw::new(&model.write, self.seed, "publish", &name);
        let keys = keys.map(|keys| (Zipf::new(keys), Stream::new(self.seed, "keys", &name)));
        self.publications.push(Publication { queue: queue.0, keys, write });
        self.publications.len() as u32 - 1
    }

    /// The sites of calls that no handler makes: deliveries of queues, then refreshes of copies.
    pub(super) fn errands(&mut self) -> (Vec<u32>, Vec<FollowerPlan>) {
        let model = self.model;
        let deliveries = model.queues.iter().map(|queue| self.delivery(queue)).collect();
        (deliveries, model.followers.iter().map(|follower| self.follower(follower)).collect())
    }

    fn delivery(&mut self, queue: &MessageQueue) -> u32 {
        let call = Call { timeout: queue.ack, network: queue.network.clone(), ..Call::of(queue.consumer) };
        self.errand(&call, &format!("queue {}", queue.name))
    }

    fn follower(&mut self, follower: &Follower) -> FollowerPlan {
        let way = match &follower.follows {
            Follows::Sync => Way::Sync,
            Follows::Log { lag } => Way::Log(Draw::new(lag, self.seed, "lag", &follower.name)),
            Follows::Refresh { after, by } => {
                let site = self.errand(&Call::of(*by), &format!("refresh of {}", follower.name));
                Way::Refresh { after: *after, site }
            }
        };
        FollowerPlan { of: follower.of.0, way }
    }

    /// A call from within the service that is called: no path that a fault could cut leads there.
    fn errand(&mut self, call: &Call, name: &str) -> u32 {
        let site = self.site(call, Party::Service(call.callee.service), name.to_owned());
        let plan = &mut self.sites[site as usize];
        (plan.data, plan.pool) = (Some(Box::new(DataSite::Errand)), None);
        site
    }
}
