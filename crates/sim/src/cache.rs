//! A cache beside a caller: what it holds, what it has forgotten, and who fetches what is missing.
//!
//! Least recently used goes first, and an entry counts for a fixed time after it was fetched, whatever reads come between
//! (a TTL that is not renewed; an expired entry keeps its place until it is looked up or pushed out). Two ways to fill it: in
//! a *stampede* each miss fetches for itself; with a *single flight* the misses of a key wait for the first one's fetch and
//! share how it ends, as Go's `golang.org/x/sync/singleflight` and memcached's leases do (R. Nishtala et al., "Scaling
//! Memcache at Facebook", NSDI 2013). Only whole answers are kept.

use crate::lru::Lru;
use crate::model::{Cache as Model, Fill};
use crate::slab::Ref;
use crate::time::{Span, Time};
use std::collections::BTreeMap;

/// What looking a key up in a cache gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The value.
    Hit {
        /// How long ago it was fetched.
        age: Span,
    },
    /// Nothing: the caller fetches it.
    Fetch,
    /// Nothing: another one is fetching it, and the caller waits for that.
    Wait,
}

/// A handler that waits for another one's fetch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Waiter {
    pub(crate) job: Ref,
    /// Whether its own step may fail.
    pub(crate) optional: bool,
}

/// One memory of keys.
#[derive(Debug)]
pub(crate) struct Cache {
    /// When each was fetched.
    entries: Lru<Time>,
    ttl: Span,
    fill: Fill,
    /// Keys that are being fetched, and who waits for them.
    flights: BTreeMap<u64, Vec<Waiter>>,
}

impl Cache {
    pub(crate) fn new(model: &Model) -> Self {
        Cache {
            entries: Lru::new(model.size),
            ttl: model.ttl.unwrap_or(Span::MAX),
            fill: model.fill,
            flights: BTreeMap::new(),
        }
    }

    /// Looks a key up for a handler, and says whether an entry had expired.
    pub(crate) fn look_up(&mut self, now: Time, key: u64, waiter: Waiter) -> (Found, bool) {
        let fetched = self.entries.touch(key);
        if let Some(age) = fetched.map(|fetched| now.since(fetched)).filter(|age| *age < self.ttl) {
            return (Found::Hit { age }, false);
        }
        let expired = fetched.is_some();
        if expired {
            self.entries.remove(key);
        }
        (self.miss(key, waiter), expired)
    }

    fn miss(&mut self, key: u64, waiter: Waiter) -> Found {
        if self.fill == Fill::Stampede {
            return Found::Fetch;
        }
        match self.flights.get_mut(&key) {
            Some(waiting) => {
                waiting.push(waiter);
                Found::Wait
            }
            None => {
                self.flights.insert(key, Vec::new());
                Found::Fetch
            }
        }
    }

    /// Keeps what was fetched; says whether another key had to go.
    pub(crate) fn keep(&mut self, now: Time, key: u64) -> bool {
        self.entries.put(key, now)
    }

    /// The fetch of a key is over, well or not: gives those who waited for it, in the order in which they came.
    pub(crate) fn land(&mut self, key: u64) -> Vec<Waiter> {
        self.flights.remove(&key).unwrap_or_default()
    }

    /// Forgets all values; fetches under way go on.
    pub(crate) fn flush(&mut self) {
        self.entries.clear();
    }

    /// Forgets all values and all fetches: its process died.
    pub(crate) fn crash(&mut self) {
        self.flush();
        self.flights.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slab::Slab;

    fn at(n: u64) -> Time {
        Time::ZERO + Span::millis(n)
    }

    fn cache(size: u32, ttl_ms: Option<u64>, fill: Fill) -> Cache {
        let ttl = ttl_ms.map(Span::millis);
        Cache::new(&Model { size, ttl, fill, ..Model::new("products", crate::model::Keys { exponent: 1.0, count: 9 }) })
    }

    fn waiters() -> [Waiter; 3] {
        let mut slab = Slab::new();
        std::array::from_fn(|_| Waiter { job: slab.insert(()), optional: false })
    }

    #[test]
    fn an_entry_lives_for_its_time_and_no_longer() {
        let [who, ..] = waiters();
        let mut cache = cache(10, Some(5), Fill::Stampede);
        assert_eq!(cache.look_up(at(0), 7, who), (Found::Fetch, false));
        assert!(!cache.keep(at(2), 7));
        assert_eq!(cache.look_up(at(6), 7, who), (Found::Hit { age: Span::millis(4) }, false));
        // A read renews nothing.
        assert_eq!(cache.look_up(at(7), 7, who), (Found::Fetch, true));
        assert_eq!(cache.look_up(at(7), 7, who), (Found::Fetch, false));
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let [who, ..] = waiters();
        let mut cache = cache(2, None, Fill::Stampede);
        assert!(!cache.keep(at(0), 1) && !cache.keep(at(1), 2));
        cache.look_up(at(2), 1, who);
        assert!(cache.keep(at(3), 3));
        assert_eq!(cache.look_up(at(4), 1, who).0, Found::Hit { age: Span::millis(4) });
        assert_eq!(cache.look_up(at(4), 2, who), (Found::Fetch, false));
        // Another fetch of a key that is there pushes nothing out, and makes it fresh.
        assert!(!cache.keep(at(9), 1));
        assert_eq!(cache.look_up(at(9), 1, who).0, Found::Hit { age: Span::ZERO });
    }

    #[test]
    fn misses_of_one_key_share_a_flight() {
        let [first, second, third] = waiters();
        let mut cache = cache(10, None, Fill::SingleFlight);
        assert_eq!(cache.look_up(at(0), 7, first).0, Found::Fetch);
        assert_eq!(cache.look_up(at(1), 7, second).0, Found::Wait);
        assert_eq!(cache.look_up(at(2), 8, second).0, Found::Fetch);
        assert_eq!(cache.look_up(at(3), 7, third).0, Found::Wait);
        assert_eq!(cache.land(7), [second, third]);
        assert_eq!(cache.land(8), []);
        // The fetch failed, so nothing was kept, and the next one tries again.
        assert_eq!(cache.look_up(at(4), 7, first).0, Found::Fetch);
    }

    #[test]
    fn a_flush_forgets_values_and_a_crash_flights_too() {
        let [first, second, _] = waiters();
        let mut cache = cache(10, None, Fill::SingleFlight);
        cache.keep(at(0), 1);
        cache.look_up(at(0), 7, first);
        cache.flush();
        assert_eq!(cache.look_up(at(1), 1, first).0, Found::Fetch);
        assert_eq!(cache.look_up(at(1), 7, second).0, Found::Wait);
        cache.crash();
        assert_eq!(cache.look_up(at(2), 7, second).0, Found::Fetch);
    }
}
