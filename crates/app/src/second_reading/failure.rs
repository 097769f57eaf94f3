//! Why there is no second reading. The coach's own is as good as before.

use super::settings::LlmSettingsError;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::time::Duration;

/// Why there is no second reading. No message has the key in it; in JSON it is `{"failed": "the message"}`.
#[derive(Debug, thiserror::Error)]
pub enum LlmFailure {
    /// Nobody has said whom to ask.
    #[error(transparent)]
    Settings(#[from] LlmSettingsError),
    /// The bank has no such question.
    #[error("there is no question called {0}")]
    NoQuestion(String),
    /// There is nothing to read.
    #[error("the answer is empty: nothing was sent")]
    Empty,
    /// The answer is longer than anybody's.
    #[error("the answer has {0} bytes, and {most} are the most: nothing was sent", most = super::LONGEST)]
    TooLong(usize),
    /// Nobody answers there, or not to the end.
    #[error("{endpoint} cannot be reached: {said}")]
    Unreachable {
        /// Who was asked.
        endpoint: String,
        /// What happened.
        said: String,
    },
    /// The time is up.
    #[error("{endpoint} did not answer within {} s", limit.as_secs_f64())]
    TimedOut {
        /// Who was asked.
        endpoint: String,
        /// How long it had.
        limit: Duration,
    },
    /// The endpoint says no.
    #[error("{endpoint} answers with status {status}{}", after_colon(said))]
    Status {
        /// Who was asked.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// What it says, cut short; may be empty.
        said: String,
    },
    /// The endpoint sends elsewhere; nobody goes there, since the answer and the key would come along.
    #[error("{endpoint} answers with status {status}, which sends elsewhere: nobody went there")]
    Redirected {
        /// Who was asked.
        endpoint: String,
        /// The HTTP status.
        status: u16,
    },
    /// More came back than any reading is.
    #[error("the reply has more than {0} bytes")]
    TooMuch(u64),
    /// What came back is no chat completion.
    #[error("the reply is no chat completion: {0}")]
    NoCompletion(String),
    /// The model does not want to.
    #[error("the model refuses{}", after_colon(.0))]
    Refused(String),
    /// The model was stopped before its end.
    #[error("the reply is cut off: the model may write no more")]
    CutOff,
    /// What the model wrote is not of the shape that was asked for.
    #[error("what the model wrote is no reading: {0}")]
    NoReading(String),
}

fn after_colon(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

impl LlmFailure {
    /// What to do, where that can be said.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            LlmFailure::Settings(why) => return why.hint(),
            LlmFailure::Status { status: 401 | 403, .. } => "look at OPENAI_API_KEY".to_owned(),
            LlmFailure::Status { status: 404, .. } => {
                "look at OPENAI_BASE_URL, which mostly ends in /v1, and at OPENAI_MODEL".to_owned()
            }
            LlmFailure::Status { status: 429, .. } => {
                "ask again in a while, or look at what your account may use".to_owned()
            }
            LlmFailure::Unreachable { .. } | LlmFailure::Redirected { .. } => "look at OPENAI_BASE_URL".to_owned(),
            LlmFailure::TimedOut { .. } => "give it longer: `timeout_s` in config.yaml of the data folder".to_owned(),
            LlmFailure::NoReading(_) | LlmFailure::CutOff => "ask again, or name another model".to_owned(),
            _ => return None,
        })
    }
}

impl Serialize for LlmFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("failed", &self.to_string())?;
        map.end()
    }
}
