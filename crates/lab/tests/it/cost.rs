//! What a run costs.

use crate::{reading_with, scenario};
use lab::experiment::compare::compare;
use lab::report::{Cost, RunReport};
use lab::reporting::report;
use lab::run::run;

const SHOP: &str = "brownout: 1
name: A shop that pays per charge
duration: 110s
warmup: 10s
workload:
  shoppers: {call: shop.buy, rate: 10/s, arrivals: constant}
services:
  shop:
    replicas: 3
    telemetry: {logs: 2}
    endpoints:
      buy:
        - work: 1ms
        - {call: payments.charge, timeout: 1s, retry: 2}
  payments:
    endpoints:
      charge: [{wait: 1ms}]
cost:
  currency: EUR
  replica_hour: {shop: 0.36, default: 0.18}
  call: {payments.charge: 0.003}
  telemetry: {lines: 5}
variants:
  more: {set: {services.shop.replicas: 6}}
";

fn run_with(sets: &[&str]) -> RunReport {
    let scenario = scenario(SHOP, sets);
    report(&scenario, &run(&scenario.model, 1).expect("a run"))
}

fn cost(sets: &[&str]) -> Cost {
    run_with(sets).cost.expect("it is priced")
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * expected.max(1.0), "{found} instead of {expected}");
}

#[test]
fn replicas_calls_and_what_is_told_add_up() {
    let report = run_with(&[]);
    let good = report.tenants["shoppers"].ok;
    let cost = report.cost.expect("it is priced");
    assert_eq!((cost.currency.as_deref(), good), (Some("EUR"), 1_000));
    // A hundred measured seconds are a 36th of an hour.
    close(cost.replica_hours["shop"].amount, 3.0 / 36.0);
    close(cost.replica_hours["shop"].cost, 0.03);
    close(cost.replica_hours["payments"].cost, 0.005);
    close(cost.calls["payments.charge"].amount, 1_000.0);
    close(cost.calls["payments.charge"].cost, 3.0);
    close(cost.telemetry["million_lines"].amount, 0.002);
    assert_eq!(cost.telemetry.len(), 1, "what has no price is not listed");
    close(cost.total, 0.03 + 0.005 + 3.0 + 0.01);
    close(cost.per_million_good.expect("some were good"), cost.total * 1_000.0);
}

#[test]
fn what_fails_is_paid_for_with_its_retries() {
    let cost = cost(&["faults=[{errors: payments, rate: 100%}]"]);
    close(cost.calls["payments.charge"].amount, 2_000.0);
    assert_eq!(cost.per_million_good, None);
}

#[test]
fn only_what_is_priced_has_a_cost() {
    assert_eq!(run_with(&["cost=null"]).cost, None);
    let json = serde_json::to_value(run_with(&["cost=null"])).expect("JSON");
    assert!(json.get("cost").is_none());
    let cost = cost(&["cost={replica_hour: {shop: 0.36}}"]);
    assert_eq!((cost.replica_hours.len(), cost.calls.len(), cost.currency), (1, 0, None));
    close(cost.total, 0.03);
}

#[test]
fn variants_are_compared_by_what_they_cost() {
    let scenario = scenario(SHOP, &[]);
    let variants: Vec<_> = scenario.variants.iter().collect();
    let found = compare(&scenario, &variants, 1, 2, &|| ()).expect("runs");
    let difference = &found.arms[1].differences["scenario.cost"];
    close(difference.interval.mean, 0.03);
    assert!(difference.shown && difference.text.starts_with("cost(scenario): 0.03 higher"), "{}", difference.text);
    assert!(found.arms[1].differences.contains_key("scenario.cost_per_million"));
}

#[test]
fn wrong_prices_are_told_what_would_be_right() {
    let check = |set: &str, words: &[&str]| {
        let problems = format!("{:?}", reading_with(SHOP, &[set]).problems);
        for word in words {
            assert!(problems.contains(word), "{word} is missing for {set} in {problems}");
        }
    };
    check("cost.replica_hour={shpo: 1}", &["there is no service `shpo`", "did you mean `shop`?"]);
    check("cost.call={payments.charg: 1}", &["`payments` has no endpoint `charg`"]);
    check("cost.call={payments.charge: 3 EUR}", &["a price is a number; `currency` says of what"]);
    check("cost.call={payments.charge: -1}", &["`-1` is negative"]);
    check("cost.telemetry={line: 1}", &["a telemetry cost has no key `line`", "did you mean `lines`?"]);
}
