//! Experiments: many runs of related scenarios, and one answer.
//!
//! [`compare`](mod@compare) puts variants side by side, [`sweep`](mod@sweep) walks a grid of values, [`find`](mod@find)
//! looks for the value at which a promise breaks. All of them use common random numbers: every scenario runs with the
//! same seeds, and the engine draws each component's luck from a stream of its own, so that what differs between two
//! scenarios of one seed is what their files say. Runs spread over the threads of the pool that is in force; results are
//! in the order of the question, whatever the number of threads. Left out: files, terminals, when to stop.

pub mod compare;
pub mod find;
pub mod journal;
pub mod sweep;
pub mod table;
pub mod vary;

use crate::measure::Measure;
use crate::report::Interval;
use crate::reporting::report;
use crate::run::{RunError, run};
use crate::scenario::Scenario;
use crate::stats::interval_of_means;
use rayon::prelude::*;
use serde::Serialize;

/// Is told after each run.
pub type Done<'a> = &'a (dyn Fn() + Sync);

/// `count` seeds from `first` on.
pub fn seeds(first: u64, count: u32) -> Vec<u64> {
    (0..u64::from(count)).map(|offset| first.wrapping_add(offset)).collect()
}

/// A measure over the seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replicated {
    /// Which.
    #[serde(skip)]
    pub measure: Measure,
    /// The mean with its 95 % interval.
    #[serde(flatten)]
    pub interval: Interval,
    /// One value per seed, in the order of the seeds.
    pub values: Vec<f64>,
}

/// The values of a run, one for each of `measures`.
fn values(scenario: &Scenario, measures: &[Measure], seed: u64) -> Result<Vec<Option<f64>>, RunError> {
    let report = report(scenario, &run(&scenario.model, seed)?);
    Ok(measures.iter().map(|measure| measure.value(&report)).collect())
}

/// Runs every scenario with every seed; gives, per scenario, the measures that have a value with each seed.
fn replicate_all(scenarios: &[&Scenario], seeds: &[u64], done: Done<'_>) -> Result<Vec<Vec<Replicated>>, RunError> {
    let measures: Vec<Vec<Measure>> = scenarios.iter().map(|scenario| Measure::all(scenario)).collect();
    let jobs: Vec<(usize, u64)> =
        (0..scenarios.len()).flat_map(|index| seeds.iter().map(move |seed| (index, *seed))).collect();
    let one = |&(index, seed): &(usize, u64)| {
        let values = values(scenarios[index], &measures[index], seed);
        done();
        values
    };
    // The first error in the order of the jobs, not of the threads.
    let found: Vec<Result<_, RunError>> = jobs.par_iter().with_max_len(1).map(one).collect();
    let found: Vec<Vec<Option<f64>>> = found.into_iter().collect::<Result<_, _>>()?;
    let of_scenario = found.chunks(seeds.len().max(1));
    Ok(measures.into_iter().zip(of_scenario).map(|(measures, runs)| columns(measures, runs)).collect())
}

/// Turns values per run into values per measure; a measure that some run lacks is left out.
fn columns(measures: Vec<Measure>, runs: &[Vec<Option<f64>>]) -> Vec<Replicated> {
    let column = |(index, measure): (usize, Measure)| {
        let values: Vec<f64> = runs.iter().map(|run| run[index]).collect::<Option<_>>()?;
        Some(Replicated { measure, interval: interval_of_means(&values), values })
    };
    measures.into_iter().enumerate().filter_map(column).collect()
}
