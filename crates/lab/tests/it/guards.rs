//! Policies at the service's side: what a file may say, and what a run then reports.

use crate::drawing::draw;
use crate::{reading, sample, scenario};
use lab::report::{Guarded, RunReport};
use lab::reporting::report;
use lab::run::run;
use serde_json::to_value;
use sim::Span;
use sim::model::{Concurrency, ConcurrencyRule, Guards, LimitPer, Order, RateLimit, Shed, TenantId};

/// The minimal scenario whose shop has these keys, at a rate that one worker cannot serve.
fn shop(keys: &str) -> String {
    let source = sample("minimal.yaml").replace("rate: 10/s", "rate: 150/s").replace("buy: []", "buy: [{work: 10ms}]");
    source.replace("  shop:\n", &format!("  shop:\n    workers: 1\n    {keys}\n"))
}

fn guards(keys: &str) -> Guards {
    scenario(&shop(keys), &[]).model.services[0].guards.clone()
}

#[test]
fn a_limit_reads_short_and_long() {
    let limit = |keys| guards(keys).limit.expect("there is a limit");
    let short = RateLimit { rate: Some(500.0), burst: 500.0, per: LimitPer::Service, quotas: Vec::new() };
    assert_eq!(limit("limit: 500/s"), short);
    assert_eq!(limit("limit: {rate: 6/m}").burst, 1.0, "a bucket holds one at least");
    let long = limit("limit: {rate: 0.5k/s, burst: 50, per: tenant, quotas: {users: 10/s}}");
    let quotas = vec![(TenantId(0), 10.0)];
    assert_eq!(long, RateLimit { burst: 50.0, per: LimitPer::Tenant, quotas, ..short });
    assert_eq!(limit("limit: {quotas: {users: 10/s}}").rate, None);
}

#[test]
fn a_concurrency_limit_reads_short_and_long() {
    let concurrency = |keys| guards(keys).concurrency.expect("there is a concurrency limit");
    let aimd = ConcurrencyRule::Aimd { backoff: 0.9, timeout: Span::secs(5) };
    let short = Concurrency { rule: aimd, start: 20, least: 1, most: 200 };
    assert_eq!(concurrency("concurrency: aimd"), short);
    assert_eq!(concurrency("concurrency: {aimd: {}}"), short);
    let gradient = ConcurrencyRule::Gradient { queue: 4.0, smoothing: 0.2, tolerance: 1.5, window: Span::secs(1) };
    assert_eq!(concurrency("concurrency: gradient"), Concurrency { rule: gradient, ..short });
    let small = concurrency("concurrency: {gradient: {most: 8, queue: 2}}");
    assert_eq!((small.start, small.most), (8, 8), "a start that nobody named fits the bounds");
}

#[test]
fn a_queue_reads_what_it_sheds_and_its_weights() {
    let queue = |keys| scenario(&shop(keys), &[]).model.services[0].queue.clone();
    let codel = |target, interval| Some(Shed::Codel { target: Span::millis(target), interval: Span::millis(interval) });
    assert_eq!(queue("queue: {shed: codel}").shed, codel(5, 100));
    assert_eq!(queue("queue: {shed: {codel: {target: 20ms}}}").shed, codel(20, 100));
    assert_eq!(queue("queue: {shed: deadline}").shed, Some(Shed::Deadline));
    assert_eq!(queue("queue: {limit: 9, shed: priority}").shed, Some(Shed::Priority));
    let fair = queue("queue: {order: fair, weights: {users: 3}}");
    assert_eq!((fair.order, fair.weights), (Order::Fair, vec![(TenantId(0), 3)]));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let wrong = [
        "limit: 500",
        "limit: {burst: 5}",
        "limit: {rate: 500/s, per: host}",
        "limit: {rate: 500/s, burst: 0}",
        "limit: {quotas: {usres: 5/s}}",
        "limit: {rate: 500/s, quotas: {users: 5}}",
        "concurrency: amid",
        "concurrency: 20",
        "concurrency: {vegas: {}}",
        "concurrency: {aimd: {least: 30, most: 20}}",
        "concurrency: {aimd: {start: 5, least: 10}}",
        "concurrency: {aimd: {backoff: 40%}}",
        "concurrency: {aimd: {queue: 4}}",
        "concurrency: {gradient: {tolerance: 0.5x}}",
        "queue: {shed: coddle}",
        "queue: {shed: {codel: {target: 1s}}}",
        "queue: {shed: {deadline: {}}}",
        "queue: {shed: priority}",
        "queue: {order: fifo, weights: {users: 3}}",
        "queue: {order: fair, weights: {users: 0}}",
        "queue: {order: fair, weights: {user: 2}}",
        "queue: {weights: {users: 2}}",
    ];
    let mut drawn = String::new();
    for keys in wrong {
        let source = shop(keys);
        let problems = reading(&source).problems;
        assert_ne!(problems, [], "{keys}");
        drawn += &format!("\n# {keys}\n{}", draw(&source, &[], &problems));
    }
    crate::snapshot!(drawn);
}

fn reported(keys: &str) -> RunReport {
    let scenario = scenario(&shop(keys), &["duration=20s"]);
    report(&scenario, &run(&scenario.model, 7).expect("it can be run"))
}

#[test]
fn a_run_reports_what_each_policy_did() {
    let guarded = |keys: &str| -> Guarded { reported(keys).services["shop"].guarded };
    assert_eq!(guarded(""), Guarded::default());
    // 150 a second come for twenty seconds, 90 get through, and at first what the bucket held.
    let limited = guarded("limit: {rate: 90/s, burst: 50}").limited.expect("there is a limit");
    assert!((1_000..1_300).contains(&limited), "{limited}");
    let shed = guarded("queue: {shed: codel}").shed.expect("the queue sheds");
    assert!((800..1_200).contains(&shed), "{shed}");
    let crowded = guarded("concurrency: {aimd: {timeout: 100ms}}");
    assert!(crowded.crowded.expect("there is a limit") > 700, "{crowded:?}");
    assert!((5.0..12.0).contains(&crowded.concurrency_limit_mean.expect("there is a limit")), "{crowded:?}");
}

#[test]
fn a_service_without_policies_reports_what_it_always_did() {
    let json = to_value(reported("queue: 5")).expect("a report is JSON");
    let keys: Vec<&String> = json["services"]["shop"].as_object().expect("a map").keys().collect();
    assert_eq!(keys, ["amplification", "in_service_mean", "queue_max", "queue_mean", "utilization"]);
    let json = to_value(reported("limit: 50/s")).expect("a report is JSON");
    assert!(json["services"]["shop"]["limited"].is_u64());
    assert!(json["services"]["shop"].get("shed").is_none());
}
