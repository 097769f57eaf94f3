//! Who is in rotation: health checks and ejection, by what they do to callers.

use crate::world::*;
use sim::model::{
    Autoscale, Balance, Defences, Ejection, FaultKind, Health, Network, ScaleBy, Service, ServiceId, Tenant,
};
use sim::{Fact, Removal, Span, Time};

fn checked(interval: u64) -> Defences {
    let health = Health { interval: ms(interval), timeout: ms(interval / 2), unhealthy: 2, healthy: 2 };
    Defences { health: Some(health), ..Defences::default() }
}

fn ejecting(failures: u32) -> Defences {
    let ejection = Ejection { failures, interval: ms(500), base: Span::secs(1), most: 0.5 };
    Defences { ejection: Some(ejection), ..Defences::default() }
}

/// Four replicas that each take 10 ms for any number of requests at once.
fn four(defences: Defences, balance: Balance) -> Service {
    Service { replicas: 4, balance, defences, ..Service::new("one", vec![work(10)]) }
}

fn first_of_four(kind: fn(ServiceId, f64) -> FaultKind) -> FaultKind {
    kind(ServiceId(0), 0.25)
}

const CRASH: fn(ServiceId, f64) -> FaultKind = |service, share| FaultKind::Crash { service, share };
const PAUSE: fn(ServiceId, f64) -> FaultKind = |service, share| FaultKind::Pause { service, share };
const ERRORS: fn(ServiceId, f64) -> FaultKind = |service, share| FaultKind::Errors { service, rate: 1.0, share };

/// A hundred requests a second for ten seconds.
fn steady() -> Vec<u64> {
    (0..1_000).map(|n| n * 10 + 1).collect()
}

/// When requests failed, in milliseconds, over a run in which the first of four replicas is hurt from 2 s to 5 s.
fn failures(defences: Defences, balance: Balance, kind: FaultKind) -> (Vec<u64>, Ran) {
    failures_of(four(defences, balance), kind)
}

fn failures_of(service: Service, kind: FaultKind) -> (Vec<u64>, Ran) {
    let tenant = Tenant { call: within(0, 200), ..asks(&steady()) };
    let ran = World::of([service]).tenant(tenant).fault(kind, 2_000, 3_000).run();
    let failed = |request: &&Answered| matches!(request.outcome, sim::Outcome::Failed(_));
    let times = ran.requests.iter().filter(failed).map(|request| request.sent.since(Time::ZERO).0 / 1_000_000);
    (times.collect(), ran)
}

#[test]
fn a_crashed_replica_keeps_its_share_unless_somebody_looks() {
    let (unseen, _) = failures(Defences::default(), Balance::RoundRobin, first_of_four(CRASH));
    assert_eq!(unseen.len(), 75);
    // Checks at 2.0 s, where the crash already holds, and 2.1 s.
    let (seen, ran) = failures(checked(100), Balance::RoundRobin, first_of_four(CRASH));
    assert!(seen.len() <= 3 && seen.iter().all(|at| (2_000..2_100).contains(at)), "{seen:?}");
    assert_eq!(ran.measures.services[0].taken_out[Removal::Unhealthy as usize], 1);
    // After two passed checks it is back and has its share again.
    let late: Vec<u32> = ran.replicas(0).into_iter().skip(seen.len() + 600).collect();
    assert!(late.iter().filter(|replica| **replica == 0).count() > 50);
}

#[test]
fn a_crashed_replica_attracts_everything_under_least_outstanding_unless_somebody_looks() {
    // The crashed one never has any request, and the others seldom: three quarters fail instead of one.
    let busy = |defences| Service {
        endpoints: Service::new("one", vec![work(100)]).endpoints,
        ..four(defences, Balance::LeastOutstanding)
    };
    let (unseen, _) = failures_of(busy(Defences::default()), first_of_four(CRASH));
    assert!(unseen.len() > 200, "{}", unseen.len());
    let (seen, _) = failures_of(busy(checked(100)), first_of_four(CRASH));
    assert!(seen.len() <= 13, "{seen:?}");
}

#[test]
fn a_replica_that_stands_still_fails_its_checks_after_the_timeout() {
    let (unseen, _) = failures(Defences::default(), Balance::RoundRobin, first_of_four(PAUSE));
    assert!(unseen.len() > 60, "{}", unseen.len());
    // Checks at 2.0 and 2.1 s fail at 2.05 and 2.15 s.
    let (seen, _) = failures(checked(100), Balance::RoundRobin, first_of_four(PAUSE));
    assert!(seen.len() <= 5 && seen.iter().all(|at| (1_980..2_150).contains(at)), "{seen:?}");
}

#[test]
fn health_checks_do_not_see_errors_and_ejection_does() {
    let (unseen, _) = failures(checked(100), Balance::RoundRobin, first_of_four(ERRORS));
    assert_eq!(unseen.len(), 75);
    let (seen, ran) = failures(ejecting(3), Balance::RoundRobin, first_of_four(ERRORS));
    // Ejected after three failures, back at 3.5 s or the like, ejected for two seconds after three more.
    assert!((4..=9).contains(&seen.len()), "{seen:?}");
    assert!((2..=3).contains(&ran.measures.services[0].taken_out[Removal::Ejected as usize]));
}

#[test]
fn where_all_fail_everybody_is_asked_again() {
    let all = crash(0);
    let (failed, ran) = failures(checked(100), Balance::RoundRobin, all);
    // Those of three seconds, and the one that was under way.
    assert_eq!(failed.len(), 301);
    assert_eq!(ran.measures.services[0].taken_out[Removal::Unhealthy as usize], 4);
    let after = ran.requests.iter().filter(|request| request.sent > at(5_200)).count();
    assert!(after > 400 && ran.requests[520..].iter().all(|request| request.outcome == sim::Outcome::Ok));
}

#[test]
fn no_more_than_its_share_is_ejected() {
    let kind = FaultKind::Errors { service: ServiceId(0), rate: 1.0, share: 0.75 };
    let (failed, ran) = failures(ejecting(3), Balance::RoundRobin, kind);
    // Two of three failing replicas are out; of the two that are left, one fails.
    assert!((130..200).contains(&failed.len()), "{}", failed.len());
    assert!(ran.measures.services[0].taken_out[Removal::Ejected as usize] >= 2);
}

#[test]
fn a_policy_that_never_acts_changes_nothing() {
    let run = |defences| World::of([four(defences, Balance::PowerOfTwo)]).tenant(asks(&steady())).run();
    let (without, with) = (run(Defences::default()), run(ejecting(3)));
    assert_eq!((without.digest, without.answers()), (with.digest, with.answers()));
    assert_eq!(without.answers(), run(checked(100)).answers());
}

/// Autoscaled from `replicas`, each with so many workers that take `busy` milliseconds for a request.
fn scaled(replicas: u32, workers: u32, busy: u64, target: f64, cooldown: u64) -> Service {
    let by = ScaleBy::Utilization(target);
    let autoscale = Some(Autoscale { by, least: 1, most: 10, every: ms(1_000), cooldown: ms(cooldown) });
    let defences = Defences { autoscale, ..Defences::default() };
    Service { replicas, workers: Some(workers), defences, ..Service::new("one", vec![work(busy)]) }
}

/// A crash is over long before its replica is trusted again.
#[test]
fn readiness_moves_with_crashes_and_checks() {
    let service = Service { startup: ms(20), ..four(checked(10), Balance::RoundRobin) };
    let ran = World::of([service]).tenant(asks(&[0])).fault(first_of_four(CRASH), 105, 50).run();
    let moved = ran.facts.iter().filter_map(|(at, fact)| match fact {
        Fact::ReadyMoved { change, .. } => Some((at.0 / 1_000_000, *change)),
        _ => None,
    });
    // Up again at 175, it passes the checks of 180 and 190.
    assert_eq!(moved.collect::<Vec<_>>(), [(105, -1), (190, 1)]);
    let missing: f64 = ran.measures.service_steps[0].iter().map(|step| 4.0 - step.ready).sum();
    assert!((missing * ran.measures.step.as_secs() - 0.085).abs() < 1e-9, "{missing}");
}

/// When replicas came and went, in milliseconds, and how many.
fn scalings(ran: &Ran) -> Vec<(u64, i32)> {
    let scaled = ran.facts.iter().filter_map(|(at, fact)| match fact {
        Fact::Scaled { change, .. } => Some((at.0 / 1_000_000, *change)),
        _ => None,
    });
    scaled.collect()
}

#[test]
fn replicas_that_are_not_needed_go_after_the_cooldown() {
    // Three workers' worth of requests at six replicas of one worker: ⌈6 · 50 / 75⌉ are enough.
    let times: Vec<u64> = (0..1_000).flat_map(|n| [10 * n, 10 * n + 3, 10 * n + 6]).collect();
    let ran = World::of([scaled(6, 1, 10, 0.75, 2_000)]).tenant(asks(&times)).run();
    let gone = scalings(&ran);
    assert!(
        gone.len() == 2 && gone.iter().all(|(at, change)| (3_000..3_020).contains(at) && *change == -1),
        "{gone:?}"
    );
    assert_eq!(ran.measures.tenants[0].ok, 3_000, "nobody was lost");
    let mean = ran.measures.services[0].replicas;
    assert!((mean - (6.0 * 3.0 + 4.0 * 7.0) / 10.0).abs() < 0.01, "{mean}");
    assert_eq!(ran.measures.services[0].replicas_max, 6);
}

#[test]
fn new_replicas_serve_after_their_startup() {
    // Twenty workers' worth of requests at ten workers: twice as many are wanted, of which each starts for half a second.
    let times: Vec<u64> = (0..2_000).map(|n| 5 * n).collect();
    let mut service = Service { startup: ms(500), ..scaled(1, 10, 100, 0.5, 60_000) };
    service.defences.autoscale = service.defences.autoscale.map(|autoscale| Autoscale { most: 4, ..autoscale });
    let ran = World::of([service]).tenant(asks(&times)).run();
    assert_eq!(scalings(&ran), [(1_000, 1), (2_000, 1), (2_000, 1)]);
    let first = |wanted: u32| {
        let reached = |(_, fact): &&(Time, Fact)| matches!(fact, Fact::Reached { replica, .. } if *replica == wanted);
        ran.facts.iter().find(reached).map(|(at, _)| at.0 / 1_000_000)
    };
    assert!(first(1) >= Some(1_500) && first(1) < Some(1_520), "{:?}", first(1));
    assert!(first(3) >= Some(2_500) && first(3) < Some(2_530), "{:?}", first(3));
    assert_eq!(ran.measures.services[0].replicas_max, 4);
}

#[test]
fn a_replica_that_goes_finishes_what_it_holds_and_what_is_on_its_way() {
    let network = Network { latency: constant(5), ..Network::default() };
    let call = sim::model::Call { network, ..to(0) };
    let times: Vec<u64> = (0..2_500).map(|n| 4 * n).collect();
    let tenant = Tenant { call, ..asks(&times) };
    // Far too many, so that one goes after the other.
    let ran = World::of([scaled(8, 100, 1_500, 1.0, 0)]).tenant(tenant).run();
    assert!(scalings(&ran).len() >= 4, "{:?}", scalings(&ran));
    assert_eq!(ran.measures.tenants[0].ok, 2_500);
}

#[test]
fn nobody_drains_for_longer_than_the_grace_period() {
    let tenant = asks(&[0, 1]);
    let mut world = World::of([scaled(2, 1_000, 50_000, 1.0, 0)]).tenant(tenant);
    world.model.duration = Span::secs(60);
    let ran = world.run();
    // After one second the second replica drains; thirty seconds later it ends with what it holds.
    assert_eq!(scalings(&ran), [(31_000, -1)]);
    let failed: Vec<u64> =
        ran.requests.iter().filter_map(|request| request.latency).map(|latency| latency.0 / 1_000_000).collect();
    assert!(failed.contains(&50_000) && failed.iter().any(|latency| (30_998..31_001).contains(latency)), "{failed:?}");
}

#[test]
fn scaling_by_delay_follows_the_queue() {
    let mut service = scaled(1, 1, 10, 1.0, 60_000);
    let by = ScaleBy::Delay(ms(20));
    service.defences.autoscale = service.defences.autoscale.map(|autoscale| Autoscale { by, ..autoscale });
    // A third more than one can do: in the first second a request waits up to 250 ms.
    let times: Vec<u64> = (0..1_333).map(|n| n * 15 / 2).collect();
    let ran = World::of([service]).tenant(asks(&times)).run();
    let came: i32 = scalings(&ran).iter().take_while(|(at, _)| *at <= 1_000).map(|(_, change)| change).sum();
    assert_eq!(came, 4, "ten times what was wished for, but at most four at once");
    let slow = |from: u64| {
        ran.requests.iter().filter(|request| request.sent >= at(from) && request.latency > Some(ms(40))).count()
    };
    assert!(slow(0) > 50 && slow(3_000) == 0, "{} {}", slow(0), slow(3_000));
}
