//! Each fault by what it does to constant arrivals and constant work, where the answer can be computed by hand.

use crate::world::*;
use sim::model::{
    Arrivals, Capacity, FaultKind, Load, Party, Pool, Profile, Scheduling, Service, ServiceId, Step, Tenant, TenantId,
};
use sim::{Fact, Span};

fn one(steps: Vec<Step>) -> Service {
    Service::new("one", steps)
}

/// Service 0 asks service 1.
fn chain(call: sim::model::Call, bottom: Vec<Step>) -> [Service; 2] {
    [Service::new("top", vec![Step::Call(call)]), Service::new("bottom", bottom)]
}

#[test]
fn slow_stretches_the_work_that_begins_meanwhile() {
    let world = World::of([one(vec![work(10)])]).tenant(asks(&[0, 100, 200, 300]));
    world.clone().fault(slow(0, 4.0), 50, 200).check("0+10 ok, 100+40 ok, 200+40 ok, 300+10 ok");
    // Waiting for a disk is no work.
    World::of([one(vec![wait(10)])]).tenant(asks(&[100])).fault(slow(0, 4.0), 50, 200).check("100+10 ok");
    // Work under way keeps the size that it had when it began.
    world.clone().fault(slow(0, 4.0), 105, 10).check("0+10 ok, 100+10 ok, 200+10 ok, 300+10 ok");
    world.fault(slow(0, 4.0), 50, 200).fault(slow(0, 0.5), 150, 100).check("0+10 ok, 100+40 ok, 200+20 ok, 300+10 ok");
}

#[test]
fn errors_end_a_request_before_its_first_step() {
    let world = World::of([one(vec![work(10)])]).tenant(asks(&[0, 100, 200]));
    world.clone().fault(errors(0, 1.0), 50, 100).check("0+10 ok, 100+0 error, 200+10 ok");
    world.fault(errors(0, 0.0), 50, 100).check("0+10 ok, 100+10 ok, 200+10 ok");
}

#[test]
fn errors_hit_the_share_of_requests_that_they_say() {
    let times: Vec<u64> = (0..10_000).collect();
    let world = World::of([one(vec![])]).tenant(asks(&times)).fault(errors(0, 0.2), 0, 10_000);
    let failed = |world: &World| world.run().measures.tenants[0].failed.iter().sum::<u64>();
    assert!((1_850..2_150).contains(&failed(&world)), "{}", failed(&world));
    // Independent causes: 1 − 0.8².
    let both = world.fault(errors(0, 0.2), 0, 10_000);
    assert!((3_400..3_800).contains(&failed(&both)), "{}", failed(&both));
}

#[test]
fn a_crash_fails_what_is_there_and_refuses_what_comes() {
    let world = World::of([Service { startup: ms(20), ..one(vec![work(10)]) }]);
    let world = world.tenant(asks(&[0, 50, 110, 119, 120]));
    world
        .fault(crash(0), 5, 95)
        .check("0+5 unreachable, 50+0 unreachable, 110+0 unreachable, 119+0 unreachable, 120+10 ok");
}

#[test]
fn a_crash_empties_queue_cores_and_shares() {
    for scheduling in [Scheduling::Fifo, Scheduling::Ps] {
        for (workers, cores) in [(Some(1), None), (None, Some(1)), (Some(2), Some(1))] {
            let service = Service { workers, cores, scheduling, ..one(vec![work(10)]) };
            let world = World::of([service]).tenant(asks(&[0, 1, 2, 100])).fault(crash(0), 5, 10);
            world.check("0+5 unreachable, 1+4 unreachable, 2+3 unreachable, 100+10 ok");
        }
    }
}

#[test]
fn a_caller_that_crashes_forgets_its_calls_and_their_connections() {
    let pools = vec![Pool { callee: ServiceId(1), size: 1 }];
    let [top, bottom] = chain(to(1), vec![work(30)]);
    let world = World::of([Service { pools, ..top }, bottom]).tenant(asks(&[0, 1, 20, 100]));
    // The first call runs to its end at 30 for nobody, the second never got a connection; the third finds one at once.
    let ran = world.fault(crash(0), 5, 10).check("0+5 unreachable, 1+4 unreachable, 20+30 ok, 100+30 ok");
    assert_eq!(ran.measures.services[1].reached, 3);
    let busy_seconds = ran.measures.services[1].serving * 10.0;
    assert!((busy_seconds - 0.09).abs() < 1e-9, "{busy_seconds}");
}

#[test]
fn a_pause_delays_by_exactly_its_length() {
    let check = |service: Service, expected: &str| {
        World::of([service]).tenant(asks(&[0, 10, 100])).fault(pause(0), 5, 20).check(expected);
    };
    check(one(vec![work(10)]), "0+30 ok, 10+25 ok, 100+10 ok");
    check(Service { workers: Some(1), ..one(vec![work(10)]) }, "0+30 ok, 10+30 ok, 100+10 ok");
    check(Service { cores: Some(1), ..one(vec![work(10)]) }, "0+30 ok, 10+30 ok, 100+10 ok");
    // Shared: at 25 the first has 5 ms left and the second joins; half speed each until 35.
    let shared = Service { cores: Some(1), scheduling: Scheduling::Ps, ..one(vec![work(10)]) };
    check(shared, "0+35 ok, 10+30 ok, 100+10 ok");
}

#[test]
fn pauses_that_overlap_delay_by_their_union() {
    let world = World::of([one(vec![work(10)])]).tenant(asks(&[0]));
    world.clone().fault(pause(0), 5, 20).fault(pause(0), 15, 20).check("0+40 ok");
    world.clone().fault(pause(0), 5, 20).fault(pause(0), 10, 5).check("0+30 ok");
    world.clone().fault(pause(0), 5, 20).fault(pause(0), 25, 20).check("0+50 ok");
    world.fault(pause(0), 5, 20).fault(pause(0), 27, 20).check("0+50 ok");
}

#[test]
fn a_paused_caller_sees_answers_and_timeouts_when_it_wakes() {
    let check = |call, bottom, expected: &str| {
        World::of(chain(call, bottom)).tenant(asks(&[0])).fault(pause(0), 10, 100).check(expected);
    };
    check(to(1), vec![work(20)], "0+110 ok");
    check(within(1, 50), vec![work(1_000)], "0+110 timeout");
    // The answer was there before the timer: whichever came first is seen first.
    check(within(1, 50), vec![work(20)], "0+110 ok");
    check(within(1, 50), vec![work(60)], "0+110 timeout");
    check(within(1, 150), vec![work(1_000)], "0+150 timeout");
}

#[test]
fn a_partition_swallows_messages() {
    let check = |call, expected: &str| {
        World::of(chain(call, vec![work(10)]))
            .tenant(asks(&[0, 20, 100]))
            .fault(partition(1, 0), 5, 50)
            .check(expected);
    };
    // The first answer and the second question are lost.
    check(to(1), "0+never timeout, 20+never timeout, 100+10 ok");
    check(within(1, 30), "0+30 timeout, 20+30 timeout, 100+10 ok");
}

#[test]
fn a_partition_may_lie_before_the_first_service() {
    let between = [Party::Tenant(TenantId(0)), Party::Service(ServiceId(0))];
    let tenant = Tenant { call: within(0, 30), ..asks(&[0, 100]) };
    let other = Tenant::new("others", to(0), replay(&[3]));
    let world = World::of([one(vec![work(10)])]).tenant(tenant).tenant(other);
    world.fault(FaultKind::Partition { between }, 0, 50).check("0+30 timeout, 3+10 ok, 100+10 ok");
}

#[test]
fn lost_packets_are_sent_again_after_doubling_waits() {
    let times: Vec<u64> = (0..9_000).collect();
    let loss = FaultKind::Loss { between: [service(0), service(1)], rate: 0.5 };
    let ran = World::of(chain(to(1), vec![])).tenant(asks(&times)).fault(loss, 0, 10_000).run();
    // After n losses in a row a message is 200 · (2ⁿ − 1) ms late; question and answer each may be.
    let delays: Vec<u64> = (0..7).map(|losses| 200 * ((1 << losses) - 1)).collect();
    let possible = |latency: Span| delays.iter().any(|one| delays.iter().any(|two| ms(one + two) == latency));
    let answered: Vec<Span> = ran.requests.iter().filter_map(|request| request.latency).collect();
    assert!(answered.iter().all(|latency| possible(*latency)));
    let share = |wanted: Span| answered.iter().filter(|latency| **latency == wanted).count() as f64 / 9_000.0;
    assert!((share(Span::ZERO) - 0.25).abs() < 0.02, "{}", share(Span::ZERO));
    assert!((share(ms(200)) - 0.25).abs() < 0.02, "{}", share(ms(200)));
    // Gone after seven transmissions, on the way there or back.
    let gone = 1.0 - answered.len() as f64 / 9_000.0;
    assert!((gone - 2.0 / 128.0).abs() < 0.005, "{gone}");
}

#[test]
fn shrunk_workers_serve_on_and_take_nobody_new() {
    let world = World::of([Service { workers: Some(2), ..one(vec![work(10)]) }]).tenant(asks(&[0, 0, 1, 100, 100]));
    world
        .clone()
        .fault(shrink(0, Capacity::Workers, 1), 5, 50)
        .check("0+10 ok, 0+10 ok, 1+19 ok, 100+10 ok, 100+10 ok");
    world
        .clone()
        .fault(shrink(0, Capacity::Workers, 1), 99, 500)
        .check("0+10 ok, 0+10 ok, 1+19 ok, 100+10 ok, 100+20 ok");
    // Regained workers take the waiting at once.
    world.fault(shrink(0, Capacity::Workers, 1), 99, 4).check("0+10 ok, 0+10 ok, 1+19 ok, 100+10 ok, 100+13 ok");
}

#[test]
fn shrunk_pools_let_fewer_calls_through() {
    let pools = vec![Pool { callee: ServiceId(1), size: 2 }];
    let [top, bottom] = chain(to(1), vec![work(10)]);
    let world = World::of([Service { pools, ..top }, bottom]).tenant(asks(&[0, 0, 0]));
    world.check("0+10 ok, 0+10 ok, 0+20 ok");
    world.clone().fault(shrink(0, Capacity::Pool, 1), 0, 50).check("0+10 ok, 0+20 ok, 0+30 ok");
    world.fault(shrink(0, Capacity::Pool, 1), 0, 4).check("0+10 ok, 0+14 ok, 0+20 ok");
}

#[test]
fn the_smallest_of_overlapping_shrinks_holds() {
    let world = World::of([Service { workers: Some(3), ..one(vec![work(10)]) }]).tenant(asks(&[50, 50, 50]));
    let world = world.fault(shrink(0, Capacity::Workers, 2), 0, 100).fault(shrink(0, Capacity::Workers, 1), 0, 55);
    world.check("50+10 ok, 50+15 ok, 50+20 ok");
}

fn steady(rate: f64, points: &[(u64, f64)]) -> Load {
    let points = points.iter().map(|(n, x)| (at(*n), *x)).collect();
    Load::Open { rate, arrivals: Arrivals::Constant, profile: Profile { points } }
}

#[track_caller]
fn check_spikes(load: Load, spikes: &[(f64, u64, u64)], sent: [usize; 4]) {
    let mut world = World::of([one(vec![])]).tenant(Tenant::new("shoppers", to(0), load));
    world.model.duration = Span::secs(4);
    for (by, from, lasts) in spikes {
        world = world.fault(spike(0, *by), *from, *lasts);
    }
    let requests = world.run().requests;
    let counted = std::array::from_fn(|second| {
        requests.iter().filter(|request| request.sent.0.saturating_sub(1) / Span::secs(1).0 == second as u64).count()
    });
    assert_eq!(counted, sent);
}

#[test]
fn a_spike_multiplies_the_rate() {
    check_spikes(steady(100.0, &[]), &[(5.0, 1_000, 2_000)], [100, 500, 500, 99]);
    check_spikes(steady(100.0, &[]), &[(5.0, 1_000, 2_000), (2.0, 2_000, 2_000)], [100, 500, 1_000, 199]);
    check_spikes(steady(100.0, &[(1_000, 1.0), (1_000, 2.0)]), &[(5.0, 1_000, 1_000)], [100, 1_000, 200, 199]);
    // One that ends where a step of the profile begins.
    check_spikes(steady(100.0, &[(2_000, 1.0), (2_000, 2.0)]), &[(5.0, 1_000, 1_000)], [100, 500, 200, 199]);
}

#[test]
fn a_share_hits_the_first_replicas_rounded_up() {
    let check = |replicas: u32, share: f64, hit: usize| {
        let service = Service { replicas, ..one(vec![work(10)]) };
        let times: Vec<u64> = (0..u64::from(replicas)).map(|n| n * 50).collect();
        let kind = FaultKind::Slow { service: ServiceId(0), by: 3.0, share };
        let ran = World::of([service]).tenant(asks(&times)).fault(kind, 0, 10_000).run();
        let slow = ran.requests.iter().filter(|request| request.latency == Some(ms(30))).count();
        assert_eq!(slow, hit, "{share} of {replicas}");
    };
    check(4, 0.5, 2);
    check(4, 0.51, 3);
    check(30, 0.1, 3);
    check(3, 0.001, 1);
    check(3, 1.0, 3);
}

#[test]
fn a_fault_without_end_holds_to_the_end() {
    let mut world = World::of([one(vec![work(10)])]).tenant(asks(&[0, 9_000])).fault(slow(0, 2.0), 5, 0);
    world.model.faults[0].lasts = Span::MAX;
    world.check("0+10 ok, 9000+20 ok");
    world.model.faults[0].kind = pause(0);
    world.check("0+never timeout, 9000+never timeout");
}

#[test]
fn an_instant_of_anything_leaves_nothing_behind() {
    let kinds = [slow(0, 9.0), errors(0, 1.0), pause(0), shrink(0, Capacity::Workers, 0), spike(0, 5.0)];
    for kind in kinds {
        let service = Service { workers: Some(1), ..one(vec![work(10)]) };
        World::of([service]).tenant(asks(&[0, 20])).fault(kind, 5, 0).check("0+10 ok, 20+10 ok");
    }
    World::of([one(vec![work(10)])]).tenant(asks(&[0, 20])).fault(crash(0), 5, 0).check("0+5 unreachable, 20+10 ok");
}

#[test]
fn nothing_begins_in_a_replica_that_stands_still() {
    // Workers regained during the pause take the waiting after it.
    let world = World::of([Service { workers: Some(2), ..one(vec![work(10)]) }]).tenant(asks(&[0, 0]));
    let world = world.fault(shrink(0, Capacity::Workers, 1), 0, 7);
    world.clone().fault(pause(0), 5, 20).check("0+30 ok, 0+35 ok");
    // Shared work that would end at the very instant of the pause does not.
    let shared = Service { cores: Some(1), scheduling: Scheduling::Ps, ..one(vec![work(10), wait(10)]) };
    World::of([shared]).tenant(asks(&[0])).fault(pause(0), 10, 20).check("0+40 ok");
    let first = Service { cores: Some(1), ..one(vec![work(10), wait(10)]) };
    World::of([first]).tenant(asks(&[0])).fault(pause(0), 10, 20).check("0+40 ok");
}

#[test]
fn a_restart_begins_when_the_last_crash_is_over() {
    let world = World::of([Service { startup: ms(50), ..one(vec![work(10)]) }]).tenant(asks(&[65, 75, 79, 80]));
    let world = world.fault(crash(0), 10, 10).fault(crash(0), 15, 15);
    world.check("65+0 unreachable, 75+0 unreachable, 79+0 unreachable, 80+10 ok");
}

#[test]
fn two_crashes_hold_a_replica_down_for_their_union() {
    let world = World::of([one(vec![work(10)])]).tenant(asks(&[12, 22, 32]));
    let ran =
        world.fault(crash(0), 10, 10).fault(crash(0), 15, 15).check("12+0 unreachable, 22+0 unreachable, 32+10 ok");
    assert!(!ran.facts.iter().any(|(_, fact)| matches!(fact, Fact::Queued { .. })));
}
