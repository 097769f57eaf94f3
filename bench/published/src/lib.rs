//! Published results on overload, retries and tails, and what the engine makes of them.
//!
//! Each result has a scenario file in `models/`, the source with what it says, and rows: a number that the source gives
//! or implies, the number that the engine measures over several seeds, and the range in which the two count as agreeing.
//! The range is as wide as the source is vague, and what the model leaves out is said beside it.

pub mod results;

use lab::report::{Interval, RunReport};
use lab::run::run;
use lab::scenario::{Scenario, open};
use lab::stats::interval_of_means;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::path::Path;

/// A result that somebody published.
pub struct Published {
    /// A few words.
    pub title: &'static str,
    /// Who, what, where, when.
    pub source: &'static str,
    /// The scenario file in `models/`.
    pub model: &'static str,
    /// What the model leaves out or does otherwise, and why.
    pub differs: &'static str,
    /// Its numbers.
    pub rows: &'static [Row],
}

/// One number of a result.
pub struct Row {
    /// What it measures, with its unit.
    pub what: &'static str,
    /// What the source says, in its words or as it follows from them.
    pub published: &'static str,
    /// Where a measured mean agrees with that.
    pub agrees: RangeInclusive<f64>,
    /// Reads the number from the runs with one seed.
    pub read: fn(&Runs) -> f64,
}

/// What the scenario and each of its variants gave with one seed.
pub struct Runs(BTreeMap<String, RunReport>);

/// The scenario without a variant, in [`Runs`].
pub const AS_IT_IS: &str = "as it is";

impl Runs {
    /// The report of a variant, or of the scenario [`AS_IT_IS`].
    ///
    /// # Panics
    /// If the model has no such variant.
    pub fn of(&self, variant: &str) -> &RunReport {
        self.0.get(variant).unwrap_or_else(|| panic!("the model has no variant `{variant}`"))
    }
}

impl Runs {
    /// Good answers of an endpoint as a share of its requests from one second of a variant's run to another, in per cent.
    /// Answers count when they come, so a few more than were asked for may come.
    pub fn goodput_between(&self, variant: &str, endpoint: &str, seconds: Range<f64>) -> f64 {
        let timeline = &self.of(variant).timeline;
        let sum = |series: &str| -> f64 {
            let steps = timeline.series[&format!("{endpoint}.{series}")].iter().enumerate();
            let within = steps.filter(|(step, _)| seconds.contains(&(*step as f64 * timeline.step_s)));
            within.filter_map(|(_, value)| *value).sum()
        };
        (sum("goodput_rps") / sum("offered_rps") * 100.0).min(100.0)
    }
}

/// A row with what was measured.
pub struct Reproduced {
    /// The row.
    pub row: &'static Row,
    /// Mean over the seeds with its 95 % interval.
    pub measured: Interval,
}

impl Reproduced {
    /// Whether the engine agrees with the source.
    pub fn agrees(&self) -> bool {
        self.row.agrees.contains(&self.measured.mean)
    }
}

impl Published {
    /// Runs the model once per variant and seed, and measures every row.
    ///
    /// # Panics
    /// If the model cannot be read or run.
    pub fn reproduce(&self, seeds: Range<u64>) -> Vec<Reproduced> {
        let scenario = self.scenario();
        let seeds: Vec<u64> = seeds.collect();
        let runs: Vec<Runs> = seeds.par_iter().map(|seed| runs(&scenario, *seed)).collect();
        let reproduced = |row: &'static Row| {
            let values: Vec<f64> = runs.iter().map(row.read).collect();
            Reproduced { row, measured: interval_of_means(&values) }
        };
        self.rows.iter().map(reproduced).collect()
    }

    fn scenario(&self) -> Scenario {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(self.model);
        let opened = open(&path, &[]).unwrap_or_else(|error| panic!("{}: {error}", self.model));
        opened.reading.scenario.unwrap_or_else(|| panic!("{}: {:?}", self.model, opened.reading.problems))
    }
}

fn runs(scenario: &Scenario, seed: u64) -> Runs {
    let variants = scenario.variants.iter().map(|variant| (variant.name.as_str(), variant.scenario()));
    let all = std::iter::once((AS_IT_IS, scenario)).chain(variants);
    Runs(all.map(|(name, scenario)| (name.to_owned(), report(scenario, seed))).collect())
}

fn report(scenario: &Scenario, seed: u64) -> RunReport {
    let run = run(&scenario.model, seed).unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
    lab::reporting::report(scenario, &run)
}
