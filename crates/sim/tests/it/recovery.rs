//! Hurt, stop hurting, require recovery: what a fault did must be over some time after the fault is.

use crate::world::*;
use sim::model::{
    Backoff, Call, Capacity, FaultKind, Jitter, Network, Party, Pool, Retry, RetryOn, Service, ServiceId, Step,
    TenantId,
};

/// Three services at a third of their capacity: replicas, cores, workers, a queue, a pool, timeouts, retries, a network.
fn stable() -> World {
    let hop = Network { latency: sim::model::Dist::Constant(sim::Span::micros(250)), ..Network::default() };
    let retry = Retry {
        attempts: 3,
        on: RetryOn::ALL,
        backoff: Backoff { base: ms(5), cap: ms(20), jitter: Jitter::None },
        budget: None,
    };
    let careful =
        |callee, timeout| Call { retry: Some(retry.clone()), network: hop.clone(), ..within(callee, timeout) };
    let gateway = Service {
        replicas: 2,
        workers: Some(8),
        cores: Some(2),
        pools: vec![Pool { callee: ServiceId(1), size: 4 }],
        startup: ms(50),
        ..Service::new("gateway", vec![work(2), Step::Call(careful(1, 100)), work(1)])
    };
    let orders = Service {
        replicas: 3,
        workers: Some(4),
        startup: ms(50),
        scheduling: sim::model::Scheduling::Ps,
        cores: Some(1),
        ..Service::new("orders", vec![work(3), Step::Parallel(vec![Step::Call(careful(2, 50)), wait(2)])])
    };
    let ledger = Service { workers: Some(4), ..Service::new("ledger", vec![work(3)]) };
    let every_ten: Vec<u64> = (0..1_000).map(|n| n * 10).collect();
    World::of([gateway, orders, ledger]).tenant(asks(&every_ten))
}

/// The fault must be felt between 2 s and 3 s, and forgotten from 5 s on.
fn check(kind: FaultKind) {
    let (healthy, hurt) = (stable().run(), stable().fault(kind.clone(), 2_000, 1_000).run());
    let after = |ran: &Ran| -> Vec<Answered> {
        ran.requests.iter().copied().filter(|request| request.sent >= at(5_000)).collect()
    };
    assert_ne!(healthy.answers(), hurt.answers(), "{kind:?} was not felt");
    assert_eq!(after(&healthy), after(&hurt), "{kind:?} is still felt after its end");
    assert!(hurt.requests.iter().all(|request| request.latency.is_some()), "{kind:?} left a request without an answer");
}

#[test]
fn a_stable_system_recovers_from_every_fault() {
    for service in 0..3 {
        check(slow(service, 8.0));
        check(errors(service, 1.0));
        check(crash(service));
        check(pause(service));
    }
    for share in [0.3, 0.6] {
        check(FaultKind::Crash { service: ServiceId(1), share });
        check(FaultKind::Pause { service: ServiceId(1), share });
    }
    check(partition(0, 1));
    check(partition(2, 1));
    check(FaultKind::Loss { between: [service(1), service(2)], rate: 0.3 });
    check(FaultKind::Loss { between: [Party::Tenant(TenantId(0)), service(0)], rate: 0.1 });
    check(shrink(2, Capacity::Workers, 0));
    check(shrink(0, Capacity::Pool, 0));
}
