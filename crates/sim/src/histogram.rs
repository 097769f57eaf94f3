//! A histogram of times with a bounded relative error: log-linear buckets, as in HdrHistogram.
//!
//! Values below 2^D are exact; above, each power of two is cut into 2^D buckets, so that a value is known to one part in
//! 2^D. Recording is on the engine's hottest path and costs a handful of instructions here, an eighth of the crate's.

use crate::time::Span;

/// Counts of times, each known to one part in 2^D.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram<const D: u32> {
    /// Grows with the largest value.
    counts: Vec<u32>,
    total: u64,
}

impl<const D: u32> Histogram<D> {
    #[inline]
    fn bucket(value: u64) -> usize {
        let exponent = (63 - (value | 1 << D).leading_zeros()) - D;
        ((u64::from(exponent) << D) + (value >> exponent)) as usize
    }

    /// The largest value that falls into a bucket.
    fn largest_in(bucket: usize) -> u64 {
        let exponent = (bucket >> D).saturating_sub(1) as u32;
        let mantissa = bucket as u64 - (u64::from(exponent) << D);
        (mantissa << exponent) + ((1 << exponent) - 1)
    }

    #[inline]
    pub(crate) fn record(&mut self, value: Span) {
        let bucket = Self::bucket(value.0);
        match self.counts.get_mut(bucket) {
            Some(count) => *count += 1,
            None => self.record_beyond(bucket),
        }
        self.total += 1;
    }

    #[cold]
    fn record_beyond(&mut self, bucket: usize) {
        // A power of two at a time, or each new maximum would move the whole.
        self.counts.resize(((bucket >> D) + 1) << D, 0);
        self.counts[bucket] += 1;
    }

    pub(crate) fn len(&self) -> u64 {
        self.total
    }

    /// The value that a share `q` of all does not exceed, rounded up to its bucket's end.
    pub(crate) fn quantile(&self, q: f64) -> Option<Span> {
        let rank = ((q * self.total as f64).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        // A power of two at a time: most hold nothing, and to add up a row is much faster than to look at each count.
        for (row, counts) in self.counts.chunks(1 << D).enumerate() {
            let before = seen;
            seen += u64::from(counts.iter().sum::<u32>());
            if seen >= rank {
                let bucket = (row << D) + Self::place_of(rank - before, counts)?;
                return Some(Span(Self::largest_in(bucket)));
            }
        }
        None
    }

    /// Where the sum of counts reaches a rank.
    fn place_of(rank: u64, counts: &[u32]) -> Option<usize> {
        let mut seen = 0;
        counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= rank
        })
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.total += other.total;
    }

    pub(crate) fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_is_known_to_one_part_in_a_thousand(value: u64) {
            let largest = Histogram::<10>::largest_in(Histogram::<10>::bucket(value));
            prop_assert!(largest >= value && largest - value <= value >> 10);
        }
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(Histogram::<7>::default().quantile(0.5), None);
    }
}
