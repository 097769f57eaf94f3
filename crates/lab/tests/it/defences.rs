//! Policies at the service's side: what a file may say, and what a run then reports.

use crate::drawing::draw;
use crate::{reading, reading_with, sample, scenario};
use lab::report::{Defended, RunReport};
use lab::reporting::report;
use lab::run::run;
use serde_json::to_value;
use sim::Span;
use sim::model::{
    Autoscale, Batch, Concurrency, ConcurrencyRule, Defences, Deploy, Ejection, Health, LimitPer, Order, RateLimit,
    Rollback, ScaleBy, ServiceId, Shed, TenantId,
};

/// The minimal scenario whose shop has these keys, at a rate that one worker cannot serve.
fn shop(keys: &str) -> String {
    let source = sample("minimal.yaml").replace("rate: 10/s", "rate: 150/s").replace("buy: []", "buy: [{work: 10ms}]");
    source.replace("  shop:\n", &format!("  shop:\n    workers: 1\n    {keys}\n"))
}

fn defences(keys: &str) -> Defences {
    scenario(&shop(keys), &[]).model.services[0].defences.clone()
}

#[test]
fn a_limit_reads_short_and_long() {
    let limit = |keys| defences(keys).limit.expect("there is a limit");
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
    let concurrency = |keys| defences(keys).concurrency.expect("there is a concurrency limit");
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
fn what_keeps_replicas_in_order_has_defaults() {
    let ejection = Ejection { failures: 5, interval: Span::secs(10), base: Span::secs(30), most: 0.5 };
    assert_eq!(defences("ejection: {}").ejection, Some(ejection));
    let health = Health { interval: Span::secs(5), timeout: Span::secs(1), unhealthy: 3, healthy: 2 };
    assert_eq!(defences("health: {}").health, Some(health));
    assert_eq!(defences("health: {interval: 100ms}").health.map(|health| health.timeout), Some(Span::millis(100)));
    let by = ScaleBy::Utilization(0.7);
    let autoscale = Autoscale { by, least: 1, most: 9, every: Span::secs(15), cooldown: Span::secs(300) };
    assert_eq!(defences("autoscale: {target: 70%, most: 9}").autoscale, Some(autoscale));
    let started = scenario(&shop("autoscale: {target: 70%, least: 3, most: 9}"), &[]).model.services[0].replicas;
    assert_eq!(started, 3, "where nothing else is said, the fewest");
    let by = ScaleBy::Delay(Span::millis(50));
    assert_eq!(defences("autoscale: {delay: 50ms, most: 9}").autoscale, Some(Autoscale { by, ..autoscale }));
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
        "ejection: {failures: 0}",
        "ejection: {interval: 1us}",
        "ejection: {most: 120%}",
        "ejection: {bases: 3s}",
        "health: {interval: 1s, timeout: 2s}",
        "health: 5s",
        "autoscale: {most: 5}",
        "autoscale: {target: 70%, delay: 5ms, most: 5}",
        "autoscale: {target: 70%}",
        "autoscale: {target: 70%, least: 6, most: 5}",
        "autoscale: {target: 70%, most: 5}\n    replicas: 9",
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

#[test]
fn what_is_never_busy_cannot_be_scaled_by_it() {
    let source = shop("autoscale: {target: 70%, most: 3}").replace("    workers: 1\n", "");
    let problems = reading(&source).problems;
    assert_eq!(problems[0].message, "without `workers` or `cores` nothing is ever busy");
    let source = source.replace("target: 70%", "delay: 7ms");
    assert_eq!(reading(&source).problems[0].message, "without `workers` no request ever waits for one");
    let cores = source.replace("delay: 7ms", "target: 70%").replace("    autoscale", "    cores: 2\n    autoscale");
    assert_eq!(reading(&cores).problems, []);
}

#[test]
fn what_recurs_too_often_for_any_machine_is_refused_before_it_runs() {
    let refused = |keys: &str, duration: &str| {
        let source = shop(keys);
        let problems = reading_with(&source, &[duration]).problems;
        let [problem] = &problems[..] else { panic!("{keys}: {problems:?}") };
        (problem.message.clone(), source[problem.place.span()].to_owned())
    };
    let (message, place) = refused("replicas: 1000\n    health: {interval: 1ms}", "duration=24h");
    let account = "`shop` has 8.6e7 health checks over 1000 replicas each, which is 8.6e10 events";
    assert_eq!((message, &*place), (format!("this is too much to simulate: {account}"), "health"));
    let (message, place) = refused("autoscale: {target: 70%, most: 9000, every: 1ms}", "duration=10h");
    let account = "`shop` has 3.6e7 autoscaling decisions over 9000 replicas each, which is 3.2e11 events";
    assert_eq!((message, &*place), (format!("this is too much to simulate: {account}"), "autoscale"));
    let (message, place) = refused("health: {interval: 1us}", "duration=24h");
    assert_eq!((&*message, &*place), ("this is too often", "1us"));
    // A day of ordinary checks of an ordinary service is none of that.
    let day = shop("replicas: 20\n    health: {}");
    assert_eq!(reading_with(&day, &["duration=24h"]).problems, []);
}

fn reported(keys: &str) -> RunReport {
    let scenario = scenario(&shop(keys), &["duration=20s"]);
    report(&scenario, &run(&scenario.model, 7).expect("it can be run"))
}

#[test]
fn a_run_reports_what_each_policy_did() {
    let defended = |keys: &str| -> Defended { reported(keys).services["shop"].defended };
    assert_eq!(defended(""), Defended::default());
    // 150 a second come for twenty seconds, 90 get through, and at first what the bucket held.
    let limited = defended("limit: {rate: 90/s, burst: 50}").limited.expect("there is a limit");
    assert!((1_000..1_300).contains(&limited), "{limited}");
    let shed = defended("queue: {shed: codel}").shed.expect("the queue sheds");
    assert!((800..1_200).contains(&shed), "{shed}");
    let crowded = defended("concurrency: {aimd: {timeout: 100ms}}");
    assert!(crowded.crowded.expect("there is a limit") > 700, "{crowded:?}");
    assert!((5.0..12.0).contains(&crowded.concurrency_limit_mean.expect("there is a limit")), "{crowded:?}");
}

#[test]
fn a_scaled_service_reports_its_replicas() {
    let report = reported("autoscale: {target: 70%, most: 9, every: 1s, cooldown: 5s}");
    let load = &report.services["shop"];
    // One and a half workers' worth of requests, at 70 %: a little over two.
    let mean = load.defended.replicas_mean.expect("it is scaled");
    assert!((2.0..4.0).contains(&mean), "{mean}");
    assert!(load.defended.replicas_max >= Some(3));
    let busy = load.utilization.expect("it has workers") * mean;
    assert!((busy - load.in_service_mean).abs() < 1e-9, "{busy}");
    let series = &report.timeline.series["shop.replicas"];
    assert_eq!((series[0], series.len()), (Some(1.0), report.timeline.series["shop.queue"].len()));
    assert!(series.iter().flatten().any(|replicas| *replicas >= 3.0));
    let ready = &report.timeline.series["shop.replicas_ready"];
    let few = |(ready, paid): (&Option<f64>, &Option<f64>)| ready <= paid;
    assert!(ready.iter().zip(series).all(few) && ready.contains(&Some(3.0)), "who drains is paid for and not ready");
}

#[test]
fn health_and_ejection_report_what_they_did() {
    let crash = "\nfaults: [{crash: shop, at: 2s, for: 5s, share: 50%}]\n";
    let report = |keys: &str| {
        let scenario = scenario(&(shop(&format!("replicas: 4\n    {keys}")) + crash), &["duration=20s"]);
        report(&scenario, &run(&scenario.model, 7).expect("it can be run"))
    };
    let unguarded = report("");
    let checked = report("health: {interval: 500ms}");
    let ejecting = report("ejection: {base: 1s, interval: 1s}");
    let rejected = |report: &RunReport| report.tenants["users"].failed.unreachable;
    assert!(rejected(&unguarded) > 300, "{}", rejected(&unguarded));
    assert!(rejected(&checked) < 150, "{}", rejected(&checked));
    assert!(rejected(&ejecting) < 100, "{}", rejected(&ejecting));
    assert_eq!(checked.services["shop"].defended.unhealthy, Some(2));
    let least = |report: &RunReport| {
        let ready = &report.timeline.series["shop.replicas_ready"];
        ready.iter().flatten().copied().fold(f64::INFINITY, f64::min)
    };
    assert_eq!([&unguarded, &checked, &ejecting].map(least), [2.0; 3], "half of the four have crashed");
    let calm = reported("");
    assert!(!calm.timeline.series.contains_key("shop.replicas_ready"), "nothing moves it");
    assert!(ejecting.services["shop"].defended.ejections >= Some(2));
}

#[test]
fn a_queue_that_nothing_waits_in_is_remarked_upon() {
    let source = shop("queue: 5").replace("    workers: 1\n", "    cores: 1\n");
    let remark = &scenario(&source, &[]).remarks[0];
    assert!(remark.message.contains("without `workers`"), "{remark:?}");
    assert_eq!(&source[remark.place.span()], "queue");
    assert_eq!(scenario(&shop("queue: 5"), &[]).remarks, []);
}

fn deploying(deploys: &str) -> String {
    shop("replicas: 4") + &format!("deploys: {deploys}\n")
}

#[test]
fn a_deploy_reads_short_and_long() {
    let deploys = scenario(
        &deploying(
            "[{deploy: shop}, {deploy: shop, at: 3s, batch: 25%, pause: 30s, canary: 10%, \
        bad: {slow: 3x, errors: 5%}, rollback: {errors: 2%}}]",
        ),
        &[],
    )
    .model
    .deploys;
    assert_eq!(deploys[0], Deploy::of(ServiceId(0)));
    let long = Deploy {
        at: sim::Time::ZERO + Span::secs(3),
        batch: Batch::Share(0.25),
        pause: Span::secs(30),
        canary: Some(0.1),
        slow: 3.0,
        errors: 0.05,
        rollback: Some(Rollback { errors: 0.02, within: Span::secs(60) }),
        ..deploys[0].clone()
    };
    assert_eq!(deploys[1], long);
}

#[test]
fn what_is_wrong_with_a_deploy_is_said_with_its_place() {
    let wrong = [
        "{deploy: shop}",
        "[{at: 3s}]",
        "[{deploy: shpo}]",
        "[{deploy: shop, batch: 0}]",
        "[{deploy: shop, batch: 0%}]",
        "[{deploy: shop, batch: few}]",
        "[{deploy: shop, for: 3s}]",
        "[{deploy: shop, canary: 0%}]",
        "[{deploy: shop, bad: {slower: 3x}}]",
        "[{deploy: shop, rollback: {within: 1s}}]",
        "[{deploy: shop, rollback: {errors: 2%, within: 1us}}]",
    ];
    let mut drawn = String::new();
    for deploys in wrong {
        let source = deploying(deploys);
        let problems = reading(&source).problems;
        assert_ne!(problems, [], "{deploys}");
        drawn += &format!("\n# {deploys}\n{}", draw(&source, &[], &problems));
    }
    crate::snapshot!(drawn);
}

#[test]
fn a_deploy_is_marked_and_its_rollback_counted() {
    let report = |deploys: &str| {
        let scenario = scenario(&deploying(deploys), &["duration=20s"]);
        report(&scenario, &run(&scenario.model, 7).expect("it can be run"))
    };
    let good = report("[{deploy: shop, at: 2s, pause: 1s}]");
    let mark = &good.timeline.marks[0];
    assert_eq!((mark.text.as_str(), mark.from_s), ("shop deployed", 2.0));
    assert!((6.0..6.5).contains(&mark.to_s), "{mark:?}");
    assert_eq!(good.services["shop"].defended.rollbacks, Some(0));
    let bad = report("[{deploy: shop, at: 2s, pause: 5s, bad: {errors: 50%}, rollback: {errors: 2%, within: 2s}}]");
    assert_eq!(bad.timeline.marks[0].text, "shop deployed and taken back");
    assert_eq!(bad.services["shop"].defended.rollbacks, Some(1));
    let failed = bad.tenants["users"].failed.error;
    assert!((10..100).contains(&failed), "{failed}");
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
