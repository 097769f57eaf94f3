//! `brownout check`: whether a scenario file can be run, and what is wrong with it.

use super::Done;
use crate::cli::Check;
use crate::failure::Failure;
use crate::terminal::Terminal;
use app::scenario::{Origin, Problem, position};
use serde::Serialize;
use std::process::ExitCode;

/// What `--json` prints.
#[derive(Serialize)]
struct Findings {
    file: String,
    valid: bool,
    problems: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    /// `file`, or the override that is wrong.
    place: String,
    line: usize,
    column: usize,
    message: String,
    expected: Option<String>,
    hint: Option<String>,
}

const INVALID: u8 = 2;

pub(crate) fn check(check: Check, terminal: &Terminal) -> Done {
    let selection = check.scenario.selection();
    let file = selection.file.display().to_string();
    match app::open_scenario(&selection) {
        Ok(_) if check.json => print(&Findings { file, valid: true, problems: Vec::new() }, terminal)?,
        Ok(scenario) => {
            terminal.print(&description(&file, &scenario))?;
            scenario.remarks.iter().for_each(|remark| terminal.remark(&format!("remark: {}", remark.message)));
        }
        Err(app::Failure::Invalid(invalid)) if check.json => {
            let problems = invalid.problems.iter().map(|problem| finding(problem, &invalid)).collect();
            print(&Findings { file, valid: false, problems }, terminal)?;
            return Ok(ExitCode::from(INVALID));
        }
        Err(failure) => return Err(failure.into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn print(findings: &Findings, terminal: &Terminal) -> Result<(), Failure> {
    terminal.print(&(serde_json::to_string_pretty(findings)? + "\n"))
}

fn description(file: &str, scenario: &app::scenario::Scenario) -> String {
    let model = &scenario.model;
    let endpoints: usize = model.services.iter().map(|service| service.endpoints.len()).sum();
    format!(
        "{file}: can be run\n  {} (digest {})\n  {} tenants, {} services with {endpoints} endpoints, {} faults, \
         {} objectives, {} variants\n",
        scenario.name,
        scenario.digest,
        model.tenants.len(),
        model.services.len(),
        model.faults.len(),
        scenario.objectives.len(),
        scenario.variants.len(),
    )
}

fn finding(problem: &Problem, invalid: &app::Invalid) -> Finding {
    let (place, text) = match problem.place.origin {
        Origin::File => ("file".to_owned(), invalid.source.as_str()),
        Origin::Override(index) => {
            let text = invalid.sets.get(index).map_or("", |set| set.text());
            (format!("--set {text}"), text)
        }
    };
    let at = position(text, problem.place.start);
    Finding {
        place,
        line: at.line,
        column: at.column,
        message: problem.message.clone(),
        expected: problem.expected.clone(),
        hint: problem.hint.clone(),
    }
}
