//! The question bank: what there is, and one question of it.

use crate::Failure;
use coach::bank::{Bank, Question};

/// All questions, in the order in which a person meets them.
pub fn list_questions() -> &'static [Question] {
    Bank::embedded().questions()
}

/// The question with this id.
///
/// # Errors
///
/// [`Failure::NoQuestion`], with the id that may have been meant.
pub fn find_question(id: &str) -> Result<&'static Question, Failure> {
    let bank = Bank::embedded();
    let unknown = || Failure::NoQuestion { wanted: id.to_owned(), nearest: bank.nearest(id).map(str::to_owned) };
    bank.get(id).ok_or_else(unknown)
}
