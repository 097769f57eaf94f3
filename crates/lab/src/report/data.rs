//! What a run found about data: caches. A scenario without them has none of this in its report.

use super::{Latency, Named};
use serde::{Deserialize, Serialize};

/// The sections of a report that only scenarios with such parts have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// By cache.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub caches: Named<CacheUse>,
}

/// What a cache did for requests of the measured window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CacheUse {
    /// Lookups that found a value.
    pub hits: u64,
    /// Lookups that found none.
    pub misses: u64,
    /// hits / (hits + misses); null where nothing was looked up.
    pub hit_ratio: Option<f64>,
    /// Misses that waited for another one's fetch instead of fetching for themselves.
    pub waited: u64,
    /// Misses that found an entry which was too old.
    pub expired: u64,
    /// Keys that had to leave a full cache for others.
    pub evictions: u64,
    /// How long before it was read a value had been fetched, over all hits: how stale readers may have been.
    pub age_ms: Latency,
}
