//! A production example: something that really happened, told so that it can be asked about.
//!
//! Its parts are those an interviewer asks for one after the other. A number without a source is as much of a gap as an
//! empty part; a number from the lab cannot be in it at all (see [`crate::figure`]).

use crate::figure::{Figure, FigureError};
use crate::form::{self, Field, FormProblem};
use crate::number::{normal, numbers};
use crate::readiness::Gap;
use serde::{Deserialize, Serialize};

/// A part of an example.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// What the system is and does.
    System,
    /// The real problem, and who felt it.
    Problem,
    /// What else was weighed.
    Options,
    /// What was decided, and why.
    Decision,
    /// What the decision cost or gave up.
    GaveUp,
    /// In which order it was done.
    Sequence,
    /// How the risk of each step was bounded.
    RiskControl,
    /// What came of it, in numbers.
    Result,
    /// What of it was one's own doing.
    OwnPart,
}

impl Part {
    /// All parts, in the order in which they are told.
    pub const ALL: [Part; 9] = [
        Part::System,
        Part::Problem,
        Part::Options,
        Part::Decision,
        Part::GaveUp,
        Part::Sequence,
        Part::RiskControl,
        Part::Result,
        Part::OwnPart,
    ];

    /// Its name, heading and question.
    pub fn field(self) -> &'static Field {
        match self {
            Part::System => &SYSTEM,
            Part::Problem => &PROBLEM,
            Part::Options => &OPTIONS,
            Part::Decision => &DECISION,
            Part::GaveUp => &GAVE_UP,
            Part::Sequence => &SEQUENCE,
            Part::RiskControl => &RISK_CONTROL,
            Part::Result => &RESULT,
            Part::OwnPart => &OWN_PART,
        }
    }

    /// The part of that name or heading.
    pub fn named(name: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.field().is_called(name))
    }
}

const SYSTEM: Field = Field {
    name: "system",
    heading: "System",
    asks: "Which system is it, what does it do, and for whom?",
    also: &["context", "background", "service"],
};
const PROBLEM: Field = Field {
    name: "problem",
    heading: "Problem",
    asks: "What was the real problem, and who felt it?",
    also: &["the problem", "the real problem", "real problem", "impact", "what happened", "summary", "root cause"],
};
const OPTIONS: Field = Field {
    name: "options",
    heading: "Options",
    asks: "Which options did you weigh? One a line, at least two, each with what spoke for or against it.",
    also: &["options weighed", "options considered", "alternatives", "alternatives considered"],
};
const DECISION: Field = Field {
    name: "decision",
    heading: "Decision",
    asks: "What did you decide, and what settled it?",
    also: &["the decision", "solution", "the fix", "fix", "resolution"],
};
const GAVE_UP: Field = Field {
    name: "gave-up",
    heading: "Gave up",
    asks: "What did that decision give up or cost?",
    also: &["what it gave up", "gave up", "tradeoff", "tradeoffs", "trade offs", "cost", "costs", "downsides"],
};
const SEQUENCE: Field = Field {
    name: "sequence",
    heading: "Sequence",
    asks: "In which order did you do it? One step a line.",
    also: &["steps", "rollout", "roll out", "timeline", "plan", "migration"],
};
const RISK_CONTROL: Field = Field {
    name: "risk-control",
    heading: "Risk control",
    asks: "How did you keep each step from doing harm: flag, canary, dual writes, a way back?",
    also: &["risk", "risks", "rollback", "safety", "sequence and risk control"],
};
const RESULT: Field = Field {
    name: "result",
    heading: "Result",
    asks: "What came of it, in numbers: before and after?",
    also: &["results", "outcome", "outcomes", "effect", "what came of it"],
};
const OWN_PART: Field = Field {
    name: "own-part",
    heading: "Own part",
    asks: "What did you yourself do, and what did others do?",
    also: &["my part", "my role", "own role", "role", "what i did"],
};
const NUMBERS: Field = Field {
    name: "numbers",
    heading: "Numbers",
    asks: "Where does each number come from? `240 ms = dashboard: which one`; sources: dashboard, logs, report, ticket, \
           invoice, code, memory.",
    also: &["figures", "sources"],
};

/// A production example.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it is called in lists.
    pub title: String,
    /// See [`Part::System`]; the others likewise. Empty where nothing is said yet.
    pub system: String,
    /// See [`Part::Problem`].
    pub problem: String,
    /// One a line; see [`Part::Options`].
    pub options: String,
    /// See [`Part::Decision`].
    pub decision: String,
    /// See [`Part::GaveUp`].
    pub gave_up: String,
    /// One step a line; see [`Part::Sequence`].
    pub sequence: String,
    /// See [`Part::RiskControl`].
    pub risk_control: String,
    /// See [`Part::Result`].
    pub result: String,
    /// See [`Part::OwnPart`].
    pub own_part: String,
    /// Where the numbers in the parts come from.
    pub numbers: Vec<Figure>,
}

/// Why a form is no example.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExampleError {
    /// It is no form.
    #[error(transparent)]
    Form(#[from] FormProblem),
    /// A number is not taken.
    #[error("line {line}: {why}")]
    Figure {
        /// Where, from 1.
        line: usize,
        /// Why.
        why: FigureError,
    },
    /// It is a form without any of its headings.
    #[error("it has none of an example's headings")]
    NoHeadings,
}

impl Example {
    /// What a part says.
    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::System => &self.system,
            Part::Problem => &self.problem,
            Part::Options => &self.options,
            Part::Decision => &self.decision,
            Part::GaveUp => &self.gave_up,
            Part::Sequence => &self.sequence,
            Part::RiskControl => &self.risk_control,
            Part::Result => &self.result,
            Part::OwnPart => &self.own_part,
        }
    }

    /// What a part says, to be changed.
    pub fn part_mut(&mut self, part: Part) -> &mut String {
        match part {
            Part::System => &mut self.system,
            Part::Problem => &mut self.problem,
            Part::Options => &mut self.options,
            Part::Decision => &mut self.decision,
            Part::GaveUp => &mut self.gave_up,
            Part::Sequence => &mut self.sequence,
            Part::RiskControl => &mut self.risk_control,
            Part::Result => &mut self.result,
            Part::OwnPart => &mut self.own_part,
        }
    }

    /// Says where a number comes from, in place of what was said about that number before.
    pub fn set_figure(&mut self, figure: Figure) {
        match self.numbers.iter_mut().find(|earlier| earlier.is_of(figure.value())) {
            Some(earlier) => *earlier = figure,
            None => self.numbers.push(figure),
        }
    }

    /// The numbers in its parts that nobody has given a source for, in order, each once.
    pub fn unsourced(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for number in Part::ALL.iter().flat_map(|part| numbers(self.part(*part))) {
            let known = self.numbers.iter().any(|figure| figure.is_of(&number.text));
            if !known && !found.iter().any(|earlier| normal(earlier) == normal(&number.text)) {
                found.push(number.text);
            }
        }
        found
    }

    /// What it still lacks, in the order in which it is asked for.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Part::ALL.iter().filter_map(|part| self.gap(*part)).collect();
        gaps.extend(self.unsourced().into_iter().map(|number| Gap {
            of: number.clone(),
            words: format!("where `{number}` comes from"),
            asks: format!(
                "Where does `{number}` come from? A source ({}), then `:` and which one.",
                crate::figure::names().join(", ")
            ),
        }));
        gaps
    }

    fn gap(&self, part: Part) -> Option<Gap> {
        let (field, text) = (part.field(), self.part(part));
        let words = match part {
            _ if text.trim().is_empty() => format!("the {}", lacking(part)),
            Part::Options if lines(text) < 2 => "a second option: what else was weighed".to_owned(),
            Part::Result if numbers(text).is_empty() => "a number in the result: before and after".to_owned(),
            _ => return None,
        };
        Some(Gap { of: field.name.to_owned(), words, asks: field.asks.to_owned() })
    }

    /// As a form, with every number that has no source yet.
    pub fn form(&self) -> String {
        let figures = self.numbers.iter().map(|figure| format!("- {figure}"));
        let open = self.unsourced().into_iter().map(|number| format!("- {number} ="));
        let numbers = figures.chain(open).collect::<Vec<_>>().join("\n");
        let parts = Part::ALL.iter().map(|part| (part.field(), self.part(*part)));
        form::write(Some(&self.title), parts.chain([(&NUMBERS, numbers.as_str())]))
    }

    /// Reads a form. A part whose heading is missing keeps what it said in `earlier`.
    ///
    /// # Errors
    /// At the first line that makes no sense, and at a lab number.
    pub fn read(text: &str, earlier: &Example) -> Result<Example, ExampleError> {
        let fields: Vec<&'static Field> = Part::ALL.iter().map(|part| part.field()).chain([&NUMBERS]).collect();
        let form = form::read(text, &fields)?;
        if form.parts.is_empty() {
            return Err(ExampleError::NoHeadings);
        }
        if !form.preamble.is_empty() {
            let hint = Some("put the text under one of the headings".to_owned());
            return Err(FormProblem { line: 1, what: "there is text before the first heading".to_owned(), hint }.into());
        }
        let mut example = Example { title: form.title.unwrap_or_else(|| earlier.title.clone()), ..earlier.clone() };
        for (name, line, text) in form.parts {
            match Part::named(name) {
                Some(part) => *example.part_mut(part) = text,
                None => example.numbers = figures(&text, line)?,
            }
        }
        Ok(example)
    }
}

/// The figures of a list whose first line is that of the form. One without source is still asked for.
fn figures(text: &str, first: usize) -> Result<Vec<Figure>, ExampleError> {
    let mut example = Example::default();
    for (index, line) in text.lines().enumerate() {
        let item = line.trim().trim_start_matches(['-', '*']).trim();
        if item.is_empty() || item.trim_end().ends_with('=') {
            continue;
        }
        let figure = Figure::read(item).map_err(|why| ExampleError::Figure { line: first + index, why })?;
        example.set_figure(figure);
    }
    Ok(example.numbers)
}

fn lacking(part: Part) -> &'static str {
    match part {
        Part::System => "system: what it is and for whom",
        Part::Problem => "real problem, and who felt it",
        Part::Options => "options that were weighed",
        Part::Decision => "decision, and what settled it",
        Part::GaveUp => "price: what the decision gave up",
        Part::Sequence => "sequence of steps",
        Part::RiskControl => "risk control: how each step was kept from doing harm",
        Part::Result => "result, in numbers",
        Part::OwnPart => "own part: what you did yourself",
    }
}

/// How many lines say something.
fn lines(text: &str) -> usize {
    text.lines().filter(|line| line.contains(char::is_alphanumeric)).count()
}
