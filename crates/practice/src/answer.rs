//! A short answer to one question, as it would be said.

use serde::{Deserialize, Serialize};

/// What somebody answers to a question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The question's id, such as `reliable-api`.
    pub question: String,
    /// The text.
    pub text: String,
}

/// Words in two minutes at [`WORDS_PER_MINUTE`]: longer than that is no short answer.
const MOST_WORDS: usize = 2 * WORDS_PER_MINUTE;

/// Below this there is nothing to judge.
const FEWEST_WORDS: usize = 30;

/// How fast people speak to be understood; the coach counts with the same.
pub const WORDS_PER_MINUTE: usize = 140;

impl Answer {
    /// How many words it has.
    pub fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }

    /// How long it takes to say, in whole seconds.
    pub fn spoken_s(&self) -> usize {
        (self.words() * 60 + WORDS_PER_MINUTE / 2) / WORDS_PER_MINUTE
    }

    /// What is wrong with its length, in words.
    pub fn length_gap(&self) -> Option<String> {
        match self.words() {
            words if words < FEWEST_WORDS => Some(format!("more text: {words} words are too few to judge")),
            words if words > MOST_WORDS => {
                Some(format!("a shorter text: {words} words take {} s, two minutes are {MOST_WORDS}", self.spoken_s()))
            }
            _ => None,
        }
    }
}

/// Whether a text can be a question's id: lower-case letters, digits and dashes, at most 64.
pub fn is_question_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}
