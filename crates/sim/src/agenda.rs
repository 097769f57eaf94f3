//! Everything that is due later, in the total order (time, order of scheduling).
//!
//! Three structures, each for what it is best at:
//! - *Lanes* for delays that never vary (timeouts, hops) and for arrivals: already sorted, so a queue each and no search.
//! - A small binary heap, *near*, for the rest while it is few, and for what is due soonest when it is many.
//! - Buckets of time beyond the heap's horizon when it is many: a ladder queue (Tang, Goh, Thng 2005) whose rungs have at
//!   most [`RUNG`] buckets, so that the places written to stay in the cache with a million events pending.
//!
//! Cancelled timers are not searched for: their owners find them dead when they come up.

use crate::event::{Event, Waiting};
use crate::time::{Span, Time};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

/// A sequence of events with the same delay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lane(u8);

/// More lanes would cost more to look through than a heap.
const LANES: usize = 12;
/// With at most this many events the heap alone is fastest.
const CALM: usize = 384;
/// A bucket with at most this many events is not divided further.
const BATCH: usize = 48;
/// Buckets per rung: as many as one can append to without missing the cache.
const RUNG: u64 = 1024;

#[derive(Clone, Copy)]
struct Entry {
    key: u128,
    event: Waiting,
}

impl Entry {
    #[inline]
    fn time(&self) -> u64 {
        (self.key >> 64) as u64
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    /// Earliest is greatest, as the standard heap yields the greatest.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}

/// Buckets of equal width over a stretch of time.
struct Rung {
    start: u64,
    /// A bucket is 2^shift nanoseconds wide.
    shift: u32,
    /// The first bucket that has not been taken.
    next: usize,
    used: usize,
    buckets: Vec<Vec<Entry>>,
}

impl Rung {
    fn empty() -> Self {
        Rung { start: 0, shift: 0, next: 0, used: 0, buckets: (0..RUNG).map(|_| Vec::new()).collect() }
    }

    /// Covers `first..=last` with as many buckets as the number of events warrants.
    fn cover(&mut self, first: u64, last: u64, events: usize) {
        let wanted = (events as u64 / 4).clamp(2, RUNG);
        let width = (last - first) / wanted + 1;
        self.shift = width.next_power_of_two().trailing_zeros();
        self.start = first;
        self.next = 0;
        self.used = ((last - first) >> self.shift) as usize + 1;
    }

    /// The first instant beyond the rung.
    fn end(&self) -> u64 {
        self.start.saturating_add((self.used as u64).saturating_mul(1 << self.shift))
    }

    #[inline]
    fn put(&mut self, entry: Entry) {
        let bucket = (entry.time() - self.start) >> self.shift;
        self.buckets[bucket as usize].push(entry);
    }

    /// Index of the next bucket that holds anything.
    fn next_filled(&mut self) -> Option<usize> {
        let found = (self.next..self.used).find(|bucket| !self.buckets[*bucket].is_empty())?;
        self.next = found + 1;
        Some(found)
    }

    /// The first instant of a bucket.
    fn bucket_start(&self, bucket: usize) -> u64 {
        self.start + ((bucket as u64) << self.shift)
    }

    /// The first instant after a bucket.
    fn bucket_end(&self, bucket: usize) -> u64 {
        self.start.saturating_add((bucket as u64 + 1).saturating_mul(1 << self.shift))
    }
}

/// The future event list.
pub(crate) struct Agenda {
    scheduled: u64,
    /// The first event of each lane, and the key of the lane that is first.
    heads: [Entry; LANES],
    first_lane: usize,
    first_key: u128,
    /// What follows the first event of each lane.
    lanes: Vec<VecDeque<Entry>>,
    delays: Vec<Option<Span>>,
    near: BinaryHeap<Entry>,
    /// The top of `near` was taken but still stands there: the next push may replace it, which is cheaper than a pop and a push.
    hole: bool,
    /// Everything before this is in `near`; nothing is beyond it where it is `u64::MAX`.
    horizon: u64,
    rungs: Vec<Rung>,
    spare_rungs: Vec<Rung>,
    far: Vec<Entry>,
}

/// Stands where a lane has no event: after everything that ever happens.
const EMPTY: Entry = Entry { key: u128::MAX, event: Waiting::NOTHING };

impl Agenda {
    pub(crate) fn new() -> Self {
        Agenda {
            scheduled: 0,
            heads: [EMPTY; LANES],
            first_lane: 0,
            first_key: EMPTY.key,
            lanes: Vec::new(),
            delays: Vec::new(),
            near: BinaryHeap::new(),
            hole: false,
            horizon: u64::MAX,
            rungs: Vec::new(),
            spare_rungs: Vec::new(),
            far: Vec::new(),
        }
    }

    /// A lane for events that are always scheduled `delay` ahead, while there are lanes left.
    pub(crate) fn lane(&mut self, delay: Span) -> Option<Lane> {
        if let Some(known) = self.delays.iter().position(|other| *other == Some(delay)) {
            return Some(Lane(known as u8));
        }
        self.add_lane(Some(delay))
    }

    /// A lane for events that one source schedules in order of time.
    pub(crate) fn ordered_lane(&mut self) -> Option<Lane> {
        self.add_lane(None)
    }

    fn add_lane(&mut self, delay: Option<Span>) -> Option<Lane> {
        if self.lanes.len() == LANES {
            return None;
        }
        self.lanes.push(VecDeque::new());
        self.delays.push(delay);
        Some(Lane(self.lanes.len() as u8 - 1))
    }

    #[inline]
    fn entry(&mut self, at: Time, event: Waiting) -> Entry {
        self.scheduled += 1;
        Entry { key: u128::from(at.0) << 64 | u128::from(self.scheduled), event }
    }

    /// Schedules in a lane; `at` must not precede the lane's last event.
    #[inline(always)]
    pub(crate) fn push_lane(&mut self, lane: Lane, at: Time, event: Event) {
        self.put_in_lane(lane, at, event.wait());
    }

    fn put_in_lane(&mut self, lane: Lane, at: Time, event: Waiting) {
        let entry = self.entry(at, event);
        let index = usize::from(lane.0);
        if self.heads[index].key != EMPTY.key {
            debug_assert!(self.lanes[index].back().is_none_or(|last| last.key < entry.key));
            self.lanes[index].push_back(entry);
            return;
        }
        self.heads[index] = entry;
        if entry.key < self.first_key {
            (self.first_lane, self.first_key) = (index, entry.key);
        }
    }

    /// Schedules at any time that is not past. What is due at the end of time never is.
    // Whoever schedules knows the kind of event, so packing it there costs next to nothing.
    #[inline(always)]
    pub(crate) fn push(&mut self, at: Time, event: Event) {
        if at != Time::NEVER {
            self.put(at, event.wait());
        }
    }

    fn put(&mut self, at: Time, event: Waiting) {
        let entry = self.entry(at, event);
        if entry.time() >= self.horizon {
            self.push_beyond(entry);
        } else if self.hole {
            self.hole = false;
            if let Some(mut top) = self.near.peek_mut() {
                *top = entry;
            }
        } else {
            self.near.push(entry);
            if self.near.len() > CALM && self.horizon == u64::MAX {
                self.spread();
            }
        }
    }

    fn push_beyond(&mut self, entry: Entry) {
        // The finest rung is last, and the rungs' ends ascend from it to the first.
        match self.rungs.iter_mut().rev().find(|rung| entry.time() < rung.end()) {
            Some(rung) => rung.put(entry),
            None => self.far.push(entry),
        }
    }

    /// The heap has grown too large: all of it goes into buckets.
    fn spread(&mut self) {
        self.far.extend(self.near.drain());
        self.horizon = 0;
        self.refill();
    }

    /// Takes the earliest event, unless it is after `until`; also gives its number in the order of scheduling.
    #[inline]
    pub(crate) fn pop(&mut self, until: Time) -> Option<(Time, u64, Waiting)> {
        if self.hole {
            self.hole = false;
            self.near.pop();
        }
        if self.near.is_empty() && self.horizon != u64::MAX {
            self.refill();
        }
        let entry = match self.near.peek() {
            Some(top) if top.key < self.first_key => *top,
            _ => self.heads[self.first_lane],
        };
        if entry.time() > until.0 || entry.key == EMPTY.key {
            return None;
        }
        if entry.key == self.first_key {
            self.next_in_lane(self.first_lane);
        } else {
            self.hole = true;
        }
        Some((Time(entry.time()), entry.key as u64, entry.event))
    }

    /// Moves a lane on to its next event.
    #[inline]
    fn next_in_lane(&mut self, index: usize) {
        let rest = &mut self.lanes[index];
        self.heads[index] = if rest.is_empty() { EMPTY } else { rest.pop_front().unwrap_or(EMPTY) };
        let mut first = 0;
        for lane in 1..self.lanes.len().min(LANES) {
            if self.heads[lane].key < self.heads[first].key {
                first = lane;
            }
        }
        (self.first_lane, self.first_key) = (first, self.heads[first].key);
    }

    /// Drops the events at the head of a lane while `dead` says that nobody waits for them.
    #[inline]
    pub(crate) fn skip_dead(&mut self, lane: Lane, mut dead: impl FnMut(Event) -> bool) {
        let index = usize::from(lane.0);
        if self.heads[index].key == EMPTY.key || !dead(self.heads[index].event.event()) {
            return;
        }
        while self.lanes[index].front().is_some_and(|next| dead(next.event.event())) {
            self.lanes[index].pop_front();
        }
        self.next_in_lane(index);
    }

    /// Brings the next bucket's events into the empty heap.
    #[cold]
    fn refill(&mut self) {
        while self.near.is_empty() {
            let Some(rung) = self.rungs.last_mut() else {
                if self.far.len() <= CALM / 2 {
                    self.near.extend(self.far.drain(..));
                    self.horizon = u64::MAX;
                    return;
                }
                let mut far = std::mem::take(&mut self.far);
                let (first, last) = extent(&far);
                self.add_rung(&mut far, first, last);
                self.far = far;
                continue;
            };
            let Some(bucket) = rung.next_filled() else {
                self.spare_rungs.extend(self.rungs.pop());
                continue;
            };
            if rung.buckets[bucket].len() <= BATCH || rung.shift == 0 {
                self.horizon = rung.bucket_end(bucket);
                let emptied = std::mem::take(&mut self.near).into_vec();
                self.near = BinaryHeap::from(std::mem::replace(&mut rung.buckets[bucket], emptied));
            } else {
                let (first, last) = (rung.bucket_start(bucket), rung.bucket_end(bucket) - 1);
                let mut crowded = std::mem::take(&mut rung.buckets[bucket]);
                let parent = self.rungs.len() - 1;
                self.add_rung(&mut crowded, first, last);
                self.rungs[parent].buckets[bucket] = crowded;
            }
        }
    }

    /// Divides events over a new, finer rung that covers `first..=last`.
    fn add_rung(&mut self, events: &mut Vec<Entry>, first: u64, last: u64) {
        let mut rung = self.spare_rungs.pop().unwrap_or_else(Rung::empty);
        rung.cover(first, last, events.len());
        for entry in events.drain(..) {
            rung.put(entry);
        }
        self.horizon = first;
        self.rungs.push(rung);
    }
}

/// The earliest and the latest time among events.
fn extent(events: &[Entry]) -> (u64, u64) {
    events.iter().map(Entry::time).fold((u64::MAX, 0), |(first, last), time| (first.min(time), last.max(time)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn tagged(n: u32) -> Event {
        Event::Begin { fault: n }
    }

    /// Plays a random hold pattern on the agenda and on a sorted list; both must give the same order.
    fn check(pending: u32, holds: u32, delay: impl Fn(&mut Stream) -> u64) {
        let mut agenda = Agenda::new();
        let mut expected = std::collections::BTreeMap::new();
        let mut stream = Stream::new(1, "agenda", "test");
        let lane = agenda.lane(Span(5_000)).expect("a lane is free");
        let mut now = 0;
        for n in 0..pending + holds {
            if n >= pending {
                let (at, _, event) = agenda.pop(Time::NEVER).expect("events are pending");
                let ((due, _), tag) = expected.pop_first().expect("events are pending");
                assert_eq!((at, event.event()), (Time(due), tagged(tag)));
                now = due;
            }
            if n % 3 == 0 {
                agenda.push_lane(lane, Time(now + 5_000), tagged(n));
                expected.insert((now + 5_000, n), n);
            } else {
                let at = now + delay(&mut stream);
                agenda.push(Time(at), tagged(n));
                expected.insert((at, n), n);
            }
        }
        while let Some((at, _, event)) = agenda.pop(Time::NEVER) {
            let ((due, _), tag) = expected.pop_first().expect("no more than was pushed");
            assert_eq!((at, event.event()), (Time(due), tagged(tag)));
        }
        assert!(expected.is_empty());
    }

    #[test]
    fn order_is_time_then_scheduling() {
        for pending in [1, 50, 400, 5_000, 60_000] {
            check(pending, 40_000, |s| (s.exponential() * 1e6) as u64);
            check(pending, 40_000, |s| u64::from(s.below(3)));
            check(pending, 40_000, |s| if s.chance(0.01) { 1 << 45 } else { u64::from(s.below(1_000)) });
        }
    }

    #[test]
    fn the_end_of_time_never_comes() {
        let mut agenda = Agenda::new();
        agenda.push(Time::NEVER, tagged(1));
        agenda.push(Time(u64::MAX - 1), tagged(2));
        assert!(agenda.pop(Time(10)).is_none());
        assert_eq!(agenda.pop(Time::NEVER), Some((Time(u64::MAX - 1), 1, tagged(2).wait())));
        assert!(agenda.pop(Time::NEVER).is_none());
    }

    #[test]
    fn dead_timers_are_dropped_without_being_due() {
        let mut agenda = Agenda::new();
        let lane = agenda.lane(Span(10)).expect("a lane is free");
        for n in 0..5 {
            agenda.push_lane(lane, Time(10), tagged(n));
        }
        agenda.skip_dead(lane, |event| event != tagged(3));
        assert_eq!(agenda.pop(Time::NEVER), Some((Time(10), 4, tagged(3).wait())));
    }
}
