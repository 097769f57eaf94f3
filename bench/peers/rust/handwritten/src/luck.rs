//! Exponential times, and the Poisson arrivals that they make.

use rand_distr::{Distribution, Exp1};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

/// A seeded source of exponential times.
pub(crate) struct Luck(Xoshiro256PlusPlus);

impl Luck {
    pub(crate) fn new(seed: u64) -> Self {
        Luck(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// An exponential time of this mean, in whole nanoseconds.
    #[inline]
    pub(crate) fn exp(&mut self, mean_ns: f64) -> u64 {
        let unit: f64 = Exp1.sample(&mut self.0);
        (unit * mean_ns) as u64
    }
}

/// So many customers at exponential gaps.
pub(crate) struct Arrivals {
    pub(crate) to_come: u64,
    pub(crate) gap_ns: f64,
}

impl Arrivals {
    /// When the next one comes, unless all have.
    #[inline]
    pub(crate) fn next(&mut self, now: u64, luck: &mut Luck) -> Option<u64> {
        self.to_come = self.to_come.checked_sub(1)?;
        Some(now + luck.exp(self.gap_ns))
    }
}
