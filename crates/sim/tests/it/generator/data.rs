//! What random models have to do with data, drawn apart from the rest: a model without it stays as it was.

use super::Dice;
use crate::world::ms;
use sim::model::{
    Cache, CacheId, CacheUse, Call, Dist, Endpoint, EndpointId, Fault, FaultKind, Fill, Follower, FollowerId, Follows,
    Keys, MessageQueue, Model, QueueId, Service, ServiceId, Step,
};
use sim::{Span, Stream, Time};

/// Gives half of the models each: caches, a database with copies, queues.
pub(super) fn add(model: &mut Model, seed: u64) {
    let mut dice = Dice(Stream::new(seed, "generator", "data"));
    if dice.one_in(2) {
        dice.add_caches(model);
    }
    if dice.one_in(2) {
        dice.add_database(model);
    }
    if dice.one_in(2) {
        dice.add_queues(model);
    }
}

impl Dice {
    fn add_caches(&mut self, model: &mut Model) {
        model.caches = (0..1 + self.below(2)).map(|n| self.cache(n)).collect();
        let caches = model.caches.len() as u64;
        for call in calls(model) {
            call.cache = self.maybe(2, |dice| CacheUse {
                cache: CacheId(dice.below(caches) as u32),
                hit: dice.maybe(3, |dice| dice.dist()),
            });
        }
        for _ in 0..self.below(3) {
            let kind = FaultKind::Flush { cache: CacheId(self.below(caches) as u32) };
            let at = Time::ZERO + ms(10 * self.below(30));
            model.faults.push(Fault { kind, at, lasts: Span::ZERO });
        }
    }

    fn cache(&mut self, number: u64) -> Cache {
        let hit = self.dist();
        Cache {
            size: self.pick(&[1, 2, 5, 100]),
            ttl: self.maybe(2, |dice| dice.pick(&[Span(1), ms(1), ms(20), ms(100)])),
            hit: self.pick(&[Dist::Constant(Span::ZERO), hit]),
            fill: self.pick(&[Fill::Stampede, Fill::SingleFlight]),
            shared: self.one_in(2),
            ..Cache::new(&format!("cache-{number}"), self.keys())
        }
    }

    fn keys(&mut self) -> Keys {
        Keys { exponent: self.pick(&[0.0, 0.8, 1.0, 1.5]), count: self.pick(&[1, 3, 20, 1_000_000]) }
    }

    /// The last service, which all others may call: it locks, writes, refreshes and reads.
    fn add_database(&mut self, model: &mut Model) {
        let service = ServiceId(model.services.len() as u32);
        let endpoint = |name: &str, steps| Endpoint { name: name.to_owned(), steps };
        let write = vec![Step::Lock, Step::Work(self.dist()), Step::Commit, Step::Wait(self.dist())];
        let read = vec![Step::Read(FollowerId(self.below(3) as u32)), Step::Work(self.dist())];
        let endpoints =
            vec![endpoint("write", write), endpoint("read", read), endpoint("refresh", vec![Step::Work(self.dist())])];
        model.services.push(Service {
            workers: self.maybe(2, |dice| 1 + dice.below(4) as u32),
            cores: self.maybe(2, |dice| 1 + dice.below(3) as u32),
            replicas: 1 + self.below(2) as u32,
            endpoints,
            ..Service::new("database", Vec::new())
        });
        let after = self.pick(&[ms(1), ms(20), ms(100)]);
        let by = EndpointId { service, endpoint: 2 };
        let ways = [Follows::Sync, Follows::Log { lag: self.dist() }, Follows::Refresh { after, by }];
        let follower = |(n, follows)| Follower { name: format!("copy-{n}"), of: service, follows };
        model.followers = ways.into_iter().enumerate().map(follower).collect();
        let first = service.0 as usize;
        for caller in 0..first {
            for endpoint in 0..model.services[caller].endpoints.len() {
                if self.one_in(2) {
                    let keys = self.maybe(2, Self::keys);
                    let cache = model.services[caller].endpoints[endpoint].steps.iter().find_map(cache_of);
                    let call = Call { keys, cache, ..Call::to(service.0, self.below(2) as u32) };
                    model.services[caller].endpoints[endpoint].steps.push(Step::Call(call));
                }
            }
        }
    }

    fn add_queues(&mut self, model: &mut Model) {
        let last = model.services.len() - 1;
        for number in 0..1 + self.below(2) {
            let service = self.below(model.services.len() as u64) as usize;
            let endpoint = self.below(model.services[service].endpoints.len() as u64) as u32;
            let consumer = EndpointId { service: ServiceId(service as u32), endpoint };
            let queue = QueueId(model.queues.len() as u32);
            model.queues.push(MessageQueue {
                partitions: 1 + self.below(4) as u32,
                consumers: self.maybe(2, |dice| 1 + dice.below(4) as u32),
                prefetch: 1 + self.below(2) as u32,
                ack: self.maybe(2, |dice| dice.pick(&[ms(1), ms(20), ms(100)])),
                attempts: self.maybe(2, |dice| 1 + dice.below(4) as u32),
                redelivery: self.pick(&[ms(1), ms(10), ms(100)]),
                limit: self.maybe(3, |dice| dice.below(5) as u32),
                write: self.pick(&[Dist::Constant(Span::ZERO), Dist::Constant(ms(1))]),
                ..MessageQueue::new(&format!("queue-{number}"), consumer)
            });
            // Only services before the consumer's publish, so that nothing goes in a circle; the last is nobody's publisher.
            for publisher in 0..service.min(last) {
                for endpoint in 0..model.services[publisher].endpoints.len() {
                    if self.one_in(2) {
                        let keys = self.maybe(2, Self::keys);
                        model.services[publisher].endpoints[endpoint].steps.push(Step::Publish { queue, keys });
                    }
                }
            }
        }
    }
}

fn cache_of(step: &Step) -> Option<CacheUse> {
    if let Step::Call(call) = step { call.cache.clone() } else { None }
}

/// The calls of all handlers.
fn calls(model: &mut Model) -> impl Iterator<Item = &mut Call> {
    let endpoints = model.services.iter_mut().flat_map(|service| &mut service.endpoints);
    let steps = endpoints.flat_map(|endpoint| &mut endpoint.steps);
    let leaves = steps.flat_map(|step| match step {
        Step::Parallel(branches) => branches.iter_mut(),
        single => std::slice::from_mut(single).iter_mut(),
    });
    leaves.filter_map(|step| if let Step::Call(call) = step { Some(call) } else { None })
}
