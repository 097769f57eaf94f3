//! How a caller protects itself, and its callee, beyond a timeout and retries.
//!
//! Each replica of a calling service has breakers, bulkheads, throttles and last good answers of its own, as each process
//! of a real client has; a tenant has one of each. What hedges may cost is counted over all replicas of a caller.

use super::Call;
use crate::time::Span;

/// The guards of one call; none of them by default.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    /// Asks a second replica where the first is slow.
    pub hedge: Option<Hedge>,
    /// Stops asking a callee that fails.
    pub breaker: Option<Breaker>,
    /// Bounds the calls at once.
    pub bulkhead: Option<Bulkhead>,
    /// Sends no more than a multiple of what the callee accepts.
    pub throttle: Option<Throttle>,
    /// What takes the place of an answer that did not come. Not for tenants: nobody would be degraded.
    pub fallback: Option<Fallback>,
}

impl Guards {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        let Guards { hedge, breaker, bulkhead, throttle, fallback } = self;
        hedge.is_none() && breaker.is_none() && bulkhead.is_none() && throttle.is_none() && fallback.is_none()
    }

    /// Whether a call can fail before anything is sent.
    pub fn can_refuse(&self) -> bool {
        self.breaker.is_some() || self.bulkhead.is_some() || self.throttle.is_some()
    }
}

/// A second attempt, to another replica where there is one, after the first has been under way for a while; the first
/// answer wins and the other attempt runs to its end. At most one per call. J. Dean and L. A. Barroso, "The Tail at
/// Scale", Communications of the ACM 56(2), 2013.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hedge {
    /// How long the first attempt is given.
    pub after: HedgeDelay,
    /// Hedges as a share of calls, from 0 to 1.
    pub cap: f64,
}

/// When a hedge is sent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum HedgeDelay {
    /// So long after the try began.
    Fixed(Span),
    /// After this percentile, from 0 to 1, of the latencies that the call has had: a share of them is longer.
    Percentile(f64),
}

/// A circuit breaker: after failures it opens and refuses at once, after a while it lets probes through, and closes when
/// they succeed. M. Nygard, "Release It!", Pragmatic Bookshelf, 2007.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Breaker {
    /// When it opens.
    pub trip: Trip,
    /// How long it refuses before it lets probes through.
    pub open: Span,
    /// So many attempts are let through then, and must all succeed; at least 1.
    pub probes: u32,
    /// Whose failures one breaker counts.
    pub scope: BreakerScope,
}

/// What opens a breaker.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Trip {
    /// So many failures one after the other, at least 1.
    InARow(u32),
    /// A share of the latest attempts.
    Rate {
        /// The share that failed, over 0 and at most 1.
        share: f64,
        /// How far back attempts count, by when they ended.
        window: Span,
        /// Fewer attempts than this open nothing; at least 1.
        least: u32,
    },
}

/// Whose failures one breaker counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BreakerScope {
    /// All replicas of the callee together.
    #[default]
    Callee,
    /// Each replica alone: callers turn to the others, and a call fails only where the breakers of all are open.
    Replica,
}

/// So many calls at once; a call that waits for a retry has no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bulkhead {
    /// Calls at once per replica of the caller, at least 1. A hedge shares the place of its call.
    pub limit: u32,
    /// A call waits this long for a place, before its attempt and that attempt's timeout begin.
    pub wait: Span,
}

/// Client-side adaptive throttling: refuses with probability max(0, (requests − k · accepts) / (requests + 1)). B. Beyer
/// et al., "Site Reliability Engineering", O'Reilly, 2016, chapter 21.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Throttle {
    /// Requests per accepted one that are let through, from 1 to 100.
    pub k: f64,
    /// How far back both are counted.
    pub window: Span,
}

/// What takes the place of an answer that did not come; it degrades the caller's own answer.
#[derive(Clone, Debug)]
pub enum Fallback {
    /// A fixed answer, at once.
    Static,
    /// The last whole answer that this replica had from this call.
    Stale {
        /// An older one is of no use.
        most: Span,
    },
    /// Another call. Its failure is the step's; it has no fallback of its own.
    Call(Box<Call>),
}
