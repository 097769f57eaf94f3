//! A bounded map that forgets what was used longest ago.
//!
//! Entries lie in one vector, linked twice: by use, and by the bucket that their key falls into. Both are indices, so
//! nothing is allocated per entry, and the order of nothing depends on an address.

use crate::random::splitmix;

/// A bounded map from keys to values in the order of their last use.
#[derive(Debug)]
pub(crate) struct Lru<V> {
    capacity: usize,
    /// The first entry of each bucket; a power of two of them, at least as many as entries.
    buckets: Vec<u32>,
    entries: Vec<Entry<V>>,
    newest: u32,
    oldest: u32,
    free: u32,
    len: usize,
}

#[derive(Debug)]
struct Entry<V> {
    key: u64,
    value: V,
    /// Neighbours by use.
    newer: u32,
    older: u32,
    /// The next entry of the same bucket, or the next free place.
    next: u32,
}

const NONE: u32 = u32::MAX;

impl<V: Copy> Lru<V> {
    /// An empty map of at most `capacity` entries, which is at least 1.
    pub(crate) fn new(capacity: u32) -> Self {
        let mut map = Lru {
            capacity: capacity as usize,
            buckets: Vec::new(),
            entries: Vec::new(),
            newest: NONE,
            oldest: NONE,
            free: NONE,
            len: 0,
        };
        map.clear();
        map
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The value of a key, which is now the one last used.
    pub(crate) fn touch(&mut self, key: u64) -> Option<V> {
        let index = self.find(key)?;
        if index != self.newest {
            self.unlink(index);
            self.link_newest(index);
        }
        Some(self.entries[index as usize].value)
    }

    /// Puts a value under a key, as the one last used. Says whether another key had to go.
    pub(crate) fn put(&mut self, key: u64, value: V) -> bool {
        if let Some(index) = self.find(key) {
            self.entries[index as usize].value = value;
            self.touch(key);
            return false;
        }
        let full = self.len == self.capacity;
        if full {
            self.remove(self.entries[self.oldest as usize].key);
        }
        let index = self.place(key, value);
        self.len += 1;
        if self.len > self.buckets.len() {
            self.rehash(self.buckets.len() * 2);
        } else {
            self.enter(index);
        }
        self.link_newest(index);
        full
    }

    /// Forgets a key.
    pub(crate) fn remove(&mut self, key: u64) {
        let Some(index) = self.find(key) else { return };
        self.unlink(index);
        let next = self.entries[index as usize].next;
        let bucket = self.bucket(key);
        if self.buckets[bucket] == index {
            self.buckets[bucket] = next;
        } else {
            let mut before = self.buckets[bucket];
            while self.entries[before as usize].next != index {
                before = self.entries[before as usize].next;
            }
            self.entries[before as usize].next = next;
        }
        self.entries[index as usize].next = self.free;
        self.free = index;
        self.len -= 1;
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.buckets = vec![NONE; 16];
        self.entries.clear();
        (self.newest, self.oldest, self.free, self.len) = (NONE, NONE, NONE, 0);
    }

    fn bucket(&self, key: u64) -> usize {
        splitmix(key) as usize & (self.buckets.len() - 1)
    }

    fn find(&self, key: u64) -> Option<u32> {
        let mut index = self.buckets[self.bucket(key)];
        while index != NONE {
            let entry = &self.entries[index as usize];
            if entry.key == key {
                return Some(index);
            }
            index = entry.next;
        }
        None
    }

    /// A place for a new entry: a free one, or one more.
    fn place(&mut self, key: u64, value: V) -> u32 {
        let entry = Entry { key, value, newer: NONE, older: NONE, next: NONE };
        if self.free == NONE {
            self.entries.push(entry);
            return self.entries.len() as u32 - 1;
        }
        let index = self.free;
        self.free = self.entries[index as usize].next;
        self.entries[index as usize] = entry;
        index
    }

    fn enter(&mut self, index: u32) {
        let bucket = self.bucket(self.entries[index as usize].key);
        self.entries[index as usize].next = self.buckets[bucket];
        self.buckets[bucket] = index;
    }

    /// Spreads all entries, none of which is free when the map grows, over so many buckets.
    fn rehash(&mut self, buckets: usize) {
        self.buckets = vec![NONE; buckets];
        (0..self.entries.len() as u32).for_each(|index| self.enter(index));
    }

    fn unlink(&mut self, index: u32) {
        let Entry { newer, older, .. } = self.entries[index as usize];
        match newer {
            NONE => self.newest = older,
            _ => self.entries[newer as usize].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            _ => self.entries[older as usize].newer = newer,
        }
    }

    fn link_newest(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        (entry.newer, entry.older) = (NONE, self.newest);
        match self.newest {
            NONE => self.oldest = index,
            newest => self.entries[newest as usize].newer = index,
        }
        self.newest = index;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// The obvious way: a list, newest first.
    #[derive(Default)]
    struct Plain(Vec<(u64, u32)>);

    impl Plain {
        fn touch(&mut self, key: u64) -> Option<u32> {
            let place = self.0.iter().position(|(known, _)| *known == key)?;
            let entry = self.0.remove(place);
            self.0.insert(0, entry);
            Some(entry.1)
        }

        fn put(&mut self, key: u64, value: u32, capacity: usize) -> bool {
            let known = self.touch(key).is_some();
            if known {
                self.0[0].1 = value;
                return false;
            }
            self.0.insert(0, (key, value));
            let full = self.0.len() > capacity;
            self.0.truncate(capacity);
            full
        }
    }

    #[test]
    fn it_does_what_a_plain_list_does() {
        for capacity in [1, 2, 7, 100] {
            let (mut lru, mut plain) = (Lru::new(capacity), Plain::default());
            let mut stream = Stream::new(u64::from(capacity), "test", "lru");
            for n in 0..20_000 {
                let key = u64::from(stream.below(3 * capacity));
                match stream.below(20) {
                    0..9 => assert_eq!(lru.touch(key), plain.touch(key)),
                    9..18 => assert_eq!(lru.put(key, n), plain.put(key, n, capacity as usize)),
                    18 => {
                        lru.remove(key);
                        plain.0.retain(|(known, _)| *known != key);
                    }
                    _ if stream.below(100) == 0 => {
                        lru.clear();
                        plain.0.clear();
                    }
                    _ => {}
                }
                assert_eq!(lru.len(), plain.0.len());
            }
        }
    }
}
