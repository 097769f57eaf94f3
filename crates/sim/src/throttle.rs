//! Client-side adaptive throttling: a caller sends no more than a multiple of what its callee accepts.
//!
//! Over the last minutes it counts the attempts that it was asked for and those that were accepted, and refuses with
//! probability max(0, (requests − k · accepts) / (requests + 1)). What it refuses still counts as requested, so the harder
//! the callee refuses, the less is sent. B. Beyer et al., "Site Reliability Engineering", 2016, chapter 21. An attempt
//! counts when its end is known: what is under way is not held against the callee.

use crate::event::{Answer, Failure};
use crate::model::Throttle;
use crate::random::Stream;
use crate::rolling::Rolling;
use crate::time::Time;

/// What one caller knows.
#[derive(Clone, Debug)]
pub(crate) struct Throttling {
    k: f64,
    /// Requests and accepts.
    counts: Rolling,
}

const REQUESTS: usize = 0;
const ACCEPTS: usize = 1;

impl Throttling {
    pub(crate) fn new(rule: Throttle) -> Self {
        Throttling { k: rule.k, counts: Rolling::over(rule.window) }
    }

    /// Whether an attempt may be made. Draws only where the answer is open.
    pub(crate) fn admits(&mut self, now: Time, stream: &mut Stream) -> bool {
        let refused = stream.chance(self.refusal(now));
        if refused {
            self.counts.add(now, REQUESTS);
        }
        !refused
    }

    /// An attempt was answered or given up; an overloaded callee gives no answer, or refuses.
    pub(crate) fn after(&mut self, now: Time, answer: Answer) {
        self.counts.add(now, REQUESTS);
        let accepted = matches!(answer, Answer::Ok | Answer::Degraded | Answer::Failed(Failure::Error));
        if accepted {
            self.counts.add(now, ACCEPTS);
        }
    }

    /// The chance of a refusal.
    fn refusal(&mut self, now: Time) -> f64 {
        let [requests, accepts] = self.counts.sums(now).map(|count| count as f64);
        ((requests - self.k * accepts) / (requests + 1.0)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn at(ms: u64) -> Time {
        Time::ZERO + Span::millis(ms)
    }

    fn throttling() -> (Throttling, Stream) {
        (Throttling::new(Throttle { k: 2.0, window: Span::secs(10) }), Stream::new(1, "throttle", "test"))
    }

    #[test]
    fn who_is_accepted_is_never_refused() {
        let (mut throttling, mut stream) = throttling();
        let untouched = stream.clone().bits();
        for n in 0..1_000 {
            assert!(throttling.admits(at(n), &mut stream));
            throttling.after(at(n), if n % 2 == 0 { Answer::Ok } else { Answer::Failed(Failure::Rejected) });
        }
        assert_eq!(stream.bits(), untouched, "half is accepted, which is one of every k: no draw");
    }

    #[test]
    fn the_chance_is_the_books() {
        let (mut throttling, _) = throttling();
        (0..20).for_each(|_| throttling.after(at(0), Answer::Ok));
        for n in 0..79 {
            let failure = [Failure::Timeout, Failure::Rejected, Failure::Unreachable][n % 3];
            throttling.after(at(0), Answer::Failed(failure));
        }
        assert_eq!(throttling.refusal(at(0)), 0.59, "(99 - 2 * 20) / 100");
        throttling.after(at(0), Answer::Failed(Failure::Error));
        assert_eq!(throttling.refusal(at(0)), 58.0 / 101.0, "an error is an answer");
        assert_eq!(throttling.refusal(at(10_000)), 0.0, "and all is forgotten in time");
    }

    /// Of a callee that accepts nothing, about one attempt in requests + 1 asks: a probe now and then.
    #[test]
    fn a_dead_callee_is_hardly_asked() {
        let (mut throttling, mut stream) = throttling();
        let mut sent = 0;
        for n in 0..10_000 {
            if throttling.admits(at(n / 10), &mut stream) {
                throttling.after(at(n / 10), Answer::Failed(Failure::Unreachable));
                sent += 1;
            }
        }
        assert!((4..20).contains(&sent), "{sent}: the harmonic number of 10000 is 9.8");
    }
}
