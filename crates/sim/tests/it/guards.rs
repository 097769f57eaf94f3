//! Hedges, breakers, bulkheads, throttles and fallbacks: traces by hand, and published results.

use crate::world::*;
use sim::model::{
    Backoff, Balance, Breaker, BreakerScope, Bulkhead, Call, Dist, Fallback, FaultKind, Guards, Hedge, HedgeDelay,
    Jitter, Load, Retry, RetryOn, Service, ServiceId, Step, Tenant, Throttle, Trip,
};
use sim::{Fact, Failure, Span};

/// A service that calls the next one under these guards.
fn caller(call: Call) -> Service {
    Service::new("caller", vec![Step::Call(call)])
}

fn callee(millis: u64) -> Service {
    Service::new("callee", vec![work(millis)])
}

fn guarded(call: Call, guards: Guards) -> Call {
    Call { guards, ..call }
}

fn hedge(after: u64, cap: f64) -> Guards {
    Guards { hedge: Some(Hedge { after: HedgeDelay::Fixed(ms(after)), cap }), ..Guards::default() }
}

fn breaker(failures: u32, open: u64, scope: BreakerScope) -> Guards {
    let breaker = Breaker { trip: Trip::InARow(failures), open: ms(open), probes: 1, scope };
    Guards { breaker: Some(breaker), ..Guards::default() }
}

fn bulkhead(limit: u32, wait: u64) -> Guards {
    Guards { bulkhead: Some(Bulkhead { limit, wait: ms(wait) }), ..Guards::default() }
}

fn fallback(fallback: Fallback) -> Guards {
    Guards { fallback: Some(fallback), ..Guards::default() }
}

fn retry(attempts: u32, wait: u64, on: RetryOn) -> Option<Retry> {
    let backoff = Backoff { base: ms(wait), cap: ms(wait), jitter: Jitter::None };
    Some(Retry { attempts, on, backoff, budget: None })
}

fn every(step: u64, until: u64) -> Vec<u64> {
    (0..until / step).map(|n| n * step).collect()
}

fn partly(kind: FaultKind, part: f64) -> FaultKind {
    match kind {
        FaultKind::Errors { service, rate, .. } => FaultKind::Errors { service, rate, share: part },
        FaultKind::Slow { service, by, .. } => FaultKind::Slow { service, by, share: part },
        other => other,
    }
}

// Hedges

#[test]
fn the_first_answer_wins_and_the_other_attempt_runs_to_its_end() {
    // What begins in the first 20 ms takes ten times as long.
    let world = |call| World::of([caller(guarded(call, hedge(30, 1.0))), callee(20)]).tenant(asks(&[0]));
    let ran = world(to(1)).fault(slow(1, 10.0), 0, 20).check("0+50 ok");
    assert_eq!(ran.attempts(1), [0.0, 30.0]);
    let tally = &ran.measures.sites[1];
    assert_eq!((tally.attempts, tally.hedges, tally.retries, tally.timeouts), (2, 1, 0, 0));
    assert!((ran.measures.services[1].serving * 10.0 - 0.22).abs() < 1e-12, "200 ms and 20 ms");
    assert_eq!((ran.measures.services[1].reached, ran.measures.services[1].originals), (2, 1));
    // An answer in time needs no company.
    let ran = world(to(1)).check("0+20 ok");
    assert_eq!(ran.measures.sites[1].attempts, 1);
}

#[test]
fn a_call_fails_only_when_both_attempts_have() {
    let call = |timeout| guarded(Call { retry: retry(2, 5, RetryOn::ALL), ..within(1, timeout) }, hedge(30, 1.0));
    let world = |timeout| World::of([caller(call(timeout)), callee(20)]).tenant(asks(&[0]));
    // Given up at 40, while the hedge of 30 answers at 50.
    let ran = world(40).fault(slow(1, 10.0), 0, 20).check("0+50 ok");
    assert_eq!((ran.measures.sites[1].timeouts, ran.measures.sites[1].retries), (1, 0));
    // Both given up, at 40 and 70; the retry of 75 is not hedged again and answers at 95.
    let ran = world(40).fault(slow(1, 10.0), 0, 60).check("0+95 ok");
    assert_eq!(ran.attempts(1), [0.0, 30.0, 75.0]);
    let tally = &ran.measures.sites[1];
    assert_eq!((tally.attempts, tally.hedges, tally.retries, tally.timeouts), (3, 1, 1, 2));
}

#[test]
fn a_hedge_goes_to_another_replica() {
    for balance in [Balance::RoundRobin, Balance::Random, Balance::LeastOutstanding, Balance::Hash] {
        let callee = Service { replicas: 3, balance, ..callee(20) };
        let world = World::of([caller(guarded(to(1), hedge(10, 1.0))), callee]).tenant(asks(&every(100, 2_000)));
        let replicas = world.run().replicas(0);
        assert_eq!(replicas.len(), 60);
        assert!(replicas.chunks(3).all(|trio| trio[0] == 0 && trio[1] != trio[2]), "{balance:?}: {replicas:?}");
    }
}

#[test]
fn the_cap_bounds_hedges() {
    let world = World::of([caller(guarded(to(1), hedge(0, 0.05))), callee(20)]).tenant(asks(&every(1, 1_000)));
    let tally = &world.run().measures.sites[1];
    assert_eq!((tally.attempts, tally.hedges), (1_050, 50));
}

#[test]
fn hedges_load_the_callee() {
    let busy = |guards| {
        let callee = Service { cores: Some(2), ..Service::new("callee", vec![Step::Work(Dist::Exp { mean: ms(10) })]) };
        let load = Tenant::new("shoppers", to(0), Load::poisson(100.0));
        World::of([caller(guarded(to(1), guards)), callee]).tenant(load).run().measures.services[1].computing
    };
    let (plain, hedged) = (busy(Guards::default()), busy(hedge(0, 1.0)));
    assert!((hedged / plain - 2.0).abs() < 0.1, "every request twice: {plain} and {hedged} busy cores");
}

/// Dean and Barroso hedge after 10 ms and find a 99.9th percentile of 74 ms instead of 1800 ms for 2 % more requests.
#[test]
fn the_tail_collapses_for_a_few_percent_more_requests() {
    // One in fifty is held up, for up to two seconds.
    let held_up: Vec<Span> = (0..50).map(|n| if n == 0 { ms(1_900) } else { Span::ZERO }).collect();
    let leaf = |dist| {
        let steps = vec![Step::Work(dist), Step::Wait(Dist::Empirical(held_up.clone().into()))];
        Service { replicas: 10, ..Service::new("leaf", steps) }
    };
    let check = |dist: Dist, guards: Guards, extra: std::ops::Range<f64>| {
        let tails = [Guards::default(), guards].map(|guards| {
            let mut world = World::of([caller(guarded(to(1), guards)), leaf(dist.clone())]);
            world.model.duration = Span::secs(200);
            let ran = world.tenant(Tenant::new("readers", to(0), Load::poisson(500.0))).run();
            let tally = &ran.measures.sites[1];
            (tally.latencies.quantile(0.999).map(Span::as_millis), tally.attempts as f64 / ran.requests.len() as f64)
        });
        let [(Some(plain), _), (Some(hedged), attempts)] = tails else { panic!("nothing was answered") };
        assert!(plain > 1_800.0 && hedged < 80.0, "{plain} ms, then {hedged} ms");
        assert!(extra.contains(&(attempts - 1.0)), "{attempts} attempts per request");
    };
    check(Dist::Uniform { low: ms(2), high: ms(9) }, hedge(10, 0.05), 0.018..0.022);
    let percentile = Hedge { after: HedgeDelay::Percentile(0.95), cap: 0.2 };
    let hedged = Guards { hedge: Some(percentile), ..Guards::default() };
    check(Dist::Exp { mean: ms(5) }, hedged, 0.045..0.055);
}

// Breakers

#[test]
fn an_open_breaker_fails_at_once_and_probes_after_a_while() {
    let call = guarded(to(1), breaker(3, 100, BreakerScope::Callee));
    let world = |until| {
        let world = World::of([caller(call.clone()), callee(1)]).tenant(asks(&every(10, 150)));
        world.fault(errors(1, 1.0), 0, until)
    };
    let shed = |from: u64, to: u64| -> String { (from..to).map(|n| format!("{}+0 breaker, ", 10 * n)).collect() };
    let ran =
        world(105).check(&format!("0+0 error, 10+0 error, 20+0 error, {}120+1 ok, 130+1 ok, 140+1 ok", shed(3, 12)));
    let tally = &ran.measures.sites[1];
    assert_eq!((tally.attempts, tally.shed, tally.breaker_opened), (6, 9, 1));
    // The probe of 120 fails, which costs one request and opens it again.
    let ran = world(125)
        .check(&format!("0+0 error, 10+0 error, 20+0 error, {}120+0 error, 130+0 breaker, 140+0 breaker", shed(3, 12)));
    assert_eq!(ran.measures.sites[1].breaker_opened, 2);
}

#[test]
fn retries_may_cover_a_breaker_or_not() {
    let world = |on| {
        let call = Call { retry: retry(3, 60, on), ..to(1) };
        let world = World::of([caller(guarded(call, breaker(1, 100, BreakerScope::Callee))), callee(1)]);
        world.tenant(asks(&[0])).fault(errors(1, 1.0), 0, 50)
    };
    // An error at 0, refused at 60, let through at 120.
    world(RetryOn::ALL).check("0+121 ok");
    world(RetryOn::these([Failure::Error])).check("0+60 breaker");
    world(RetryOn::these([Failure::Breaker])).check("0+0 error");
}

#[test]
fn a_breaker_per_replica_takes_a_bad_one_out_of_turn() {
    let failed = |scope| {
        let call = guarded(to(1), breaker(1, 400, scope));
        let world = World::of([caller(call), Service { replicas: 3, ..callee(1) }]).tenant(asks(&every(10, 1_000)));
        let ran = world.fault(partly(errors(1, 1.0), 0.33), 0, 2_000).run();
        let [_, _, error, breaker, _] = ran.measures.tenants[0].failed;
        (error, breaker)
    };
    // It fails one request, and one probe each 400 ms and a turn later.
    assert_eq!(failed(BreakerScope::Replica), (3, 0));
    let (error, breaker) = failed(BreakerScope::Callee);
    assert!(error == 3 && breaker > 80, "one bad replica in three closes the way to all: {error}, {breaker}");
}

#[test]
fn each_replica_of_the_caller_has_a_breaker_of_its_own() {
    let caller = caller(guarded(to(1), breaker(1, 5_000, BreakerScope::Callee)));
    let world = World::of([Service { replicas: 2, ..caller }, callee(1)]).tenant(asks(&[0, 10, 20, 30]));
    world.clone().fault(errors(1, 1.0), 0, 100).check("0+0 error, 10+0 error, 20+0 breaker, 30+0 breaker");
    // A process that starts anew knows nothing of what its predecessor saw.
    let both = world.fault(errors(1, 1.0), 0, 100).fault(crash(0), 12, 3);
    both.check("0+0 error, 10+0 error, 20+0 error, 30+0 error");
}

#[test]
fn an_abandoned_probe_does_not_block_the_next() {
    // The probe of 110 is hedged at 120; the hedge fails the breaker's count or not, the first answer ends the call.
    let mut guards = breaker(1, 100, BreakerScope::Replica);
    guards.hedge = hedge(10, 1.0).hedge;
    let world = World::of([caller(guarded(to(1), guards)), Service { replicas: 2, ..callee(5) }]);
    let world = world.tenant(asks(&[0, 1, 110, 300, 301, 500, 501]));
    let world = world.fault(errors(1, 1.0), 0, 50).fault(partly(slow(1, 100.0), 0.5), 105, 100);
    let ran = world.run();
    let ends: Vec<&str> = ran
        .answers()
        .split(", ")
        .map(|answer| answer.split(' ').nth(1).unwrap_or(""))
        .map(|end| match end {
            "ok" => "ok",
            "error" => "error",
            _ => "other",
        })
        .collect::<Vec<_>>();
    assert_eq!(ends, ["error", "error", "ok", "ok", "ok", "ok", "ok"]);
}

#[test]
fn it_is_known_how_many_breakers_are_not_closed() {
    let call = guarded(to(1), breaker(1, 100, BreakerScope::Callee));
    let world = World::of([caller(call), callee(5)]).tenant(asks(&[0, 10, 110])).fault(errors(1, 1.0), 0, 50);
    let check = |world: &World, expected: &[(u64, i32)], open_ms: f64| {
        let ran = world.run();
        let moved = ran.facts.iter().filter_map(|(at, fact)| match fact {
            Fact::BreakersMoved { site: 1, change } => Some((at.0 / 1_000_000, *change)),
            _ => None,
        });
        assert_eq!(moved.collect::<Vec<_>>(), expected);
        assert!(ran.measures.breaker_steps[0].is_empty(), "the tenant's call has no breaker");
        let open: f64 = ran.measures.breaker_steps[1].iter().sum();
        assert!((open * ran.measures.step.as_secs() * 1e3 - open_ms).abs() < 1e-6, "{open}");
    };
    // Half-open is not closed: it is until the probe of 110 has its answer.
    check(&world, &[(0, 1), (115, -1)], 115.0);
    // It goes with its process, and that of the next one was never open.
    check(&world.clone().fault(crash(0), 60, 10), &[(0, 1), (60, -1)], 60.0);
}

/// No timeout ends a probe that a partition swallows.
#[test]
fn a_lost_probe_is_followed_by_another_when_the_breaker_would_have_been_open_again() {
    let call = guarded(to(1), breaker(1, 100, BreakerScope::Callee));
    let world = World::of([caller(call), callee(5)]).tenant(asks(&[0, 110, 150, 209, 210, 220]));
    let world = world.fault(errors(1, 1.0), 0, 50).fault(partition(0, 1), 105, 10);
    world.check("0+0 error, 110+never timeout, 150+0 breaker, 209+0 breaker, 210+5 ok, 220+5 ok");
}

// Bulkheads

#[test]
fn a_bulkhead_bounds_the_calls_at_once() {
    let world = |wait| World::of([caller(guarded(to(1), bulkhead(1, wait))), callee(10)]).tenant(asks(&[0, 1, 2, 10]));
    let ran = world(0).check("0+10 ok, 1+0 rejected, 2+0 rejected, 10+10 ok");
    assert_eq!((ran.measures.sites[1].attempts, ran.measures.sites[1].shed), (2, 2));
    // The second has its place at 10; the third has waited long enough at 14, the last gets it at 20.
    world(12).check("0+10 ok, 1+19 ok, 2+12 rejected, 10+20 ok");
}

#[test]
fn a_place_is_free_as_soon_as_its_call_is_given_up_and_a_retry_asks_for_a_new_one() {
    let call = Call { retry: retry(2, 5, RetryOn::ALL), ..within(1, 20) };
    let world = World::of([caller(guarded(call, bulkhead(1, 0))), callee(18)]);
    // Refused at 1 and, when the first is still there, at 6.
    world.clone().tenant(asks(&[0, 1])).check("0+18 ok, 1+5 rejected");
    // Given up at 20, the place is taken by the one of 21, so that the retry of 25 is refused.
    world.tenant(asks(&[0, 21])).fault(slow(1, 9.0), 0, 10).check("0+25 rejected, 21+18 ok");
}

#[test]
fn a_bulkhead_keeps_a_slow_callee_from_taking_all_workers() {
    let busy = |guards: Guards| {
        let caller = Service { workers: Some(10), ..caller(guarded(within(1, 2_000), guards)) };
        let quick = sim::model::Endpoint { name: "quick".to_owned(), steps: vec![work(1)] };
        let mut world = World::of([caller, callee(1_000)]);
        world.model.services[0].endpoints.push(quick);
        let quick = Tenant { call: Call::to(0, 1), ..Tenant::new("quick", to(0), Load::poisson(100.0)) };
        let ran = world.tenant(Tenant::new("slow", to(0), Load::poisson(50.0))).tenant(quick).run();
        ran.measures.tenants[1].latencies.quantile(0.99).map(Span::as_millis)
    };
    assert!(busy(Guards::default()) > Some(500.0));
    assert!(busy(bulkhead(5, 0)) < Some(10.0));
}

// Throttles

/// What is let through is k times what is accepted. A place without a queue accepts s / (1 + s · 10 ms) of s (Erlang's loss
/// formula), so that with k = 2 it is sent 100 per second and accepts half of that, whatever is asked.
#[test]
fn a_throttle_sends_twice_what_is_accepted() {
    let throttle = Throttle { k: 2.0, window: Span::secs(10) };
    let guards = Guards { throttle: Some(throttle), ..Guards::default() };
    let queue = sim::model::Queue { limit: Some(0), ..Default::default() };
    let callee = Service { workers: Some(1), queue, ..callee(10) };
    let mut world = World::of([caller(guarded(to(1), guards)), callee]);
    (world.model.duration, world.model.warmup) = (Span::secs(220), Span::secs(20));
    let ran = world.tenant(Tenant::new("shoppers", to(0), Load::poisson(500.0))).run();
    let (tally, tenant) = (&ran.measures.sites[1], &ran.measures.tenants[0]);
    let rate = |count: u64| count as f64 / 200.0;
    assert!((rate(tally.attempts) - 100.0).abs() < 5.0, "{} sent per second", rate(tally.attempts));
    assert!((rate(tenant.ok) - 50.0).abs() < 2.5, "{} accepted per second", rate(tenant.ok));
    assert_eq!(tally.attempts + tally.shed, tenant.offered);
    assert_eq!(tenant.failed[Failure::Rejected as usize], tenant.offered - tenant.ok);
}

// Fallbacks

#[test]
fn a_fixed_answer_degrades() {
    let call = guarded(Call { retry: retry(2, 5, RetryOn::ALL), ..to(1) }, fallback(Fallback::Static));
    let world = World::of([caller(call), callee(1)]).tenant(asks(&[0, 100])).fault(errors(1, 1.0), 0, 50);
    // Only after the retry has failed as well.
    let ran = world.check("0+5 degraded, 100+1 ok");
    assert_eq!(ran.measures.sites[1].fallbacks, 1);
}

#[test]
fn an_old_answer_serves_as_long_as_it_is_not_too_old() {
    let call = guarded(to(1), fallback(Fallback::Stale { most: ms(500) }));
    let world = World::of([caller(call), callee(1)]).tenant(asks(&[0, 50, 100, 501, 502]));
    let ran = world.clone().fault(errors(1, 1.0), 60, 1_000);
    let ran = ran.check("0+1 ok, 50+1 ok, 100+0 degraded, 501+0 degraded, 502+0 degraded");
    let tally = &ran.measures.sites[1];
    assert_eq!((tally.fallbacks, tally.staleness.max()), (3, Some(ms(451))));
    // A degraded answer is no good one: the one of 1 ms is what there is, until it is too old.
    world
        .clone()
        .fault(errors(1, 1.0), 10, 1_000)
        .check("0+1 ok, 50+0 degraded, 100+0 degraded, 501+0 degraded, 502+0 error");
    // Without any there is nothing to fall back to; and a process takes its memory along.
    world.clone().fault(errors(1, 1.0), 0, 1_000).check("0+0 error, 50+0 error, 100+0 error, 501+0 error, 502+0 error");
    world
        .fault(errors(1, 1.0), 60, 1_000)
        .fault(crash(0), 70, 10)
        .check("0+1 ok, 50+1 ok, 100+0 error, 501+0 error, 502+0 error");
}

#[test]
fn another_call_takes_the_place_of_a_failed_one() {
    let world = |optional| {
        let other = Fallback::Call(Box::new(within(2, 30)));
        let call = guarded(Call { optional, ..within(1, 20) }, fallback(other));
        let services = [caller(call), callee(50), Service::new("other", vec![work(10)])];
        World::of(services).tenant(asks(&[0]))
    };
    let ran = world(false).check("0+30 degraded");
    let [_, first, second] = &ran.measures.sites[..] else { panic!("three calls") };
    assert_eq!((first.attempts, first.fallbacks, second.attempts, second.latencies.count()), (1, 1, 1, 1));
    assert_eq!((first.latencies.count(), second.latencies.max()), (0, Some(ms(10))));
    let began = |fact: &Fact| matches!(fact, Fact::CallBegan { site: 2, .. });
    assert_eq!(ran.facts.iter().filter(|(_, fact)| began(fact)).count(), 1);
    // Its failure is the step's, whose caller may do without.
    world(false).fault(errors(2, 1.0), 0, 100).check("0+20 error");
    world(true).fault(errors(2, 1.0), 0, 100).check("0+20 degraded");
    world(false).fault(slow(2, 9.0), 0, 100).check("0+50 timeout");
}

#[test]
fn a_fallback_answers_for_an_open_breaker() {
    let guards = Guards { fallback: Some(Fallback::Static), ..breaker(2, 1_000, BreakerScope::Callee) };
    let world = World::of([caller(guarded(within(1, 30), guards)), callee(50)]).tenant(asks(&[0, 100, 200]));
    world.check("0+30 degraded, 100+30 degraded, 200+0 degraded");
}

#[test]
fn a_tenant_guards_itself_as_a_service_does() {
    let tenant = |guards| Tenant { call: guarded(within(0, 30), guards), ..asks(&[0, 40, 80, 120]) };
    let world = |guards| World::of([Service::new("shop", vec![work(10)])]).tenant(tenant(guards));
    let slow_start = |guards| world(guards).fault(slow(0, 9.0), 0, 60);
    slow_start(breaker(2, 100, BreakerScope::Callee)).check("0+30 timeout, 40+30 timeout, 80+0 breaker, 120+0 breaker");
    slow_start(hedge(25, 1.0)).check("0+55 timeout, 40+35 ok, 80+10 ok, 120+10 ok");
    world(bulkhead(1, 0)).fault(slow(0, 9.0), 0, 60).check("0+30 timeout, 40+30 timeout, 80+10 ok, 120+10 ok");
}

/// Many refused calls in a row must not nest.
#[test]
fn a_handler_of_very_many_refused_calls_ends() {
    let call = Call { times: 10_000, optional: true, ..guarded(to(1), breaker(1, 1_000, BreakerScope::Callee)) };
    let world = World::of([caller(call), callee(1)]).tenant(asks(&[0])).fault(errors(1, 1.0), 0, 100);
    let ran = world.check("0+0 degraded");
    assert_eq!((ran.measures.sites[1].attempts, ran.measures.sites[1].shed), (1, 9_999));
    let line = World::of([callee(1)]).tenant(Tenant {
        call: guarded(to(0), bulkhead(1, 5_000)),
        load: Load::Replay { times: vec![at(0); 10_000].into() },
        ..asks(&[])
    });
    // The first has its answer at once, and so has each of the others when it gets the place.
    assert_eq!(line.fault(errors(0, 1.0), 0, 100).run().measures.tenants[0].failed[Failure::Error as usize], 10_000);
}

#[test]
fn guards_of_a_service_that_is_gone_are_gone() {
    let world = World::of([caller(guarded(to(1), bulkhead(1, 500))), callee(100)]).tenant(asks(&[0, 1, 150, 151]));
    // Both calls die with their process at 50; the next one has its place to give.
    world
        .fault(FaultKind::Crash { service: ServiceId(0), share: 1.0 }, 50, 20)
        .check("0+50 unreachable, 1+49 unreachable, 150+100 ok, 151+199 ok");
}
