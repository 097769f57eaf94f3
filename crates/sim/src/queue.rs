//! The waiting room before a replica's workers: who waits, and who is next.

use crate::model::Order;
use crate::slab::Ref;
use crate::time::{Span, Time};
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
    Fair {
        by_tenant: Vec<VecDeque<Ref>>,
        turns: VecDeque<u32>,
    },
}

impl WaitingRoom {
    pub(crate) fn new(order: Order, limit: Option<u32>) -> Self {
        let line = match order {
            Order::Fifo => Line::Fifo(VecDeque::new()),
            Order::Lifo => Line::Lifo(Vec::new()),
            Order::AdaptiveLifo { interval } => {
                Line::AdaptiveLifo { waiting: VecDeque::new(), interval, standing_since: Time::ZERO }
            }
            Order::Priority => Line::Priority(BTreeMap::new()),
            Order::Fair => Line::Fair { by_tenant: Vec::new(), turns: VecDeque::new() },
        };
        WaitingRoom { limit: limit.map_or(usize::MAX, |limit| limit as usize), len: 0, line }
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
            Line::Fair { by_tenant, turns } => push_fair(by_tenant, turns, waiting),
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
            Line::Fair { by_tenant, turns } => pop_fair(by_tenant, turns),
        }?;
        self.len -= 1;
        Some(next)
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

fn push_fair(by_tenant: &mut Vec<VecDeque<Ref>>, turns: &mut VecDeque<u32>, waiting: Waiting) {
    let tenant = waiting.tenant as usize;
    if by_tenant.len() <= tenant {
        by_tenant.resize_with(tenant + 1, VecDeque::new);
    }
    if by_tenant[tenant].is_empty() {
        turns.push_back(waiting.tenant);
    }
    by_tenant[tenant].push_back(waiting.job);
}

fn pop_fair(by_tenant: &mut [VecDeque<Ref>], turns: &mut VecDeque<u32>) -> Option<Ref> {
    let tenant = turns.pop_front()?;
    let line = &mut by_tenant[tenant as usize];
    let next = line.pop_front();
    if !line.is_empty() {
        turns.push_back(tenant);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slab::Slab;

    /// Pushes (tenant, priority) pairs one millisecond apart, then pops all at `at_ms`; gives the order of service.
    fn served(order: Order, arrivals: &[(u32, u8)], at_ms: u64) -> Vec<usize> {
        let mut slab = Slab::new();
        let mut room = WaitingRoom::new(order, None);
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
        let mut room = WaitingRoom::new(Order::Fair, Some(1));
        assert!(!room.is_full());
        room.push(Time::ZERO, Waiting { job: slab.insert(()), tenant: 3, priority: 0 });
        assert!(room.is_full());
        room.clear(Time::ZERO);
        assert!(!room.is_full() && room.pop(Time::ZERO).is_none());
    }
}
