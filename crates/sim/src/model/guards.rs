//! What a service does on its own side against too much, and to keep its replicas in order.

use super::TenantId;
use crate::time::Span;

/// The policies of a service beside its queue's. By default there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guards {
    /// Refuses attempts that come faster than this.
    pub limit: Option<RateLimit>,
    /// Refuses attempts beyond a number at once that it finds by itself.
    pub concurrency: Option<Concurrency>,
}

/// A bound on the rate of attempts, kept by token buckets: a bucket fills at its rate up to its size, an attempt takes a
/// token, and one that finds none is refused at once. At least one of `rate` and `quotas` is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RateLimit {
    /// Tokens per second. Absent: only the quotas bound anybody.
    pub rate: Option<f64>,
    /// Size of each bucket of that rate, in tokens, at least 1.
    pub burst: f64,
    /// Who shares a bucket of that rate.
    pub per: LimitPer,
    /// Buckets of single tenants, at the whole service, with so many tokens per second and a size of [`burst_of`] that.
    /// A request needs a token of its tenant's quota and of the bucket above.
    pub quotas: Vec<(TenantId, f64)>,
}

/// What a bucket holds where nothing else is said: the tokens of one second, as Guava's `RateLimiter` saves up
/// (`SmoothBursty`, `maxBurstSeconds` = 1), and at least one.
pub fn burst_of(rate: f64) -> f64 {
    rate.max(1.0)
}

/// Who shares the bucket of a rate limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LimitPer {
    /// Everybody, at all replicas.
    #[default]
    Service,
    /// Everybody at one replica.
    Replica,
    /// The requests of one tenant, at all replicas; one without a quota of its own.
    Tenant,
}

/// How a waiting request may lose its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shed {
    /// Controlled delay: a request may wait `interval`, and only `target` if the queue has not been empty for `interval`
    /// when it comes. Who waited longer is dropped when a worker would take it. As described by B. Maurer, "Fail at
    /// Scale", ACM Queue 13(8), 2015, after K. Nichols and V. Jacobson, "Controlling Queue Delay", ACM Queue 10(5), 2012.
    Codel {
        /// The wait allowed while the queue stands.
        target: Span,
        /// The wait allowed otherwise, and how long a queue may stand.
        interval: Span,
    },
    /// A request is dropped when a worker would take it and the mean time that the replica's handlers take is more than
    /// its caller will wait.
    Deadline,
    /// Where the queue is full, the newest among the waiting of the lowest priority makes room for one of a higher.
    Priority,
}

/// A bound on the attempts at a replica at once, waiting or worked on, that follows what it measures; one more is
/// refused. A queue lies within: the limit sees the time that is spent in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Concurrency {
    /// How the limit moves.
    pub rule: ConcurrencyRule,
    /// The limit of a replica that starts.
    pub start: u32,
    /// It never falls below this, at least 1.
    pub least: u32,
    /// It never exceeds this.
    pub most: u32,
}

/// How a concurrency limit moves. Both are those of Netflix's concurrency-limits (github.com/Netflix/concurrency-limits).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ConcurrencyRule {
    /// `AIMDLimit`: one more after a success while at least half of the limit was used, `backoff` times as much (at least
    /// one less) after a request that was dropped further down or took longer than `timeout`.
    Aimd {
        /// Factor, from 0.5 to below 1.
        backoff: f64,
        /// An answer after this counts as dropped.
        timeout: Span,
    },
    /// `Gradient2Limit` over windows of time (`WindowedLimit`): the limit shrinks as the latency of a window rises over
    /// the long-term latency, and otherwise grows by what may queue.
    Gradient {
        /// Requests that may queue: what the limit grows by while latency is as usual.
        queue: f64,
        /// Share of each step that is taken, over 0 and up to 1.
        smoothing: f64,
        /// Latency may rise by this factor before the limit shrinks, at least 1.
        tolerance: f64,
        /// Length of a window.
        window: Span,
    },
}
