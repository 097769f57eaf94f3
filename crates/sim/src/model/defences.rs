//! What a service does on its own side against too much, and to keep its replicas in order.

use super::{ServiceId, TenantId};
use crate::time::{Span, Time};

/// The policies of a service beside its queue's. By default there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defences {
    /// Refuses attempts that come faster than this.
    pub limit: Option<RateLimit>,
    /// Refuses attempts beyond a number at once that it finds by itself.
    pub concurrency: Option<Concurrency>,
    /// Callers keep from a replica that fails them again and again.
    pub ejection: Option<Ejection>,
    /// Replicas are checked, and callers keep from those that fail their checks.
    pub health: Option<Health>,
    /// The number of replicas follows the load.
    pub autoscale: Option<Autoscale>,
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

/// Outlier ejection by callers, by failures in a row: Envoy's `consecutive_5xx`, simplified.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ejection {
    /// Failures in a row that eject a replica, at least 1.
    pub failures: u32,
    /// Who has been out for long enough returns at a multiple of this; at least a millisecond.
    pub interval: Span,
    /// How long a first ejection lasts; a second in a row twice as long, and so on.
    pub base: Span,
    /// Share of the replicas that may be out at once, over 0 and up to 1; one may in any case.
    pub most: f64,
}

/// Health checks of a service's replicas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Health {
    /// Between two checks, at least a millisecond; the first comes after this.
    pub interval: Span,
    /// A replica that stands still for this long fails its check; at most `interval`.
    pub timeout: Span,
    /// Failed checks in a row that take a replica out of rotation, at least 1.
    pub unhealthy: u32,
    /// Passed checks in a row that bring it back, at least 1.
    pub healthy: u32,
}

/// How the number of a service's replicas follows its load: the rule of Kubernetes' HorizontalPodAutoscaler.
/// [`Service::replicas`](super::Service::replicas) is the number at the start.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Autoscale {
    /// What is kept near its target.
    pub by: ScaleBy,
    /// There are never fewer, at least 1.
    pub least: u32,
    /// There are never more.
    pub most: u32,
    /// Length of the periods over which is observed, and after each of which is decided; at least a millisecond.
    pub every: Span,
    /// A replica goes only if that many were enough throughout this time.
    pub cooldown: Span,
}

/// What autoscaling keeps near a target.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ScaleBy {
    /// Mean busy share of the cores, or of the workers where cores are not counted; over 0 and up to 1.
    Utilization(f64),
    /// Mean time that requests wait for a worker, over 0.
    Delay(Span),
}

/// A new version of a service, rolled out replica by replica. Each drains, then starts with the new version and takes the
/// service's startup time; batches follow each other when all of the one before serve.
#[derive(Clone, PartialEq, Debug)]
pub struct Deploy {
    /// Which service.
    pub service: ServiceId,
    /// When it begins.
    pub at: Time,
    /// How many replicas are replaced at a time.
    pub batch: Batch,
    /// From when a batch serves until the next one drains.
    pub pause: Span,
    /// The first batch is this share of the replicas, rounded up. Absent: as all others.
    pub canary: Option<f64>,
    /// Work takes this many times as long with the new version; over 0.
    pub slow: f64,
    /// Chance that a request fails with the new version, when a worker takes it and before any step.
    pub errors: f64,
    /// When the old version is rolled out again. Absent: never.
    pub rollback: Option<Rollback>,
}

impl Deploy {
    /// One replica after the other at the start, to a version like the old one.
    pub fn of(service: ServiceId) -> Self {
        Deploy {
            service,
            at: Time::ZERO,
            batch: Batch::Count(1),
            pause: Span::ZERO,
            canary: None,
            slow: 1.0,
            errors: 0.0,
            rollback: None,
        }
    }
}

/// How many replicas are replaced at a time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Batch {
    /// So many, at least 1.
    Count(u32),
    /// A share of those in service, rounded up; over 0 and up to 1.
    Share(f64),
}

/// When a new version is taken back.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rollback {
    /// Its handlers failed more often than this, from 0 to 1, whatever the reason.
    pub errors: f64,
    /// In a window of this length, counted from when its first replica serves; at least a millisecond.
    pub within: Span,
}
