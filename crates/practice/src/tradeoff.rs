//! The tradeoff that one would optimise for first.

use crate::form::{self, Field, FormProblem};
use crate::readiness::Gap;
use serde::{Deserialize, Serialize};

/// A part of the tradeoff.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// What comes first.
    First,
    /// What that gives up.
    GivesUp,
    /// Why, for whom, in which situation.
    Because,
    /// When the other way round would be right.
    Unless,
}

impl Side {
    /// All parts, in the order in which they are told.
    pub const ALL: [Side; 4] = [Side::First, Side::GivesUp, Side::Because, Side::Unless];

    /// Its name, heading and question.
    pub fn field(self) -> &'static Field {
        match self {
            Side::First => &FIRST,
            Side::GivesUp => &GIVES_UP,
            Side::Because => &BECAUSE,
            Side::Unless => &UNLESS,
        }
    }

    /// The part of that name or heading.
    pub fn named(name: &str) -> Option<Side> {
        Side::ALL.into_iter().find(|side| side.field().is_called(name))
    }
}

const FIRST: Field = Field {
    name: "first",
    heading: "First",
    asks: "What would you optimise for first?",
    also: &["i would optimise first for", "i would optimise for", "optimise for", "optimize for"],
};
const GIVES_UP: Field = Field {
    name: "gives-up",
    heading: "Gives up",
    asks: "What does that give up, against which alternative?",
    also: &["gave up", "over", "cost", "costs", "at the cost of"],
};
const BECAUSE: Field = Field {
    name: "because",
    heading: "Because",
    asks: "Why, in which situation: what does it do for reliability, speed, cost or the team?",
    also: &["why", "reason"],
};
const UNLESS: Field = Field {
    name: "unless",
    heading: "Unless",
    asks: "When would you decide the other way round?",
    also: &["otherwise", "when not", "i would choose otherwise when"],
};

/// One tradeoff. A part is empty where nothing is said yet.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Tradeoff {
    /// See [`Side::First`]; the others likewise.
    pub first: String,
    /// See [`Side::GivesUp`].
    pub gives_up: String,
    /// See [`Side::Because`].
    pub because: String,
    /// See [`Side::Unless`].
    pub unless: String,
}

impl Tradeoff {
    /// What a part says.
    pub fn side(&self, side: Side) -> &str {
        match side {
            Side::First => &self.first,
            Side::GivesUp => &self.gives_up,
            Side::Because => &self.because,
            Side::Unless => &self.unless,
        }
    }

    /// What a part says, to be changed.
    pub fn side_mut(&mut self, side: Side) -> &mut String {
        match side {
            Side::First => &mut self.first,
            Side::GivesUp => &mut self.gives_up,
            Side::Because => &mut self.because,
            Side::Unless => &mut self.unless,
        }
    }

    /// What it still lacks, in the order in which it is asked for.
    pub fn gaps(&self) -> Vec<Gap> {
        let empty = Side::ALL.into_iter().filter(|side| self.side(*side).trim().is_empty());
        empty
            .map(|side| Gap {
                of: side.field().name.to_owned(),
                words: match side {
                    Side::First => "what you would optimise for first",
                    Side::GivesUp => "what that gives up",
                    Side::Because => "why: what it does for reliability, speed, cost or the team",
                    Side::Unless => "when you would decide the other way round",
                }
                .to_owned(),
                asks: side.field().asks.to_owned(),
            })
            .collect()
    }

    /// As a form.
    pub fn form(&self) -> String {
        form::write(None, Side::ALL.iter().map(|side| (side.field(), self.side(*side))))
    }

    /// Reads a form; a text without headings is what comes first. A part whose heading is missing keeps what it said in
    /// `earlier`.
    ///
    /// # Errors
    /// At the first line that makes no sense.
    pub fn read(text: &str, earlier: &Tradeoff) -> Result<Tradeoff, FormProblem> {
        let form = form::read(text, &Side::ALL.map(Side::field))?;
        let mut tradeoff = earlier.clone();
        if !form.preamble.is_empty() {
            tradeoff.first = form.preamble;
        }
        for (name, _, text) in form.parts {
            if let Some(side) = Side::named(name) {
                *tradeoff.side_mut(side) = text;
            }
        }
        Ok(tradeoff)
    }
}
