//! Caches: what they answer, who fetches, what they forget, and how often theory says that they hold a key.

use crate::world::*;
use sim::model::{
    Balance, Cache, CacheId, CacheUse, Call, Dist, Fallback, FaultKind, Fill, Guards, Keys, Load, Network, Service,
    Step, Tenant,
};
use sim::{DataFact, Fact, Found, Span};

const ONE_KEY: Keys = Keys { exponent: 0.0, count: 1 };

fn cache(keys: Keys) -> Cache {
    Cache { hit: constant(1), ..Cache::new("products", keys) }
}

fn cached(call: Call) -> Call {
    Call { cache: Some(CacheUse { cache: CacheId(0), hit: None }), ..call }
}

/// `top` reads from `bottom`, which takes 20 ms, through a cache whose hits take 1 ms.
fn world(cache: Cache, call: Call) -> World {
    let top = Service::new("top", vec![Step::Call(cached(call))]);
    let mut world = World::of([top, Service::new("bottom", vec![work(20)])]);
    world.model.caches.push(cache);
    world
}

fn flush() -> FaultKind {
    FaultKind::Flush { cache: CacheId(0) }
}

#[test]
fn a_hit_takes_its_own_time_and_calls_nobody() {
    let ran = world(cache(ONE_KEY), to(1)).tenant(asks(&[0, 30, 100])).check("0+20 ok, 30+1 ok, 100+1 ok");
    assert_eq!(ran.attempts(1), [0.0]);
    let tally = &ran.measures.data.caches[0];
    assert_eq!((tally.hits, tally.misses, tally.expired), (2, 1, 0));
    // Fetched at 20, served at 30 and 100.
    assert_eq!(tally.ages.mean(), Some(45e6));
    // A step may say how long its hits take, and one that takes no time takes none.
    let mut quick = world(cache(ONE_KEY), to(1)).tenant(asks(&[0, 30]));
    let Step::Call(call) = &mut quick.model.services[0].endpoints[0].steps[0] else { panic!("a call") };
    call.cache = Some(CacheUse { cache: CacheId(0), hit: Some(constant(0)) });
    quick.check("0+20 ok, 30+0 ok");
}

#[test]
fn a_time_to_live_is_not_renewed_by_reads() {
    let brief = Cache { ttl: Some(ms(50)), ..cache(ONE_KEY) };
    let ran =
        world(brief, to(1)).tenant(asks(&[0, 30, 69, 70, 95])).check("0+20 ok, 30+1 ok, 69+1 ok, 70+20 ok, 95+1 ok");
    assert_eq!(ran.measures.data.caches[0].expired, 1);
}

#[test]
fn misses_stampede_or_share_a_flight() {
    let filled = |fill| world(Cache { fill, ..cache(ONE_KEY) }, to(1)).tenant(asks(&[0, 5, 10, 25]));
    let ran = filled(Fill::Stampede).check("0+20 ok, 5+20 ok, 10+20 ok, 25+1 ok");
    assert_eq!(ran.attempts(1).len(), 3);
    let ran = filled(Fill::SingleFlight).check("0+20 ok, 5+15 ok, 10+10 ok, 25+1 ok");
    assert_eq!(ran.attempts(1).len(), 1);
    let tally = &ran.measures.data.caches[0];
    assert_eq!((tally.hits, tally.misses, tally.waited), (1, 3, 2));
}

#[test]
fn a_flight_that_fails_fails_all_who_waited_and_keeps_nothing() {
    let shared = |call| world(Cache { fill: Fill::SingleFlight, ..cache(ONE_KEY) }, call).tenant(asks(&[0, 5, 50]));
    shared(within(1, 10)).check("0+10 timeout, 5+5 timeout, 50+10 timeout");
    shared(Call { optional: true, ..within(1, 10) }).check("0+10 degraded, 5+5 degraded, 50+10 degraded");
    // The process that fetches for all dies: whoever waits in another one learns it when the fetch would have ended.
    let mut two = shared(to(1));
    two.model.services[0].replicas = 2;
    let crash = FaultKind::Crash { service: sim::model::ServiceId(0), share: 0.5 };
    let text = two.fault(crash, 8, 1).run().answers();
    assert!(
        text == "0+8 unreachable, 5+15 unreachable, 50+20 ok" || text == "0+20 ok, 5+3 unreachable, 50+1 ok",
        "{text}"
    );
}

/// What the fetching call falls back to is the answer of all who waited for it.
#[test]
fn who_waits_for_a_flight_shares_what_takes_its_place() {
    let world = |instead| {
        let guards = Guards { fallback: Some(instead), ..Guards::default() };
        let call = Call { guards, ..within(1, 10) };
        let mut world = world(Cache { fill: Fill::SingleFlight, ..cache(ONE_KEY) }, call);
        world.model.services.push(Service::new("other", vec![work(8)]));
        world.tenant(asks(&[0, 5, 12, 50]))
    };
    let ran = world(Fallback::Static).check("0+10 degraded, 5+5 degraded, 12+10 degraded, 50+10 degraded");
    assert_eq!(ran.measures.sites[1].fallbacks, 3, "that of 12 fetches for itself, since nothing was kept");
    // The other call is asked once, until 18, and whoever misses meanwhile waits for it, too.
    let other = || Fallback::Call(Box::new(to(2)));
    let ran = world(other()).check("0+18 degraded, 5+13 degraded, 12+6 degraded, 50+18 degraded");
    assert_eq!((ran.attempts(1).len(), ran.attempts(2).len()), (2, 2));
    // It fails like the first, and so do all.
    world(other()).fault(errors(2, 1.0), 0, 100).check("0+10 error, 5+5 error, 12+10 error, 50+10 error");
    // The process that fetched dies while the other call is under way.
    let mut two = world(other());
    two.model.services[0].replicas = 2;
    two.model.services[0].balance = Balance::RoundRobin;
    let half = FaultKind::Crash { service: sim::model::ServiceId(0), share: 0.5 };
    let text = two.fault(half, 14, 1).run().answers();
    assert!(text.contains(" unreachable") && text.ends_with("50+18 degraded"), "{text}");
}

#[test]
fn a_flush_empties_it_once() {
    let flushed = world(cache(ONE_KEY), to(1)).fault(flush(), 60, 0).tenant(asks(&[0, 50, 60, 90]));
    flushed.check("0+20 ok, 50+1 ok, 60+20 ok, 90+1 ok");
}

#[test]
fn a_replica_s_own_cache_is_its_own_and_dies_with_it() {
    let own = |shared| {
        let mut world = world(Cache { shared, ..cache(ONE_KEY) }, to(1)).tenant(asks(&[0, 100, 200, 300]));
        world.model.services[0].replicas = 2;
        world
    };
    own(true).check("0+20 ok, 100+1 ok, 200+1 ok, 300+1 ok");
    own(false).check("0+20 ok, 100+20 ok, 200+1 ok, 300+1 ok");
    own(false).fault(crash(0), 150, 10).check("0+20 ok, 100+20 ok, 200+20 ok, 300+20 ok");
    own(true).fault(crash(0), 150, 10).check("0+20 ok, 100+1 ok, 200+1 ok, 300+1 ok");
}

#[test]
fn a_pause_holds_hits_and_waiters_up() {
    let held = world(Cache { fill: Fill::SingleFlight, ..cache(ONE_KEY) }, to(1)).fault(pause(0), 10, 50);
    held.tenant(asks(&[0, 5, 100])).check("0+60 ok, 5+55 ok, 100+1 ok");
}

/// So many reads per second for so long; gives the measured hit ratio.
fn hit_ratio(cache: Cache, rate: f64, seconds: u64) -> f64 {
    let top = Service::new("top", vec![Step::Call(cached(to(1)))]);
    let mut world = World::of([top, Service::new("bottom", Vec::new())]);
    world.model.caches.push(Cache { hit: constant(0), ..cache });
    world.model.duration = Span::secs(seconds);
    world.model.warmup = Span::secs(seconds / 5);
    let ran = world.tenant(Tenant::new("readers", to(0), Load::poisson(rate))).run();
    let tally = &ran.measures.data.caches[0];
    tally.hits as f64 / (tally.hits + tally.misses) as f64
}

/// The chance of each rank.
fn chances(keys: Keys) -> Vec<f64> {
    let weights: Vec<f64> = (1..=keys.count).map(|rank| libm::pow(f64::from(rank), -keys.exponent)).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

/// Hit ratio of an LRU cache under independent references: H. Che, Y. Tung, Z. Wang, "Hierarchical Web caching systems:
/// modeling, design and experimental results", IEEE JSAC 20(7), 2002. A key is there if it was asked for within the
/// characteristic time t, which is such that the expected number of keys there is the cache's size.
fn che(keys: Keys, size: u32) -> f64 {
    let chances = chances(keys);
    let held = |t: f64| chances.iter().map(|p| 1.0 - libm::exp(-p * t)).sum::<f64>();
    let (mut low, mut high) = (0.0, 1e9);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if held(middle) < f64::from(size) { low = middle } else { high = middle }
    }
    chances.iter().map(|p| p * (1.0 - libm::exp(-p * low))).sum()
}

#[test]
fn lru_holds_what_che_s_approximation_says() {
    for (exponent, count, size) in [(1.0, 10_000, 1_000), (0.8, 20_000, 500), (0.0, 1_000, 250)] {
        let keys = Keys { exponent, count };
        let (measured, expected) = (hit_ratio(Cache { size, ..cache(keys) }, 10_000.0, 50), che(keys, size));
        // 400,000 reads: the standard error is below a tenth of a percent.
        assert!((measured - expected).abs() < 0.004, "s {exponent}, {size} of {count}: {measured} against {expected}");
    }
}

/// A key asked for at rate λ is fetched, and then found λT times on average before it expires: of 1 + λT reads, λT hit. This is
/// the renewal argument for a TTL that reads do not renew (J. Jung, A. Berger, H. Balakrishnan, "Modeling TTL-based Internet
/// caches", INFOCOM 2003).
#[test]
fn a_ttl_holds_what_the_renewal_argument_says() {
    let keys = Keys { exponent: 1.0, count: 1_000 };
    let (rate, ttl) = (1_000.0, Span::secs(2));
    let roomy = Cache { size: 1_000, ttl: Some(ttl), ..cache(keys) };
    let measured = hit_ratio(roomy, rate, 400);
    let expected: f64 = chances(keys)
        .iter()
        .map(|p| {
            let reads = rate * p * ttl.as_secs();
            p * reads / (1.0 + reads)
        })
        .sum();
    assert!((measured - expected).abs() < 0.003, "{measured} against {expected}");
}

#[test]
fn a_full_cache_evicts_as_often_as_it_keeps_something_new() {
    let top = Service::new("top", vec![Step::Call(cached(to(1)))]);
    let mut world = World::of([top, Service::new("bottom", Vec::new())]);
    world.model.caches.push(Cache { size: 10, ..cache(Keys { exponent: 0.5, count: 1_000 }) });
    let ran = world.tenant(Tenant::new("readers", to(0), Load::poisson(500.0))).run();
    let tally = &ran.measures.data.caches[0];
    assert_eq!(tally.evicted, tally.misses - 10);
}

#[test]
fn one_lookup_is_one_draw_and_a_retry_asks_for_the_same_key() {
    // Only whole answers are kept, so with a callee that first fails a key that was drawn anew would be another one.
    let retry = sim::model::Retry {
        on: sim::model::RetryOn::ALL,
        attempts: 2,
        backoff: sim::model::Backoff { base: ms(10), cap: ms(10), jitter: sim::model::Jitter::None },
        budget: None,
    };
    let keys = Keys { exponent: 0.0, count: 1_000_000 };
    let world = world(cache(keys), Call { retry: Some(retry), ..to(1) }).fault(errors(1, 1.0), 0, 5);
    let ran = world.tenant(asks(&[0, 100])).run();
    let lookups = ran.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Data(DataFact::LookedUp { .. }))).count();
    assert_eq!((lookups, ran.attempts(1).len()), (2, 3));
}

#[test]
fn a_cache_that_nobody_uses_moves_nobody_s_luck() {
    let exp = |n| Dist::Exp { mean: ms(n) };
    let network = Network { latency: exp(1), jitter: Span::micros(100), loss: 0.01 };
    let top = Service {
        replicas: 3,
        balance: Balance::PowerOfTwo,
        ..Service::new("top", vec![Step::Work(exp(2)), Step::Call(Call { network, ..within(1, 50) })])
    };
    let plain = World::of([top, Service { cores: Some(1), ..Service::new("bottom", vec![Step::Work(exp(5))]) }])
        .tenant(Tenant::new("shoppers", to(0), Load::poisson(150.0)));
    let mut with = plain.clone();
    with.model.caches.push(cache(ONE_KEY));
    with.model.faults.push(sim::model::Fault { kind: flush(), at: at(500), lasts: Span::ZERO });
    assert!(plain.run().requests == with.run().requests);
    // One that holds nothing for longer than a nanosecond changes nothing for those whose hits it never serves.
    let mut useless = plain.clone();
    useless.model.caches.push(Cache { ttl: Some(Span(1)), ..cache(Keys { exponent: 0.0, count: 1_000_000_000 }) });
    let Step::Call(call) = &mut useless.model.services[0].endpoints[0].steps[1] else { panic!("a call") };
    *call = cached(call.clone());
    let ran = useless.run();
    assert!(plain.run().requests == ran.requests);
    let lookups = ran.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Data(DataFact::LookedUp { found, .. }) => Some(*found),
        _ => None,
    });
    assert!(lookups.count() > 1_000);
    assert!(
        ran.facts.iter().all(|(_, fact)| !matches!(fact, Fact::Data(DataFact::LookedUp { found: Found::Wait, .. })))
    );
}
