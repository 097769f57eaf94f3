//! New versions rolled out: who serves meanwhile, what a bad one does, and how it is taken back.

use crate::world::*;
use sim::model::{Autoscale, Batch, Defences, Deploy, Rollback, ScaleBy, Service, ServiceId};
use sim::{Fact, Outcome, RolloutStep, Span};

/// So many replicas that each take 10 ms for any number of requests, and start for a tenth of a second.
fn service(replicas: u32) -> Service {
    Service { replicas, startup: ms(100), ..Service::new("one", vec![work(10)]) }
}

/// A hundred requests a second for ten seconds.
fn deployed(service: Service, deploy: Deploy) -> Ran {
    let mut world = World::of([service]).tenant(asks(&(0..1_000).map(|n| n * 10 + 1).collect::<Vec<_>>()));
    world.model.deploys.push(deploy);
    world.run()
}

/// From the first second on, with a fifth of a second between batches.
fn deploy() -> Deploy {
    Deploy { at: at(1_000), pause: ms(200), ..Deploy::of(ServiceId(0)) }
}

/// When the deploy came how far, in milliseconds.
fn steps(ran: &Ran) -> Vec<(RolloutStep, u64)> {
    let step = |(at, fact): &(sim::Time, Fact)| match fact {
        Fact::Deploying { step, .. } => Some((*step, at.0 / 1_000_000)),
        _ => None,
    };
    ran.facts.iter().filter_map(step).collect()
}

fn failed(ran: &Ran) -> Vec<u64> {
    let failed = ran.requests.iter().filter(|request| matches!(request.outcome, Outcome::Failed(_)));
    failed.map(|request| request.sent.0 / 1_000_000).collect()
}

#[test]
fn a_rolling_restart_loses_nobody_and_takes_its_time() {
    let ran = deployed(service(3), deploy());
    assert_eq!(failed(&ran), [0; 0]);
    let [(RolloutStep::Began, 1_000), (RolloutStep::Ended, end)] = steps(&ran)[..] else { panic!("{:?}", steps(&ran)) };
    // Three times a drain of at most 10 ms, a start and a pause.
    assert!((1_900..1_930).contains(&end), "{end}");
    let of_three = |from: u64, to: u64| {
        let reached = ran.facts.iter().filter_map(|(when, fact)| match fact {
            Fact::Reached { replica, .. } if *when >= at(from) && *when < at(to) => Some(*replica),
            _ => None,
        });
        let reached: std::collections::BTreeSet<u32> = reached.collect();
        reached.len()
    };
    assert_eq!((of_three(500, 1_000), of_three(1_001, 1_100), of_three(1_120, 1_300)), (3, 2, 3));
}

#[test]
fn a_batch_goes_together_and_a_canary_alone() {
    let end = |deploy| steps(&deployed(service(4), deploy)).last().map(|(_, at)| *at);
    let at_once = end(Deploy { batch: Batch::Count(2), ..deploy() });
    assert!((1_600..1_630).contains(&at_once.unwrap_or(0)), "{at_once:?}");
    let canary = end(Deploy { batch: Batch::Share(0.75), canary: Some(0.1), ..deploy() });
    assert!((1_600..1_630).contains(&canary.unwrap_or(0)), "{canary:?}");
}

#[test]
fn a_single_replica_leaves_nobody_to_ask() {
    let ran = deployed(service(1), deploy());
    let missing = failed(&ran);
    assert!((9..=11).contains(&missing.len()) && missing.iter().all(|at| (1_000..1_110).contains(at)), "{missing:?}");
}

#[test]
fn a_bad_version_spreads_unless_it_is_taken_back() {
    let bad = Deploy { errors: 0.5, canary: Some(0.25), ..deploy() };
    let spread = failed(&deployed(service(4), bad.clone()));
    // At the end half of all requests fail, for some eight seconds.
    assert!((350..450).contains(&spread.len()), "{}", spread.len());
    let rollback = Some(Rollback { errors: 0.1, within: ms(500) });
    let ran = deployed(service(4), Deploy { rollback, pause: ms(600), ..bad });
    let [(RolloutStep::Began, 1_000), (RolloutStep::RolledBack, back), (RolloutStep::Ended, end)] = steps(&ran)[..]
    else {
        panic!("{:?}", steps(&ran))
    };
    // The canary served from 1.1 s on, and was watched for half a second.
    assert!((1_600..1_620).contains(&back) && (back + 100..back + 130).contains(&end), "{back} {end}");
    let hurt = failed(&ran);
    assert!((2..12).contains(&hurt.len()) && hurt.iter().all(|at| *at < back + 10), "{hurt:?}");
    let times = ran.measures.deploys[0];
    assert_eq!(times.rolled_back.map(|at| at.0 / 1_000_000), Some(back));
}

#[test]
fn a_good_version_is_not_taken_back() {
    let rollback = Some(Rollback { errors: 0.1, within: ms(100) });
    let ran = deployed(service(2), Deploy { rollback, ..deploy() });
    assert_eq!(steps(&ran).len(), 2);
}

#[test]
fn a_slow_version_is_slow_once_it_serves() {
    let ran = deployed(service(2), Deploy { slow: 3.0, ..deploy() });
    let slow = |request: &&Answered| request.latency == Some(ms(30));
    let first = ran.requests.iter().find(slow).map(|request| request.sent);
    assert!(first >= Some(at(1_100)) && first < Some(at(1_130)), "{first:?}");
    assert!(ran.requests[200..].iter().all(|request| slow(&request)));
}

#[test]
fn replicas_that_come_later_have_the_version_that_is_wanted() {
    let by = ScaleBy::Utilization(0.5);
    let autoscale = Some(Autoscale { by, least: 1, most: 6, every: ms(3_000), cooldown: Span::secs(60) });
    // Three quarters of two workers are busy, so that after three seconds there is one replica more.
    let busy = Service {
        workers: Some(1),
        defences: Defences { autoscale, ..Defences::default() },
        ..Service { endpoints: Service::new("one", vec![work(15)]).endpoints, ..service(2) }
    };
    let ran = deployed(busy, Deploy { slow: 0.5, ..deploy() });
    let late = ran.requests[600..].iter().filter_map(|request| request.latency).max();
    assert!(late <= Some(ms(16)), "{late:?}");
}

#[test]
fn a_crash_meanwhile_delays_the_deploy_and_no_more() {
    let mut world = World::of([service(3)]).tenant(asks(&(0..1_000).map(|n| n * 10).collect::<Vec<_>>()));
    world.model.deploys.push(deploy());
    let kind = sim::model::FaultKind::Crash { service: ServiceId(0), share: 0.3 };
    let ran = world.fault(kind, 1_050, 1_000).run();
    let end = steps(&ran).last().map(|(_, at)| *at);
    // The first replica starts again at 2.05 s.
    assert!((2_950..2_990).contains(&end.unwrap_or(0)), "{:?}", steps(&ran));
    assert!(ran.requests[300..].iter().all(|request| request.outcome == Outcome::Ok));
}
