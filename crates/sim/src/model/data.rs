//! Where data lives and how it travels: caches beside callers, copies of databases, queues of messages.

use super::{Dist, EndpointId, Network, ServiceId};
use crate::time::Span;

/// Index of a cache in [`Model::caches`](super::Model::caches).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CacheId(pub u32);

/// Which keys are asked for: rank k with a chance in proportion to k to the power −`exponent` (Zipf's law).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Keys {
    /// 0 makes all keys alike, 1 is Zipf's own; from 0 to [`Keys::MAX_EXPONENT`].
    pub exponent: f64,
    /// How many keys there are, from 1 to [`Keys::MAX_COUNT`].
    pub count: u32,
}

impl Keys {
    /// Beyond this exponent the first key is practically the only one.
    pub const MAX_EXPONENT: f64 = 10.0;
    /// A thousand million keys.
    pub const MAX_COUNT: u32 = 1_000_000_000;
}

/// Answers kept beside the callers.
#[derive(Clone, PartialEq, Debug)]
pub struct Cache {
    /// Unique among caches.
    pub name: String,
    /// Entries, at least 1; of each replica where the cache is not shared. The least recently used goes first.
    pub size: u32,
    /// How long an entry counts after it was fetched; reads do not renew it. Absent: until it is pushed out.
    pub ttl: Option<Span>,
    /// The keys that its readers ask for.
    pub keys: Keys,
    /// How long a hit takes.
    pub hit: Dist,
    /// Who fetches what is missing.
    pub fill: Fill,
    /// One cache for all callers, which survives their crashes; otherwise each replica of a caller has its own.
    pub shared: bool,
}

impl Cache {
    /// A shared cache of a thousand entries without a time to live, whose hits take no time and whose misses stampede.
    pub fn new(name: &str, keys: Keys) -> Self {
        let hit = Dist::Constant(Span::ZERO);
        Cache { name: name.to_owned(), size: 1_000, ttl: None, keys, hit, fill: Fill::default(), shared: true }
    }
}

/// Who fetches a key that a cache lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fill {
    /// Whoever misses it.
    #[default]
    Stampede,
    /// The first who misses it; others wait for that fetch and share its answer or failure.
    SingleFlight,
}

/// How a call uses a cache.
#[derive(Clone, PartialEq, Debug)]
pub struct CacheUse {
    /// Which.
    pub cache: CacheId,
    /// How long a hit takes here. Absent: as the cache says.
    pub hit: Option<Dist>,
}

/// Index of a follower in [`Model::followers`](super::Model::followers).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FollowerId(pub u32);

/// A copy of what a service holds: the replicas of a database, or a projection of one.
#[derive(Clone, PartialEq, Debug)]
pub struct Follower {
    /// Unique among followers.
    pub name: String,
    /// The service whose [`Step::Commit`](super::Step::Commit) it follows.
    pub of: ServiceId,
    /// How a write comes to it.
    pub follows: Follows,
}

/// How a write of the original comes to a copy.
#[derive(Clone, PartialEq, Debug)]
pub enum Follows {
    /// With the write itself: the copy is never behind. The work for it is part of the handler.
    Sync,
    /// By a log that is replayed in order, so long after the write; the work for it is not simulated.
    Log {
        /// Time from the write until the copy shows it, where the log is not held up by an earlier one.
        lag: Dist,
    },
    /// By a call, which is made again after the same wait until it succeeds.
    Refresh {
        /// From the write to the call.
        after: Span,
        /// What is called.
        by: EndpointId,
    },
}

/// Index of a queue in [`Model::queues`](super::Model::queues).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QueueId(pub u32);

/// Messages on their way to a consumer, delivered at least once.
#[derive(Clone, Debug)]
pub struct MessageQueue {
    /// Unique among queues.
    pub name: String,
    /// Messages of one partition are worked on in order; from 1 to [`MessageQueue::MAX_PARTITIONS`].
    pub partitions: u32,
    /// What works on a message: it is acknowledged when this answers.
    pub consumer: EndpointId,
    /// Consumers that share the partitions; those beyond the number of partitions idle. Absent: one for each partition.
    pub consumers: Option<u32>,
    /// Messages that a consumer works on at once; with more than 1 their order is lost.
    pub prefetch: u32,
    /// A delivery that is not acknowledged after this has failed. Absent: it is waited for.
    pub ack: Option<Span>,
    /// Deliveries of one message before it is dead. Absent: it is delivered until it is acknowledged.
    pub attempts: Option<u32>,
    /// Wait before a message is delivered again; over zero.
    pub redelivery: Span,
    /// Whether dead messages are kept for somebody to look at, or dropped.
    pub dead_letters: bool,
    /// Messages that may wait; publishing one more is rejected. Absent: unlimited.
    pub limit: Option<u32>,
    /// How long the publisher waits until the queue has taken its message.
    pub write: Dist,
    /// What lies between the queue and its consumer.
    pub network: Network,
}

impl MessageQueue {
    /// More partitions are no model of anything.
    pub const MAX_PARTITIONS: u32 = 10_000;

    /// One partition, delivered one at a time without end and taken at once.
    pub fn new(name: &str, consumer: EndpointId) -> Self {
        MessageQueue {
            name: name.to_owned(),
            partitions: 1,
            consumer,
            consumers: None,
            prefetch: 1,
            ack: None,
            attempts: None,
            redelivery: Span::millis(100),
            dead_letters: true,
            limit: None,
            write: Dist::Constant(Span::ZERO),
            network: Network::default(),
        }
    }
}
