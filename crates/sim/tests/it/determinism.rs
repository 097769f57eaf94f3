//! Same model, same seed, same run; and whatever has nothing to do with a tenant changes nothing for it.

use crate::world::*;
use sim::model::{
    Balance, Breaker, BreakerScope, Budget, Bulkhead, Call, Dist, Endpoint, Fallback, Fault, Guards, Hedge, HedgeDelay,
    Jitter, Load, Model, Network, Retry, RetryOn, Service, Step, Tenant, Throttle, Trip,
};
use sim::{Limits, Meter, Progress, Simulation, Span, Time, Tracer};

/// Two tenants over a gateway and two stores, with luck in everything.
fn lucky(balance: Balance) -> World {
    let exp = |n| Dist::Exp { mean: ms(n) };
    let network =
        Network { latency: Dist::Gamma { mean: Span::micros(300), cv: 0.5 }, jitter: Span::micros(100), loss: 0.001 };
    let backoff = sim::model::Backoff { base: ms(5), cap: ms(50), jitter: Jitter::Full };
    let retry = Some(Retry { attempts: 3, on: RetryOn::ALL, backoff, budget: Some(Budget::Share(0.2)) });
    let careful = |callee| Step::Call(Call { retry: retry.clone(), network: network.clone(), ..within(callee, 40) });
    let gateway = Service {
        replicas: 3,
        balance,
        workers: Some(16),
        ..Service::new("gateway", vec![Step::Work(exp(3)), careful(1), careful(1)])
    };
    let store = Service {
        replicas: 4,
        balance,
        cores: Some(1),
        // Replicas that differ tell which of them was picked.
        speeds: vec![1.0, 0.9, 0.8, 1.1],
        ..Service::new("store", vec![Step::Work(exp(5))])
    };
    let mut world = World::of([gateway, store]);
    world.model.duration = Span::secs(3);
    let users = Load::Closed { users: 20, think: exp(100) };
    world
        .tenant(Tenant::new("shoppers", to(0), Load::poisson(200.0)))
        .tenant(Tenant::new("clerks", to(0), users))
        .fault(errors(1, 0.1), 1_000, 500)
}

const RULES: [Balance; 5] =
    [Balance::RoundRobin, Balance::Random, Balance::LeastOutstanding, Balance::PowerOfTwo, Balance::Hash];

fn everything(ran: &Ran) -> (u64, u64, Vec<Answered>, String) {
    (ran.events, ran.digest, ran.requests.clone(), format!("{:?}", ran.measures))
}

#[test]
fn equal_runs_are_equal_and_seeds_differ() {
    for rule in RULES {
        let model = lucky(rule).model;
        assert!(everything(&run(&model, 1)) == everything(&run(&model, 1)), "{rule:?}");
        assert_ne!(run(&model, 1).digest, run(&model, 2).digest, "{rule:?}");
    }
}

#[test]
fn watching_changes_nothing() {
    let model = lucky(Balance::PowerOfTwo).model;
    let plain = run(&model, SEED);
    let mut simulation = Simulation::new(&model, SEED, Limits::default()).expect("the model can be run");
    let mut watched = (Tracer::new(&model, 10, SEED), Meter::new(&model));
    assert_eq!(simulation.run_until(Time::NEVER, &mut watched), Progress::Done);
    let end = simulation.end();
    assert_eq!(simulation.finish(&mut watched), (plain.events, plain.digest));
    assert_eq!(format!("{:?}", watched.1.finish(end)), format!("{:?}", plain.measures));
    assert_eq!(watched.0.finish().len(), 10);
}

#[test]
fn it_does_not_matter_how_a_run_is_cut_up() {
    let model = lucky(Balance::RoundRobin).model;
    let plain = run(&model, SEED);
    for step in [Span::micros(700), ms(33), Span::secs(2)] {
        let mut simulation = Simulation::new(&model, SEED, Limits::default()).expect("the model can be run");
        let mut until = Time::ZERO;
        while simulation.run_until(until, &mut ()) == Progress::Running {
            until = until + step;
        }
        assert_eq!(simulation.finish(&mut ()), (plain.events, plain.digest), "{step}");
    }
}

/// What is added must not be felt by those who have nothing to do with it.
fn check_unmoved(what: &str, add: impl Fn(&mut Model)) {
    for rule in RULES {
        let before = lucky(rule).model;
        let mut after = before.clone();
        add(&mut after);
        let (before, after) = (run(&before, SEED), run(&after, SEED));
        let known: Vec<Answered> = after.requests.into_iter().filter(|request| request.tenant < 2).collect();
        assert!(before.requests == known, "{rule:?}: {what} moved somebody else's luck");
    }
}

fn island() -> Service {
    Service { replicas: 3, ..Service::new("island", vec![Step::Work(Dist::Exp { mean: ms(2) })]) }
}

#[test]
fn a_service_that_nobody_calls_changes_nothing() {
    check_unmoved("a service that nobody calls", |model| {
        model.services.push(Service::new("lonely", vec![work(1), Step::Call(to(1))]));
    });
}

#[test]
fn an_endpoint_that_nobody_calls_changes_nothing() {
    check_unmoved("an unused endpoint", |model| {
        model.services[1].endpoints.push(Endpoint { name: "unused".to_owned(), steps: vec![work(1)] });
    });
}

#[test]
fn a_tenant_of_another_service_changes_nothing() {
    check_unmoved("a tenant of another service", |model| {
        model.services.push(island());
        model.tenants.push(Tenant::new("islanders", to(2), Load::poisson(500.0)));
    });
}

/// Everything refers to others by number, so whatever is new in front renumbers the rest.
#[test]
fn whoever_is_listed_first_changes_nothing() {
    for rule in RULES {
        let model = lucky(rule).model;
        let mut renumbered = model.clone();
        renumbered.services.push(island());
        renumbered.tenants.insert(0, Tenant::new("islanders", to(2), Load::poisson(500.0)));
        let (before, after) = (run(&model, SEED), run(&renumbered, SEED));
        for tenant in 0..2 {
            let known = after.of_tenant(tenant + 1).into_iter().map(|request| Answered { tenant, ..request });
            assert!(before.of_tenant(tenant).into_iter().eq(known), "{rule:?}");
        }
    }
}

#[test]
fn a_fault_elsewhere_changes_nothing() {
    check_unmoved("a fault that hits something else", |model| {
        model.services.push(island());
        model.tenants.push(Tenant::new("islanders", to(2), Load::poisson(500.0)));
        let elsewhere = [crash(2), pause(2), slow(2, 3.0), errors(2, 0.5), partition(2, 1), spike(2, 2.0)];
        model.faults.extend(elsewhere.map(|kind| Fault { kind, at: at(500), lasts: ms(500) }));
    });
}

/// Guards that never have anything to do.
fn idle_guards(scope: BreakerScope) -> Guards {
    let hour = Span::secs(3_600);
    Guards {
        hedge: Some(Hedge { after: HedgeDelay::Fixed(hour), cap: 1.0 }),
        breaker: Some(Breaker { trip: Trip::InARow(1_000), open: hour, probes: 1, scope }),
        bulkhead: Some(Bulkhead { limit: 100_000, wait: hour }),
        throttle: Some(Throttle { k: 100.0, window: hour }),
        fallback: Some(Fallback::Stale { most: Span::ZERO }),
    }
}

#[test]
fn guards_that_have_nothing_to_do_change_nothing() {
    for scope in [BreakerScope::Callee, BreakerScope::Replica] {
        check_unmoved("an idle guard", |model| {
            for tenant in &mut model.tenants {
                tenant.call.guards = Guards { fallback: None, ..idle_guards(scope) };
            }
            for step in &mut model.services[0].endpoints[0].steps {
                if let Step::Call(call) = step {
                    call.guards = idle_guards(scope);
                }
            }
        });
    }
}

#[test]
fn a_fallback_that_is_not_needed_changes_nothing() {
    let mut plain = lucky(Balance::Random).model;
    plain.faults.clear();
    for step in &mut plain.services[0].endpoints[0].steps {
        if let Step::Call(call) = step {
            (call.timeout, call.retry, call.network.loss) = (None, None, 0.0);
        }
    }
    let mut guarded = plain.clone();
    let Step::Call(call) = &mut guarded.services[0].endpoints[0].steps[1] else { panic!("a call") };
    // Of the same callee as the next step, which keeps its number, and with it its luck.
    call.guards.fallback = Some(Fallback::Call(Box::new(call.clone())));
    assert!(run(&plain, SEED).requests == run(&guarded, SEED).requests);
}
