//! What a run prints: the contract's shape, the same bytes for the same inputs, and accounts that add up.

use crate::{sample, scenario};
use lab::replicate::{replicate, summarize};
use lab::report::{Requests, RunReport};
use lab::reporting::report;
use lab::run::run;
use lab::scenario::Scenario;
use serde_json::{Value, to_string, to_value};

fn short_checkout() -> Scenario {
    scenario(&sample("checkout.yaml"), &["duration=20s", "warmup=2s", "faults[0].at=8s", "faults[0].for=4s"])
}

fn reported(seed: u64) -> RunReport {
    let scenario = short_checkout();
    report(&scenario, &run(&scenario.model, seed).expect("the sample can be run"))
}

#[test]
fn a_report_names_the_variant() {
    let whole = short_checkout();
    assert_eq!(reported(7).title(), whole.name);
    let variant = whole.variants.first().expect("the sample has variants");
    let report = report(variant.scenario(), &run(&variant.scenario().model, 7).expect("the variant can be run"));
    assert_eq!(report.variant.as_ref(), Some(&variant.name));
    assert_eq!(report.title(), format!("{} · variant {}", whole.name, variant.name));
    assert!(to_value(reported(7)).expect("a report is JSON").get("variant").is_none());
}

/// The keys of an object, with those of its first member below where the member is named by the scenario.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn a_report_has_the_shape_that_programs_rely_on() {
    let json = to_value(reported(7)).expect("a report is JSON");
    let top = ["scenario", "digest", "version", "seed", "simulated_s", "warmup_s", "events"];
    let maps = ["endpoints", "tenants", "services", "calls", "effects", "objectives", "timeline"];
    for key in top.iter().chain(&maps) {
        assert!(json.get(key).is_some(), "no {key}");
    }
    let requests = ["degraded", "failed", "goodput", "goodput_rps", "late", "latency_ms", "offered", "ok"];
    assert_eq!(keys(&json["endpoints"]["gateway.checkout"]), requests);
    assert_eq!(keys(&json["tenants"]["shoppers"]), requests);
    let failed = ["breaker", "error", "rejected", "timeout", "unreachable"];
    assert_eq!(keys(&json["tenants"]["shoppers"]["failed"]), failed);
    let latency = ["max", "mean", "p50", "p90", "p99", "p999"];
    assert_eq!(keys(&json["tenants"]["shoppers"]["latency_ms"]), latency);
    let service = ["amplification", "in_service_mean", "queue_max", "queue_mean", "utilization"];
    assert_eq!(keys(&json["services"]["inventory"]), service);
    let call = ["attempts", "latency_ms", "retries", "timeouts"];
    assert_eq!(keys(&json["calls"]["gateway.checkout -> inventory.reserve"]), call);
    assert_eq!(keys(&json["effects"]["charge"]), ["duplicated", "lost", "once", "requests"]);
    assert_eq!(keys(&json["objectives"][0]), ["met", "text", "value"]);
    assert_eq!(json["timeline"]["series"]["inventory.queue"].as_array().map(Vec::len), Some(400));
    assert_eq!(json["timeline"]["step_s"], 0.05);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let text = |seed| to_string(&reported(seed)).expect("a report is JSON");
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}

#[test]
fn every_request_is_accounted_for() {
    let report = reported(7);
    let check = |requests: &Requests| {
        let ended = requests.ok + requests.degraded + requests.late + requests.failed.total();
        assert_eq!(requests.offered, ended);
        let good = (requests.ok + requests.degraded) as f64 / requests.offered as f64;
        assert_eq!(requests.goodput, Some(good));
    };
    report.endpoints.values().chain(report.tenants.values()).for_each(check);
    assert!(report.endpoints["gateway.checkout"].offered > 6_000);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let scenario = short_checkout();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
        let reports = pool.install(|| replicate(&scenario, 3, 6, &|| ())).expect("the sample can be run");
        to_string(&(summarize(&scenario, &reports), reports)).expect("reports are JSON")
    };
    assert_eq!(on(1), on(3));
}
