//! Objectives, judged against a report.

use crate::{sample, scenario};
use lab::report::{Calls, Effects, Latency, Requests, RunReport, ServiceLoad};

fn report() -> RunReport {
    let latency_ms =
        Latency { mean: Some(40.0), p50: Some(30.0), p90: Some(90.0), p99: Some(499.0), p999: Some(800.0), max: None };
    let failed = lab::report::Failures { timeout: 10, error: 10, ..Default::default() };
    let requests = Requests {
        offered: 1000,
        ok: 950,
        degraded: 10,
        late: 20,
        failed,
        goodput: Some(0.96),
        goodput_rps: 1.0,
        latency_ms,
    };
    let load = ServiceLoad {
        utilization: Some(0.75),
        queue_mean: 3.5,
        queue_max: 40,
        in_service_mean: 1.0,
        amplification: Some(1.2),
        ..ServiceLoad::default()
    };
    let of = |name: &str| name.to_owned();
    RunReport {
        kind: Default::default(),
        scenario: of("s"),
        variant: None,
        digest: of("d"),
        version: of("0"),
        seed: 1,
        simulated_s: 10.0,
        warmup_s: 0.0,
        events: 1,
        endpoints: [(of("gateway.checkout"), requests.clone())].into_iter().collect(),
        tenants: [(of("shoppers"), requests)].into_iter().collect(),
        services: [(of("inventory"), load)].into_iter().collect(),
        calls: [(of("gateway.checkout -> inventory.reserve"), Calls { latency_ms, ..Calls::default() })]
            .into_iter()
            .collect(),
        effects: [(of("charge"), Effects { requests: 9, once: 7, duplicated: 2, ..Effects::default() })]
            .into_iter()
            .collect(),
        ..RunReport::default()
    }
}

#[test]
fn objectives_are_judged_in_the_unit_of_their_text() {
    let base = sample("checkout.yaml");
    let report = report();
    for (text, value, met) in [
        ("p99(gateway.checkout) < 500ms", Some(499.0), true),
        ("p99(gateway.checkout) < 0.4s", Some(0.499), false),
        ("mean( shoppers )<=40ms", Some(40.0), true),
        ("mean(shoppers) < 40ms", Some(40.0), false),
        ("max(shoppers) < 10s", None, false),
        ("p50(gateway.checkout -> inventory.reserve) > 29999us", Some(30_000.0), true),
        ("goodput(gateway.checkout) >= 96%", Some(96.0), true),
        ("goodput(gateway.checkout) >= 99.9%", Some(96.0), false),
        ("late(shoppers) < 2.5%", Some(2.0), true),
        ("degraded(shoppers) < 0.5%", Some(1.0), false),
        ("failed(shoppers) <= 2%", Some(2.0), true),
        ("utilization(inventory) < 80%", Some(75.0), true),
        ("queue_mean(inventory) < 3", Some(3.5), false),
        ("queue_max(inventory) == 40", Some(40.0), true),
        ("amplification(inventory) < 1.1x", Some(1.2), false),
        ("amplification(inventory) < 1.3", Some(1.2), true),
        ("lost(charge) == 0", Some(0.0), true),
        ("duplicated(charge) == 0", Some(2.0), false),
        // Measured of a service that the run says nothing about.
        ("queue_max(pricing) < 10", None, false),
    ] {
        let scenario = scenario(&base, &[&format!("objectives=['{text}']")]);
        let judged = scenario.objectives[0].evaluate(&report);
        assert_eq!(judged.text, text);
        assert_eq!(judged.met, met, "{text}: {judged:?}");
        match (judged.value, value) {
            (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-9, "{text}: {found}"),
            (found, expected) => assert_eq!(found, expected, "{text}"),
        }
    }
}
