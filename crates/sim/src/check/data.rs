//! The ranges of the data side of a model.

use super::{Checked, check_dist, require};
use crate::model::{Cache, Call, Keys, Model};
use crate::time::Span;

impl Model {
    /// Caches of one model.
    pub const MAX_CACHES: usize = 1_000;
    /// Entries of all caches together, those of each replica counted where a cache is not shared: 40 bytes each.
    pub const MAX_CACHED: u64 = 10_000_000;

    pub(super) fn check_data(&self) -> Checked {
        require(self.caches.len() <= Self::MAX_CACHES, || "caches".into(), "at most 1000")?;
        self.caches.iter().try_for_each(check_cache)?;
        let entries: u64 = self.caches.iter().map(|cache| self.cached(cache)).sum();
        require(entries <= Self::MAX_CACHED, || "caches: size".into(), "at most 10000000 entries in all")?;
        let known = |call: &Call| call.cache.as_ref().is_none_or(|used| (used.cache.0 as usize) < self.caches.len());
        require(self.calls().all(known), || "call: cache".into(), "one of the model's")?;
        let of_tenants = self.tenants.iter().any(|tenant| tenant.call.cache.is_some());
        require(!of_tenants, || "tenant: cache".into(), "absent")
    }

    /// Entries that a cache may come to hold over all replicas.
    fn cached(&self, cache: &Cache) -> u64 {
        let stores =
            if cache.shared { 1 } else { self.services.iter().map(|service| u64::from(service.replicas)).sum() };
        u64::from(cache.size) * stores
    }
}

fn check_cache(cache: &Cache) -> Checked {
    let field = |what: &str| format!("cache {}: {what}", cache.name);
    require(cache.size >= 1, || field("size"), "at least 1")?;
    let ttl = cache.ttl.is_none_or(|ttl| ttl > Span::ZERO && ttl <= Model::MAX_SPAN);
    require(ttl, || field("ttl"), "over 0 and at most 100 years")?;
    check_dist(&cache.hit, || field("hit"))?;
    check_keys(&cache.keys, || field("keys"))
}

fn check_keys(keys: &Keys, field: impl FnOnce() -> String) -> Checked {
    let holds = (0.0..=Keys::MAX_EXPONENT).contains(&keys.exponent) && (1..=Keys::MAX_COUNT).contains(&keys.count);
    require(holds, field, "from 1 to 10⁹ keys, with an exponent from 0 to 10")
}

/// A call's own part of the data side.
pub(super) fn check_call(call: &Call) -> Checked {
    let hit = call.cache.as_ref().and_then(|used| used.hit.as_ref());
    hit.map_or(Ok(()), |hit| check_dist(hit, || "call: hit".into()))
}
