//! What a model wrote, taken apart: the shape first, then every claim by its quote.

use super::failure::LlmFailure;
use super::quote::place_of;
use super::settings::LlmSettings;
use coach::bank::{HABITS, Question};
use coach::{MISTAKES, Named, Span};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// As many characters of a model's sentence as are kept.
const SENTENCE: usize = 300;

/// What a model reads in an answer. It is not the coach's reading, and nobody has measured how well it agrees with anything.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SecondReading {
    /// Whose it is.
    pub model: String,
    /// Who was asked: scheme, host and port.
    pub endpoint: String,
    /// The habits. In these three, what was claimed with an invented quote is left out.
    pub habits: Named<ScoreClaim>,
    /// The mistakes.
    pub mistakes: Named<MistakeClaim>,
    /// The points of the question.
    pub coverage: Named<ScoreClaim>,
    /// What was left out, such as `habits.tradeoff`: its quote does not stand in the answer.
    pub dropped: Vec<String>,
    /// What the model would ask next.
    pub follow_up: String,
}

/// A score that the model gives.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ScoreClaim {
    /// As the coach's: 0 missing, 1 partial or touched, 2 clear or covered.
    pub score: u8,
    /// The quoted words; none for 0.
    pub evidence: Vec<Span>,
    /// The model's reason in its words, at most 300 characters; empty for 0.
    pub why: String,
}

/// A mistake that the model sees, or does not.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MistakeClaim {
    /// Whether it is made.
    pub is: bool,
    /// The quoted words; none if it is not made.
    pub evidence: Vec<Span>,
    /// The model's reason in its words, at most 300 characters; empty if it is not made.
    pub why: String,
}

/// Reads what a model wrote about an answer.
///
/// # Errors
/// [`LlmFailure::NoReading`] if it is not of the shape that was asked for.
pub(super) fn read(
    content: &str,
    settings: &LlmSettings,
    question: &Question,
    answer: &str,
) -> Result<SecondReading, LlmFailure> {
    let misshapen = |said: String| LlmFailure::NoReading(settings.shown(&said, SENTENCE));
    let written: Written =
        serde_json::from_str(without_fence(content)).map_err(|error| misshapen(error.to_string()))?;
    let points: Vec<&str> = question.points.iter().map(|point| point.id.as_str()).collect();
    let habits = written.habits.exactly("habits", &HABITS).map_err(misshapen)?;
    let mistakes = written.mistakes.exactly("mistakes", &MISTAKES).map_err(misshapen)?;
    let coverage = written.coverage.exactly("coverage", &points).map_err(misshapen)?;
    let mut proof = Proof { settings, answer, dropped: Vec::new() };
    Ok(SecondReading {
        model: settings.model().to_owned(),
        endpoint: settings.endpoint().to_owned(),
        habits: proof.scores("habits", habits).map_err(misshapen)?,
        mistakes: proof.mistakes(mistakes),
        coverage: proof.scores("coverage", coverage).map_err(misshapen)?,
        dropped: proof.dropped,
        follow_up: settings.shown(&written.follow_up, SENTENCE),
    })
}

/// Models that nobody constrains like to wrap JSON for a reader of Markdown.
fn without_fence(content: &str) -> &str {
    let content = content.trim();
    let inside = content.strip_prefix("```json").or_else(|| content.strip_prefix("```"));
    inside.and_then(|inside| inside.strip_suffix("```")).unwrap_or(content)
}

/// Holds claims against the answer.
struct Proof<'a> {
    settings: &'a LlmSettings,
    answer: &'a str,
    dropped: Vec<String>,
}

impl Proof<'_> {
    fn scores(&mut self, part: &str, written: Vec<(&str, Scored)>) -> Result<Named<ScoreClaim>, String> {
        let mut kept = Vec::new();
        for (id, Scored { quote, score, why }) in written {
            if score > 2 {
                return Err(format!("{part}.{id} has score {score}, expected 0, 1 or 2"));
            }
            if let Some((evidence, why)) = self.backed(part, id, score > 0, &quote, &why) {
                kept.push((id.to_owned(), ScoreClaim { score, evidence, why }));
            }
        }
        Ok(Named(kept))
    }

    fn mistakes(&mut self, written: Vec<(&str, Flagged)>) -> Named<MistakeClaim> {
        let backed = written.into_iter().filter_map(|(id, Flagged { quote, is, why })| {
            let (evidence, why) = self.backed("mistakes", id, is, &quote, &why)?;
            Some((id.to_owned(), MistakeClaim { is, evidence, why }))
        });
        Named(backed.collect())
    }

    /// The evidence of a claim and its reason, or nothing if the quote was invented. What claims nothing needs no evidence,
    /// and has no say.
    fn backed(&mut self, part: &str, id: &str, claims: bool, quote: &str, why: &str) -> Option<(Vec<Span>, String)> {
        if !claims {
            return Some((Vec::new(), String::new()));
        }
        let Some(span) = place_of(quote, self.answer) else {
            self.dropped.push(format!("{part}.{id}"));
            return None;
        };
        Some((vec![span], self.settings.shown(why, SENTENCE)))
    }
}

/// What a model is to write, as the schema that it was given says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    habits: ById<Scored>,
    mistakes: ById<Flagged>,
    coverage: ById<Scored>,
    follow_up: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scored {
    quote: String,
    score: u8,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flagged {
    quote: String,
    is: bool,
    why: String,
}

/// An object's values under their keys, each key once.
struct ById<T>(Vec<(String, T)>);

impl<T> ById<T> {
    /// The values of these keys, in their order, or what is wrong with the keys.
    fn exactly<'k>(mut self, part: &str, keys: &[&'k str]) -> Result<Vec<(&'k str, T)>, String> {
        let mut found = Vec::new();
        for key in keys {
            let place = self.0.iter().position(|(id, _)| id == key);
            let place = place.ok_or_else(|| format!("{part}.{key} is missing"))?;
            found.push((*key, self.0.swap_remove(place).1));
        }
        match self.0.first() {
            Some((id, _)) => Err(format!("{part}.{id} was not asked for")),
            None => Ok(found),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ById<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ById<T>, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = ById<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ById<T>, A::Error> {
        let mut entries: Vec<(String, T)> = Vec::new();
        while let Some((id, value)) = map.next_entry::<String, T>()? {
            if entries.iter().any(|(known, _)| *known == id) {
                return Err(A::Error::custom(format!("`{id}` stands there twice")));
            }
            entries.push((id, value));
        }
        Ok(ById(entries))
    }
}
