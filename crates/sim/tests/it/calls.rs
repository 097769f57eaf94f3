//! The caller's side: timeouts, retries, budgets, optional parts, fan-out, connections, deadlines, outcomes, effects.

use crate::world::*;
use sim::Span;
use sim::model::{
    Backoff, Budget, Call, Deadlines, EffectId, FaultKind, Jitter, Pool, Retry, RetryOn, Service, ServiceId, Step,
    Tenant,
};

fn retry(attempts: u32, base: u64) -> Option<Retry> {
    let backoff = Backoff { base: ms(base), cap: ms(1_000), jitter: Jitter::None };
    Some(Retry { attempts, on: RetryOn::ALL, backoff, budget: None })
}

fn top(steps: Vec<Step>) -> Service {
    Service::new("top", steps)
}

fn bottom(steps: Vec<Step>) -> Service {
    Service::new("bottom", steps)
}

fn optional(call: Call) -> Step {
    Step::Call(Call { optional: true, ..call })
}

#[test]
fn abandoned_work_runs_to_its_end() {
    let world =
        World::of([top(vec![Step::Call(within(1, 30))]), Service { cores: Some(1), ..bottom(vec![work(100)]) }]);
    let ran = world.tenant(asks(&[0, 1_000])).check("0+30 timeout, 1000+30 timeout");
    assert_eq!(ran.measures.sites[1].timeouts, 2);
    // Two times 100 ms in ten seconds.
    assert!((ran.measures.services[1].computing - 0.02).abs() < 1e-12);
    assert!((ran.measures.services[0].serving - 0.006).abs() < 1e-12);
}

#[test]
fn a_timeout_wins_against_an_answer_at_the_same_instant() {
    let world = |n| World::of([top(vec![Step::Call(within(1, 30))]), bottom(vec![work(n)])]).tenant(asks(&[0]));
    world(29).check("0+29 ok");
    world(30).check("0+30 timeout");
}

#[test]
fn retries_wait_as_the_backoff_says() {
    let call = Call { retry: retry(4, 50), ..to(1) };
    let world = World::of([top(vec![Step::Call(call)]), bottom(vec![work(1)])]).tenant(asks(&[0]));
    let ran = world.clone().fault(errors(1, 1.0), 0, 10_000).check("0+350 error");
    assert_eq!(ran.attempts(1), [0.0, 50.0, 150.0, 350.0]);
    let tally = &ran.measures.sites[1];
    assert_eq!((tally.attempts, tally.retries, tally.timeouts), (4, 3, 0));
    assert_eq!((ran.measures.services[1].reached, ran.measures.services[1].originals), (4, 1));
    // One that succeeds is the last.
    world.clone().fault(errors(1, 1.0), 0, 100).check("0+151 ok");
    // Unreachable and rejected attempts are tried again, too.
    world.fault(crash(1), 0, 100).check("0+151 ok");
}

#[test]
fn a_retry_after_a_timeout_runs_beside_the_abandoned_attempt() {
    let call = Call { retry: retry(2, 10), ..within(1, 30) };
    let world = World::of([top(vec![Step::Call(call)]), bottom(vec![work(50)])]).tenant(asks(&[0]));
    // The second attempt begins at 40; the first one's answer at 50 is nobody's.
    let ran = world.check("0+70 timeout");
    assert_eq!(ran.attempts(1), [0.0, 40.0]);
    assert!((ran.measures.services[1].serving * 10.0 - 0.1).abs() < 1e-12);
}

#[test]
fn layers_of_retries_multiply() {
    let layer = |name, callee| Service::new(name, vec![Step::Call(Call { retry: retry(4, 1), ..to(callee) })]);
    let world = World::of([layer("a", 1), layer("b", 2), layer("c", 3), Service::new("d", vec![work(1)])]);
    let ran = world.tenant(asks(&[0, 100, 200])).fault(errors(3, 1.0), 0, 10_000).run();
    let reached: Vec<u64> = ran.measures.services.iter().map(|service| service.reached).collect();
    assert_eq!(reached, [3, 12, 48, 192]);
    assert!(ran.measures.services.iter().all(|service| service.originals == 3));
}

#[test]
fn a_budget_bounds_retries() {
    let bounded = Retry { budget: Some(Budget::Share(0.1)), ..retry(4, 1).expect("a rule") };
    let times: Vec<u64> = (0..1_000).collect();
    let world = World::of([top(vec![Step::Call(Call { retry: Some(bounded), ..to(1) })]), bottom(vec![])]);
    let ran = world.tenant(asks(&times)).fault(errors(1, 1.0), 0, 10_000).run();
    assert_eq!((ran.measures.sites[1].attempts, ran.measures.sites[1].retries), (1_100, 100));
}

#[test]
fn a_tenant_retries_as_a_service_does() {
    let tenant = Tenant { call: Call { retry: retry(3, 20), ..within(0, 30) }, ..asks(&[0]) };
    let world = World::of([top(vec![work(10)])]).tenant(tenant).fault(slow(0, 9.0), 0, 60);
    // Given up at 30, tried again at 50 and given up at 80; the wait doubles, and the third works.
    let ran = world.check("0+130 ok");
    assert_eq!(ran.attempts(0), [0.0, 50.0, 120.0]);
}

#[test]
fn an_optional_call_degrades() {
    let world = |call| World::of([top(vec![optional(call), work(5)]), bottom(vec![work(50)])]).tenant(asks(&[0]));
    world(within(1, 30)).check("0+35 degraded");
    world(to(1)).check("0+55 ok");
    world(to(1)).fault(errors(1, 1.0), 0, 100).check("0+5 degraded");
    let mandatory = World::of([top(vec![Step::Call(within(1, 30)), work(5)]), bottom(vec![work(50)])]);
    mandatory.tenant(asks(&[0])).check("0+30 timeout");
}

#[test]
fn a_degraded_answer_degrades_whoever_uses_it() {
    let middle = Service::new("middle", vec![optional(within(2, 10))]);
    let world = World::of([top(vec![Step::Call(to(1))]), middle, bottom(vec![work(50)])]);
    world.tenant(asks(&[0])).check("0+10 degraded");
}

#[test]
fn a_parallel_step_waits_for_all_its_branches() {
    let fan =
        |branches| World::of([top(vec![Step::Parallel(branches), work(1)]), bottom(vec![work(20)])]).tenant(asks(&[0]));
    fan(vec![work(10), wait(30), Step::Call(to(1))]).check("0+31 ok");
    fan(vec![work(10), Step::Call(within(1, 5)), wait(30)]).check("0+30 timeout");
    fan(vec![work(10), optional(within(1, 5)), wait(30)]).check("0+31 degraded");
    fan(vec![]).check("0+1 ok");
    // Branches of work contend for cores as any work does.
    let service = Service { cores: Some(2), ..top(vec![Step::Parallel(vec![work(10), work(10), work(10)])]) };
    World::of([service]).tenant(asks(&[0])).check("0+20 ok");
}

#[test]
fn times_repeat_a_call_in_turn_or_at_once() {
    let call = Call { times: 3, ..to(1) };
    let world = |step| World::of([top(vec![step]), bottom(vec![work(10)])]).tenant(asks(&[0]));
    world(Step::Call(call.clone())).check("0+30 ok");
    world(Step::Parallel(vec![Step::Call(call.clone())])).check("0+10 ok");
    // The first that fails ends the handler.
    let ran = world(Step::Call(Call { timeout: Some(ms(5)), ..call })).check("0+5 timeout");
    assert_eq!(ran.attempts(1).len(), 1);
}

#[test]
fn calls_wait_for_a_connection_of_their_replica() {
    let pools = vec![Pool { callee: ServiceId(1), size: 1 }];
    let world =
        |call| World::of([Service { pools: pools.clone(), ..top(vec![Step::Call(call)]) }, bottom(vec![work(10)])]);
    let three = asks(&[0, 1, 2]);
    world(to(1)).tenant(three.clone()).check("0+10 ok, 1+19 ok, 2+28 ok");
    // The wait counts against the timeout, and who gives up leaves the line.
    world(within(1, 15)).tenant(three.clone()).check("0+10 ok, 1+15 timeout, 2+15 timeout");
    let mut two = world(to(1)).tenant(three);
    two.model.services[0].replicas = 2;
    two.check("0+10 ok, 1+10 ok, 2+18 ok");
}

#[test]
fn a_connection_is_free_as_soon_as_its_attempt_is_given_up() {
    let pools = vec![Pool { callee: ServiceId(1), size: 1 }];
    let call = Call { retry: retry(2, 5), ..within(1, 20) };
    let world = World::of([Service { pools, ..top(vec![Step::Call(call)]) }, bottom(vec![work(18)])]);
    // The second gets the connection at 18, too late to end by 21; its retry, alone, begins at 26.
    world.tenant(asks(&[0, 1])).check("0+18 ok, 1+43 ok");
}

#[test]
fn deadlines_cut_work_that_nobody_waits_for() {
    let world = |deadlines| {
        let middle = Service { deadlines, ..Service::new("middle", vec![work(20), Step::Call(to(2)), work(20)]) };
        let last = Service { deadlines, cores: Some(1), ..bottom(vec![work(20), work(20), work(20)]) };
        World::of([top(vec![Step::Call(within(1, 50))]), middle, last]).tenant(asks(&[0]))
    };
    let ran = world(Deadlines::Ignore).check("0+50 timeout");
    assert!((ran.measures.services[2].computing * 10.0 - 0.06).abs() < 1e-12);
    assert!((ran.measures.services[1].serving * 10.0 - 0.1).abs() < 1e-12);
    // The caller gives up at 50: the second piece of work is under way, the third never begins.
    let ran = world(Deadlines::Propagate).check("0+50 timeout");
    assert!((ran.measures.services[2].computing * 10.0 - 0.04).abs() < 1e-12);
    assert!((ran.measures.services[1].serving * 10.0 - 0.05).abs() < 1e-12);
}

#[test]
fn no_retry_begins_after_the_deadline() {
    let world = |base| {
        let middle = Service {
            deadlines: Deadlines::Propagate,
            workers: Some(1),
            ..Service::new("middle", vec![Step::Call(Call { retry: retry(9, base), ..to(2) }), work(20)])
        };
        World::of([top(vec![Step::Call(within(1, 50))]), middle, bottom(vec![work(10)])]).fault(errors(2, 1.0), 0, 45)
    };
    // Tried at 0, 20 and, had there been time, at 60: given up at 20, when that is known.
    let ran = world(20).tenant(asks(&[0, 100])).check("0+20 error, 100+30 ok");
    assert_eq!(ran.attempts(2), [0.0, 20.0, 100.0]);
    // A pause may let the deadline pass during the wait.
    let ran = world(20).tenant(asks(&[0, 100])).fault(pause(1), 10, 60).check("0+50 timeout, 100+30 ok");
    assert_eq!(ran.attempts(2), [0.0, 100.0]);
}

#[test]
fn no_effect_is_applied_after_the_deadline() {
    let world = |deadlines| {
        let payments = Service { deadlines, ..bottom(vec![work(60), effect(0)]) };
        World::of([top(vec![Step::Call(within(1, 50))]), payments]).tenant(asks(&[0]))
    };
    check_effects(world(Deadlines::Ignore), "0+50 timeout", [1, 0, 0, 1]);
    check_effects(world(Deadlines::Propagate), "0+50 timeout", [0, 0, 0, 1]);
}

#[test]
fn a_tenants_patience_is_a_deadline_for_services_that_heed_it() {
    let patient = Tenant { patience: Some(ms(30)), ..asks(&[0]) };
    let world = |deadlines| {
        World::of([Service { deadlines, ..top(vec![work(20), work(20), work(20)]) }]).tenant(patient.clone())
    };
    world(Deadlines::Ignore).check("0+60 late");
    world(Deadlines::Propagate).check("0+40 timeout");
}

#[test]
fn an_answer_is_late_after_the_patience_and_not_before() {
    let world = |patience| World::of([top(vec![work(10)])]).tenant(Tenant { patience: Some(patience), ..asks(&[0]) });
    world(ms(10)).check("0+10 ok");
    world(sim::Span(ms(10).0 - 1)).check("0+10 late");
    // A failure is a failure, however late.
    world(ms(3)).fault(crash(0), 5, 10).check("0+5 unreachable");
}

/// Once, lost, duplicated and requests of the only effect.
#[track_caller]
fn check_effects(world: World, answers: &str, expected: [u64; 4]) {
    let ran = world.effects(&["charge"]).check(answers);
    let tally = ran.measures.effects[0];
    assert_eq!([tally.once, tally.lost, tally.duplicated, tally.requests], expected);
}

#[test]
fn effects_are_counted_per_request() {
    let payments = |steps| bottom(steps);
    let world = |call: Call, steps| World::of([top(vec![Step::Call(call)]), payments(steps)]).tenant(asks(&[0]));
    check_effects(world(to(1), vec![effect(0), work(10)]), "0+10 ok", [1, 0, 0, 1]);
    // A charge that timed out was made nevertheless, and the retry makes it again.
    let retried = Call { retry: retry(2, 1), ..within(1, 50) };
    let slow_once = |steps| world(retried.clone(), steps).fault(slow(1, 9.0), 0, 40);
    check_effects(slow_once(vec![work(10), effect(0)]), "0+61 ok", [0, 0, 1, 1]);
    let idempotent = Step::Effect { effect: EffectId(0), idempotent: Some(Span::MAX) };
    check_effects(slow_once(vec![work(10), idempotent]), "0+61 ok", [1, 0, 0, 1]);
    // Applied although the answer says that it failed.
    check_effects(world(within(1, 5), vec![work(10), effect(0)]), "0+5 timeout", [1, 0, 0, 1]);
    check_effects(world(to(1), vec![work(10), effect(0)]).fault(crash(1), 5, 1), "0+5 unreachable", [0, 0, 0, 1]);
    // Promised and never applied: the optional call was refused.
    check_effects(
        world(Call { optional: true, ..to(1) }, vec![effect(0)]).fault(errors(1, 1.0), 0, 9),
        "0+0 degraded",
        [0, 1, 0, 1],
    );
}

#[test]
fn effects_of_endpoints_that_were_not_attempted_do_not_count() {
    let world = World::of([top(vec![work(10), Step::Call(to(1))]), bottom(vec![effect(0)])]).tenant(asks(&[0, 100]));
    check_effects(world.fault(crash(0), 5, 10), "0+5 unreachable, 100+10 ok", [1, 0, 0, 1]);
}

#[test]
fn a_failure_names_its_first_cause() {
    let branches = vec![Step::Call(within(1, 20)), Step::Call(to(2))];
    let world =
        World::of([top(vec![Step::Parallel(branches)]), bottom(vec![work(50)]), Service::new("c", vec![work(10)])]);
    let world = world.tenant(asks(&[0]));
    world.clone().check("0+20 timeout");
    world.fault(FaultKind::Crash { service: ServiceId(2), share: 1.0 }, 5, 10).check("0+20 unreachable");
}

#[test]
fn a_repetition_after_the_retention_is_applied_again() {
    let world = |kept, wait| {
        let charge = Step::Effect { effect: EffectId(0), idempotent: Some(ms(kept)) };
        let call = Call { retry: retry(2, wait), ..within(1, 20) };
        // Applied at once, and answered too late at first.
        World::of([top(vec![Step::Call(call)]), bottom(vec![charge, work(15)])]).tenant(asks(&[0])).fault(
            slow(1, 9.0),
            0,
            10,
        )
    };
    // The second attempt begins at 120.
    check_effects(world(121, 100), "0+135 ok", [1, 0, 0, 1]);
    check_effects(world(120, 100), "0+135 ok", [0, 0, 1, 1]);
    let ran = world(60_000, 100).tenant(asks(&[30, 200])).effects(&["charge"]).run();
    assert_eq!(
        (ran.measures.effects[0].once, ran.measures.effects[0].requests),
        (3, 3),
        "each request has its own key"
    );
}

#[test]
fn an_effect_of_a_failed_request_is_counted_as_such() {
    let world =
        World::of([top(vec![Step::Call(within(1, 20))]), bottom(vec![work(10), effect(0)])]).effects(&["charge"]);
    let world = world.tenant(asks(&[0, 100, 200]));
    let ran =
        world.fault(slow(1, 9.0), 0, 10).fault(errors(1, 1.0), 190, 100).check("0+20 timeout, 100+10 ok, 200+0 error");
    let tally = ran.measures.effects[0];
    assert_eq!((tally.requests, tally.once, tally.lost, tally.after_failure), (3, 2, 0, 1));
}

#[test]
fn tokens_bound_retries() {
    let tokens = Budget::Tokens { most: 10, refill: 5.0 };
    let bounded = Retry { budget: Some(tokens), ..retry(4, 1).expect("a rule") };
    let times: Vec<u64> = (0..1_000).collect();
    let world = World::of([top(vec![Step::Call(Call { retry: Some(bounded), ..to(1) })]), bottom(vec![])]);
    let ran = world.tenant(asks(&times)).fault(errors(1, 1.0), 0, 10_000).run();
    // Ten at the start and one each fifth of a second: 200, 400, 600, 800 ms.
    assert_eq!(ran.measures.sites[1].retries, 14);
}
