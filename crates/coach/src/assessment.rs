//! What the coach says about one answer: the contract of `brownout assess --json`, in its order.

use serde::ser::{Serialize, SerializeMap, Serializer};
use std::ops::Range;

/// The four habits, in the order of the guide.
pub const HABITS: [&str; 4] = ["problem-first", "tradeoff", "outcome", "example"];
/// The four mistakes, in the order of the guide.
pub const MISTAKES: [&str; 4] =
    ["tools-without-tradeoff", "ignores-dependency-risk", "scale-is-throughput", "no-consequence"];
/// What a decision can be tied to.
pub const OUTCOMES: [&str; 4] = ["reliability", "speed", "cost", "team"];
/// Below this confidence the coach asks instead of judging.
pub const SURE: f64 = 0.6;

/// The reading of one answer.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assessment {
    /// The question's id.
    pub question: String,
    /// Words of the answer.
    pub words: usize,
    /// Seconds it takes to say them, at 140 words a minute.
    pub spoken_s: u64,
    /// A score of 0 to 2 for each habit.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Habit>))]
    pub habits: Named<Habit>,
    /// Whether each mistake is made.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Mistake>))]
    pub mistakes: Named<Mistake>,
    /// A score of 0 to 2 for each point of the question.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Coverage>))]
    pub coverage: Named<Coverage>,
    /// Whether there is enough to judge; if not, every score is 0.
    pub enough: bool,
    /// What an interviewer would ask next.
    pub follow_up: String,
}

/// One habit's finding.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Habit {
    /// 0 missing, 1 partial, 2 clear.
    pub score: u8,
    /// How likely the score is right, 0 to 1.
    pub confidence: f64,
    /// The sentences that show it; none for 0.
    pub evidence: Vec<Span>,
    /// For the habit `outcome`: what a decision is tied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Vec<&'static str>>,
    /// What was found or is missing, in one sentence.
    pub note: String,
}

/// One mistake's finding.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mistake {
    /// Whether it is made.
    pub is: bool,
    /// How likely that is right, 0 to 1.
    pub confidence: f64,
    /// The sentences that make it; none if it is not made.
    pub evidence: Vec<Span>,
}

/// One point's finding.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coverage {
    /// 0 not touched, 1 touched, 2 covered with substance.
    pub score: u8,
    /// How likely the score is right, 0 to 1.
    pub confidence: f64,
    /// The sentences that cover it; none for 0.
    pub evidence: Vec<Span>,
}

/// A whole sentence, as bytes of the text given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

impl Span {
    /// The words it names in `text`.
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Span {
        Span { start: range.start, end: range.end }
    }
}

/// Findings by id, kept in their order; an object in JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T> Named<T> {
    /// The finding called `id`.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.iter().find(|(name, _)| *name == id).map(|(_, finding)| finding)
    }

    /// All findings with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, finding)| (name.as_str(), finding))
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, finding)| map.serialize_entry(name, finding))?;
        map.end()
    }
}
