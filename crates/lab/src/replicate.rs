//! Replications: the same scenario with other seeds, in parallel on all cores, merged in the order of the seeds.

use crate::report::{Interval, Replications, Requests, RunReport, ServiceLoad};
use crate::reporting::{VERSION, report};
use crate::run::{Run, RunError, run};
use crate::scenario::Scenario;
use crate::stats::interval_of_means;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Runs a scenario with `count` seeds from `seed` on. `done` is told after each run how many have ended.
///
/// The order of the results is that of the seeds, whatever the number of threads.
///
/// # Errors
/// The first seed's error.
pub fn replicate(
    scenario: &Scenario,
    seed: u64,
    count: u32,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<RunReport>, RunError> {
    let seeds: Vec<u64> = (0..u64::from(count)).map(|offset| seed.wrapping_add(offset)).collect();
    let one = |seed: &u64| -> Result<Run, RunError> {
        let run = run(&scenario.model, *seed);
        done();
        run
    };
    let runs: Result<Vec<Run>, RunError> = seeds.par_iter().map(one).collect();
    Ok(runs?.iter().map(|run| report(scenario, run)).collect())
}

/// Means over runs of one scenario, with 95 % intervals. A measure that some run lacks is left out.
pub fn summarize(reports: &[RunReport]) -> Replications {
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for report in reports {
        for (name, value) in measures(report) {
            values.entry(name).or_default().extend(value);
        }
    }
    let everywhere = values.into_iter().filter(|(_, values)| values.len() == reports.len());
    let measures: BTreeMap<String, Interval> =
        everywhere.map(|(name, values)| (name, interval_of_means(&values))).collect();
    let first = reports.first();
    Replications {
        scenario: first.map(|report| report.scenario.clone()).unwrap_or_default(),
        digest: first.map(|report| report.digest.clone()).unwrap_or_default(),
        version: VERSION.to_owned(),
        replications: reports.len() as u32,
        seeds: reports.iter().map(|report| report.seed).collect(),
        measures,
    }
}

/// The measures of a report by name, as far as they have a value.
fn measures(report: &RunReport) -> Vec<(String, Option<f64>)> {
    let mut measures = Vec::new();
    for (name, requests) in &report.endpoints {
        measures.extend(of_requests(requests).map(|(what, value)| (format!("{name}.{what}"), value)));
    }
    for (name, load) in &report.services {
        measures.extend(of_service(load).map(|(what, value)| (format!("{name}.{what}"), value)));
    }
    for (name, effects) in &report.effects {
        measures.push((format!("{name}.duplicated"), Some(effects.duplicated as f64)));
        measures.push((format!("{name}.lost"), Some(effects.lost as f64)));
    }
    measures
}

fn of_requests(requests: &Requests) -> [(&'static str, Option<f64>); 8] {
    let share = |count: u64| (requests.offered > 0).then(|| count as f64 / requests.offered as f64);
    [
        ("goodput", requests.goodput),
        ("late", share(requests.late)),
        ("failed", share(requests.failed.total())),
        ("mean_ms", requests.latency_ms.mean),
        ("p50_ms", requests.latency_ms.p50),
        ("p90_ms", requests.latency_ms.p90),
        ("p99_ms", requests.latency_ms.p99),
        ("p999_ms", requests.latency_ms.p999),
    ]
}

fn of_service(load: &ServiceLoad) -> [(&'static str, Option<f64>); 4] {
    [
        ("utilization", load.utilization),
        ("queue_mean", Some(load.queue_mean)),
        ("in_service_mean", Some(load.in_service_mean)),
        ("amplification", load.amplification),
    ]
}
