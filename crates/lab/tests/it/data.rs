//! Caches: what their keys become, what is wrong with them, and what a run reports of them.

use crate::wrong::check;
use crate::{sample, scenario};
use lab::report::RunReport;
use lab::reporting::report;
use lab::run::run;
use serde_json::{Value, to_value};
use sim::Span;
use sim::model::{CacheId, CacheUse, Dist, FaultKind, Fill, Keys, Model, Step};

fn model() -> Model {
    scenario(&sample("data.yaml"), &[]).model
}

fn reported(sets: &[&str]) -> RunReport {
    let scenario = scenario(&sample("data.yaml"), sets);
    report(&scenario, &run(&scenario.model, 7).expect("the sample can be run"))
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn caches_are_read() {
    let model = model();
    let [products, prices] = &model.caches[..] else { panic!("{:?}", model.caches) };
    assert_eq!((products.size, products.ttl, products.fill), (1_000, Some(Span::secs(60)), Fill::SingleFlight));
    assert_eq!(products.keys, Keys { exponent: 1.0, count: 1_000_000 });
    assert_eq!((&products.hit, products.shared), (&Dist::Constant(Span::micros(200)), true));
    assert_eq!((prices.size, prices.ttl, prices.fill, prices.shared), (500, None, Fill::Stampede, false));
    assert_eq!(prices.keys, Keys { exponent: 0.0, count: 1_000 });
    let [Step::Call(first), Step::Parallel(branches)] = &model.services[0].endpoints[0].steps[..] else {
        panic!("{:?}", model.services[0].endpoints)
    };
    let hit = Some(Dist::Constant(Span::micros(500)));
    assert_eq!(first.cache, Some(CacheUse { cache: CacheId(0), hit }));
    let Step::Call(branch) = &branches[1] else { panic!("a call") };
    assert_eq!((&branch.cache, branch.optional), (&Some(CacheUse { cache: CacheId(1), hit: None }), true));
    let flush = &model.faults[0];
    assert!(matches!(flush.kind, FaultKind::Flush { cache: CacheId(0) }) && flush.lasts == Span::ZERO);
}

#[test]
fn wrong_caches() {
    crate::snapshot!(check(
        "data.yaml",
        &[
            ("size: 1k", "size: 0"),
            ("size: 1k", "size: 1.0001k"),
            ("size: 1k", "size: 11M"),
            ("size: 1k", "size: many"),
            ("size: 1k, ", ""),
            ("size: 500", "size: 6M"),
            ("zipf(1.0, 1M)", "zipf(1.0)"),
            ("zipf(1.0, 1M)", "zipf(12, 1M)"),
            ("zipf(1.0, 1M)", "zipf(1, 2G)"),
            ("zipf(1.0, 1M)", "zifp(1, 2M)"),
            ("ttl: 60s", "ttl: 0s"),
            ("ttl: 60s", "ttl: 60"),
            ("fill: single-flight", "fill: singel-flight"),
            ("shared: true", "shared: maybe"),
            ("cache: products\n", "cache: product\n"),
            ("          cache: products\n", ""),
            ("flush: products", "flush: catalog"),
            ("flush: products, at: 10s", "flush: products, for: 10s"),
            ("  prices: {", "  pri ces: {"),
            ("\ncaches:", "\ncache:"),
        ]
    ));
}

#[test]
fn a_cache_reports_what_it_did() {
    let report = reported(&[]);
    let json = to_value(&report).expect("a report is JSON");
    assert_eq!(keys(&json["caches"]), ["prices", "products"]);
    let entry = ["age_ms", "evictions", "expired", "hit_ratio", "hits", "misses", "waited"];
    assert_eq!(keys(&json["caches"]["products"]), entry);
    let products = &report.data.caches["products"];
    // One lookup per request; those of 18 s are measured.
    assert_eq!(products.hits + products.misses, report.tenants["shoppers"].offered);
    assert_eq!(products.hit_ratio, Some(products.hits as f64 / (products.hits + products.misses) as f64));
    assert!(products.waited > 0 && products.age_ms.max.is_some_and(|age| age < 60e3));
    // The callee is asked for what the caches lack, and by nobody who waits for another one's fetch.
    let fetched = products.misses - products.waited + report.data.caches["prices"].misses;
    assert_eq!(report.calls["shop.view -> catalog.read"].attempts, fetched);
}

#[test]
fn a_flush_shows_as_a_cache_that_warms_up_again() {
    let ratios = &reported(&[]).timeline.series["products.hit_ratio"];
    let (second, step) = (20, ratios.len() / 20);
    assert_eq!(ratios.len(), second * step);
    let mean = |from: usize, to: usize| {
        let part: Vec<f64> = ratios[from * step..to * step].iter().flatten().copied().collect();
        part.iter().sum::<f64>() / part.len() as f64
    };
    let (before, after, later) = (mean(8, 10), mean(10, 11), mean(18, 20));
    assert!(after < before - 0.1 && later > after + 0.1, "{before}, {after}, {later}");
}

#[test]
fn a_single_flight_spares_the_callee_what_a_stampede_asks() {
    let hot = ["caches.products.keys=uniform(1)", "caches.products.ttl=1s", "workload.shoppers.rate=2k/s"];
    let fetched = |fill: &str| {
        let sets = [&hot[..], &[fill]].concat();
        let products = &reported(&sets).data.caches["products"].clone();
        products.misses - products.waited
    };
    let (one, all) = (fetched("caches.products.fill=single-flight"), fetched("caches.products.fill=stampede"));
    // One fetch a second against everybody who comes while it is under way, 2 ms at 2,000 per second.
    assert!((17..=20).contains(&one), "{one}");
    assert!(all > 2 * one, "{all}");
}

#[test]
fn a_scenario_without_caches_has_no_such_section() {
    let scenario = scenario(&sample("checkout.yaml"), &["duration=2s", "warmup=0s"]);
    let json = to_value(report(&scenario, &run(&scenario.model, 1).expect("the sample can be run"))).expect("JSON");
    assert!(json.get("caches").is_none());
}
