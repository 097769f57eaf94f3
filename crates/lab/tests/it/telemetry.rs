//! What services tell about themselves costs them CPU, leaves volumes, and is all that an investigator sees.

use crate::scenario;
use lab::report::{RunReport, Told};
use lab::reporting::report;
use lab::run::run;
use lab::scenario::Scenario;
use lab::telemetry::as_emitted;

const SHOP: &str = "
brownout: 1
name: A shop
duration: 100s
workload: {clients: {call: shop.buy, rate: 100/s}}
services:
  shop:
    cores: 4
    endpoints:
      buy: [{work: 2ms}, {call: stock.take}]
  stock:
    replicas: 2
    cores: 2
    endpoints:
      take: [{work: 4ms}]
";

fn shop(sets: &[&str]) -> (Scenario, RunReport) {
    let scenario = scenario(SHOP, sets);
    let report = report(&scenario, &run(&scenario.model, 1).expect("the shop can be run"));
    (scenario, report)
}

fn utilization(report: &RunReport, service: &str) -> f64 {
    report.services[service].utilization.expect("the service has cores")
}

#[test]
fn telling_takes_cpu_and_moves_nobody_elses_luck() {
    let (_, plain) = shop(&[]);
    let (_, telling) = shop(&["services.stock.telemetry={traces: 50%, span: 1ms, logs: 4, line: 0.5ms}"]);
    // A hundred requests a second on four cores: 2 ms of lines each, and a span of 1 ms for every other.
    let more = utilization(&telling, "stock") - utilization(&plain, "stock");
    assert!((more - 100.0 * 0.0025 / 4.0).abs() < 0.001, "{more}");
    assert_eq!(telling.services["shop"].utilization, plain.services["shop"].utilization);
    assert_eq!(telling.tenants["clients"].offered, plain.tenants["clients"].offered);
    assert!(plain.telemetry.is_empty());
}

#[test]
fn what_is_told_is_counted() {
    let (_, report) = shop(&["services.stock.telemetry={metrics: 15s, series: 50, traces: 10%, logs: 3}"]);
    let reached = report.tenants["clients"].offered;
    let expected = Told { metric_samples: 50 * 2 * 6, spans: reached as f64 * 0.1, log_lines: 3 * reached };
    assert_eq!(report.telemetry["stock"], expected);
}

#[test]
fn an_investigator_sees_what_was_told() {
    let (scenario, report) = shop(&["services.stock.telemetry={logs: 1}", "services.shop.telemetry={metrics: 10s}"]);
    let seen = as_emitted(&report, &scenario);
    assert!(!seen.services.contains_key("stock") && seen.services.contains_key("shop"));
    assert!(seen.timeline.series.keys().all(|series| series.starts_with("shop.")));
    assert!(seen.calls.contains_key("shop.buy -> stock.take"), "the caller's metrics know the call");
    let queue = &seen.timeline.series["shop.utilization"];
    let per_scrape = (10.0 / seen.timeline.step_s) as usize;
    assert!(queue.chunks(per_scrape).all(|chunk| chunk.iter().all(|value| *value == chunk[0])));
    let mean = |values: &[Option<f64>]| values.iter().flatten().sum::<f64>() / values.len() as f64;
    let before = mean(&report.timeline.series["shop.utilization"]);
    assert!((mean(queue) - before).abs() < 1e-9);
}

#[test]
fn without_a_word_about_it_everything_is_told() {
    let (scenario, report) = shop(&[]);
    assert_eq!(as_emitted(&report, &scenario), report);
}
