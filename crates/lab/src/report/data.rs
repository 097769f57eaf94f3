//! What a run found about data: caches, databases, projections, queues. A scenario without them has none of this in its
//! report.

use super::{Latency, Named};
use serde::{Deserialize, Serialize};

/// The sections of a report that only scenarios with such parts have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Data {
    /// By cache.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub caches: Named<CacheUse>,
    /// By database that is written, locked or has replicas.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub databases: Named<DatabaseUse>,
    /// By projection.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub projections: Named<ProjectionUse>,
    /// By queue.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub queues: Named<QueueUse>,
}

/// What a cache did for requests of the measured window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// What a database did for requests of the measured window; how busy it was stands under `services`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatabaseUse {
    /// Writes.
    pub writes: u64,
    /// Row locks, where queries take any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locks: Option<LockUse>,
    /// Reads of its replicas, where it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<CopyUse>,
}

/// Row locks that queries took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LockUse {
    /// Locks taken.
    pub taken: u64,
    /// Of these, those that had to be awaited.
    pub awaited: u64,
    /// How long each was awaited; at once is 0.
    pub wait_ms: Latency,
}

/// Reads of a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CopyUse {
    /// Reads.
    pub reads: u64,
    /// Of these, reads of a row of which the copy lacked a write.
    pub stale_reads: u64,
    /// Age of the oldest write that a read row lacked, over all reads; up to date is 0.
    pub staleness_ms: Latency,
}

/// What a projection cost and how old it was, for requests of the measured window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectionUse {
    /// Writes of the database that it follows.
    pub writes: u64,
    /// Writes of the projection, those after failures counted once.
    pub copied: u64,
    /// (writes + copied) / writes; null where nothing was written.
    pub write_amplification: Option<f64>,
    /// How it was read.
    #[serde(flatten)]
    pub read: CopyUse,
}

/// What a queue made of the messages of requests of the measured window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueUse {
    /// Messages taken.
    pub published: u64,
    /// Messages refused, because the queue was full.
    pub refused: u64,
    /// Deliveries, repetitions included.
    pub delivered: u64,
    /// Repetitions.
    pub redelivered: u64,
    /// Messages worked on.
    pub acknowledged: u64,
    /// Messages that failed too often and were kept.
    pub dead_letters: u64,
    /// Messages that failed too often and were dropped.
    pub dropped: u64,
    /// Mean number of messages that were published and not yet settled.
    pub lag_mean: f64,
    /// Largest such number at one instant.
    pub lag_max: u64,
    /// From publication to acknowledgement.
    pub age_ms: Latency,
}
