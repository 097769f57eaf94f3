//! The callee's side: waiting rooms and their orders, balance rules, speeds, closed users, replayed traffic.

use crate::world::*;
use sim::model::{Arrivals, Balance, Dist, Load, Order, Queue, Scheduling, Service, Tenant};
use sim::{Span, Time};

fn single(queue: Queue) -> Service {
    Service { workers: Some(1), queue, ..Service::new("one", vec![work(10)]) }
}

fn ordered(order: Order) -> Service {
    single(Queue { order, ..Queue::default() })
}

fn named(name: &str, times: &[u64]) -> Tenant {
    Tenant { name: name.to_owned(), ..asks(times) }
}

#[test]
fn a_full_queue_rejects() {
    let world = |limit| World::of([single(Queue { limit, ..Queue::default() })]).tenant(asks(&[0, 1, 2, 25]));
    world(None).check("0+10 ok, 1+19 ok, 2+28 ok, 25+15 ok");
    world(Some(1)).check("0+10 ok, 1+19 ok, 2+0 rejected, 25+10 ok");
    world(Some(0)).check("0+10 ok, 1+0 rejected, 2+0 rejected, 25+10 ok");
}

#[test]
fn each_order_serves_as_named() {
    let check = |order, expected: &str| {
        World::of([ordered(order)]).tenant(asks(&[0, 1, 2, 3])).check(expected);
    };
    check(Order::Fifo, "0+10 ok, 1+19 ok, 2+28 ok, 3+37 ok");
    check(Order::Lifo, "0+10 ok, 1+39 ok, 2+28 ok, 3+17 ok");
    // The queue stands since 1 ms. At 10 and 20 ms that is short enough for the oldest; at 30 ms the order turns.
    let adaptive = |n| Order::AdaptiveLifo { interval: ms(n) };
    check(adaptive(100), "0+10 ok, 1+19 ok, 2+28 ok, 3+37 ok");
    check(adaptive(5), "0+10 ok, 1+39 ok, 2+28 ok, 3+17 ok");
    check(adaptive(9), "0+10 ok, 1+19 ok, 2+38 ok, 3+27 ok");
}

#[test]
fn priority_goes_before_age() {
    let urgent = Tenant { priority: 5, ..named("urgent", &[3, 4]) };
    let world = World::of([ordered(Order::Priority)]).tenant(asks(&[0, 1, 2])).tenant(urgent);
    world.check("0+10 ok, 1+39 ok, 2+48 ok, 3+17 ok, 4+26 ok");
}

#[test]
fn fair_takes_tenants_in_turn() {
    let world = World::of([ordered(Order::Fair)]).tenant(asks(&[0, 1, 2, 3])).tenant(named("small", &[4]));
    world.check("0+10 ok, 1+19 ok, 2+38 ok, 3+47 ok, 4+26 ok");
}

/// Twice the capacity for ten seconds, and what share of each tenant's requests is answered within 100 ms.
fn good_under_overload(order: Order, limit: Option<u32>, quiet: Tenant) -> Vec<f64> {
    let every_five: Vec<u64> = (0..2_000).map(|n| n * 5).collect();
    let impatient = |tenant: Tenant| Tenant { patience: Some(ms(100)), ..tenant };
    let service = single(Queue { limit, order, ..Queue::default() });
    let ran = World::of([service]).tenant(impatient(asks(&every_five))).tenant(impatient(quiet)).run();
    ran.measures.tenants.iter().map(|tally| tally.ok as f64 / tally.offered as f64).collect()
}

#[test]
fn orders_differ_where_it_hurts() {
    let quiet = || named("quiet", &(0..100).map(|n| n * 100 + 1).collect::<Vec<_>>());
    let fifo = good_under_overload(Order::Fifo, Some(200), quiet());
    assert!(fifo.iter().all(|share| *share < 0.05), "a full queue makes everybody late: {fifo:?}");
    let lifo = good_under_overload(Order::Lifo, Some(200), quiet());
    assert!(lifo[0] > 0.4, "the newest are served in time: {lifo:?}");
    let adaptive = good_under_overload(Order::AdaptiveLifo { interval: ms(100) }, Some(200), quiet());
    assert!(adaptive[0] > 0.4, "{adaptive:?}");
    let urgent = || Tenant { priority: 1, ..quiet() };
    let priority = good_under_overload(Order::Priority, None, urgent());
    assert!(priority[1] == 1.0 && priority[0] < 0.05, "{priority:?}");
    let full = good_under_overload(Order::Priority, Some(200), urgent());
    assert!(full[1] < 0.5, "no priority helps where the queue is full: {full:?}");
}

#[test]
fn fairness_protects_whoever_asks_little() {
    let every_five: Vec<u64> = (0..2_000).map(|n| n * 5).collect();
    let quiet = named("quiet", &(0..100).map(|n| n * 100 + 1).collect::<Vec<_>>());
    let worst = |order| {
        let ran = World::of([ordered(order)]).tenant(asks(&every_five)).tenant(quiet.clone()).run();
        ran.of_tenant(1).iter().filter_map(|request| request.latency).max()
    };
    assert!(worst(Order::Fair) <= Some(ms(30)), "{:?}", worst(Order::Fair));
    assert!(worst(Order::Fifo) > Some(ms(4_000)), "{:?}", worst(Order::Fifo));
}

/// How many of 300 requests reach each of three replicas.
fn spread(balance: Balance) -> [usize; 3] {
    let times: Vec<u64> = (0..300).map(|n| n * 30).collect();
    let service = Service { replicas: 3, balance, ..Service::new("one", vec![work(10)]) };
    let reached = World::of([service]).tenant(asks(&times)).run().replicas(0);
    std::array::from_fn(|index| reached.iter().filter(|replica| **replica == index as u32).count())
}

#[test]
fn balance_rules_spread_requests() {
    assert_eq!(spread(Balance::RoundRobin), [100; 3]);
    assert_eq!(spread(Balance::LeastOutstanding), [100; 3]);
    for rule in [Balance::Random, Balance::PowerOfTwo, Balance::Hash] {
        assert!(spread(rule).iter().all(|count| (70..130).contains(count)), "{rule:?}: {:?}", spread(rule));
    }
}

#[test]
fn rules_that_look_avoid_a_slow_replica() {
    let mean = |balance| {
        let times: Vec<u64> = (0..2_000).map(|n| n * 5).collect();
        let speeds = vec![0.1, 1.0];
        let service = Service { replicas: 3, workers: Some(1), balance, speeds, ..Service::new("one", vec![work(8)]) };
        World::of([service]).tenant(asks(&times)).run().measures.tenants[0].latencies.mean().unwrap_or(0.0) / 1e6
    };
    let [blind, two, all] = [Balance::RoundRobin, Balance::PowerOfTwo, Balance::LeastOutstanding].map(mean);
    assert!(blind > 1_000.0 && two < 60.0 && all < 60.0 && all <= two, "{blind} {two} {all}");
}

#[test]
fn a_user_sticks_to_a_replica_under_hash() {
    let service = Service { replicas: 4, balance: Balance::Hash, ..Service::new("one", vec![work(10)]) };
    let mut world = World::of([service]);
    for n in 0..12 {
        let load = Load::Closed { users: 1, think: constant(50) };
        world = world.tenant(Tenant::new(&format!("user-{n}"), to(0), load));
    }
    let ran = world.run();
    let homes: Vec<Vec<u32>> = (0..12).map(|tenant| ran.replicas(tenant)).collect();
    assert!(homes.iter().all(|home| home.len() > 100 && home.iter().all(|replica| *replica == home[0])));
    assert!(homes.iter().any(|home| home[0] != homes[0][0]), "not everybody lives at the same place");
}

#[test]
fn the_last_speed_holds_for_all_further_replicas() {
    let service = Service { replicas: 4, speeds: vec![2.0, 0.5], ..Service::new("one", vec![work(10)]) };
    let ran = World::of([service]).tenant(asks(&[0, 100, 200, 300])).run();
    let mut latencies: Vec<Option<Span>> = ran.requests.iter().map(|request| request.latency).collect();
    latencies.sort_unstable();
    assert_eq!(latencies, [5, 20, 20, 20].map(|n| Some(ms(n))));
}

#[test]
fn cores_bound_work_and_nothing_else() {
    let service = |steps| Service { cores: Some(1), ..Service::new("one", steps) };
    World::of([service(vec![work(10)])]).tenant(asks(&[0, 0])).check("0+10 ok, 0+20 ok");
    World::of([service(vec![wait(10)])]).tenant(asks(&[0, 0])).check("0+10 ok, 0+10 ok");
    let shared = Service { scheduling: Scheduling::Ps, ..service(vec![work(10)]) };
    World::of([shared]).tenant(asks(&[0, 5])).check("0+15 ok, 5+15 ok");
}

#[test]
fn closed_users_think_ask_and_wait() {
    let load = Load::Closed { users: 2, think: constant(90) };
    let service = Service { workers: Some(1), ..Service::new("one", vec![work(10)]) };
    let mut world = World::of([service]).tenant(Tenant::new("users", to(0), load));
    world.model.duration = ms(300);
    // Both begin at 90; from then on they take turns.
    world.check("90+10 ok, 90+20 ok, 190+10 ok, 200+10 ok, 290+10 ok");
}

#[test]
fn open_traffic_is_evenly_spaced_where_it_says_so() {
    let load = Load::Open { rate: 8.0, arrivals: Arrivals::Constant, profile: Default::default() };
    let mut world = World::of([Service::new("one", vec![])]).tenant(Tenant::new("steady", to(0), load));
    world.model.duration = ms(500);
    world.check("125+0 ok, 250+0 ok, 375+0 ok");
}

#[test]
fn replayed_traffic_stops_with_the_run_and_may_repeat_an_instant() {
    let mut world = World::of([Service::new("one", vec![work(1)])]).tenant(asks(&[0, 7, 7, 99, 100, 101]));
    world.model.duration = ms(100);
    world.check("0+1 ok, 7+1 ok, 7+1 ok, 99+1 ok");
    let never = Load::Replay { times: [Time::NEVER].into() };
    World::of([Service::new("one", vec![])]).tenant(Tenant::new("never", to(0), never)).check("");
}

#[test]
fn every_distribution_can_be_drawn_from() {
    let dists = [
        Dist::Exp { mean: ms(2) },
        Dist::Uniform { low: ms(1), high: ms(3) },
        Dist::LogNormal { p50: ms(2), p99: ms(9) },
        Dist::Gamma { mean: ms(2), cv: 0.5 },
        Dist::HyperExp { mean: ms(2), cv: 3.0 },
        Dist::Pareto { min: ms(1), alpha: 1.5, max: Some(ms(50)) },
        Dist::Empirical([ms(1), ms(3)].into()),
    ];
    let times: Vec<u64> = (0..5_000).collect();
    for dist in dists {
        let world = World::of([Service::new("one", vec![sim::model::Step::Work(dist.clone())])]).tenant(asks(&times));
        let mean = world.run().measures.tenants[0].latencies.mean().unwrap_or(0.0) / 1e6;
        assert!((1.5..3.5).contains(&mean), "{dist:?}: {mean}");
    }
}
