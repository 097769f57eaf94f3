//! Records with identities that outlive them: an index finds the record, a generation tells whether it is still the same.
//!
//! Freed places are reused newest first, so the memory in use is what is in flight, and it stays in the cache.

/// The identity of a record: dead once the record is freed, whoever has its place by then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ref {
    index: u32,
    generation: u32,
}

impl Default for Ref {
    fn default() -> Self {
        Ref::NONE
    }
}

impl Ref {
    /// Refers to nothing.
    pub(crate) const NONE: Ref = Ref { index: u32::MAX, generation: 0 };

    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self.index == u32::MAX
    }

    /// The place in the slab: unique among live records.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.index as usize
    }

    #[inline]
    pub(crate) fn from_id(id: u64) -> Self {
        Ref { index: id as u32, generation: (id >> 32) as u32 }
    }

    /// A number of its own among all records of a kind, dead ones included.
    #[inline]
    pub fn id(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }
}

/// A place in the slab: its generation is odd while it is taken.
#[derive(Debug)]
struct Place<T> {
    generation: u32,
    /// The next free place, while this one is free.
    next_free: u32,
    record: T,
}

/// A pool of records.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    places: Vec<Place<T>>,
    first_free: u32,
    live: usize,
}

const NO_PLACE: u32 = u32::MAX;

impl<T: Default> Slab<T> {
    pub(crate) fn new() -> Self {
        Slab { places: Vec::new(), first_free: NO_PLACE, live: 0 }
    }

    /// Number of live records.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.live
    }

    // Inlined, and without a way out for the record, so that it is written where it belongs and nowhere before.
    #[inline(always)]
    pub(crate) fn insert(&mut self, record: T) -> Ref {
        if self.first_free == NO_PLACE {
            self.grow();
        }
        let index = self.first_free;
        let place = &mut self.places[index as usize];
        self.first_free = place.next_free;
        self.live += 1;
        place.generation = place.generation.wrapping_add(1);
        place.record = record;
        Ref { index, generation: place.generation }
    }

    /// Adds a free place.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.first_free = self.places.len() as u32;
        self.places.push(Place { generation: 0, next_free: NO_PLACE, record: T::default() });
    }

    /// The record, unless it was freed.
    #[inline]
    pub(crate) fn get(&mut self, id: Ref) -> Option<&mut T> {
        let place = self.places.get_mut(id.index())?;
        (place.generation == id.generation).then_some(&mut place.record)
    }

    #[inline]
    pub(crate) fn contains(&self, id: Ref) -> bool {
        self.places.get(id.index()).is_some_and(|place| place.generation == id.generation)
    }

    /// Frees the place; its identity is dead from here on.
    #[inline(always)]
    pub(crate) fn free(&mut self, id: Ref) {
        let place = &mut self.places[id.index()];
        debug_assert!(place.generation == id.generation);
        place.generation = place.generation.wrapping_add(1);
        place.next_free = self.first_free;
        self.first_free = id.index;
        self.live -= 1;
    }

    /// All live records, in order of their place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Ref, &T)> {
        self.places
            .iter()
            .enumerate()
            .filter(|(_, place)| place.generation % 2 == 1)
            .map(|(index, place)| (Ref { index: index as u32, generation: place.generation }, &place.record))
    }
}

/// A live record; asking for a dead one is a defect of the engine.
impl<T> std::ops::Index<Ref> for Slab<T> {
    type Output = T;
    #[inline]
    fn index(&self, id: Ref) -> &T {
        let place = &self.places[id.index()];
        debug_assert!(place.generation == id.generation);
        &place.record
    }
}

impl<T> std::ops::IndexMut<Ref> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, id: Ref) -> &mut T {
        let place = &mut self.places[id.index()];
        debug_assert!(place.generation == id.generation);
        &mut place.record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_place_has_a_new_identity() {
        let mut slab = Slab::new();
        let first = slab.insert("first");
        slab.free(first);
        let second = slab.insert("second");
        assert_eq!(first.index(), second.index());
        assert!(!slab.contains(first) && slab.get(first).is_none());
        assert_eq!(slab[second], "second");
        assert_eq!(slab.len(), 1);
    }

    #[test]
    fn nothing_is_never_found() {
        let mut slab: Slab<u8> = Slab::new();
        assert!(Ref::NONE.is_none() && slab.get(Ref::NONE).is_none());
    }
}
