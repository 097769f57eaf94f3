//! A distribution of latencies: exact mean and maximum, percentiles to three significant digits.

use crate::histogram::Histogram;
use crate::time::Span;

/// Latencies recorded so far.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    histogram: Histogram<10>,
    sum: u128,
    max: Span,
}

impl Latencies {
    /// Adds one.
    #[inline]
    pub fn record(&mut self, latency: Span) {
        self.histogram.record(latency);
        self.sum += u128::from(latency.0);
        self.max = self.max.max(latency);
    }

    /// How many were recorded.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The arithmetic mean; none of nothing.
    pub fn mean(&self) -> Option<Span> {
        let count = u128::from(self.count());
        (count > 0).then(|| Span(((self.sum + count / 2) / count) as u64))
    }

    /// The largest.
    pub fn max(&self) -> Option<Span> {
        (self.count() > 0).then_some(self.max)
    }

    /// The value that a share `q` of all latencies does not exceed, `q` from 0 to 1; none of nothing.
    pub fn quantile(&self, q: f64) -> Option<Span> {
        self.histogram.quantile(q).map(|value| value.min(self.max))
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &Latencies) {
        self.histogram.merge(&other.histogram);
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_a_thousandth() {
        let mut latencies = Latencies::default();
        (1..=10_000).for_each(|n| latencies.record(Span::micros(n)));
        for (q, expected) in [(0.5, 5_000.0), (0.99, 9_900.0), (0.999, 9_990.0)] {
            let found = latencies.quantile(q).map_or(0.0, |span| span.0 as f64 / 1e3);
            assert!((found / expected - 1.0).abs() < 1e-3, "{q}: {found}");
        }
        assert_eq!(latencies.mean(), Some(Span(5_000_500)));
        assert_eq!(latencies.max(), Some(Span::millis(10)));
    }

    #[test]
    fn merging_is_recording_both() {
        let (mut left, mut right) = (Latencies::default(), Latencies::default());
        left.record(Span::millis(1));
        right.record(Span::secs(100));
        left.merge(&right);
        assert_eq!((left.count(), left.max()), (2, Some(Span::secs(100))));
        assert_eq!(Latencies::default().quantile(0.5), None);
    }
}
