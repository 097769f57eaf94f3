//! Guards of calls in the scenario file: what they become, what is wrong with them, and what a run reports of them.

use crate::drawing::draw;
use crate::{reading, sample, scenario, snapshot};
use lab::reporting::report;
use lab::run::run;
use serde_json::{Value, to_value};
use sim::model::{
    Breaker, BreakerScope, Budget, Bulkhead, Call, Fallback, Hedge, HedgeDelay, RetryOn, Step, Throttle, Trip,
};
use sim::{Failure, Span};

fn call(step: &Step) -> &Call {
    step.as_call().expect("a call step")
}

#[test]
fn guards_become_what_they_say() {
    let scenario = scenario(&sample("guards.yaml"), &[]);
    let steps = &scenario.model.services[0].endpoints[0].steps;
    let reserve = call(&steps[1]);
    let retry = reserve.retry.as_ref().expect("a retry");
    assert_eq!(retry.on, RetryOn::these([Failure::Timeout, Failure::Unreachable]));
    assert_eq!(retry.budget, Some(Budget::Tokens { most: 10, refill: 1.0 }));
    let trip = Trip::Rate { share: 0.5, window: Span::secs(5), least: 10 };
    let breaker = Breaker { trip, open: Span::secs(2), probes: 3, scope: BreakerScope::Replica };
    assert_eq!(reserve.guards.breaker, Some(breaker));
    assert_eq!(reserve.guards.bulkhead, Some(Bulkhead { limit: 20, wait: Span::millis(50) }));
    assert_eq!(reserve.guards.throttle, Some(Throttle { k: 1.5, window: Span::secs(60) }));
    assert!(matches!(reserve.guards.fallback, Some(Fallback::Stale { most }) if most == Span::secs(60)));
    let Step::Parallel(branches) = &steps[2] else { panic!("a fork") };
    let (quote, ads) = (call(&branches[0]), call(&branches[1]));
    assert_eq!(quote.retry.as_ref().and_then(|retry| retry.budget), Some(Budget::Share(0.2)));
    assert_eq!(quote.guards.hedge, Some(Hedge { after: HedgeDelay::Percentile(0.95), cap: 0.1 }));
    let Some(Fallback::Call(archive)) = &quote.guards.fallback else { panic!("another call") };
    assert_eq!((archive.callee.service.0, archive.timeout), (3, Some(Span::millis(30))));
    assert!(matches!(ads.guards.fallback, Some(Fallback::Static)));
    assert!(matches!(steps[3], Step::Effect { idempotent: Some(kept), .. } if kept == Span::secs(600)));
}

#[test]
fn absent_keys_have_the_defaults_that_the_reference_states() {
    let scenario = scenario(&sample("guards.yaml"), &[]);
    let shoppers = &scenario.model.tenants[0].call.guards;
    assert_eq!(shoppers.hedge, Some(Hedge { after: HedgeDelay::Fixed(Span::millis(400)), cap: 0.05 }));
    let (open, scope) = (Span::secs(5), BreakerScope::Callee);
    assert_eq!(shoppers.breaker, Some(Breaker { trip: Trip::InARow(50), open, probes: 1, scope }));
    assert_eq!(shoppers.bulkhead, Some(Bulkhead { limit: 500, wait: Span::ZERO }));
    assert_eq!(shoppers.throttle, Some(Throttle { k: 2.0, window: Span::secs(120) }));
    let source = sample("guards.yaml").replace("rate: 50%, window: 5s, least: 10, open: 2s, probes: 3,", "rate: 50%,");
    let breaker = call(&crate::scenario(&source, &[]).model.services[0].endpoints[0].steps[1]).guards.breaker;
    assert_eq!(breaker.map(|breaker| breaker.trip), Some(Trip::Rate { share: 0.5, window: Span::secs(10), least: 20 }));
}

#[test]
fn wrong_guards() {
    let base = sample("guards.yaml");
    let mut drawn = String::new();
    for (right, wrong) in [
        ("hedge: {after: p95, cap: 10%}", "hedge: p95"),
        ("hedge: {after: p95, cap: 10%}", "hedge: {cap: 10%}"),
        ("after: p95", "after: p96"),
        ("after: p95", "after: 10"),
        ("cap: 10%", "cap: 0.1"),
        ("failures: 50", "failures: 0"),
        ("failures: 50", "failures: 50, rate: 50%"),
        ("failures: 50", "failures: 50, window: 10s"),
        ("{failures: 50}", "{}"),
        ("{failures: 50}", "5"),
        ("rate: 50%", "rate: 0%"),
        ("least: 10", "least: 0"),
        ("open: 2s", "open: 0s"),
        ("open: 2s", "opens: 2s"),
        ("probes: 3", "probes: 0"),
        ("per: replica", "per: replicas"),
        ("bulkhead: 500", "bulkhead: 0"),
        ("limit: 20, wait: 50ms", "wait: 50ms"),
        ("wait: 50ms", "wait: 50"),
        ("k: 1.5", "k: 0.5"),
        ("window: 1m", "window: 0s"),
        ("fallback: static", "fallback: statik"),
        ("fallback: static", "fallback: {}"),
        ("stale: 60s", "stale: 60s, call: archive.read"),
        ("stale: 60s", "stale: 60s, timeout: 1s"),
        ("call: archive.read", "call: archive.reed"),
        ("call: archive.read", "call: gateway.checkout"),
        ("throttle: {}", "throttle: {}\n    fallback: static"),
        ("on: [timeout, unreachable]", "on: timeout"),
        ("on: [timeout, unreachable]", "on: []"),
        ("on: [timeout, unreachable]", "on: [timeout, unreachabel]"),
        ("budget: {tokens: 10, refill: 1/s}", "budget: {tokens: 10}"),
        ("budget: {tokens: 10, refill: 1/s}", "budget: {tokens: 10, refill: 1/s, share: 10%}"),
        ("budget: {share: 20%}", "budget: 20"),
        ("{retain: 10m}", "{retain: 0s}"),
        ("{retain: 10m}", "{}"),
        ("{retain: 10m}", "maybe"),
    ] {
        let source = base.replacen(right, wrong, 1);
        assert_ne!(source, base, "{right:?} stands in the sample");
        let reading = reading(&source);
        assert!(reading.scenario.is_none() && !reading.problems.is_empty(), "{wrong:?} is wrong");
        drawn += &format!("\n# {}\n{}", wrong.replace('\n', "⏎"), draw(&source, &[], &reading.problems));
    }
    snapshot!(drawn);
}

#[test]
fn breakers_between_very_many_replicas_are_refused() {
    let source = sample("guards.yaml")
        .replace("replicas: 2\n    endpoints:\n      checkout", "replicas: 2000\n    endpoints:\n      checkout");
    assert_eq!(reading(&source).problems, []);
    let source = source.replace("replicas: 3", "replicas: 3000");
    snapshot!(draw(&source, &[], &reading(&source).problems));
}

#[test]
fn closed_loops_that_are_refused_at_once_stand_still() {
    let closed = |guard: &str| {
        let load = format!("users: 3\n    think: 0s\n    {guard}");
        sample("minimal.yaml").replace("rate: 10/s", &load).replace("buy: []", "buy: [{wait: 1ms}]")
    };
    let stands = |source: &str| reading(source).problems.iter().any(|problem| problem.message.contains("stand still"));
    assert!(!stands(&closed("timeout: 5s")));
    for guard in ["breaker: {failures: 5}", "bulkhead: 1", "throttle: {}"] {
        assert!(stands(&closed(guard)), "{guard}");
    }
}

fn reported(sets: &[&str]) -> Value {
    let scenario = scenario(&sample("guards.yaml"), sets);
    to_value(report(&scenario, &run(&scenario.model, 7).expect("the sample can be run"))).expect("a report is JSON")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn a_report_says_what_the_guards_did() {
    let json = reported(&[]);
    let count = |call: &str, key: &str| json["calls"][call][key].as_u64().unwrap_or_else(|| panic!("{call}: {key}"));
    let [reserve, quote] = ["gateway.checkout -> inventory.reserve", "gateway.checkout -> pricing.quote"];
    let [archive, ads] = ["gateway.checkout -> archive.read", "gateway.checkout -> ads.pick"];
    // 14 of 18 seconds are calm, and only the four others need their guards.
    assert!(count(reserve, "breaker_opened") >= 2, "the slow replica's, on each of the two gateways");
    assert!((1..400).contains(&count(reserve, "fallbacks")), "{json}");
    let series = json["timeline"]["series"].as_object().expect("a map");
    let open = series[&format!("{reserve}.breakers_open")].as_array().expect("steps");
    assert!(open.iter().filter_map(Value::as_f64).any(|open| open > 0.5), "{open:?}");
    assert!(!series.contains_key(&format!("{quote}.breakers_open")), "it has no breaker");
    assert!(json["calls"][reserve]["staleness_ms"]["max"].as_f64().is_some_and(|max| max < 60_000.0));
    assert!(count(ads, "shed_locally") > 500 && count(ads, "fallbacks") > 500, "ads are out for four seconds");
    assert!(count(quote, "hedges") > 50);
    assert_eq!(count(quote, "fallbacks"), count(archive, "attempts"));
    // Each key where its guard is, and nowhere else.
    assert_eq!(
        keys(&json["calls"][reserve]),
        [
            "attempts",
            "breaker_opened",
            "fallbacks",
            "latency_ms",
            "retries",
            "shed_locally",
            "staleness_ms",
            "timeouts"
        ]
    );
    assert_eq!(keys(&json["calls"][archive]), ["attempts", "latency_ms", "retries", "timeouts"]);
    assert_eq!(
        keys(&json["calls"]["shoppers -> gateway.checkout"]),
        ["attempts", "breaker_opened", "hedges", "latency_ms", "retries", "shed_locally", "timeouts"]
    );
    assert_eq!(json["calls"]["shoppers -> gateway.checkout"]["latency_ms"], json["tenants"]["shoppers"]["latency_ms"]);
}

#[test]
fn guards_pay() {
    let good = |json: &Value| json["endpoints"]["gateway.checkout"]["goodput"].as_f64();
    let guarded = reported(&[]);
    let bare = reported(&[
        "services.gateway.endpoints.checkout[1].breaker=null",
        "services.gateway.endpoints.checkout[1].fallback=null",
        "services.gateway.endpoints.checkout[1].throttle=null",
    ]);
    assert!(good(&guarded) > Some(0.99), "{:?}", good(&guarded));
    assert!(good(&bare) < Some(0.97), "{:?}", good(&bare));
}
