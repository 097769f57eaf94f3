//! `brownout find`: the largest load, or the smallest capacity, that still meets an objective.

use super::Done;
use crate::cli::Find;
use crate::failure::Failure;
use crate::summary::finding;
use crate::terminal::Terminal;
use app::experiment::vary::Axis;
use std::process::ExitCode;

pub(crate) fn find(find: Find, terminal: &Terminal) -> Done {
    let search = app::Search {
        selection: find.scenario.clone().selection(),
        axis: Axis::range(&find.vary).map_err(Failure::vary)?,
        until: find.until.clone(),
        replicate: find.replicate.wanted(),
    };
    let progress = terminal.progress_of(probes_at_most(search.axis.values.len()) * search.replicate.count as usize);
    let found = app::find_limit(&search, &|| progress.one_more())?;
    drop(progress);
    if find.json {
        terminal.print(&(serde_json::to_string_pretty(&found)? + "\n"))?;
    } else {
        terminal.print(&finding(&found, terminal.width(), terminal.colours_results()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Both ends, and three bisections.
fn probes_at_most(values: usize) -> usize {
    2 + 3 * values.max(2).ilog2() as usize
}
