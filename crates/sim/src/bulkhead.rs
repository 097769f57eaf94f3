//! Bulkheads: so many calls at once, and a line of those that wait for a place.

use crate::model::Bulkhead;
use crate::slab::Ref;
use crate::time::Span;
use std::collections::VecDeque;

/// What becomes of a call that asks for a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    /// It has one.
    Enters,
    /// It stands in line, for as long as the rule says.
    Waits(Span),
    /// There is none.
    Refused,
}

/// One caller's places for one call.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    rule: Bulkhead,
    taken: u32,
    line: VecDeque<Ref>,
}

impl Places {
    pub(crate) fn new(rule: Bulkhead) -> Self {
        Places { rule, taken: 0, line: VecDeque::new() }
    }

    /// A call asks for a place.
    pub(crate) fn enter(&mut self, call: Ref) -> Entry {
        if self.taken < self.rule.limit {
            self.taken += 1;
            return Entry::Enters;
        }
        if self.rule.wait == Span::ZERO {
            return Entry::Refused;
        }
        self.line.push_back(call);
        Entry::Waits(self.rule.wait)
    }

    /// A call gives its place back. It goes to the first in line that still `waits`, which is returned.
    pub(crate) fn leave(&mut self, mut waits: impl FnMut(Ref) -> bool) -> Option<Ref> {
        while let Some(next) = self.line.pop_front() {
            if waits(next) {
                return Some(next);
            }
        }
        self.taken -= 1;
        None
    }

    /// Places that are taken.
    pub(crate) fn taken(&self) -> u32 {
        self.taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(n: u64) -> Ref {
        Ref::from_id(n)
    }

    #[test]
    fn a_full_bulkhead_refuses() {
        let mut places = Places::new(Bulkhead { limit: 2, wait: Span::ZERO });
        let entries: Vec<Entry> = (0..3).map(|n| places.enter(call(n))).collect();
        assert_eq!(entries, [Entry::Enters, Entry::Enters, Entry::Refused]);
        assert_eq!(places.leave(|_| true), None);
        assert_eq!((places.taken(), places.enter(call(4))), (1, Entry::Enters));
    }

    #[test]
    fn a_place_goes_to_the_first_in_line_that_still_waits() {
        let wait = Span::millis(50);
        let mut places = Places::new(Bulkhead { limit: 1, wait });
        assert_eq!(places.enter(call(0)), Entry::Enters);
        assert!((1..4).all(|n| places.enter(call(n)) == Entry::Waits(wait)));
        assert_eq!(places.leave(|next| next != call(1)), Some(call(2)));
        assert_eq!((places.leave(|_| true), places.taken()), (Some(call(3)), 1));
        assert_eq!((places.leave(|_| true), places.taken()), (None, 0));
    }
}
