//! Retries: after a failed attempt, whether and when there is another.

use crate::model::{Backoff, Jitter, Retry};
use crate::random::Stream;
use crate::time::Span;

/// What a caller does after a failed attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// Tries again after this wait.
    RetryAfter(Span),
    /// Gives up.
    Fail,
}

/// One caller's rule for one call.
#[derive(Debug)]
pub(crate) struct Retries {
    attempts: u32,
    backoff: Backoff,
    budget: Option<Budget>,
    stream: Stream,
}

impl Retries {
    pub(crate) fn new(retry: &Retry, stream: Stream) -> Self {
        Retries { attempts: retry.attempts, backoff: retry.backoff, budget: retry.budget.map(Budget::new), stream }
    }

    /// Every first try earns its share of a retry.
    pub(crate) fn first_try(&mut self) {
        if let Some(budget) = &mut self.budget {
            budget.earn();
        }
    }

    /// `made` attempts have failed; the last wait was `previous`.
    pub(crate) fn after_failure(&mut self, made: u32, previous: Span) -> Next {
        if made >= self.attempts || !self.budget.as_mut().is_none_or(Budget::spend) {
            return Next::Fail;
        }
        Next::RetryAfter(wait(&self.backoff, made, previous, &mut self.stream))
    }
}

/// The wait after `made` attempts: the formulas of the AWS article that [`Jitter`] names.
fn wait(backoff: &Backoff, made: u32, previous: Span, stream: &mut Stream) -> Span {
    let doubled = backoff.base.scaled(libm::exp2(f64::from(made.saturating_sub(1)))).min(backoff.cap);
    match backoff.jitter {
        Jitter::None => doubled,
        Jitter::Full => doubled.scaled(stream.unit()),
        Jitter::Equal => doubled.scaled(0.5 + 0.5 * stream.unit()),
        Jitter::Decorrelated => {
            let most = previous.max(backoff.base).scaled(3.0);
            (backoff.base + (most - backoff.base).scaled(stream.unit())).min(backoff.cap)
        }
    }
}

/// Bounds retries to a share of first tries: a bucket that first tries fill and retries empty.
#[derive(Debug)]
struct Budget {
    share: f64,
    tokens: f64,
    most: f64,
}

impl Budget {
    /// Savings beyond what this many first tries earn are lost, so that a quiet hour does not pay for a storm.
    const MEMORY: f64 = 100.0;

    fn new(share: f64) -> Self {
        Budget { share, tokens: 0.0, most: (share * Self::MEMORY).max(1.0) }
    }

    fn earn(&mut self) {
        self.tokens = (self.tokens + self.share).min(self.most);
    }

    fn spend(&mut self) -> bool {
        // A tenth, ten times, is a little less than one.
        let affordable = self.tokens >= 1.0 - 1e-9;
        if affordable {
            self.tokens -= 1.0;
        }
        affordable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Span = Span::millis(50);
    const CAP: Span = Span::millis(300);

    fn retries(jitter: Jitter, budget: Option<f64>) -> Retries {
        let retry = Retry { attempts: 10, backoff: Backoff { base: BASE, cap: CAP, jitter }, budget };
        Retries::new(&retry, Stream::new(1, "retry", "test"))
    }

    fn waits(jitter: Jitter) -> Vec<Span> {
        let mut retries = retries(jitter, None);
        let mut previous = Span::ZERO;
        (1..10)
            .map(|made| match retries.after_failure(made, previous) {
                Next::RetryAfter(wait) => {
                    previous = wait;
                    wait
                }
                Next::Fail => panic!("nine retries are allowed"),
            })
            .collect()
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        assert_eq!(waits(Jitter::None)[..4], [50, 100, 200, 300].map(Span::millis));
    }

    #[test]
    fn jitter_stays_in_its_range() {
        let plain = waits(Jitter::None);
        assert!(waits(Jitter::Full).iter().zip(&plain).all(|(wait, most)| wait <= most));
        assert!(waits(Jitter::Equal).iter().zip(&plain).all(|(wait, most)| wait <= most && wait.0 >= most.0 / 2));
        assert!(waits(Jitter::Decorrelated).iter().all(|wait| (BASE..=CAP).contains(wait)));
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        assert_eq!(retries(Jitter::None, None).after_failure(10, Span::ZERO), Next::Fail);
    }

    #[test]
    fn a_budget_bounds_retries_to_its_share_of_first_tries() {
        let mut retries = retries(Jitter::None, Some(0.1));
        let mut made = 0;
        for tries in 1..=1_000 {
            retries.first_try();
            while retries.after_failure(1, Span::ZERO) != Next::Fail {
                made += 1;
            }
            assert!(f64::from(made) <= 0.1 * f64::from(tries) + 1e-9, "{made} retries of {tries}");
        }
        assert_eq!(made, 100);
    }
}
