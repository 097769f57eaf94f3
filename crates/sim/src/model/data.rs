//! Where data lives: caches beside callers.

use super::Dist;
use crate::time::Span;

/// Index of a cache in [`Model::caches`](super::Model::caches).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CacheId(pub u32);

/// Which keys are asked for: rank k with a chance in proportion to k to the power −`exponent` (Zipf's law).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Keys {
    /// 0 makes all keys alike, 1 is Zipf's own; from 0 to [`Keys::MAX_EXPONENT`].
    pub exponent: f64,
    /// How many keys there are, from 1 to [`Keys::MAX_COUNT`].
    pub count: u32,
}

impl Keys {
    /// Beyond this exponent the first key is practically the only one.
    pub const MAX_EXPONENT: f64 = 10.0;
    /// A thousand million keys.
    pub const MAX_COUNT: u32 = 1_000_000_000;
}

/// Answers kept beside the callers.
#[derive(Clone, PartialEq, Debug)]
pub struct Cache {
    /// Unique among caches.
    pub name: String,
    /// Entries, at least 1; of each replica where the cache is not shared. The least recently used goes first.
    pub size: u32,
    /// How long an entry counts after it was fetched; reads do not renew it. Absent: until it is pushed out.
    pub ttl: Option<Span>,
    /// The keys that its readers ask for.
    pub keys: Keys,
    /// How long a hit takes.
    pub hit: Dist,
    /// Who fetches what is missing.
    pub fill: Fill,
    /// One cache for all callers, which survives their crashes; otherwise each replica of a caller has its own.
    pub shared: bool,
}

impl Cache {
    /// A shared cache of a thousand entries without a time to live, whose hits take no time and whose misses stampede.
    pub fn new(name: &str, keys: Keys) -> Self {
        let hit = Dist::Constant(Span::ZERO);
        Cache { name: name.to_owned(), size: 1_000, ttl: None, keys, hit, fill: Fill::default(), shared: true }
    }
}

/// Who fetches a key that a cache lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fill {
    /// Whoever misses it.
    #[default]
    Stampede,
    /// The first who misses it; others wait for that fetch and share its answer or failure.
    SingleFlight,
}

/// How a call uses a cache.
#[derive(Clone, PartialEq, Debug)]
pub struct CacheUse {
    /// Which.
    pub cache: CacheId,
    /// How long a hit takes here. Absent: as the cache says.
    pub hit: Option<Dist>,
}
