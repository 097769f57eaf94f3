//! The report's sections about data.

use super::{Series, latency};
use crate::report::{CacheUse, CopyUse, Data, DatabaseUse, LockUse, Named, ProjectionUse, QueueUse};
use sim::model::{Follower, Follows, MessageQueue, Model, Service, Step};
use sim::{CacheTally, FollowerTally, LockTally, Measures, QueueTally, Span};

pub(super) fn data(model: &Model, measures: &Measures) -> Data {
    let caches = model.caches.iter().zip(&measures.data.caches);
    let queues = model.queues.iter().zip(&measures.data.queues);
    Data {
        caches: caches.map(|(cache, tally)| (cache.name.clone(), cache_use(tally))).collect(),
        databases: databases(model, measures),
        projections: projections(model, measures),
        queues: queues.map(|(queue, tally)| (queue.name.clone(), queue_use(queue, tally))).collect(),
    }
}

fn cache_use(tally: &CacheTally) -> CacheUse {
    CacheUse {
        hits: tally.hits,
        misses: tally.misses,
        hit_ratio: ratio(tally.hits, tally.hits + tally.misses),
        waited: tally.waited,
        expired: tally.expired,
        evictions: tally.evicted,
        age_ms: latency(&tally.ages),
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Services whose handlers write or lock, or that have replicas.
fn databases(model: &Model, measures: &Measures) -> Named<DatabaseUse> {
    let mut found = Named::new();
    for (index, service) in model.services.iter().enumerate() {
        let copies = model.followers.iter().zip(&measures.data.followers);
        let mut replicas = copies.filter(|(copy, _)| is_replica(copy) && copy.of.0 as usize == index);
        let used = DatabaseUse {
            writes: measures.data.written[index],
            locks: has(service, |step| matches!(step, Step::Lock)).then(|| lock_use(&measures.data.locks[index])),
            replicas: replicas.next().map(|(_, tally)| copy_use(tally)),
        };
        if used.locks.is_some() || used.replicas.is_some() || has(service, |step| matches!(step, Step::Commit)) {
            found.insert(service.name.clone(), used);
        }
    }
    found
}

fn has(service: &Service, wanted: fn(&Step) -> bool) -> bool {
    service.endpoints.iter().flat_map(|endpoint| &endpoint.steps).any(wanted)
}

/// Whether a copy is a database's replicas, not a projection.
fn is_replica(follower: &Follower) -> bool {
    matches!(follower.follows, Follows::Log { .. })
}

fn lock_use(tally: &LockTally) -> LockUse {
    LockUse { taken: tally.waits.count(), awaited: tally.awaited, wait_ms: latency(&tally.waits) }
}

fn copy_use(tally: &FollowerTally) -> CopyUse {
    CopyUse { reads: tally.behind.count(), stale_reads: tally.stale, staleness_ms: latency(&tally.behind) }
}

fn projections(model: &Model, measures: &Measures) -> Named<ProjectionUse> {
    let copies = model.followers.iter().zip(&measures.data.followers).filter(|(copy, _)| !is_replica(copy));
    let projection = |(copy, tally): (&Follower, &FollowerTally)| {
        let writes = measures.data.written[copy.of.0 as usize];
        let write_amplification = ratio(writes + tally.copied, writes);
        let used = ProjectionUse { writes, copied: tally.copied, write_amplification, read: copy_use(tally) };
        (copy.name.clone(), used)
    };
    copies.map(projection).collect()
}

fn queue_use(queue: &MessageQueue, tally: &QueueTally) -> QueueUse {
    let (dead_letters, dropped) = if queue.dead_letters { (tally.dead, 0) } else { (0, tally.dead) };
    QueueUse {
        published: tally.published,
        refused: tally.refused,
        delivered: tally.delivered,
        redelivered: tally.redelivered,
        acknowledged: tally.acknowledged,
        dead_letters,
        dropped,
        lag_mean: tally.lag,
        lag_max: tally.lag_max,
        age_ms: latency(&tally.ages),
    }
}

pub(super) fn add_data(series: &mut Series, model: &Model, measures: &Measures) {
    for (cache, steps) in model.caches.iter().zip(&measures.data.cache_steps) {
        let ratios = steps.iter().map(|step| ratio(step.hits, step.lookups)).collect();
        series.insert(format!("{}.hit_ratio", cache.name), ratios);
    }
    for (queue, steps) in model.queues.iter().zip(&measures.data.queue_steps) {
        series.insert(format!("{}.lag", queue.name), steps.iter().map(|step| Some(step.lag)).collect());
        let oldest = steps.iter().map(|step| step.oldest.map(Span::as_millis)).collect();
        series.insert(format!("{}.oldest_ms", queue.name), oldest);
    }
}
