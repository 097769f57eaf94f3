//! `brownout find`: the largest load, or the smallest capacity, that still meets an objective.

use super::Done;
use super::answer::{Question, give};
use crate::cli::Find;
use crate::failure::Failure;
use crate::terminal::Terminal;
use app::evidence::Asked;
use app::experiment::vary::Axis;
use app::{Outcome, Replicate};
use std::process::ExitCode;

pub(crate) fn find(find: Find, terminal: &Terminal) -> Done {
    let search = app::Search {
        selection: find.scenario.clone().selection().hold()?,
        axis: Axis::range(&find.vary).map_err(Failure::vary)?,
        until: find.until.clone(),
        replicate: find.replicate.wanted(),
    };
    let progress = terminal.progress_of(probes_at_most(search.axis.values.len()) * search.replicate.count as usize);
    let found = app::find_limit(&search, &|| progress.one_more())?;
    drop(progress);
    let scenario = app::open_scenario(&search.selection)?;
    let Replicate { seed, count, .. } = search.replicate;
    let asked = Asked::Find { axis: search.axis.clone(), until: find.until.clone(), seed, count };
    let question = Question { selection: &search.selection, scenario: &scenario, asked, keep: &find.keep };
    give(question, &Outcome::Find(Box::new(found)), find.json, terminal)?;
    Ok(ExitCode::SUCCESS)
}

/// Both ends, and three bisections.
fn probes_at_most(values: usize) -> usize {
    2 + 3 * values.max(2).ilog2() as usize
}
