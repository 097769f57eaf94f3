//! The ranges of the data side of a model.

use super::{Checked, calls, check_dist, check_network, require};
use crate::model::{Cache, Call, EndpointId, Follower, Follows, Keys, MessageQueue, Model, Step};
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
        require(!of_tenants, || "tenant: cache".into(), "absent")?;
        self.followers.iter().try_for_each(|follower| self.check_follower(follower))?;
        self.queues.iter().try_for_each(|queue| self.check_queue(queue))?;
        self.check_data_steps()
    }

    fn check_follower(&self, follower: &Follower) -> Checked {
        let field = |what: &str| format!("follower {}: {what}", follower.name);
        require((follower.of.0 as usize) < self.services.len(), || field("of"), "a service of the model")?;
        match &follower.follows {
            Follows::Sync => Ok(()),
            Follows::Log { lag } => check_dist(lag, || field("lag")),
            Follows::Refresh { after, by } => {
                let holds = *after > Span::ZERO && *after <= Self::MAX_SPAN;
                require(holds, || field("after"), "over 0 and at most 100 years")?;
                require(self.has(*by), || field("by"), "an endpoint of the model")
            }
        }
    }

    fn check_queue(&self, queue: &MessageQueue) -> Checked {
        let field = |what: &str| format!("queue {}: {what}", queue.name);
        require(self.has(queue.consumer), || field("consumer"), "an endpoint of the model")?;
        let partitions = (1..=MessageQueue::MAX_PARTITIONS).contains(&queue.partitions);
        require(partitions, || field("partitions"), "from 1 to 10000")?;
        require(queue.consumers != Some(0), || field("consumers"), "at least 1")?;
        require(queue.prefetch >= 1, || field("prefetch"), "at least 1")?;
        require(queue.attempts != Some(0), || field("attempts"), "at least 1")?;
        let span = |span: Span| span > Span::ZERO && span <= Self::MAX_SPAN;
        require(queue.ack.is_none_or(span), || field("ack"), "over 0 and at most 100 years")?;
        require(span(queue.redelivery), || field("redelivery"), "over 0 and at most 100 years")?;
        check_dist(&queue.write, || field("write"))?;
        check_network(&queue.network)
    }

    fn has(&self, id: EndpointId) -> bool {
        let service = self.services.get(id.service.0 as usize);
        service.is_some_and(|service| (id.endpoint as usize) < service.endpoints.len())
    }

    fn check_data_steps(&self) -> Checked {
        for step in self.all_steps() {
            match step {
                Step::Read(follower) => {
                    require((follower.0 as usize) < self.followers.len(), || "read".into(), "a follower of the model")?;
                }
                Step::Publish { queue, keys } => {
                    require((queue.0 as usize) < self.queues.len(), || "publish".into(), "to a queue of the model")?;
                    keys.iter().try_for_each(|keys| check_keys(keys, || "publish: keys".into()))?;
                }
                _ => {}
            }
        }
        for endpoint in self.services.iter().flat_map(|service| &service.endpoints) {
            let count = |wanted: fn(&Step) -> bool| endpoint.steps.iter().filter(|step| wanted(step)).count();
            let locks = count(|step| matches!(step, Step::Lock));
            let reads = count(|step| matches!(step, Step::Read(_)));
            require(locks <= 1 && reads <= 1, || format!("{}: lock, read", endpoint.name), "once per handler")?;
        }
        Ok(())
    }

    /// The endpoints that a step of a service makes work, now or later.
    pub(super) fn callees(&self, service: usize, step: &Step) -> Vec<EndpointId> {
        match step {
            Step::Publish { queue, .. } => vec![self.queues[queue.0 as usize].consumer],
            Step::Commit => {
                let followers = self.followers.iter().filter(|follower| follower.of.0 as usize == service);
                let refreshes = followers.filter_map(|follower| match follower.follows {
                    Follows::Refresh { by, .. } => Some(by),
                    Follows::Sync | Follows::Log { .. } => None,
                });
                refreshes.collect()
            }
            other => calls(other).map(|call| call.callee).collect(),
        }
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
    hit.map_or(Ok(()), |hit| check_dist(hit, || "call: hit".into()))?;
    call.keys.as_ref().map_or(Ok(()), |keys| check_keys(keys, || "call: keys".into()))
}
