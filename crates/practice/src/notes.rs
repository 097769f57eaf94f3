//! From raw notes or a post-mortem to an example: which line goes where.
//!
//! Every proposal quotes lines of the notes with their numbers; no word is added. A heading that names a part takes the
//! lines below it; elsewhere, a line goes where its own words point. What is found nowhere stays empty and is asked for.

use crate::example::{Example, Part};
use crate::figure::{Figure, names_the_lab};
use crate::form::plain;
use crate::number::numbers;
use serde::Serialize;

/// A line of the notes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    /// Its number, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
}

/// Where lines of the notes would go.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Proposal {
    /// The part's name.
    pub part: &'static str,
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// A number whose own line says where it comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SourcedNumber {
    /// The number, and its source.
    pub figure: Figure,
    /// The line that says so.
    pub line: usize,
}

/// A line that goes nowhere, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LeftOut {
    /// Its number, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
    /// Why it goes nowhere.
    pub why: &'static str,
}

/// What a reading of notes proposes.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Proposals {
    /// The title: the first heading of the notes.
    pub title: Option<Line>,
    /// By part, in the order in which an example is told; a part that was not found is not in it.
    pub parts: Vec<Proposal>,
    /// Numbers whose own line names a source.
    pub numbers: Vec<SourcedNumber>,
    /// Lines that went nowhere.
    pub left_out: Vec<LeftOut>,
}

const LAB: &str = "it has a number of a simulation, and a lab number can never stand in a production example";
const UNPLACED: &str = "its words point to no part of an example";

/// Words that point to a part, in lower case; the part with the most of them in a line takes it. An earlier part wins a
/// draw, so the telling ones come first.
const CUES: [(Part, &[&str]); 8] = [
    (
        Part::GaveUp,
        &[
            "gave up",
            "trade-off",
            "tradeoff",
            "at the cost",
            "the price",
            "downside",
            "we accepted",
            "drawback",
            "in return",
            "meant maintaining",
        ],
    ),
    (
        Part::OwnPart,
        &[
            "i wrote",
            "i led",
            "i proposed",
            "i built",
            "i designed",
            "my part",
            "my role",
            "i was responsible",
            "i did",
            "i owned",
            "i drove",
        ],
    ),
    (
        Part::RiskControl,
        &[
            "canary",
            "feature flag",
            "behind a flag",
            "rollback",
            "roll back",
            "rolled back",
            "dual write",
            "dual-write",
            "shadow",
            "kill switch",
            "dark launch",
            "percent of traffic",
            "% of traffic",
            "way back",
            "dry run",
            "backfill was verified",
        ],
    ),
    (
        Part::Options,
        &[
            "option",
            "alternative",
            "we considered",
            "considered",
            "we weighed",
            "instead of",
            "could have",
            "versus",
            "ruled out",
        ],
    ),
    (
        Part::Decision,
        &[
            "we decided",
            "decided to",
            "we chose",
            "chose",
            "we went with",
            "the decision",
            "settled on",
            "decision was",
        ],
    ),
    (
        Part::Result,
        &[
            "fell from",
            "dropped from",
            "fell to",
            "dropped to",
            "went from",
            "reduced",
            "improved",
            "after the change",
            "as a result",
            "since then",
            "down to",
            "halved",
            "result was",
            "no more pages",
            "now takes",
        ],
    ),
    (
        Part::Problem,
        &[
            "outage",
            "incident",
            "root cause",
            "timed out",
            "timeouts",
            "was slow",
            "were slow",
            "failed",
            "failing",
            "errors",
            "complained",
            "customers could not",
            "users could not",
            "saturated",
            "overloaded",
            "the problem",
            "paged",
            "degraded",
            "lost",
        ],
    ),
    (
        Part::Sequence,
        &[
            "first,",
            "first we",
            "then we",
            "step 1",
            "step 2",
            "step 3",
            "after that",
            "finally",
            "next we",
            "week 1",
            "week 2",
            "in the second week",
        ],
    ),
];

/// Words that point to the system when nothing else does.
const SYSTEM: [&str; 8] =
    ["the service", "our service", "the system", "our system", "handles", "serves", "is responsible for", "we run"];

/// Words in a line that say where its numbers come from.
const SOURCES: [(&str, &[&str]); 6] = [
    ("dashboard", &["dashboard", "grafana", "datadog", "monitoring"]),
    ("logs", &["in the logs", "according to the logs", "access log", "traces"]),
    ("report", &["post-mortem", "postmortem", "report says", "the report", "according to the report"]),
    ("ticket", &["the ticket", "in ticket"]),
    ("invoice", &["invoice", "the bill"]),
    ("memory", &["from memory", "as i remember", "if i remember", "roughly, i think"]),
];

/// Reads notes.
pub fn read(notes: &str) -> Proposals {
    let mut proposals = Proposals::default();
    let mut lines: Vec<(Part, Line)> = Vec::new();
    let mut under: Option<Part> = None;
    let mut fenced = false;
    for (index, text) in notes.lines().enumerate() {
        let line = Line { line: index + 1, text: text.trim().to_owned() };
        if line.text.starts_with("```") {
            fenced = !fenced;
        } else if let Some(heading) = heading(&line.text).filter(|_| !fenced) {
            under = named_by(heading);
            if proposals.title.is_none() && under.is_none() {
                proposals.title = Some(Line { line: line.line, text: heading.to_owned() });
            }
        } else if line.text.chars().any(char::is_alphanumeric) {
            proposals.place(line, under, &mut lines);
        }
    }
    proposals.parts = by_part(lines);
    proposals
}

impl Proposals {
    fn place(&mut self, line: Line, under: Option<Part>, lines: &mut Vec<(Part, Line)>) {
        let found = numbers(&line.text);
        if names_the_lab(&line.text) && !found.is_empty() {
            self.left_out.push(LeftOut { line: line.line, text: line.text, why: LAB });
            return;
        }
        let Some(part) = under.or_else(|| pointed_to(&line.text)) else {
            self.left_out.push(LeftOut { line: line.line, text: line.text, why: UNPLACED });
            return;
        };
        if let Some(source) = source(&line.text) {
            let figures = found.iter().filter_map(|number| Figure::new(&number.text, source, "").ok());
            self.numbers.extend(figures.map(|figure| SourcedNumber { figure, line: line.line }));
        }
        lines.push((part, line));
    }

    /// The example that the proposals make up: quoted lines and nothing else.
    pub fn example(&self) -> Example {
        let title = self.title.as_ref().map_or_else(String::new, |title| title.text.clone());
        let mut example = Example { title, ..Example::default() };
        for proposal in &self.parts {
            let Some(part) = Part::named(proposal.part) else { continue };
            let texts: Vec<&str> = proposal.lines.iter().map(|line| line.text.as_str()).collect();
            *example.part_mut(part) = texts.join("\n");
        }
        for number in &self.numbers {
            example.set_figure(number.figure.clone());
        }
        example
    }
}

/// `# Heading`, `Heading:` alone on a line, `**Heading**`.
fn heading(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('#') {
        let rest = rest.trim_start_matches('#');
        return rest.starts_with(' ').then(|| rest.trim());
    }
    let bold = text.strip_prefix("**").and_then(|rest| rest.trim_end_matches(':').strip_suffix("**"));
    let alone = bold.or_else(|| text.strip_suffix(':'))?;
    let alone = alone.trim_end_matches(':').trim();
    let known = Part::ALL.iter().any(|part| part.field().is_called(alone));
    known.then_some(alone)
}

/// The part that a heading means, or begins with.
fn named_by(heading: &str) -> Option<Part> {
    Part::named(heading).or_else(|| Part::ALL.into_iter().find(|part| part.field().begins(heading)))
}

fn pointed_to(text: &str) -> Option<Part> {
    let lower = format!(" {} ", text.to_lowercase());
    let count = |cues: &[&str]| cues.iter().filter(|cue| starts_words(&lower, cue)).count();
    let mut best = (0, None);
    for (part, cues) in CUES {
        let cues = count(cues);
        if cues > best.0 {
            best = (cues, Some(part));
        }
    }
    best.1.or_else(|| (count(&SYSTEM) > 0).then_some(Part::System))
}

/// Whether a cue stands in a text where a word begins.
fn starts_words(text: &str, cue: &str) -> bool {
    text.match_indices(cue).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

fn source(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    SOURCES.iter().find(|(_, cues)| cues.iter().any(|cue| starts_words(&lower, cue))).map(|(source, _)| *source)
}

fn by_part(lines: Vec<(Part, Line)>) -> Vec<Proposal> {
    let of = |part: Part| {
        let lines: Vec<Line> = lines.iter().filter(|(of, _)| *of == part).map(|(_, line)| line.clone()).collect();
        (!lines.is_empty()).then_some(Proposal { part: part.field().name, lines })
    };
    Part::ALL.into_iter().filter_map(of).collect()
}

/// Whether a text has headings of an example, so that it can be read as a form rather than as notes.
pub fn is_form(text: &str) -> bool {
    let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
    headings.filter(|heading| Part::ALL.iter().any(|part| plain(part.field().heading) == plain(heading))).count() >= 2
}
