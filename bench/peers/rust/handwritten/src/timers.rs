//! Timers that are all equally long: they are due in the order in which they were set, so they are a queue, not a heap.

use std::collections::VecDeque;

/// Timers by number, oldest first.
#[derive(Default)]
pub(crate) struct Timers {
    first: u64,
    /// When each is due, and whether it still stands.
    due: VecDeque<(u64, bool)>,
}

impl Timers {
    /// Sets a timer and returns its number.
    #[inline]
    pub(crate) fn set(&mut self, at: u64) -> u64 {
        self.due.push_back((at, true));
        self.first + self.due.len() as u64 - 1
    }

    /// Takes a timer back; false where it has rung already.
    #[inline]
    pub(crate) fn cancel(&mut self, timer: u64) -> bool {
        let Some(index) = timer.checked_sub(self.first) else { return false };
        self.due[index as usize].1 = false;
        while let Some((_, false)) = self.due.front() {
            self.drop_first();
        }
        true
    }

    /// Rings the oldest timer if it is due by then.
    #[inline]
    pub(crate) fn ring(&mut self, now: u64) -> bool {
        let rings = matches!(self.due.front(), Some((at, true)) if *at <= now);
        if rings {
            self.drop_first();
            while let Some((_, false)) = self.due.front() {
                self.drop_first();
            }
        }
        rings
    }

    #[inline]
    fn drop_first(&mut self) {
        self.due.pop_front();
        self.first += 1;
    }
}
