//! How runs end: with everything answered, with requests that never will be, or because they would exhaust the machine.

use crate::world::*;
use sim::model::{Call, Load, Model, Queue, Service, Step, Tenant};
use sim::{Excess, Limits, Progress, Simulation, Span, Time};

#[test]
fn what_is_under_way_at_the_end_runs_to_its_end() {
    let mut world = World::of([Service { workers: Some(1), ..Service::new("one", vec![work(400)]) }]);
    world.model.duration = ms(100);
    let ran = world.tenant(asks(&[0, 50, 99, 100])).check("0+400 ok, 50+750 ok, 99+1101 ok");
    assert_eq!((ran.measures.tenants[0].offered, ran.measures.tenants[0].ok), (3, 3));
    assert_eq!(ran.measures.window, ms(100));
    // In the window one was served all the time, and one, then two, waited.
    assert!((ran.measures.services[0].serving - 1.0).abs() < 1e-12);
    assert!((ran.measures.services[0].waiting - 0.51).abs() < 1e-12);
}

#[test]
fn what_never_ends_counts_as_timed_out() {
    let mut world = World::of([Service::new("one", vec![Step::Wait(sim::model::Dist::Constant(Span::secs(600)))])]);
    world.model.duration = Span::secs(1);
    let ran = world.tenant(asks(&[0, 500])).check("0+never timeout, 500+never timeout");
    assert_eq!(ran.measures.tenants[0].failed, [2, 0, 0, 0, 0]);
    assert_eq!(ran.measures.tenants[0].latencies.count(), 0);
}

#[test]
fn every_offered_request_has_one_outcome() {
    let queue = Queue { limit: Some(2), ..Queue::default() };
    let call = Call { optional: true, ..within(1, 15) };
    let times: Vec<u64> = (0..2_000).map(|n| n * 4).collect();
    let tenant = Tenant { patience: Some(ms(25)), call: within(0, 40), ..asks(&times) };
    let services = [
        Service { workers: Some(4), queue, ..Service::new("top", vec![work(5), Step::Call(call)]) },
        Service { workers: Some(2), ..Service::new("bottom", vec![work(7)]) },
    ];
    let world = World::of(services).tenant(tenant).fault(crash(0), 1_000, 500).fault(slow(0, 3.0), 2_000, 500);
    let world =
        world.fault(errors(0, 0.3), 3_000, 500).fault(errors(1, 0.3), 4_000, 500).fault(slow(0, 12.0), 5_000, 500);
    let ran = world.run();
    let tally = &ran.measures.tenants[0];
    let [timeout, rejected, error, _, unreachable] = tally.failed;
    for (count, what) in [
        (tally.ok, "ok"),
        (tally.degraded, "degraded"),
        (tally.late, "late"),
        (timeout, "timeout"),
        (rejected, "rejected"),
        (error, "error"),
        (unreachable, "unreachable"),
    ] {
        assert!(count > 0, "nothing ended as {what}");
    }
    assert_eq!((tally.offered, tally.ended()), (2_000, 2_000));
}

#[test]
fn the_warm_up_is_simulated_and_not_measured() {
    let mut world = World::of([Service::new("one", vec![work(10)])]).tenant(asks(&[0, 100, 999, 1_000, 1_500]));
    world.model.warmup = Span::secs(1);
    let ran = world.check("0+10 ok, 100+10 ok, 999+10 ok, 1000+10 ok, 1500+10 ok");
    assert_eq!(ran.measures.tenants[0].offered, 2);
    // 9 ms of the third request lie in the window of nine seconds.
    assert!((ran.measures.services[0].serving * 9.0 - 0.029).abs() < 1e-12);
}

#[test]
fn a_world_without_traffic_is_done_at_once() {
    World::of([Service::new("one", vec![work(10)])]).check("");
    World::of([]).fault(partition(0, 1), 0, 5).check("");
}

fn stopped(model: &Model, limits: Limits) -> (Progress, Simulation) {
    let mut simulation = Simulation::new(model, SEED, limits).expect("the model can be run");
    let progress = simulation.run_until(Time::NEVER, &mut ());
    (progress, simulation)
}

#[test]
fn time_that_stands_still_stops_the_run() {
    let load = Load::Closed { users: 1, think: constant(0) };
    let world = World::of([Service::new("one", vec![])]).tenant(Tenant::new("busy", to(0), load));
    let limits = Limits { at_one_instant: 1_000_000, ..Limits::default() };
    let (progress, simulation) = stopped(&world.model, limits);
    assert_eq!(progress, Progress::Stopped(Excess::Standstill));
    assert_eq!(simulation.now(), Time::ZERO);
}

/// Seven layers, each of which calls the next a thousand times: 10²¹ calls for one request.
fn explosion(step: impl Fn(Call) -> Step, bottom: Step) -> World {
    let layer = |n: u32| Service::new(&format!("layer-{n}"), vec![step(Call { times: 1_000, ..to(n + 1) })]);
    World::of((0..7).map(layer).chain([Service::new("bottom", vec![bottom])])).tenant(asks(&[0]))
}

#[test]
fn calls_that_multiply_within_one_instant_stop_the_run() {
    let limits = Limits { in_flight: 10_000, at_one_instant: 1_000_000, ..Limits::default() };
    let in_turn = explosion(Step::Call, work(0));
    assert_eq!(stopped(&in_turn.model, limits).0, Progress::Stopped(Excess::Standstill));
    let at_once = explosion(|call| Step::Parallel(vec![Step::Call(call)]), work(1));
    assert_eq!(stopped(&at_once.model, limits).0, Progress::Stopped(Excess::InFlight));
}

#[test]
fn calls_without_an_attempt_under_way_count_as_in_flight() {
    let limits = Limits { in_flight: 100, ..Limits::default() };
    let services = || [Service::new("top", vec![Step::Call(to(1))]), Service::new("bottom", vec![])];
    let world = World::of(services()).tenant(asks(&(0..5_000).collect::<Vec<_>>()));
    // Half of the calls wait at the top for the other half, whose messages were lost.
    let lost = world.fault(partition(0, 1), 0, 10_000);
    let (progress, simulation) = stopped(&lost.model, limits);
    assert_eq!((progress, simulation.now()), (Progress::Stopped(Excess::InFlight), at(50)));
}

#[test]
fn attempts_that_pile_up_stop_the_run() {
    let world = World::of([Service { workers: Some(1), ..Service::new("one", vec![work(100)]) }]);
    let world = world.tenant(asks(&(0..5_000).collect::<Vec<_>>()));
    let limits = Limits { in_flight: 100, ..Limits::default() };
    let (progress, mut simulation) = stopped(&world.model, limits);
    assert_eq!(progress, Progress::Stopped(Excess::InFlight));
    assert_eq!(simulation.now(), at(101), "one was answered at 100");
    assert_eq!(simulation.run_until(Time::NEVER, &mut ()), progress, "a stopped run stays stopped");
}

#[test]
fn too_many_events_stop_the_run() {
    let world = World::of([Service::new("one", vec![work(1)])]).tenant(asks(&(0..5_000).collect::<Vec<_>>()));
    let (progress, simulation) = stopped(&world.model, Limits { events: 1_000, ..Limits::default() });
    assert_eq!(progress, Progress::Stopped(Excess::Events));
    assert!(simulation.events() < 1_010);
}

#[test]
fn a_model_out_of_range_is_refused_by_name() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Model), field: &str) {
        let mut world = World::of([Service::new("one", vec![work(1)])]).tenant(asks(&[0]));
        change(&mut world.model);
        let refused = Simulation::new(&world.model, SEED, Limits::default()).err().map(|error| error.field);
        assert_eq!(refused.as_deref(), Some(field));
    }
    check(|model| model.duration = Span::ZERO, "duration");
    check(|model| model.warmup = model.duration, "warmup");
    check(|model| model.services[0].workers = Some(0), "service one: workers");
    check(|model| model.tenants[0].call = to(1), "call");
    check(|model| model.services[0].endpoints[0].steps.push(effect(0)), "effect");
    check(|model| model.tenants[0].load = Load::poisson(0.0), "tenant shoppers: rate");
    check(|model| model.services[0].endpoints[0].steps.push(Step::Call(to(0))), "calls from run");
}
