//! Shedding: which waiting requests a replica drops instead of serving them.
//!
//! Serving a request that nobody waits for any more is the most expensive way of failing it. Both rules here decide when a
//! worker would take a request. What a full queue does by priority is the waiting room's own business.

use crate::model::Shed;
use crate::time::{Span, Time};

/// What a replica drops out of its queue.
#[derive(Debug)]
pub(crate) enum Shedder {
    Codel(Codel),
    Deadline(MeanTime),
}

/// A waiting request that a worker could take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) waited: Span,
    /// What [`Shedder::enqueue`] said.
    pub(crate) allowed: Span,
    /// When its caller stops waiting.
    pub(crate) deadline: Time,
}

impl Shedder {
    pub(crate) fn new(shed: Shed) -> Option<Self> {
        match shed {
            Shed::Codel { target, interval } => {
                Some(Shedder::Codel(Codel { target, interval, standing_since: Time::ZERO }))
            }
            Shed::Deadline => Some(Shedder::Deadline(MeanTime::default())),
            Shed::Priority => None,
        }
    }

    /// A request begins to wait behind so many others; gives how long it may.
    pub(crate) fn enqueue(&mut self, now: Time, ahead: usize) -> Span {
        match self {
            Shedder::Codel(codel) => codel.enqueue(now, ahead),
            Shedder::Deadline(_) => Span::MAX,
        }
    }

    pub(crate) fn drops(&self, now: Time, candidate: Candidate) -> bool {
        match self {
            Shedder::Codel(_) => candidate.waited > candidate.allowed,
            Shedder::Deadline(mean) => now + mean.span() > candidate.deadline,
        }
    }

    /// A handler has taken so long to answer.
    pub(crate) fn served(&mut self, took: Span) {
        if let Shedder::Deadline(mean) = self {
            mean.add(took);
        }
    }
}

/// Controlled delay as Maurer describes it, see [`Shed::Codel`].
#[derive(Debug)]
pub(crate) struct Codel {
    target: Span,
    interval: Span,
    /// When the queue was last empty.
    standing_since: Time,
}

impl Codel {
    fn enqueue(&mut self, now: Time, ahead: usize) -> Span {
        if ahead == 0 {
            self.standing_since = now;
        }
        if now.since(self.standing_since) > self.interval { self.target } else { self.interval }
    }
}

/// A mean that forgets: each new value counts an eighth, as in the round-trip estimate of TCP (RFC 6298).
#[derive(Debug, Default)]
pub(crate) struct MeanTime {
    nanos: Option<f64>,
}

impl MeanTime {
    fn add(&mut self, took: Span) {
        let new = took.0 as f64;
        self.nanos = Some(self.nanos.map_or(new, |mean| mean + (new - mean) / 8.0));
    }

    /// Zero as long as nothing is known: nobody is dropped on a guess.
    fn span(&self) -> Span {
        self.nanos.map_or(Span::ZERO, Span::from_nanos_f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(n: u64) -> Time {
        Time::ZERO + Span::millis(n)
    }

    fn codel() -> Shedder {
        let shed = Shed::Codel { target: Span::millis(5), interval: Span::millis(100) };
        Shedder::new(shed).expect("codel looks at each request")
    }

    #[test]
    fn a_standing_queue_may_be_waited_in_for_the_target_only() {
        let mut shedder = codel();
        // (millisecond, requests ahead, milliseconds allowed)
        for (now, ahead, allowed) in [
            (7, 0, 100),
            (50, 3, 100),
            (107, 9, 100),
            (108, 9, 5),
            (500, 1, 5),
            (501, 0, 100),
            (601, 1, 100),
            (602, 1, 5),
        ] {
            assert_eq!(shedder.enqueue(at(now), ahead), Span::millis(allowed), "at {now} ms");
        }
    }

    #[test]
    fn whoever_waited_longer_than_allowed_is_dropped() {
        let drops = |waited| {
            let candidate = Candidate { waited: Span::millis(waited), allowed: Span::millis(5), deadline: Time::NEVER };
            codel().drops(at(1_000), candidate)
        };
        assert!(!drops(0) && !drops(5) && drops(6));
    }

    #[test]
    fn a_deadline_must_leave_time_for_the_mean_handler() {
        let mut shedder = Shedder::new(Shed::Deadline).expect("it looks at each request");
        let drops = |shedder: &Shedder, deadline| {
            let candidate = Candidate { waited: Span::ZERO, allowed: Span::MAX, deadline };
            shedder.drops(at(100), candidate)
        };
        assert!(!drops(&shedder, at(100)) && drops(&shedder, at(99)), "nothing is known of handlers yet");
        shedder.served(Span::millis(20));
        assert!(!drops(&shedder, at(120)) && drops(&shedder, at(119)));
        // 20 + (28 − 20) / 8
        shedder.served(Span::millis(28));
        assert!(!drops(&shedder, at(121)) && drops(&shedder, at(120)));
        assert!(!drops(&shedder, Time::NEVER));
    }
}
