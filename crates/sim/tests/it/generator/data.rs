//! What random models have to do with data, drawn apart from the rest: a model without it stays as it was.

use super::Dice;
use crate::world::ms;
use sim::Stream;
use sim::model::{Cache, CacheId, CacheUse, Call, Fault, FaultKind, Fill, Keys, Model, Step};

/// Gives two models of three caches, and half of their calls one of them.
pub(super) fn add(model: &mut Model, seed: u64) {
    let mut dice = Dice(Stream::new(seed, "generator", "data"));
    if !dice.one_in(3) {
        dice.add_caches(model);
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
            let at = sim::Time::ZERO + ms(10 * self.below(30));
            model.faults.push(Fault { kind, at, lasts: sim::Span::ZERO });
        }
    }

    fn cache(&mut self, number: u64) -> Cache {
        let hit = self.dist();
        Cache {
            size: self.pick(&[1, 2, 5, 100]),
            ttl: self.maybe(2, |dice| dice.pick(&[sim::Span(1), ms(1), ms(20), ms(100)])),
            hit: self.pick(&[sim::model::Dist::Constant(sim::Span::ZERO), hit]),
            fill: self.pick(&[Fill::Stampede, Fill::SingleFlight]),
            shared: self.one_in(2),
            ..Cache::new(&format!("cache-{number}"), self.keys())
        }
    }

    fn keys(&mut self) -> Keys {
        Keys { exponent: self.pick(&[0.0, 0.8, 1.0, 1.5]), count: self.pick(&[1, 3, 20, 1_000_000]) }
    }
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
