//! Retries: after a failed attempt, whether and when there is another.

use crate::budget::{ShareBudget, TokenBucket};
use crate::event::Failure;
use crate::model::{self, Backoff, Jitter, Retry, RetryOn};
use crate::random::Stream;
use crate::time::{Span, Time};

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
    on: RetryOn,
    backoff: Backoff,
    budget: Option<Budget>,
    stream: Stream,
}

/// What pays for retries.
#[derive(Debug)]
enum Budget {
    Share(ShareBudget),
    Tokens(TokenBucket),
}

impl Budget {
    fn new(budget: model::Budget) -> Self {
        match budget {
            model::Budget::Share(share) => Budget::Share(ShareBudget::new(share)),
            model::Budget::Tokens { most, refill } => Budget::Tokens(TokenBucket::new(most, refill)),
        }
    }

    fn spend(&mut self, now: Time) -> bool {
        match self {
            Budget::Share(share) => share.spend(),
            Budget::Tokens(bucket) => bucket.spend(now),
        }
    }
}

impl Retries {
    pub(crate) fn new(retry: &Retry, stream: Stream) -> Self {
        let Retry { attempts, on, backoff, budget } = *retry;
        Retries { attempts, on, backoff, budget: budget.map(Budget::new), stream }
    }

    /// Every first try earns its share of a retry.
    pub(crate) fn first_try(&mut self) {
        if let Some(Budget::Share(budget)) = &mut self.budget {
            budget.earn();
        }
    }

    /// `made` attempts have failed, the last one for this reason; the last wait was `previous`.
    pub(crate) fn after_failure(&mut self, now: Time, failure: Failure, made: u32, previous: Span) -> Next {
        let may = made < self.attempts && self.on.covers(failure);
        if !may || !self.budget.as_mut().is_none_or(|budget| budget.spend(now)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Span = Span::millis(50);
    const CAP: Span = Span::millis(300);

    fn rule(jitter: Jitter) -> Retry {
        Retry { attempts: 10, on: RetryOn::ALL, backoff: Backoff { base: BASE, cap: CAP, jitter }, budget: None }
    }

    fn retries(retry: Retry) -> Retries {
        Retries::new(&retry, Stream::new(1, "retry", "test"))
    }

    /// What follows after so many failed attempts.
    fn next(retries: &mut Retries, made: u32, previous: Span) -> Next {
        retries.after_failure(Time::ZERO, Failure::Error, made, previous)
    }

    fn waits(jitter: Jitter) -> Vec<Span> {
        let mut retries = retries(rule(jitter));
        let mut previous = Span::ZERO;
        (1..10)
            .map(|made| match next(&mut retries, made, previous) {
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
        assert_eq!(next(&mut retries(rule(Jitter::None)), 10, Span::ZERO), Next::Fail);
    }

    #[test]
    fn a_budget_bounds_retries_to_its_share_of_first_tries() {
        let budget = Some(model::Budget::Share(0.1));
        let mut retries = retries(Retry { budget, ..rule(Jitter::None) });
        let mut made = 0;
        for tries in 1..=1_000 {
            retries.first_try();
            while next(&mut retries, 1, Span::ZERO) != Next::Fail {
                made += 1;
            }
            assert!(f64::from(made) <= 0.1 * f64::from(tries) + 1e-9, "{made} retries of {tries}");
        }
        assert_eq!(made, 100);
    }

    #[test]
    fn only_the_failures_that_it_is_on_are_retried() {
        let on = RetryOn::these([Failure::Timeout, Failure::Breaker]);
        let mut retries = retries(Retry { on, ..rule(Jitter::None) });
        let retried = Failure::ALL.map(|f| retries.after_failure(Time::ZERO, f, 1, Span::ZERO) != Next::Fail);
        assert_eq!(retried, [true, false, false, true, false]);
    }

    #[test]
    fn what_is_not_retried_costs_no_token() {
        let budget = Some(model::Budget::Tokens { most: 1, refill: 0.0 });
        let on = RetryOn::these([Failure::Error]);
        let mut retries = retries(Retry { on, budget, ..rule(Jitter::None) });
        assert_eq!(retries.after_failure(Time::ZERO, Failure::Timeout, 1, Span::ZERO), Next::Fail);
        assert_ne!(next(&mut retries, 1, Span::ZERO), Next::Fail);
        assert_eq!(next(&mut retries, 1, Span::ZERO), Next::Fail);
    }
}
