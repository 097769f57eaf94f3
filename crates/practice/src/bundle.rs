//! A kit as one JSON file, to take along or to move: what is exported, imported and exported again is the same bytes.

use crate::answer::{Answer, is_question_id};
use crate::example::Example;
use crate::kit::{ANSWERS, EXAMPLES, Kit};
use crate::tradeoff::Tradeoff;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The format that is written. A file of a later one is refused.
pub const FORMAT: u64 = 1;

/// The file's content.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    brownout_kit: u64,
    answers: [Option<Answer>; ANSWERS],
    examples: [Option<Example>; EXAMPLES],
    tradeoff: Option<Tradeoff>,
}

/// Why a file is no kit.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is no JSON, or JSON of another shape; at which line and column, from 1.
    #[error("line {line}, column {column}: {said}")]
    Shape {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// What is wrong there.
        said: String,
    },
    /// It says in no way that it is a kit.
    #[error("it is no exported kit: the key `brownout_kit` is missing")]
    NoKit,
    /// It was written by a later version.
    #[error("it has format {0}, and this version of Brownout reads format {FORMAT}")]
    Newer(u64),
    /// A question's id has characters that none has.
    #[error("`{0}` is no question's id: lower-case letters, digits and dashes, at most 64")]
    Question(String),
    /// An answer says nothing.
    #[error("the answer to {0} is empty")]
    Empty(String),
    /// Two answers are to one question.
    #[error("two answers are to {0}, and the kit needs different questions")]
    Twice(String),
}

/// The kit as JSON, with a line break at the end.
///
/// # Errors
/// None that is known: every kit can be written.
pub fn write(kit: &Kit) -> Result<String, serde_json::Error> {
    let Kit { answers, examples, tradeoff } = kit.clone();
    let bundle = Bundle { brownout_kit: FORMAT, answers, examples, tradeoff };
    Ok(serde_json::to_string_pretty(&bundle)? + "\n")
}

/// Reads a kit, and refuses what could not have been written: among it every lab number.
///
/// # Errors
/// As [`BundleError`] says.
pub fn read(text: &str) -> Result<Kit, BundleError> {
    let value: Value = serde_json::from_str(text).map_err(shape)?;
    match value.get("brownout_kit").and_then(Value::as_u64) {
        None => return Err(BundleError::NoKit),
        Some(format) if format > FORMAT => return Err(BundleError::Newer(format)),
        Some(_) => {}
    }
    // From the text again, so that what is wrong has its line.
    let bundle: Bundle = serde_json::from_str(text).map_err(shape)?;
    check(&bundle)?;
    Ok(Kit { answers: bundle.answers, examples: bundle.examples, tradeoff: bundle.tradeoff })
}

fn check(bundle: &Bundle) -> Result<(), BundleError> {
    let mut seen: Vec<&str> = Vec::new();
    for answer in bundle.answers.iter().flatten() {
        if !is_question_id(&answer.question) {
            return Err(BundleError::Question(answer.question.clone()));
        }
        if answer.text.trim().is_empty() {
            return Err(BundleError::Empty(answer.question.clone()));
        }
        if seen.contains(&answer.question.as_str()) {
            return Err(BundleError::Twice(answer.question.clone()));
        }
        seen.push(&answer.question);
    }
    Ok(())
}

fn shape(error: serde_json::Error) -> BundleError {
    let said = error.to_string();
    // The place is said apart.
    let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
    BundleError::Shape { line: error.line(), column: error.column(), said }
}
