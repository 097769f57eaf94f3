//! Exponential and log-normal times, and the Poisson arrivals that the former make.

use harness::graph5::Z99;
use rand_distr::{Distribution, Exp1, LogNormal};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

/// A seeded source of random times.
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

/// Log-normal times.
pub(crate) struct LogNormalTimes(LogNormal<f64>);

impl LogNormalTimes {
    /// By the median and the 99th percentile.
    pub(crate) fn new(p50_ns: f64, p99_ns: f64) -> Self {
        let sigma = (p99_ns / p50_ns).ln() / Z99;
        LogNormalTimes(LogNormal::new(p50_ns.ln(), sigma).expect("the spread is finite"))
    }

    /// A time in whole nanoseconds.
    #[inline]
    pub(crate) fn sample(&self, luck: &mut Luck) -> u64 {
        self.0.sample(&mut luck.0) as u64
    }
}
