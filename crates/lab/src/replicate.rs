//! Replications: the same scenario with other seeds, in parallel on all cores, merged in the order of the seeds.

use crate::measure::Measure;
use crate::report::{Replications, RunReport};
use crate::reporting::{evidence, report};
use crate::run::{Run, RunError, run};
use crate::scenario::Scenario;
use crate::stats::interval_of_means;
use rayon::prelude::*;

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
    let runs: Vec<Result<Run, RunError>> = seeds.par_iter().map(one).collect();
    let runs: Vec<Run> = runs.into_iter().collect::<Result<_, _>>()?;
    Ok(runs.iter().map(|run| report(scenario, run)).collect())
}

/// Means over a scenario's runs, with 95 % intervals. A measure that some run lacks is left out.
pub fn summarize(scenario: &Scenario, reports: &[RunReport]) -> Replications {
    let interval = |measure: Measure| {
        let values: Option<Vec<f64>> = reports.iter().map(|report| measure.value(report)).collect();
        Some((measure.name(), interval_of_means(&values?)))
    };
    Replications {
        evidence: evidence(scenario, reports.iter().map(|report| report.seed).collect()),
        replications: reports.len() as u32,
        measures: Measure::all(scenario).into_iter().filter_map(interval).collect(),
    }
}
