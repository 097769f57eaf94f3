//! Counts over the last stretch of time, such as ten seconds.
//!
//! Ten slots of a tenth each: the newest fills, the oldest is dropped as a whole, so that between nine tenths and all of
//! the stretch is counted. Clients of this kind keep such slots because they cost the same whatever the load (Netflix's
//! Hystrix used ten as well).

use crate::time::{Span, Time};

const SLOTS: usize = 10;

/// Two counts, of whatever the owner tells apart, over a stretch of time.
#[derive(Clone, Debug)]
pub(crate) struct Rolling {
    /// Length of a slot in nanoseconds.
    width: u64,
    /// Which slot since the start of the run is the newest, where it is kept, and the first instant after it.
    newest: u64,
    place: usize,
    ends: u64,
    slots: [[u32; 2]; SLOTS],
    sums: [u64; 2],
}

impl Rolling {
    pub(crate) fn over(window: Span) -> Self {
        let width = (window.0 / SLOTS as u64).max(1);
        Rolling { width, newest: 0, place: 0, ends: width, slots: [[0; 2]; SLOTS], sums: [0; 2] }
    }

    /// Counts one of the first or second kind.
    #[inline]
    pub(crate) fn add(&mut self, now: Time, kind: usize) {
        self.roll(now);
        self.slots[self.place][kind] += 1;
        self.sums[kind] += 1;
    }

    /// Both counts.
    #[inline]
    pub(crate) fn sums(&mut self, now: Time) -> [u64; 2] {
        self.roll(now);
        self.sums
    }

    /// Drops the slots that have become too old.
    #[inline]
    fn roll(&mut self, now: Time) {
        // Mostly the newest slot still fills: no need to divide.
        if now.0 >= self.ends {
            self.begin_slot(now);
        }
    }

    #[cold]
    fn begin_slot(&mut self, now: Time) {
        let newest = now.0 / self.width;
        let passed = (newest - self.newest).min(SLOTS as u64);
        for step in 1..=passed {
            let slot = &mut self.slots[((self.newest + step) % SLOTS as u64) as usize];
            for (sum, count) in self.sums.iter_mut().zip(std::mem::take(slot)) {
                *sum -= u64::from(count);
            }
        }
        self.newest = newest;
        self.place = (newest % SLOTS as u64) as usize;
        self.ends = (newest + 1).saturating_mul(self.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Time {
        Time::ZERO + Span::millis(ms)
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut rolling = Rolling::over(Span::secs(1));
        rolling.add(at(50), 0);
        rolling.add(at(150), 1);
        rolling.add(at(950), 1);
        assert_eq!(rolling.sums(at(999)), [1, 2]);
        assert_eq!(rolling.sums(at(1_000)), [0, 2]);
        assert_eq!(rolling.sums(at(1_100)), [0, 1]);
        assert_eq!(rolling.sums(at(90_000)), [0, 0]);
    }

    #[test]
    fn a_window_of_nothing_counts_the_instant() {
        let mut rolling = Rolling::over(Span::ZERO);
        rolling.add(at(1), 0);
        rolling.add(at(1), 0);
        assert_eq!((rolling.sums(at(1)), rolling.sums(at(2))), ([2, 0], [0, 0]));
    }
}
