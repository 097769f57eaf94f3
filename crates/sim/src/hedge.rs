//! Hedges: when a slow attempt gets company, and how many may.
//!
//! Where the delay is a percentile, it is that of the latest full block of [`BLOCK`] tries: while a block fills, the delay
//! stands, and before the first is full there is no hedge. A hedge does not bend the estimate, because a try is longer than
//! the delay whether or not it was hedged then; one that was given up counts with the time it had been given.

use crate::agenda::Lane;
use crate::budget::ShareBudget;
use crate::histogram::Histogram;
use crate::model::{Hedge, HedgeDelay};
use crate::time::Span;

/// Tries in a block: a 95th percentile of so many is good to one percent of the ranks (a standard deviation).
const BLOCK: u64 = 500;

/// One site's hedges.
#[derive(Debug)]
pub(crate) struct Hedging {
    delay: HedgeDelay,
    budget: ShareBudget,
    block: Histogram<7>,
    /// The percentile of the latest full block.
    known: Option<Span>,
    /// For delays that never vary.
    pub(crate) lane: Option<Lane>,
}

impl Hedging {
    pub(crate) fn new(hedge: &Hedge, lane: Option<Lane>) -> Self {
        let budget = ShareBudget::new(hedge.cap);
        Hedging { delay: hedge.after, budget, block: Histogram::default(), known: None, lane }
    }

    /// Every call earns its share of a hedge.
    pub(crate) fn call_begins(&mut self) {
        self.budget.earn();
    }

    /// How long a try that begins now is given; none where nothing is known yet.
    pub(crate) fn delay(&self) -> Option<Span> {
        match self.delay {
            HedgeDelay::Fixed(span) => Some(span),
            HedgeDelay::Percentile(_) => self.known,
        }
    }

    /// A try took so long to its first answer, or until it was given up.
    pub(crate) fn took(&mut self, latency: Span) {
        let HedgeDelay::Percentile(share) = self.delay else { return };
        self.block.record(latency);
        if self.block.len() == BLOCK {
            self.known = self.block.quantile(share);
            self.block.clear();
        }
    }

    /// Whether one more hedge stays under the cap.
    pub(crate) fn affords(&self) -> bool {
        self.budget.affords()
    }

    /// A hedge is sent.
    pub(crate) fn sent(&mut self) {
        self.budget.spend();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hedging(after: HedgeDelay, cap: f64) -> Hedging {
        Hedging::new(&Hedge { after, cap }, None)
    }

    #[test]
    fn a_percentile_is_that_of_the_latest_full_block() {
        let mut hedging = hedging(HedgeDelay::Percentile(0.95), 1.0);
        (1..BLOCK).for_each(|n| hedging.took(Span::millis(n)));
        assert_eq!(hedging.delay(), None, "not yet enough is known");
        hedging.took(Span::millis(BLOCK));
        let known = hedging.delay().expect("a block is full").as_millis();
        assert!((known / 475.0 - 1.0).abs() < 0.01, "{known}");
        (1..BLOCK).for_each(|_| hedging.took(Span::millis(1)));
        assert_eq!(hedging.delay().map(Span::as_millis), Some(known), "it stands while the next block fills");
        hedging.took(Span::millis(1));
        assert!(hedging.delay().is_some_and(|delay| delay < Span::micros(1_010)));
    }

    #[test]
    fn a_fixed_delay_needs_no_experience() {
        assert_eq!(hedging(HedgeDelay::Fixed(Span::millis(10)), 0.05).delay(), Some(Span::millis(10)));
    }

    #[test]
    fn the_cap_bounds_hedges_to_its_share_of_calls() {
        let mut hedging = hedging(HedgeDelay::Fixed(Span::ZERO), 0.05);
        let mut hedges = 0;
        for calls in 1..=1_000_u32 {
            hedging.call_begins();
            if hedging.affords() {
                hedging.sent();
                hedges += 1;
            }
            assert!(f64::from(hedges) <= 0.05 * f64::from(calls) + 1e-9);
        }
        assert_eq!(hedges, 50);
    }
}
