//! The risks of a design, read without running it.
//!
//! Each rule does arithmetic that an experienced reviewer would do on paper (multiply the tries, add up the timeouts,
//! rate times time held) and says what it found with the numbers, where it stands in the file, why it matters, and which
//! command shows it in a run. A rule is a file here and a line in [`RULES`]; what rules share about a model is `design`,
//! `loads` and `resources`. A finding is an argument, not a measurement: silence proves nothing, and a rule that cries
//! wolf is worse than none, so every rule has a run in the tests that shows the damage and its cure.

mod amplification;
mod autoscaling;
mod availability;
mod capacity;
mod commands;
mod cycles;
mod design;
mod fanout;
mod idempotency;
mod inversion;
mod loads;
mod means;
mod nomean;
mod patience;
mod queues;
mod reference;
mod replicas;
mod resources;
mod sarif;
mod tenancy;
mod timeouts;

pub use commands::Commands;
pub use reference::reference;
pub use sarif::sarif;

use crate::reporting::VERSION;
use crate::scenario::{Origin, Outline, Place, Scenario, nearest, position};
use design::Design;
use serde::{Serialize, Serializer};

/// How much a finding should worry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It breaks under conditions that this file itself describes, or that every service meets.
    Warning,
    /// Worth knowing; whether it matters depends on what the file does not say.
    Note,
}

/// Something that a design is read for.
pub struct Rule {
    /// Its stable name, in kebab-case.
    pub id: &'static str,
    /// How much its findings worry at most.
    pub severity: Severity,
    /// What it finds, in a line.
    pub about: &'static str,
    /// Why that matters, in a sentence.
    pub why: &'static str,
    /// What it computes, and when it stays silent.
    pub reads: &'static str,
    /// What usually helps.
    pub cure: &'static str,
    /// Where the argument comes from.
    pub source: &'static str,
    find: fn(&Design<'_>) -> Vec<Draft>,
}

/// All rules, in the order in which they are listed.
pub static RULES: [&Rule; 17] = [
    &amplification::RULE,
    &inversion::RULE,
    &timeouts::NO_TIMEOUT,
    &timeouts::OPTIONAL_WITHOUT_TIMEOUT,
    &idempotency::RULE,
    &queues::RULE,
    &patience::RULE,
    &capacity::UNDER_CAPACITY,
    &capacity::NO_HEADROOM,
    &autoscaling::RULE,
    &nomean::RULE,
    &availability::RULE,
    &replicas::RULE,
    &cycles::RULE,
    &fanout::RULE,
    &tenancy::RULE,
    &replicas::NO_SPARE,
];

/// No rule is called so.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no rule called `{wanted}`")]
pub struct UnknownRule {
    /// What was asked for.
    pub wanted: String,
    /// The rule that was probably meant.
    pub nearest: Option<&'static str>,
}

/// The rule of this id.
///
/// # Errors
/// If there is none.
pub fn rule(id: &str) -> Result<&'static Rule, UnknownRule> {
    let found = RULES.iter().find(|rule| rule.id == id).copied();
    found.ok_or_else(|| UnknownRule { wanted: id.to_owned(), nearest: nearest(id, RULES.iter().map(|rule| rule.id)) })
}

/// What a rule says about one place; the rest of a [`Finding`] is the same for all of a rule's.
struct Draft {
    severity: Severity,
    /// The path of what should change, written as an override writes it; it may be absent from the file.
    path: String,
    title: String,
    arithmetic: String,
    look_closer: String,
}

/// A risk that a rule found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How much it should worry.
    pub severity: Severity,
    /// Where it stands.
    pub place: Spot,
    /// The same as a path of the scenario: what should change. It may not be written in the file yet.
    pub path: String,
    /// What was found, in one sentence without a full stop.
    pub title: String,
    /// The numbers behind it.
    pub arithmetic: String,
    /// Why it matters.
    pub why: &'static str,
    /// A command that shows it, or a cure, in a run of this file.
    pub look_closer: String,
}

/// A place as a person finds it and as a program underlines it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Spot {
    /// The override that it stands in, as written; none for the file itself.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Line, from 1.
    pub line: usize,
    /// Column, in characters from 1.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column one past the end.
    pub end_column: usize,
    /// The same in bytes.
    #[serde(skip)]
    pub place: Place,
}

/// A scenario's text as it was read: places point into it.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The file's text.
    pub text: &'a str,
    /// The tree of the same text, with overrides and variant.
    pub outline: &'a Outline,
}

/// What `brownout check --json` prints about a sound file, beside its name.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Assessment {
    /// The scenario's name.
    pub scenario: String,
    /// Identifies what was read: a hash of the scenario with its overrides and its variant.
    pub digest: String,
    /// Brownout's version.
    pub version: &'static str,
    /// Warnings first, then notes, each in the order of the file.
    pub findings: Vec<Finding>,
}

/// Reads a scenario with every rule. `commands` is how it was selected: what the advice repeats.
pub fn assess(scenario: &Scenario, source: Source<'_>, commands: &Commands) -> Assessment {
    let design = Design::new(scenario, commands);
    let mut findings: Vec<Finding> = RULES
        .iter()
        .flat_map(|rule| (rule.find)(&design).into_iter().map(|draft| finding(rule, draft, source, commands)))
        .collect();
    findings.sort_by_key(|finding| (finding.severity, finding.place.place));
    Assessment { scenario: scenario.name.clone(), digest: scenario.digest.clone(), version: VERSION, findings }
}

fn finding(rule: &Rule, draft: Draft, source: Source<'_>, commands: &Commands) -> Finding {
    let Draft { severity, path, title, arithmetic, look_closer } = draft;
    let place = spot(source.outline.place(&path), source.text, commands);
    Finding { rule: rule.id, severity, place, path, title, arithmetic, why: rule.why, look_closer }
}

fn spot(place: Place, text: &str, commands: &Commands) -> Spot {
    let set = match place.origin {
        Origin::File => None,
        Origin::Override(index) => commands.sets.get(index).cloned(),
    };
    let text = set.as_deref().unwrap_or(text);
    let (start, end) = (position(text, place.start), position(text, place.end));
    Spot { line: start.line, column: start.column, end_line: end.line, end_column: end.column, set, place }
}

impl Serialize for Rule {
    /// As `brownout check --list-rules --json` prints it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape {
            rule: &'static str,
            severity: Severity,
            about: &'static str,
            why: &'static str,
            reads: &'static str,
            cure: &'static str,
            source: &'static str,
        }
        let Rule { id, severity, about, why, reads, cure, source, .. } = *self;
        Shape { rule: id, severity, about, why, reads, cure, source }.serialize(serializer)
    }
}
