//! Row locks: whoever changes a row has it alone until the transaction ends; others wait in the order in which they came.
//!
//! Only rows that somebody holds are known, so memory follows what is under way and not the size of the table. There is one
//! kind of lock, exclusive, and a handler takes at most one, so nobody can wait in a circle.

use crate::slab::Ref;
use crate::time::Time;
use std::collections::{BTreeMap, VecDeque};

/// The locks of one replica.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    /// Rows that are held, and who waits for each since when.
    rows: BTreeMap<u64, VecDeque<Grant>>,
    /// The row that each holder has.
    held: BTreeMap<u64, u64>,
}

/// A handler that gets a lock which it has awaited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Grant {
    pub(crate) job: Ref,
    pub(crate) since: Time,
}

impl Locks {
    /// Takes a row, or waits for it; says whether the handler has it now.
    pub(crate) fn take(&mut self, now: Time, job: Ref, row: u64) -> bool {
        match self.rows.get_mut(&row) {
            Some(waiting) => {
                waiting.push_back(Grant { job, since: now });
                false
            }
            None => {
                self.rows.insert(row, VecDeque::new());
                self.held.insert(job.id(), row);
                true
            }
        }
    }

    /// A handler ends: its row, if it has one, goes to whoever has waited for it longest.
    pub(crate) fn release(&mut self, job: Ref) -> Option<Grant> {
        let row = self.held.remove(&job.id())?;
        let next = self.rows.get_mut(&row)?.pop_front();
        match next {
            Some(grant) => drop(self.held.insert(grant.job.id(), row)),
            None => drop(self.rows.remove(&row)),
        }
        next
    }

    /// The process died, and all transactions with it.
    pub(crate) fn clear(&mut self) {
        *self = Locks::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slab::Slab;
    use crate::time::Span;

    #[test]
    fn a_row_goes_from_hand_to_hand_in_order() {
        let mut slab = Slab::new();
        let [a, b, c, d] = std::array::from_fn(|_| slab.insert(()));
        let at = |n| Time::ZERO + Span::millis(n);
        let mut locks = Locks::default();
        assert!(locks.take(at(0), a, 7));
        assert!(!locks.take(at(1), b, 7) && !locks.take(at(2), c, 7));
        // Another row is another matter.
        assert!(locks.take(at(2), d, 8));
        assert_eq!(locks.release(d), None);
        assert_eq!(locks.release(a), Some(Grant { job: b, since: at(1) }));
        assert_eq!(locks.release(a), None);
        assert_eq!(locks.release(b), Some(Grant { job: c, since: at(2) }));
        assert_eq!(locks.release(c), None);
        assert!(locks.rows.is_empty() && locks.held.is_empty());
        assert!(locks.take(at(3), a, 7));
        locks.clear();
        assert!(locks.take(at(4), b, 7));
    }
}
