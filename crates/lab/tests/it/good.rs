//! Files that are right, and what they become.

use crate::{data, reading, sample, scenario};
use lab::scenario::open;
use sim::model::{Arrivals, Balance, Dist, FaultKind, Jitter, Load, Order, Party, Step, TenantId};
use sim::{Span, Time};

#[test]
fn samples_have_no_problem() {
    for name in ["minimal.yaml", "checkout.yaml", "everything.yaml", "guards.yaml", "data.yaml"] {
        let opened = open(&data(name), &[]).unwrap();
        assert_eq!(opened.reading.problems, [], "{name}");
        assert!(opened.reading.scenario.is_some());
    }
}

#[test]
fn the_checkout_becomes_the_model_that_it_describes() {
    let scenario = scenario(&sample("checkout.yaml"), &[]);
    assert_eq!(scenario.name, "Checkout with a slow inventory");
    let model = &scenario.model;
    assert_eq!((model.duration, model.warmup), (Span::secs(600), Span::secs(30)));
    let gateway = &model.services[0];
    assert_eq!((gateway.replicas, gateway.workers, gateway.cores), (3, Some(64), Some(4)));
    assert_eq!((gateway.queue.limit, gateway.queue.order), (Some(512), Order::Fifo));
    let [
        Step::Work(work),
        Step::Call(reserve),
        Step::Parallel(branches),
        Step::Effect { effect, idempotent: Some(Span::MAX) },
    ] = &gateway.endpoints[0].steps[..]
    else {
        panic!("{:?}", gateway.endpoints[0].steps)
    };
    assert_eq!(*work, Dist::LogNormal { p50: Span::millis(2), p99: Span::millis(9) });
    assert_eq!(model.effects[effect.0 as usize], "charge");
    assert_eq!(reserve.timeout, Some(Span::millis(250)));
    assert_eq!(model.services[reserve.callee.service.0 as usize].name, "inventory");
    assert_eq!(reserve.network.latency, Dist::Constant(Span::micros(250)));
    let retry = reserve.retry.as_ref().unwrap();
    assert_eq!((retry.attempts, retry.backoff.jitter, retry.budget), (3, Jitter::Full, None));
    assert!(matches!(&branches[..], [Step::Call(quote), Step::Call(ads)] if !quote.optional && ads.optional));
    let fault = &model.faults[0];
    assert_eq!((fault.at, fault.lasts), (Time(180_000_000_000), Span::secs(120)));
    assert!(matches!(fault.kind, FaultKind::Slow { by: 4.0, share: 1.0, .. }));
}

#[test]
fn everything_is_read() {
    let scenario = scenario(&sample("everything.yaml"), &[]);
    let model = &scenario.model;
    let Load::Open { rate, arrivals, profile } = &model.tenants[0].load else { panic!("an open load") };
    assert_eq!((*rate, *arrivals), (20.0, Arrivals::Bursty { on: Span::secs(2), off: Span::secs(8) }));
    assert!(profile.points.len() > 192, "a wave of two days");
    assert!(matches!(model.tenants[1].load, Load::Closed { users: 20, .. }));
    let Load::Replay { times } = &model.tenants[2].load else { panic!("a replay") };
    assert_eq!(times[..], [Time(500_000_000), Time(1_000_000_000), Time(1_250_000_000)]);
    let gateway = &model.services[0];
    assert_eq!(gateway.queue.order, Order::AdaptiveLifo { interval: Span::millis(50) });
    assert_eq!((gateway.balance, &gateway.speeds[..]), (Balance::PowerOfTwo, &[1.0, 1.0, 0.5][..]));
    assert_eq!(gateway.pools[0].size, 20);
    let browse = &gateway.endpoints[1].steps[0];
    assert!(matches!(browse, Step::Work(Dist::Empirical(values)) if values[..] == [2, 4, 8].map(Span::millis)));
    assert_eq!(model.effects, ["charge", "e-mail"]);
    assert!(matches!(
        model.faults[5].kind,
        FaultKind::Loss { between: [Party::Tenant(TenantId(0)), Party::Service(_)], .. }
    ));
    assert_eq!(model.faults[1].lasts, Span::MAX);
    // A pair overrides what it names, and leaves the rest.
    let shoppers = &model.tenants[0].call.network;
    assert_eq!((shoppers.jitter, shoppers.loss), (Span::millis(1), 0.01));
    assert_eq!(shoppers.latency, Dist::Exp { mean: Span::micros(250) });
    let alone = &scenario.variant("alone").unwrap().model;
    assert!(alone.faults.is_empty());
}

#[test]
fn absent_keys_have_the_defaults_that_the_reference_states() {
    let scenario = scenario(&sample("minimal.yaml"), &[]);
    let service = &scenario.model.services[0];
    assert_eq!((service.replicas, service.workers, service.cores, service.queue.limit), (1, None, None, None));
    assert_eq!(scenario.model.warmup, Span::ZERO);
    assert!(
        matches!(&scenario.model.tenants[0].load, Load::Open { arrivals: Arrivals::Poisson, profile, .. } if profile.points.is_empty())
    );
}

#[test]
fn carriage_returns_and_a_byte_order_mark_change_nothing() {
    let plain = sample("checkout.yaml");
    let expected = scenario(&plain, &[]).digest;
    for other in [plain.replace('\n', "\r\n"), format!("\u{feff}{plain}")] {
        let reading = reading(&other);
        assert_eq!(reading.problems, []);
        // A folded text keeps its words whatever ends its lines.
        assert_eq!(reading.scenario.unwrap().digest, expected);
    }
}

#[test]
fn what_is_read_can_be_run() {
    for name in ["minimal.yaml", "checkout.yaml", "everything.yaml", "guards.yaml"] {
        let scenario = scenario(&sample(name), &["duration=5s", "warmup=0s"]);
        for model in
            std::iter::once(&scenario.model).chain(scenario.variants.iter().map(|variant| &variant.scenario().model))
        {
            assert!(lab::run::run(model, 7).is_ok(), "{name}");
        }
    }
}
