//! Asking a scenario again what was asked once.

use crate::evidence::{Asked, Record};
use crate::experiments::{
    Replicate, Search, SweepRequest, choose_measures, choose_two, choose_variants, compare_variants, find_limit,
    plan_sweep, sweep_again,
};
use crate::scenarios::{Failure, Selection, open_scenario, replicate_scenario, run_scenario};
use lab::experiment::Done;
use lab::experiment::compare::Comparison;
use lab::experiment::find::Finding;
use lab::experiment::sweep::Swept;
use lab::measure::Measure;
use lab::report::{Replications, RunReport};
use lab::scenario::{Scenario, Variant};
use serde::{Serialize, Serializer};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// A result of any command, with what was chosen to be shown of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Of one run.
    Run(Box<RunReport>),
    /// Of several runs.
    Replications(Replications),
    /// Of variants side by side, and two measures to weigh against each other.
    Compare(Comparison, [Measure; 2]),
    /// Of a grid.
    Sweep(Swept, Vec<Measure>),
    /// Of a search.
    Find(Box<Finding>),
}

impl Serialize for Outcome {
    /// As the command's own `--json` does.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Outcome::Run(report) => report.serialize(serializer),
            Outcome::Replications(found) => found.serialize(serializer),
            Outcome::Compare(found, _) => found.serialize(serializer),
            Outcome::Sweep(found, _) => found.serialize(serializer),
            Outcome::Find(found) => found.serialize(serializer),
        }
    }
}

impl Outcome {
    /// The text that `--json` prints.
    ///
    /// # Errors
    /// If the result has no JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// The measures that a comparison may be drawn or judged by: of the scenario and of each variant.
pub fn measures_of(scenario: &Scenario, variants: &[&Variant]) -> Vec<Measure> {
    let scenarios = std::iter::once(scenario).chain(variants.iter().map(|variant| variant.scenario()));
    scenarios.flat_map(Measure::all).collect()
}

/// Has a recorded result again. `done` is told after each run of many.
///
/// # Errors
/// If this version does not read the scenario any more, or a run comes to nothing.
pub fn rerun(record: &Record, threads: Option<u32>, done: Done<'_>) -> Result<Outcome, Failure> {
    let selection = record.selection();
    let replicate = |seed: u64, count: u32| Replicate { seed, count, threads };
    match record.asked.clone() {
        Asked::Run { seed, as_emitted } => {
            let scenario = open_scenario(&selection)?;
            let report = run_scenario(&scenario, seed, &mut |_| ControlFlow::Continue(()))?;
            let report = if as_emitted { lab::telemetry::as_emitted(&report, &scenario) } else { report };
            Ok(Outcome::Run(Box::new(report)))
        }
        Asked::Replications { seed, count } => {
            let found = replicate_scenario(&open_scenario(&selection)?, seed, count, threads, done)?;
            Ok(Outcome::Replications(found))
        }
        Asked::Compare { variants, pareto, seed, count } => {
            let scenario = open_scenario(&selection)?;
            let variants = choose_variants(&scenario, &variants)?;
            let against = choose_two(&measures_of(&scenario, &variants), pareto.as_deref())?;
            let found = compare_variants(&scenario, &variants, replicate(seed, count), done)?;
            Ok(Outcome::Compare(found, against))
        }
        Asked::Sweep { axes, shard, measures, seed, count } => {
            let request = request(selection, axes, shard, replicate(seed, count));
            let plan = plan_sweep(&request)?;
            let measures = choose_measures(&plan.measures, &measures)?;
            Ok(Outcome::Sweep(sweep_again(&plan, threads, done)?, measures))
        }
        Asked::Find { axis, until, seed, count } => {
            let search = Search { selection, axis, until, replicate: replicate(seed, count) };
            Ok(Outcome::Find(Box::new(find_limit(&search, done)?)))
        }
    }
}

/// The table is written once, by the sweep itself; its name here only says which kind of sweep can be planned.
fn request(
    selection: Selection,
    axes: Vec<lab::experiment::vary::Axis>,
    shard: Option<lab::experiment::sweep::Shard>,
    replicate: Replicate,
) -> SweepRequest {
    SweepRequest { selection, axes, shard, replicate, out: PathBuf::from("again.csv") }
}
