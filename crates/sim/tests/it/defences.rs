//! Policies at the service's side: what each refuses or drops, and what that does to the numbers.

use crate::world::*;
use sim::model::{
    Concurrency, ConcurrencyRule, Defences, LimitPer, Load, Order, Queue, RateLimit, Service, Shed, Tenant, TenantId,
};
use sim::{Fact, Failure, Outcome, Refusal, Span};

/// One worker that takes ten milliseconds for each request.
fn single(queue: Queue) -> Service {
    Service { workers: Some(1), queue, ..Service::new("one", vec![work(10)]) }
}

fn defended(defences: Defences) -> Service {
    Service { defences, ..Service::new("one", vec![work(10)]) }
}

fn named(name: &str, times: &[u64]) -> Tenant {
    Tenant { name: name.to_owned(), ..asks(times) }
}

fn turned_away(ran: &Ran, by: Refusal) -> u64 {
    ran.measures.services[0].turned_away[by as usize]
}

fn limited(rate: f64, burst: f64) -> RateLimit {
    RateLimit { rate: Some(rate), burst, ..RateLimit::default() }
}

#[test]
fn a_rate_limit_refuses_at_once_what_finds_no_token() {
    let limit = Some(limited(10.0, 2.0));
    let world = World::of([defended(Defences { limit, ..Defences::default() })]).tenant(asks(&[0, 1, 2, 101, 102]));
    let ran = world.check("0+10 ok, 1+10 ok, 2+0 rejected, 101+10 ok, 102+0 rejected");
    assert_eq!(turned_away(&ran, Refusal::Limited), 2);
}

#[test]
fn a_limit_per_replica_lets_each_have_its_rate() {
    let passed = |per| {
        let limit = Some(RateLimit { per, ..limited(10.0, 1.0) });
        let service = Service { replicas: 4, ..defended(Defences { limit, ..Defences::default() }) };
        let ran = World::of([service]).tenant(asks(&(0..10_000).collect::<Vec<_>>())).run();
        ran.measures.tenants[0].ok
    };
    assert_eq!((passed(LimitPer::Service), passed(LimitPer::Replica)), (100, 400));
}

#[test]
fn a_quota_keeps_a_greedy_tenant_from_the_others() {
    let quotas = vec![(TenantId(1), 20.0)];
    let limit = Some(RateLimit { quotas, ..limited(100.0, 100.0) });
    let quiet = named("quiet", &(0..500).map(|n| n * 20 + 7).collect::<Vec<_>>());
    let world = |limit| {
        let defences = Defences { limit, ..Defences::default() };
        let greedy = named("greedy", &(0..9_001).collect::<Vec<_>>());
        World::of([defended(defences)]).tenant(quiet.clone()).tenant(greedy).run()
    };
    let with = world(limit);
    assert_eq!(with.measures.tenants[0].ok, 500);
    // What its bucket held, and 20 a second for nine seconds.
    assert_eq!(with.measures.tenants[1].ok, 20 + 180);
    let without = world(Some(limited(100.0, 100.0)));
    assert!(without.measures.tenants[0].ok < 250, "{}", without.measures.tenants[0].ok);
}

#[test]
fn codel_drops_who_waited_too_long() {
    let shed = Some(Shed::Codel { target: ms(5), interval: ms(20) });
    let world = World::of([single(Queue { shed, ..Queue::default() })]);
    // The queue stands from 1 ms on: those that come until 21 ms may wait 20 ms, later ones 5 ms.
    let ran = world
        .tenant(asks(&[0, 1, 2, 3, 18, 22, 27, 38]))
        .check("0+10 ok, 1+19 ok, 2+28 ok, 3+27 rejected, 18+22 ok, 22+18 rejected, 27+13 rejected, 38+12 ok");
    assert_eq!(turned_away(&ran, Refusal::Shed), 3);
}

/// Half again as much as one worker can do, for ten seconds, with callers who wait 100 ms.
fn overloaded(queue: Queue) -> Ran {
    let load = Load::poisson(150.0);
    let tenant = Tenant { call: within(0, 100), ..Tenant::new("shoppers", to(0), load) };
    World::of([single(queue)]).tenant(tenant).run()
}

#[test]
fn shedding_serves_those_who_still_wait() {
    let good = |shed| {
        let tally = &overloaded(Queue { shed, ..Queue::default() }).measures.tenants[0];
        tally.ok as f64 / tally.offered as f64
    };
    assert!(good(None) < 0.1, "without shedding the queue is full of the given up: {}", good(None));
    let codel = Shed::Codel { target: ms(5), interval: ms(100) };
    assert!(good(Some(codel)) > 0.5, "{}", good(Some(codel)));
    // The most that one worker can do is two thirds.
    assert!(good(Some(Shed::Deadline)) > 0.62, "{}", good(Some(Shed::Deadline)));
}

#[test]
fn a_request_whose_deadline_cannot_be_met_is_dropped() {
    let shed = Some(Shed::Deadline);
    let tenant = Tenant { call: within(0, 25), ..asks(&[0, 1, 2, 3]) };
    // At 20 ms the third has 7 ms left, of ten that it needs; the fourth likewise.
    World::of([single(Queue { shed, ..Queue::default() })])
        .tenant(tenant)
        .check("0+10 ok, 1+19 ok, 2+18 rejected, 3+17 rejected");
}

#[test]
fn the_lowest_priority_makes_room() {
    let queue = Queue { limit: Some(2), shed: Some(Shed::Priority), ..Queue::default() };
    let urgent = Tenant { priority: 5, ..named("urgent", &[4, 5, 6]) };
    let ran = World::of([single(queue)])
        .tenant(asks(&[0, 1, 2, 3]))
        .tenant(urgent)
        .check("0+10 ok, 1+4 rejected, 2+2 rejected, 3+0 rejected, 4+16 ok, 5+25 ok, 6+0 rejected");
    // Those that a queue has no place for are rejected as ever, and shed is only who was in it.
    assert_eq!(turned_away(&ran, Refusal::Shed), 2);
}

#[test]
fn weights_divide_a_busy_service() {
    let every_five: Vec<u64> = (0..2_000).map(|n| n * 5).collect();
    let patient = |name: &str| Tenant { patience: Some(Span::secs(10)), ..named(name, &every_five) };
    let queue = Queue { order: Order::Fair, weights: vec![(TenantId(0), 3)], ..Queue::default() };
    let mut world = World::of([single(queue)]).tenant(patient("gold")).tenant(patient("batch"));
    world.model.duration = Span::secs(10);
    let ran = world.run();
    let within = |tenant| {
        let in_time = |request: &&Answered| request.latency.is_some_and(|latency| request.sent + latency <= at(10_000));
        ran.of_tenant(tenant).iter().filter(in_time).count()
    };
    // The first finds an idle worker and needs no turn.
    assert_eq!((within(0), within(1)), (751, 249));
}

fn concurrency(rule: ConcurrencyRule, start: u32) -> Defences {
    let concurrency = Some(Concurrency { rule, start, least: 1, most: 200 });
    Defences { concurrency, ..Defences::default() }
}

#[test]
fn a_concurrency_limit_counts_the_waiting_and_the_served() {
    let aimd = ConcurrencyRule::Aimd { backoff: 0.9, timeout: Span::secs(5) };
    let service = Service { defences: concurrency(aimd, 2), ..single(Queue::default()) };
    // The first success makes it three.
    let ran = World::of([service])
        .tenant(asks(&[0, 1, 2, 11, 12, 13]))
        .check("0+10 ok, 1+19 ok, 2+0 rejected, 11+19 ok, 12+28 ok, 13+0 rejected");
    assert_eq!(turned_away(&ran, Refusal::Crowded), 2);
}

#[test]
fn adaptive_limits_find_a_place_where_answers_are_in_time() {
    let outcome = |defences| {
        let tenant = Tenant { patience: Some(ms(200)), ..Tenant::new("shoppers", to(0), Load::poisson(600.0)) };
        let service = Service { workers: Some(4), defences, ..Service::new("one", vec![work(10)]) };
        let mut world = World::of([service]).tenant(tenant);
        (world.model.duration, world.model.warmup) = (Span::secs(120), Span::secs(60));
        let ran = world.run();
        let tally = &ran.measures.tenants[0];
        (tally.ok as f64 / tally.offered as f64, ran.measures.services[0].limits)
    };
    let (unguarded, none) = outcome(Defences::default());
    assert!(unguarded < 0.01 && none == 0.0, "{unguarded}");
    // Four workers can do two thirds. What takes longer than half of the patience counts as dropped.
    let (good, limit) = outcome(concurrency(ConcurrencyRule::Aimd { backoff: 0.9, timeout: ms(100) }, 20));
    assert!(good > 0.6 && (20.0..60.0).contains(&limit), "{good} at {limit}");
    let gradient = ConcurrencyRule::Gradient { queue: 4.0, smoothing: 0.2, tolerance: 1.5, window: Span::secs(1) };
    let (good, limit) = outcome(concurrency(gradient, 20));
    assert!(good > 0.5, "{good} at {limit}");
}

#[test]
fn a_refusal_is_a_failure_like_any_other() {
    let limit = Some(limited(1.0, 1.0));
    let ran = World::of([defended(Defences { limit, ..Defences::default() })]).tenant(asks(&[0, 1])).run();
    assert_eq!(ran.requests[1].outcome, Outcome::Failed(Failure::Rejected));
    assert!(ran.facts.iter().any(|(_, fact)| matches!(fact, Fact::TurnedAway { by: Refusal::Limited, .. })));
}
