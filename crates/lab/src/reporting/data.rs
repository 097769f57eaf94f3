//! The report's sections about data.

use super::{Series, latency};
use crate::report::{CacheUse, Data};
use sim::model::Model;
use sim::{CacheTally, Measures};

pub(super) fn data(model: &Model, measures: &Measures) -> Data {
    let caches = model.caches.iter().zip(&measures.data.caches);
    Data { caches: caches.map(|(cache, tally)| (cache.name.clone(), cache_use(tally))).collect() }
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

pub(super) fn add_data(series: &mut Series, model: &Model, measures: &Measures) {
    for (cache, steps) in model.caches.iter().zip(&measures.data.cache_steps) {
        let ratios = steps.iter().map(|step| ratio(step.hits, step.lookups)).collect();
        series.insert(format!("{}.hit_ratio", cache.name), ratios);
    }
}
