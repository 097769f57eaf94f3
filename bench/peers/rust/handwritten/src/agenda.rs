//! What happens next: a binary heap whose entries are one integer each, so that comparing them is one comparison.

use std::{cmp::Reverse, collections::BinaryHeap};

/// An event is a small number that the model gives meaning to.
pub(crate) type Event = u8;

/// Pending events in order of time. Ties go by the event's number: times are continuous here, no model depends on them.
#[derive(Default)]
pub(crate) struct Agenda {
    /// Nanoseconds in the upper 56 bits, which is two years, then the event.
    heap: BinaryHeap<Reverse<u64>>,
}

impl Agenda {
    /// Adds an event.
    #[inline]
    pub(crate) fn add(&mut self, (at, event): (u64, Event)) {
        self.heap.push(key(at, event));
    }

    /// The next event, which stays where it is until it is replaced.
    #[inline]
    pub(crate) fn peek(&self) -> Option<(u64, Event)> {
        self.heap.peek().map(|Reverse(key)| (key >> 8, *key as Event))
    }

    /// Puts another event, if there is one, in the place of the next one: one sift instead of two.
    #[inline]
    pub(crate) fn replace_next(&mut self, by: Option<(u64, Event)>) {
        match by {
            Some((at, event)) => {
                if let Some(mut next) = self.heap.peek_mut() {
                    *next = key(at, event);
                }
            }
            None => {
                self.heap.pop();
            }
        }
    }
}

#[inline]
fn key(at: u64, event: Event) -> Reverse<u64> {
    Reverse(at << 8 | u64::from(event))
}
