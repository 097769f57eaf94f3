//! What all commands that answer with a result have in common: the result is recorded, then printed.

use crate::cli::Keep;
use crate::failure::Failure;
use crate::summary::{comparison, finding, replications, summary, swept};
use crate::terminal::Terminal;
use app::evidence::{Archive, Asked, Record, data_folder};
use app::scenario::Scenario;
use app::{Outcome, Selection};
use std::path::Path;

/// Of what a result was asked, and whether that is recorded.
pub(crate) struct Question<'a> {
    pub(crate) selection: &'a Selection,
    pub(crate) scenario: &'a Scenario,
    pub(crate) asked: Asked,
    pub(crate) keep: &'a Keep,
}

/// Records a result and prints it.
pub(crate) fn give(question: Question<'_>, outcome: &Outcome, json: bool, terminal: &Terminal) -> Result<(), Failure> {
    record(question, outcome, terminal);
    print(outcome, json, terminal)
}

/// A result is no worse for not being recorded: why it is not is a remark.
fn record(question: Question<'_>, outcome: &Outcome, terminal: &Terminal) {
    let Question { selection, scenario, asked, keep } = question;
    if keep.no_record {
        return;
    }
    let Some(data) = data(keep.data.as_deref()) else {
        terminal.remark("not recorded: nothing says where data lies (--data, BROWNOUT_DATA, XDG_DATA_HOME or HOME)");
        return;
    };
    let kept = match outcome.json() {
        Ok(json) => Archive::within(&data)
            .keep(&Record::new(selection, scenario, asked, &json))
            .map_err(|not_kept| not_kept.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(why) = kept {
        terminal.remark(&format!("not recorded: {why}"));
    }
}

/// The data folder of this person.
pub(crate) fn data(said: Option<&Path>) -> Option<std::path::PathBuf> {
    data_folder(said, &|name| std::env::var_os(name))
}

/// As JSON, or as a person reads it.
pub(crate) fn print(outcome: &Outcome, json: bool, terminal: &Terminal) -> Result<(), Failure> {
    if json {
        return terminal.print(&outcome.json()?);
    }
    let (width, colour) = (terminal.width(), terminal.colours_results());
    terminal.print(&match outcome {
        Outcome::Run(report) => summary(report, width, colour),
        Outcome::Replications(found) => replications(found, width, colour),
        Outcome::Compare(found, against) => comparison(found, against, width, colour),
        Outcome::Sweep(found, measures) => swept(found, measures, width, colour),
        Outcome::Find(found) => finding(found, width, colour),
    })
}
