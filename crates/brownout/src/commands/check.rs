//! `brownout check`: whether a scenario file can be run, what is wrong with it, and what its design risks.

use super::{Done, NO};
use crate::cli::Check;
use crate::diagnostic::{Colour, Sources, render_findings};
use crate::failure::Failure;
use crate::terminal::Terminal;
use app::risk::{Assessment, RULES, Severity, rule, sarif};
use app::scenario::{Origin, Override, Problem, position};
use app::{Reviewed, Selection};
use serde::Serialize;
use std::process::ExitCode;

/// What `--json` prints: whether the file can be run and what is wrong with it, and where nothing is, what it risks.
#[derive(Serialize)]
struct Checked<'a> {
    file: &'a str,
    valid: bool,
    problems: Vec<Finding>,
    #[serde(flatten)]
    assessment: Option<&'a Assessment>,
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
    let Some(file) = &check.file else { return list_rules(check.json, terminal) };
    let denied = Denied::of(&check.deny)?;
    let sets = check.sets.iter().map(|set| Override::new(set.as_str())).collect();
    let selection = Selection::new(file.clone(), sets, check.variant.clone());
    let file = file.display().to_string();
    match app::review_scenario(&selection) {
        Ok(reviewed) => {
            for remark in &reviewed.scenario.remarks {
                terminal.remark(&format!("remark: {}", remark.message));
            }
            terminal.print(&shown(&check, &file, &selection, &reviewed, terminal)?)?;
            Ok(denied.judge(&reviewed.assessment, terminal))
        }
        Err(app::Failure::Invalid(invalid)) if check.json => {
            let problems = invalid.problems.iter().map(|problem| finding(problem, &invalid)).collect();
            terminal.print(&pretty(&Checked { file: &file, valid: false, problems, assessment: None })?)?;
            Ok(ExitCode::from(INVALID))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn pretty(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn shown(
    check: &Check,
    file: &str,
    selection: &Selection,
    reviewed: &Reviewed,
    terminal: &Terminal,
) -> Result<String, Failure> {
    let assessment = &reviewed.assessment;
    if check.json {
        return pretty(&Checked { file, valid: true, problems: Vec::new(), assessment: Some(assessment) });
    }
    if check.sarif {
        return pretty(&sarif(assessment, file));
    }
    let colour = if terminal.colours_results() { Colour::Ansi } else { Colour::Plain };
    let sources = Sources { file: (file, &reviewed.source), sets: &selection.sets };
    let findings = render_findings(&assessment.findings, &sources, terminal.width(), colour);
    Ok(format!("{}\n{findings}{}\n", description(file, &reviewed.scenario), verdict(assessment)))
}

fn verdict(assessment: &Assessment) -> String {
    let count = |severity| assessment.findings.iter().filter(|finding| finding.severity == severity).count();
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let rules = RULES.len();
    if assessment.findings.is_empty() {
        return format!("no risks found: {rules} rules read the design and are silent, which proves nothing; run it");
    }
    format!(
        "{}, {}: what {rules} rules read in the design, without a run",
        plural(count(Severity::Warning), "warning"),
        plural(count(Severity::Note), "note")
    )
}

/// The rules that must not find anything.
struct Denied(Vec<&'static str>);

impl Denied {
    fn of(names: &[String]) -> Result<Denied, Failure> {
        let mut denied = Vec::new();
        for name in names {
            match name.as_str() {
                "all" => denied.extend(RULES.iter().map(|rule| rule.id)),
                id => denied.push(rule(id).map_err(Failure::Rule)?.id),
            }
        }
        Ok(Denied(denied))
    }

    fn judge(&self, assessment: &Assessment, terminal: &Terminal) -> ExitCode {
        let mut fired: Vec<&str> = assessment.findings.iter().map(|finding| finding.rule).collect();
        fired.retain(|rule| self.0.contains(rule));
        fired.sort_unstable();
        fired.dedup();
        if fired.is_empty() {
            return ExitCode::SUCCESS;
        }
        terminal.remark(&format!("denied: {}", fired.join(", ")));
        ExitCode::from(NO)
    }
}

fn list_rules(json: bool, terminal: &Terminal) -> Done {
    let widest = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let text = if json {
        pretty(&RULES)?
    } else {
        RULES.iter().map(|rule| format!("{:widest$}  {}\n", rule.id, rule.about)).collect()
    };
    terminal.print(&text)?;
    Ok(ExitCode::SUCCESS)
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
