//! The waiting room before a replica's workers: who waits, who is next, and who makes room where it is full.

mod fair;
mod ranked;

use crate::model::{Order, Queue, Shed};
use crate::slab::Ref;
use crate::time::{Span, Time};
use fair::FairLine;
use ranked::RankedLine;
use std::collections::{BTreeMap, VecDeque};

/// A waiting request as far as its order depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) job: Ref,
    pub(crate) tenant: u32,
    pub(crate) priority: u8,
}

/// Requests that wait for a worker of one replica.
#[derive(Debug)]
pub(crate) struct WaitingRoom {
    limit: usize,
    len: usize,
    line: Line,
}

#[derive(Debug)]
enum Line {
    Fifo(VecDeque<Ref>),
    Lifo(Vec<Ref>),
    AdaptiveLifo {
        waiting: VecDeque<Ref>,
        interval: Span,
        standing_since: Time,
    },
    /// By priority, lowest first.
    Priority(BTreeMap<u8, VecDeque<Ref>>),
    Fair(FairLine),
    /// First or last come first, and the lowest in priority can be told.
    Ranked(RankedLine),
}

impl WaitingRoom {
    pub(crate) fn new(queue: &Queue) -> Self {
        let ranks = queue.shed == Some(Shed::Priority);
        let line = match queue.order {
            Order::Fair => Line::Fair(FairLine::new(&queue.weights)),
            Order::Priority => Line::Priority(BTreeMap::new()),
            order if ranks => Line::Ranked(RankedLine::new(order)),
            Order::Fifo => Line::Fifo(VecDeque::new()),
            Order::Lifo => Line::Lifo(Vec::new()),
            Order::AdaptiveLifo { interval } => {
                Line::AdaptiveLifo { waiting: VecDeque::new(), interval, standing_since: Time::ZERO }
            }
        };
        WaitingRoom { limit: queue.limit.map_or(usize::MAX, |limit| limit as usize), len: 0, line }
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.len >= self.limit
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn push(&mut self, now: Time, waiting: Waiting) {
        self.len += 1;
        match &mut self.line {
            Line::Fifo(line) => line.push_back(waiting.job),
            Line::Lifo(line) => line.push(waiting.job),
            Line::AdaptiveLifo { waiting: line, standing_since, .. } => {
                if line.is_empty() {
                    *standing_since = now;
                }
                line.push_back(waiting.job);
            }
            Line::Priority(lines) => lines.entry(waiting.priority).or_default().push_back(waiting.job),
            Line::Fair(line) => line.push(waiting),
            Line::Ranked(line) => line.push(now, waiting),
        }
    }

    #[inline]
    pub(crate) fn pop(&mut self, now: Time) -> Option<Ref> {
        let next = match &mut self.line {
            Line::Fifo(line) => line.pop_front(),
            Line::Lifo(line) => line.pop(),
            Line::AdaptiveLifo { waiting, interval, standing_since } => {
                let overloaded = now.since(*standing_since) > *interval;
                if overloaded { waiting.pop_back() } else { waiting.pop_front() }
            }
            Line::Priority(lines) => pop_highest(lines),
            Line::Fair(line) => line.pop(),
            Line::Ranked(line) => line.pop(now),
        }?;
        self.len -= 1;
        Some(next)
    }

    /// The newest of the lowest priority leaves for one of this priority, if that is higher. Lines that serve in order of
    /// arrival can tell only where [`Shed::Priority`] was asked for.
    pub(crate) fn displace(&mut self, priority: u8) -> Option<Ref> {
        let displaced = match &mut self.line {
            Line::Priority(lines) => displace_lowest(lines, priority),
            Line::Fair(line) => line.displace(priority),
            Line::Ranked(line) => line.displace(priority),
            Line::Fifo(_) | Line::Lifo(_) | Line::AdaptiveLifo { .. } => None,
        }?;
        self.len -= 1;
        Some(displaced)
    }

    /// Everybody leaves, in the order of service.
    pub(crate) fn clear(&mut self, now: Time) {
        while self.pop(now).is_some() {}
    }
}

fn pop_highest(lines: &mut BTreeMap<u8, VecDeque<Ref>>) -> Option<Ref> {
    let mut highest = lines.last_entry()?;
    let next = highest.get_mut().pop_front();
    if highest.get().is_empty() {
        highest.remove();
    }
    next
}

fn displace_lowest(lines: &mut BTreeMap<u8, VecDeque<Ref>>, priority: u8) -> Option<Ref> {
    let mut lowest = lines.first_entry().filter(|entry| *entry.key() < priority)?;
    let displaced = lowest.get_mut().pop_back();
    if lowest.get().is_empty() {
        lowest.remove();
    }
    displaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TenantId;
    use crate::slab::Slab;

    /// Pushes (tenant, priority) pairs one millisecond apart, then pops all at `at_ms`; gives the order of service.
    fn served(order: Order, arrivals: &[(u32, u8)], at_ms: u64) -> Vec<usize> {
        let plain = served_by(&Queue { order, ..Queue::default() }, arrivals, at_ms);
        let ranked = served_by(&Queue { order, shed: Some(Shed::Priority), ..Queue::default() }, arrivals, at_ms);
        assert_eq!(plain, ranked, "{order:?} serves the same where somebody may have to make room");
        plain
    }

    fn served_by(queue: &Queue, arrivals: &[(u32, u8)], at_ms: u64) -> Vec<usize> {
        let mut slab = Slab::new();
        let mut room = WaitingRoom::new(queue);
        for (n, (tenant, priority)) in arrivals.iter().enumerate() {
            let waiting = Waiting { job: slab.insert(()), tenant: *tenant, priority: *priority };
            room.push(Time::ZERO + Span::millis(n as u64), waiting);
        }
        let now = Time::ZERO + Span::millis(at_ms);
        std::iter::from_fn(|| room.pop(now)).map(Ref::index).collect()
    }

    #[test]
    fn each_order_serves_as_named() {
        let arrivals = [(0, 1), (0, 1), (1, 9), (0, 1), (1, 0)];
        let adaptive = Order::AdaptiveLifo { interval: Span::millis(100) };
        assert_eq!(served(Order::Fifo, &arrivals, 5), [0, 1, 2, 3, 4]);
        assert_eq!(served(Order::Lifo, &arrivals, 5), [4, 3, 2, 1, 0]);
        assert_eq!(served(adaptive, &arrivals, 5), [0, 1, 2, 3, 4]);
        assert_eq!(served(adaptive, &arrivals, 101), [4, 3, 2, 1, 0]);
        assert_eq!(served(Order::Priority, &arrivals, 5), [2, 0, 1, 3, 4]);
        assert_eq!(served(Order::Fair, &arrivals, 5), [0, 2, 1, 4, 3]);
    }

    #[test]
    fn a_full_room_says_so() {
        let mut slab = Slab::new();
        let mut room = WaitingRoom::new(&Queue { limit: Some(1), order: Order::Fair, ..Queue::default() });
        assert!(!room.is_full());
        room.push(Time::ZERO, Waiting { job: slab.insert(()), tenant: 3, priority: 0 });
        assert!(room.is_full());
        room.clear(Time::ZERO);
        assert!(!room.is_full() && room.pop(Time::ZERO).is_none());
    }

    #[test]
    fn weights_share_the_turns() {
        let weights = vec![(TenantId(0), 3)];
        let queue = Queue { order: Order::Fair, weights, ..Queue::default() };
        // Places 0 to 5 are the heavy tenant's, the others two light ones'.
        let arrivals = [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (1, 0), (1, 0), (2, 0), (2, 0)];
        assert_eq!(served_by(&queue, &arrivals, 10), [0, 1, 2, 6, 8, 3, 4, 5, 7, 9]);
    }

    /// Who leaves for one of `priority` out of (tenant, priority) pairs, until nobody does.
    fn displaced(order: Order, arrivals: &[(u32, u8)], priority: u8) -> Vec<usize> {
        let mut slab = Slab::new();
        let mut room = WaitingRoom::new(&Queue { order, shed: Some(Shed::Priority), ..Queue::default() });
        for (tenant, priority) in arrivals {
            room.push(Time::ZERO, Waiting { job: slab.insert(()), tenant: *tenant, priority: *priority });
        }
        let gone: Vec<usize> = std::iter::from_fn(|| room.displace(priority)).map(Ref::index).collect();
        let stayed: Vec<usize> = std::iter::from_fn(|| room.pop(Time::ZERO)).map(Ref::index).collect();
        assert_eq!((room.len(), gone.len() + stayed.len()), (0, arrivals.len()));
        gone
    }

    #[test]
    fn the_newest_of_the_lowest_makes_room() {
        let orders =
            [Order::Fifo, Order::Lifo, Order::AdaptiveLifo { interval: Span::millis(1) }, Order::Priority, Order::Fair];
        for order in orders {
            assert_eq!(displaced(order, &[(0, 1), (1, 5), (0, 1), (2, 3), (3, 9)], 5), [2, 0, 3], "{order:?}");
            assert_eq!(displaced(order, &[(0, 1), (1, 5)], 1), [0; 0], "{order:?}");
        }
    }
}
