//! Answers: asked for, stored version by version, compared.

use super::coach::{Coach, Question};
use super::failure::KitFailure;
use super::records::{ANSWER, Records, Stored, body};
use practice::answer::Answer;
use practice::kit::answer_readiness;
use practice::readiness::Readiness;
use practice::revision::{Stretch, changes};
use serde::Serialize;
use serde_json::Value;
use store::Version;

/// What a change starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// The version that was seen, 0 for none: a newer one is a conflict.
    Version(i64),
    /// Whatever is newest when it is written.
    Newest,
}

/// An answer that was stored.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedAnswer {
    /// `a1`.
    pub id: String,
    /// The question.
    pub question: Question,
    /// The version there is now.
    pub version: i64,
    /// Whether it is new; a text that is the newest version's already is not stored again.
    pub stored: bool,
    /// How many words.
    pub words: usize,
    /// How long it takes to say, in seconds.
    pub spoken_s: usize,
    /// What the coach says, as `brownout assess --json`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<::coach::Assessment>))]
    pub assessment: Option<Value>,
    /// What it lacks.
    pub readiness: Readiness,
}

/// An answer in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerSummary {
    /// `a1`.
    pub id: String,
    /// The question's id.
    pub question: String,
    /// How many versions there are.
    pub version: i64,
    /// When the newest was written, in milliseconds since 1970 in UTC.
    pub written_ms: i64,
    /// How many words it has.
    pub words: usize,
    /// How long it takes to say, in seconds.
    pub spoken_s: usize,
    /// What it lacks.
    pub readiness: Readiness,
}

/// An answer with all its versions.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerHistory {
    /// `a1`.
    pub id: String,
    /// The question; only its id is known if it is in no bank any more.
    pub question: Question,
    /// Oldest first.
    pub versions: Vec<AnswerVersion>,
}

/// One version, and how it differs from the one before.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerVersion {
    /// From 1.
    pub version: i64,
    /// When it was written, in milliseconds since 1970 in UTC.
    pub written_ms: i64,
    /// What it says.
    pub text: String,
    /// How many words.
    pub words: usize,
    /// How long it takes to say, in seconds.
    pub spoken_s: usize,
    /// From the version before to this one, word by word; of the first, nothing.
    pub changes: Vec<Stretch>,
    /// What the coach of this version of Brownout reads differently than in the version before; of the first, nothing.
    pub reading_changes: Vec<::coach::Change>,
    /// What the coach said, latest reading last.
    pub assessments: Vec<Assessed>,
}

/// A reading of a version, and whose it is.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assessed {
    /// The coach, with its version.
    pub reader: String,
    /// As `brownout assess --json`.
    #[cfg_attr(feature = "openapi", schema(value_type = ::coach::Assessment))]
    pub assessment: Value,
}

/// Stores an answer as a new version, and has it read.
///
/// # Errors
/// If there is no such question, the text is empty, or a newer version than `base` has been written.
pub fn save_answer(
    records: &Records,
    coach: &dyn Coach,
    question: &str,
    text: &str,
    base: Base,
) -> Result<SavedAnswer, KitFailure> {
    let question = known_question(coach, question)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(KitFailure::Empty);
    }
    let answer = Answer { question: question.id.clone(), text: text.to_owned() };
    let body = body(&answer)?;
    let assessment = coach.read(&question.id, text);
    let (written, stored) = records.store.write(|writer| {
        let newest = writer.about(ANSWER, &question.id)?;
        let (written, stored) = match (newest, base) {
            (Some(newest), _) if newest.body == body => (newest, false),
            (None, _) => (writer.add(ANSWER, Some(&question.id), &body)?, true),
            (Some(newest), Base::Newest) => (writer.append(ANSWER, newest.number, newest.version, &body)?, true),
            (Some(newest), Base::Version(seen)) => (writer.append(ANSWER, newest.number, seen, &body)?, true),
        };
        if let Some(reading) = &assessment {
            writer.keep_reading(ANSWER, (written.number, written.version), &coach.name(), &reading.to_string())?;
        }
        Ok::<(Version, bool), KitFailure>((written, stored))
    })?;
    Ok(SavedAnswer {
        id: id(written.number),
        question,
        version: written.version,
        stored,
        words: answer.words(),
        spoken_s: answer.spoken_s(),
        readiness: answer_readiness(&answer, assessment.as_ref()),
        assessment,
    })
}

/// The newest version of every answer, by number.
///
/// # Errors
/// If the records cannot be read.
pub fn answers(records: &Records) -> Result<Vec<AnswerSummary>, KitFailure> {
    let readings = Readings::of(records)?;
    let summary = |stored: Stored<Answer>| AnswerSummary {
        id: id(stored.number),
        question: stored.value.question.clone(),
        version: stored.version,
        written_ms: stored.written_ms,
        words: stored.value.words(),
        spoken_s: stored.value.spoken_s(),
        readiness: answer_readiness(&stored.value, readings.latest(stored.number, stored.version)),
    };
    Ok(records.all(ANSWER)?.into_iter().map(summary).collect())
}

/// All versions of an answer, by its id or its question's.
///
/// # Errors
/// If there is no such answer.
pub fn answer_history(records: &Records, coach: &dyn Coach, name: &str) -> Result<AnswerHistory, KitFailure> {
    let (number, question) = {
        let newest = find_answer(records, name)?;
        (newest.number, newest.value.question)
    };
    let readings = Readings::of(records)?;
    let mut earlier: Option<String> = None;
    let mut versions = Vec::new();
    for stored in records.history::<Answer>(ANSWER, number)? {
        let text = stored.value.text.clone();
        versions.push(AnswerVersion {
            version: stored.version,
            written_ms: stored.written_ms,
            words: stored.value.words(),
            spoken_s: stored.value.spoken_s(),
            changes: earlier.as_deref().map(|earlier| changes(earlier, &text)).unwrap_or_default(),
            reading_changes: earlier
                .as_deref()
                .map(|earlier| coach.differences(&question, earlier, &text))
                .unwrap_or_default(),
            assessments: readings.of_version(number, stored.version),
            text: text.clone(),
        });
        earlier = Some(text);
    }
    let question = coach.question(&question).unwrap_or(Question { id: question, text: String::new() });
    Ok(AnswerHistory { id: id(number), question, versions })
}

/// The answer with an id such as `a1`, or to a question.
pub(crate) fn find_answer(records: &Records, name: &str) -> Result<Stored<Answer>, KitFailure> {
    let all: Vec<Stored<Answer>> = records.all(ANSWER)?;
    let known: Vec<String> = all.iter().map(|answer| id(answer.number)).collect();
    let found = all.into_iter().find(|answer| id(answer.number) == name || answer.value.question == name);
    found.ok_or(KitFailure::NoSuch { kind: "answer", wanted: name.to_owned(), known })
}

/// The question with an id.
pub(crate) fn known_question(coach: &dyn Coach, id: &str) -> Result<Question, KitFailure> {
    coach.question(id).ok_or_else(|| KitFailure::NoQuestion {
        wanted: id.to_owned(),
        near: coach.near(id),
        known: coach.questions().into_iter().map(|question| question.id).collect(),
    })
}

/// What an answer is called where a person types it.
pub(crate) fn id(number: i64) -> String {
    format!("a{number}")
}

/// What coaches said about answers.
pub(crate) struct Readings(Vec<(i64, i64, Assessed)>);

impl Readings {
    pub(crate) fn of(records: &Records) -> Result<Readings, KitFailure> {
        let readings = records.store.readings(ANSWER)?.into_iter().map(|reading| {
            let what = || format!("the reading of answer {}, version {},", reading.number, reading.version);
            let assessment =
                serde_json::from_str(&reading.body).map_err(|source| KitFailure::Shape { what: what(), source })?;
            Ok((reading.number, reading.version, Assessed { reader: reading.reader, assessment }))
        });
        readings.collect::<Result<_, KitFailure>>().map(Readings)
    }

    /// The latest reading of a version.
    pub(crate) fn latest(&self, number: i64, version: i64) -> Option<&Value> {
        let of = self.0.iter().rfind(|(n, v, _)| (*n, *v) == (number, version));
        of.map(|(.., assessed)| &assessed.assessment)
    }

    fn of_version(&self, number: i64, version: i64) -> Vec<Assessed> {
        let of = self.0.iter().filter(|(n, v, _)| (*n, *v) == (number, version));
        of.map(|(.., assessed)| assessed.clone()).collect()
    }
}

impl Records {
    /// The newest version of the answer to a question, to start a change from.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub fn answer_to(&self, question: &str) -> Result<Option<Stored<Answer>>, KitFailure> {
        let all = self.all::<Answer>(ANSWER)?;
        Ok(all.into_iter().find(|answer| answer.value.question == question))
    }
}
