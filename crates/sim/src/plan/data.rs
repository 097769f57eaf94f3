//! The data side of a plan: what a call asks for, and where its answer is looked up first.

use super::{Compiler, Draw};
use crate::model::{CacheUse, Call};
use crate::random::Stream;
use crate::time::Span;
use crate::zipf::Zipf;

/// What a site does beside calling.
#[derive(Debug)]
pub(crate) enum DataSite {
    /// Asks for a key, which a cache may hold.
    Asks(Asks),
}

/// Which key a call asks for.
#[derive(Debug)]
pub(crate) struct Asks {
    keys: Zipf,
    stream: Stream,
    pub(crate) cache: Option<Lookup>,
}

impl Asks {
    pub(crate) fn next_key(&mut self) -> u64 {
        self.keys.sample(&mut self.stream)
    }
}

/// A look into a cache before the call.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) cache: u32,
    /// How long a hit takes.
    pub(crate) hit: Draw,
}

impl Compiler<'_> {
    /// What a call does beside calling; its streams are named as the site is.
    pub(super) fn asks(&self, call: &Call, site: &str) -> Option<Box<DataSite>> {
        let CacheUse { cache, hit } = call.cache.as_ref()?;
        let model = &self.model.caches[cache.0 as usize];
        let hit = Draw::new(hit.as_ref().unwrap_or(&model.hit), self.seed, "hit", site);
        Some(Box::new(DataSite::Asks(Asks {
            keys: Zipf::new(&model.keys),
            stream: Stream::new(self.seed, "keys", site),
            cache: Some(Lookup { cache: cache.0, hit }),
        })))
    }
}

impl super::Site {
    /// How long this hit takes; none where no cache is looked into.
    pub(crate) fn hit_time(&mut self) -> Span {
        match self.data.as_deref_mut() {
            Some(DataSite::Asks(Asks { cache: Some(lookup), .. })) => lookup.hit.sample(),
            _ => Span::ZERO,
        }
    }

    /// The cache that keeps what this site fetches.
    pub(crate) fn fills(&self) -> Option<u32> {
        match self.data.as_deref() {
            Some(DataSite::Asks(asks)) => asks.cache.as_ref().map(|lookup| lookup.cache),
            None => None,
        }
    }
}
