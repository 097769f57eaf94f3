//! A second reading of an answer, by a language model at an endpoint that speaks OpenAI's chat completions.
//!
//! Optional, and never in place of the coach's own reading: it stands beside it under the model's name. One idea: the model
//! is not believed. What it sends must have the shape that was asked for, and of what it claims only that is kept for which
//! it quotes words that stand in the answer. The answer goes to the model as data; what an answer says to the model can at
//! worst bend a judgment, never put a quote into somebody's mouth.
//!
//! Nothing here is stored, and nothing is sent unless somebody asks for it. The key comes from the environment, goes into
//! one header and is shown by nothing.

mod client;
mod failure;
mod key;
mod quote;
mod reply;
mod request;
mod settings;

pub use failure::LlmFailure;
pub use reply::{MistakeClaim, ScoreClaim, SecondReading};
pub use settings::{LlmSettings, LlmSettingsError};

use crate::questions::find_question;
use serde::{Serialize, Serializer};

/// More bytes than an answer of two minutes has by far, and no more than a model should be paid to read.
const LONGEST: usize = 32 << 10;

/// Has a model read `answer` as an answer to `question`. Blocks until it has replied or the settings' time is up.
///
/// # Errors
/// As [`LlmFailure`] says; the answer is sent in none of the cases that can be told before.
pub fn second_reading(settings: &LlmSettings, question: &str, answer: &str) -> Result<SecondReading, LlmFailure> {
    let question = find_question(question).map_err(|_| LlmFailure::NoQuestion(question.to_owned()))?;
    if answer.trim().is_empty() {
        return Err(LlmFailure::Empty);
    }
    if answer.len() > LONGEST {
        return Err(LlmFailure::TooLong(answer.len()));
    }
    let content = client::complete(settings, question, answer)?;
    reply::read(&content, settings, question, answer)
}

/// A result of this program's own with a second reading beside it: as the result, with one more key, `llm`, which holds
/// the reading or `{"failed": "why"}`.
#[derive(Serialize)]
pub struct Beside<'a, T: Serialize> {
    /// The result.
    #[serde(flatten)]
    pub local: &'a T,
    /// The second reading, or why there is none.
    #[serde(serialize_with = "reading_or_failure")]
    pub llm: &'a Result<SecondReading, LlmFailure>,
}

fn reading_or_failure<S: Serializer>(
    llm: &Result<SecondReading, LlmFailure>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match llm {
        Ok(reading) => reading.serialize(serializer),
        Err(failure) => failure.serialize(serializer),
    }
}
