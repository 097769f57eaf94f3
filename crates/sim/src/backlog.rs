//! How far a copy is behind: the writes that the original has and the copy has not.
//!
//! A reader of the copy sees the row as it was before the oldest of these writes to it, so that write's age is how stale the
//! answer is; a row without such a write is as fresh as the original's. Key 0 stands for the table as a whole: a write to it
//! makes every row stale, a read of it sees the oldest write of all. Memory follows the writes under way.

use crate::time::{Span, Time};
use std::collections::{BTreeMap, VecDeque};

/// The writes that one copy has not seen.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// By number, in order of time: when, and to which row.
    writes: BTreeMap<u64, (Time, u64)>,
    /// The same by row.
    by_row: BTreeMap<(u64, u64), Time>,
    written: u64,
    /// When the copy sees each, where that is known in advance; in order.
    visible: VecDeque<(Time, u64)>,
}

impl Backlog {
    /// Writes that the copy has not seen.
    pub(crate) fn len(&self) -> usize {
        self.writes.len()
    }

    /// The original was written; gives the write's number.
    pub(crate) fn written(&mut self, now: Time, row: u64) -> u64 {
        self.written += 1;
        self.writes.insert(self.written, (now, row));
        self.by_row.insert((row, self.written), now);
        self.written
    }

    /// The original was written, and the copy will see that after `lag`, but never before an earlier write: a log is replayed
    /// in order.
    pub(crate) fn logged(&mut self, now: Time, row: u64, lag: Span) {
        self.catch_up(now);
        let number = self.written(now, row);
        let earliest = self.visible.back().map_or(now, |(at, _)| *at);
        self.visible.push_back((earliest.max(now + lag), number));
    }

    /// The copy sees a write.
    pub(crate) fn applied(&mut self, number: u64) {
        if let Some((_, row)) = self.writes.remove(&number) {
            self.by_row.remove(&(row, number));
        }
    }

    fn catch_up(&mut self, now: Time) {
        while let Some((at, number)) = self.visible.front().copied().filter(|(at, _)| *at <= now) {
            debug_assert!(at <= now);
            self.visible.pop_front();
            self.applied(number);
        }
    }

    /// How stale a row of the copy is.
    pub(crate) fn behind(&mut self, now: Time, row: u64) -> Span {
        self.catch_up(now);
        let oldest = match row {
            0 => self.writes.values().next().map(|(at, _)| *at),
            _ => [self.oldest(row), self.oldest(0)].into_iter().flatten().min(),
        };
        oldest.map_or(Span::ZERO, |written| now.since(written))
    }

    fn oldest(&self, row: u64) -> Option<Time> {
        self.by_row.range((row, 0)..=(row, u64::MAX)).next().map(|(_, at)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(n: u64) -> Time {
        Time::ZERO + Span::millis(n)
    }

    #[track_caller]
    fn check(backlog: &mut Backlog, now: u64, row: u64, expected_ms: u64) {
        assert_eq!(backlog.behind(at(now), row), Span::millis(expected_ms), "row {row} at {now}");
    }

    #[test]
    fn a_row_is_as_stale_as_its_oldest_unseen_write() {
        let mut backlog = Backlog::default();
        let first = backlog.written(at(0), 7);
        let second = backlog.written(at(4), 7);
        check(&mut backlog, 10, 7, 10);
        check(&mut backlog, 10, 8, 0);
        backlog.applied(first);
        check(&mut backlog, 10, 7, 6);
        check(&mut backlog, 10, 0, 6);
        backlog.applied(second);
        backlog.applied(second);
        check(&mut backlog, 10, 7, 0);
        assert_eq!(backlog.len(), 0);
    }

    #[test]
    fn a_write_to_the_table_makes_every_row_stale() {
        let mut backlog = Backlog::default();
        backlog.written(at(2), 0);
        backlog.written(at(5), 7);
        check(&mut backlog, 10, 7, 8);
        check(&mut backlog, 10, 8, 8);
    }

    #[test]
    fn a_log_is_replayed_in_order() {
        let mut backlog = Backlog::default();
        backlog.logged(at(0), 1, Span::millis(50));
        // Shorter, but it comes after the first all the same.
        backlog.logged(at(10), 2, Span::millis(5));
        check(&mut backlog, 49, 2, 39);
        check(&mut backlog, 50, 2, 0);
        check(&mut backlog, 50, 1, 0);
        backlog.logged(at(100), 1, Span::ZERO);
        check(&mut backlog, 100, 1, 0);
    }
}
