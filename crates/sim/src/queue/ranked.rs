//! Requests in order of arrival among which the one of the lowest priority can be found without a search.

use super::Waiting;
use crate::model::Order;
use crate::slab::Ref;
use crate::time::Time;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(super) struct RankedLine {
    order: Order,
    /// Arrivals so far: a number for each.
    arrived: u64,
    by_age: BTreeMap<u64, Waiting>,
    /// Lowest priority first, newest first among equals.
    by_rank: BTreeSet<(u8, Reverse<u64>)>,
    standing_since: Time,
}

impl RankedLine {
    /// For the orders that look at nothing but age.
    pub(super) fn new(order: Order) -> Self {
        let (by_age, by_rank) = (BTreeMap::new(), BTreeSet::new());
        RankedLine { order, arrived: 0, by_age, by_rank, standing_since: Time::ZERO }
    }

    pub(super) fn push(&mut self, now: Time, waiting: Waiting) {
        if self.by_age.is_empty() {
            self.standing_since = now;
        }
        self.arrived += 1;
        self.by_age.insert(self.arrived, waiting);
        self.by_rank.insert((waiting.priority, Reverse(self.arrived)));
    }

    pub(super) fn pop(&mut self, now: Time) -> Option<Ref> {
        let newest_first = match self.order {
            Order::Lifo => true,
            Order::AdaptiveLifo { interval } => now.since(self.standing_since) > interval,
            Order::Fifo | Order::Priority | Order::Fair => false,
        };
        let (number, next) = if newest_first { self.by_age.pop_last()? } else { self.by_age.pop_first()? };
        self.by_rank.remove(&(next.priority, Reverse(number)));
        Some(next.job)
    }

    pub(super) fn displace(&mut self, priority: u8) -> Option<Ref> {
        let (_, Reverse(number)) = self.by_rank.first().filter(|(lowest, _)| *lowest < priority).copied()?;
        self.by_rank.pop_first();
        self.by_age.remove(&number).map(|waiting| waiting.job)
    }
}
