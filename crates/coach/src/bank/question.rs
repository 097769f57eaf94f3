//! What a question consists of, as its file has it.

use super::fields;
use serde::{Deserialize, Serialize};

/// One question of an interview that tests judgment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BankQuestion))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Kebab-case, the file's name.
    #[serde(deserialize_with = "fields::name")]
    pub id: String,
    /// Whom it is asked.
    pub level: Level,
    /// The part of the field it is about, in a word or three.
    #[serde(deserialize_with = "fields::text")]
    pub topic: String,
    /// Where it comes among the first questions a person meets; later than all of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// The question as it is asked.
    #[serde(deserialize_with = "fields::text")]
    pub question: String,
    /// What it really tests.
    #[serde(deserialize_with = "fields::text")]
    pub tests: String,
    /// What strong answers cover: three to five points.
    #[serde(deserialize_with = "fields::list::<_, _, 3, 5>")]
    pub points: Vec<Point>,
    /// Two to four mistakes that are common on this very question.
    #[serde(deserialize_with = "fields::list::<_, _, 2, 4>")]
    pub mistakes: Vec<Mistake>,
    /// How the thing asked about fails in practice.
    #[serde(deserialize_with = "fields::text")]
    pub failure_mode: String,
    /// What one would watch to notice.
    #[serde(deserialize_with = "fields::text")]
    pub metric: String,
    /// What the choices cost, or save.
    #[serde(deserialize_with = "fields::text")]
    pub cost: String,
    /// What they do to the people who build and run it.
    #[serde(deserialize_with = "fields::text")]
    pub team: String,
    /// Five questions to ask back, each where something is missing.
    #[serde(deserialize_with = "fields::list::<_, _, 5, 5>")]
    pub probes: Vec<Probe>,
    /// A behaviorally anchored scale: what an answer shows that is rated 1 to 5, in this order.
    #[serde(deserialize_with = "fields::anchors")]
    pub anchors: Vec<Anchor>,
    /// What shows it: names of scenarios, and ids of [`LABS`](super::LABS).
    #[serde(deserialize_with = "fields::texts::<_, 1, 8>")]
    pub see: Vec<String>,
}

impl Question {
    /// Sorts questions as a person meets them.
    pub(super) fn rank(&self) -> (u32, Level, &str, &str) {
        (self.order.unwrap_or(u32::MAX), self.level, &self.topic, &self.id)
    }
}

/// Whom a question is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Everybody who has run a service.
    Basic,
    /// Those who decide for more than one service or team.
    Harder,
}

impl Level {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Level::Basic => "basic",
            Level::Harder => "harder",
        }
    }
}

/// Something that strong answers cover.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Kebab-case, unique within the question.
    #[serde(deserialize_with = "fields::name")]
    pub id: String,
    /// In a few words.
    #[serde(deserialize_with = "fields::text")]
    pub name: String,
    /// What an answer says that touches it: coverage 1.
    #[serde(deserialize_with = "fields::text")]
    pub touched: String,
    /// What an answer says that covers it with substance: coverage 2.
    #[serde(deserialize_with = "fields::text")]
    pub covered: String,
    /// 6 to 15 stems or phrases of people who touch it, in lower case. No two points of a question share one. Where a cue
    /// is found, [`cue_at`](super::cue_at) says.
    #[serde(deserialize_with = "fields::cues")]
    pub cues: Vec<String>,
}

/// A mistake on this very question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BankMistake))]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// Kebab-case, unique within the question.
    #[serde(deserialize_with = "fields::name")]
    pub id: String,
    /// What the answer does.
    #[serde(deserialize_with = "fields::text")]
    pub what: String,
    /// Why that is one.
    #[serde(deserialize_with = "fields::text")]
    pub why: String,
}

/// What an interviewer asks back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The gap it is for: a point of the question, a habit that is missing, or a mistake that was made.
    #[serde(deserialize_with = "fields::name")]
    pub gap: String,
    /// The words.
    #[serde(deserialize_with = "fields::text")]
    pub ask: String,
}

/// What an answer of one rating shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Anchor {
    /// From 1 to 5.
    pub rating: u8,
    /// What can be observed in the answer.
    pub shows: String,
}
