//! Processor sharing: all work on a replica runs at once, each at an equal share of the cores and at most one core.
//!
//! One clock per replica counts the service that each piece of work has received so far. It runs at min(1, cores / n), so
//! whatever the number of pieces, a piece of size w that joined at clock c ends when the clock shows c + w: nothing has to
//! be recomputed when others join or leave.

use crate::slab::Ref;
use crate::time::{Span, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Work that shares the cores of one replica.
#[derive(Debug)]
pub(crate) struct Sharing {
    cores: u32,
    /// Service received by each piece so far, in nanoseconds.
    clock: f64,
    updated: Time,
    /// By the clock's value at the end, then in order of joining.
    pieces: BinaryHeap<Reverse<(u64, u64, PieceOf)>>,
    joined: u64,
    running: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct PieceOf(Ref);

// Pieces differ in the order of joining before a comparison gets here.
impl PartialOrd for PieceOf {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for PieceOf {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl Sharing {
    pub(crate) fn new(cores: u32) -> Self {
        Sharing { cores, clock: 0.0, updated: Time::ZERO, pieces: BinaryHeap::new(), joined: 0, running: true }
    }

    /// Cores in use.
    pub(crate) fn busy(&self) -> u32 {
        self.cores.min(self.pieces.len() as u32)
    }

    fn rate(&self) -> f64 {
        let pieces = self.pieces.len() as f64;
        if self.running { (f64::from(self.cores) / pieces).min(1.0) } else { 0.0 }
    }

    fn advance(&mut self, now: Time) {
        if !self.pieces.is_empty() {
            self.clock += now.since(self.updated).0 as f64 * self.rate();
        }
        self.updated = now;
    }

    /// Adds a piece of work.
    pub(crate) fn join(&mut self, now: Time, job: Ref, work: Span) {
        self.advance(now);
        let end = self.clock + work.0 as f64;
        self.joined += 1;
        // The bits of non-negative floats are ordered as the floats are.
        self.pieces.push(Reverse((end.to_bits(), self.joined, PieceOf(job))));
    }

    /// When the next piece ends if nobody joins or leaves.
    pub(crate) fn next_end(&self) -> Time {
        match self.pieces.peek() {
            Some(Reverse((end, ..))) if self.running => {
                let left = (f64::from_bits(*end) - self.clock).max(0.0);
                self.updated + Span((left / self.rate()).ceil() as u64)
            }
            _ => Time::NEVER,
        }
    }

    /// Takes a piece that has ended by now.
    pub(crate) fn take_ended(&mut self, now: Time) -> Option<Ref> {
        self.advance(now);
        let Reverse((end, ..)) = self.pieces.peek()?;
        // Ends fall between nanoseconds; half of one is nobody's work.
        if f64::from_bits(*end) > self.clock + 0.5 {
            return None;
        }
        self.pieces.pop().map(|Reverse((_, _, PieceOf(job)))| job)
    }

    /// Stands still, or goes on.
    pub(crate) fn set_running(&mut self, now: Time, running: bool) {
        self.advance(now);
        self.running = running;
    }

    /// Drops all work.
    pub(crate) fn clear(&mut self) {
        self.pieces.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slab::Slab;

    fn ms(n: u64) -> Time {
        Time::ZERO + Span::millis(n)
    }

    #[test]
    fn two_pieces_on_one_core_take_twice_as_long() {
        let mut slab = Slab::new();
        let mut sharing = Sharing::new(1);
        let (long, short) = (slab.insert(()), slab.insert(()));
        sharing.join(ms(0), long, Span::millis(10));
        assert_eq!(sharing.next_end(), ms(10));
        // After 4 ms alone, 6 ms of the first are left; the second's 2 ms take 4.
        sharing.join(ms(4), short, Span::millis(2));
        assert_eq!(sharing.next_end(), ms(8));
        assert_eq!(sharing.take_ended(ms(8)), Some(short));
        assert_eq!(sharing.take_ended(ms(8)), None);
        assert_eq!(sharing.next_end(), ms(12));
        assert_eq!(sharing.take_ended(ms(12)), Some(long));
    }

    #[test]
    fn as_many_pieces_as_cores_run_at_full_speed() {
        let mut slab = Slab::new();
        let mut sharing = Sharing::new(2);
        for _ in 0..2 {
            sharing.join(ms(0), slab.insert(()), Span::millis(10));
        }
        assert_eq!((sharing.next_end(), sharing.busy()), (ms(10), 2));
        sharing.join(ms(0), slab.insert(()), Span::millis(10));
        assert_eq!((sharing.next_end(), sharing.busy()), (ms(15), 2));
    }

    #[test]
    fn a_standstill_delays_and_loses_nothing() {
        let mut slab = Slab::new();
        let mut sharing = Sharing::new(1);
        let job = slab.insert(());
        sharing.join(ms(0), job, Span::millis(10));
        sharing.set_running(ms(3), false);
        assert_eq!(sharing.next_end(), Time::NEVER);
        sharing.set_running(ms(8), true);
        assert_eq!(sharing.next_end(), ms(15));
    }
}
