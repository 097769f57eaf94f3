//! Budgets: what may be done beside what must be done, as a share of it or so many per second.

use crate::time::{Span, Time};

/// A float that sums up a tenth ten times is a little less than one.
const A_TOKEN: f64 = 1.0 - 1e-9;

/// Bounds extras to a share of something: a bucket that each of that something fills by the share and extras empty.
#[derive(Clone, Debug)]
pub(crate) struct ShareBudget {
    share: f64,
    tokens: f64,
    most: f64,
}

impl ShareBudget {
    /// Savings beyond what so many earn are lost, so that a quiet hour does not pay for a storm.
    const MEMORY: f64 = 100.0;

    pub(crate) fn new(share: f64) -> Self {
        ShareBudget { share, tokens: 0.0, most: (share * Self::MEMORY).max(1.0) }
    }

    /// One of those that pay.
    pub(crate) fn earn(&mut self) {
        self.tokens = (self.tokens + self.share).min(self.most);
    }

    /// Whether an extra can be paid for.
    pub(crate) fn affords(&self) -> bool {
        self.tokens >= A_TOKEN
    }

    /// Pays for an extra if it can be paid for.
    pub(crate) fn spend(&mut self) -> bool {
        let affordable = self.affords();
        if affordable {
            self.tokens -= 1.0;
        }
        affordable
    }
}

/// A token bucket that time fills. J. Turner, "New Directions in Communications", IEEE Communications 24(10), 1986.
#[derive(Clone, Debug)]
pub(crate) struct TokenBucket {
    most: f64,
    per_nano: f64,
    tokens: f64,
    filled: Time,
}

impl TokenBucket {
    /// A full bucket of `most` tokens; `refill` come in per second.
    pub(crate) fn new(most: u32, refill: f64) -> Self {
        let most = f64::from(most);
        TokenBucket { most, per_nano: refill / Span::secs(1).0 as f64, tokens: most, filled: Time::ZERO }
    }

    /// Takes a token if there is one.
    pub(crate) fn spend(&mut self, now: Time) -> bool {
        let earned = now.since(self.filled).0 as f64 * self.per_nano;
        self.tokens = (self.tokens + earned).min(self.most);
        self.filled = now;
        let affordable = self.tokens >= A_TOKEN;
        if affordable {
            self.tokens -= 1.0;
        }
        affordable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_bounds_extras_at_every_moment() {
        let mut budget = ShareBudget::new(0.05);
        let mut extras = 0;
        for ordinary in 1..=1_000 {
            budget.earn();
            extras += u32::from(budget.spend());
            assert!(f64::from(extras) <= 0.05 * f64::from(ordinary) + 1e-9);
        }
        assert_eq!(extras, 50);
    }

    #[test]
    fn savings_are_bounded() {
        let mut budget = ShareBudget::new(0.05);
        (0..10_000).for_each(|_| budget.earn());
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 5);
    }

    #[test]
    fn a_bucket_gives_what_it_holds_and_then_what_comes_in() {
        let mut bucket = TokenBucket::new(3, 2.0);
        let at = |ms| Time::ZERO + Span::millis(ms);
        let spent = [0, 0, 0, 0, 499, 500, 501, 1_000].map(|ms| bucket.spend(at(ms)));
        assert_eq!(spent, [true, true, true, false, false, true, false, true]);
        // An hour fills it and no more.
        assert_eq!((0..9).filter(|_| bucket.spend(at(3_600_000))).count(), 3);
    }
}
