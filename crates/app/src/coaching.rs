//! Reading answers to questions.

use crate::Failure;
use coach::Assessment;

/// Reads `answer` as an answer to `question`. Bytes that are no UTF-8 are refused: evidence is quoted by its bytes, so
/// nothing may be replaced on the way.
///
/// # Errors
/// If there is no such question, or the answer is no text.
pub fn assess_answer(question: &str, answer: &[u8]) -> Result<(String, Assessment), Failure> {
    let text = std::str::from_utf8(answer).map_err(|error| Failure::NotText { at: error.valid_up_to() })?;
    let assessment = coach::assess(question, text)?;
    Ok((text.to_owned(), assessment))
}
