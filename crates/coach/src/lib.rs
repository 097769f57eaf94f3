//! The coach: knows the questions of the bank, reads an answer to an interview question and says what its words show, sentence by sentence.
//!
//! Text and a question's id in, an [`Assessment`] out: four habits, four mistakes, the points of the question, each with
//! the sentences that show it and a calibrated confidence. Patterns kept in text files find what comes up; weights
//! learned from rated answers (`bench/coach`) decide what it is worth. No network, no clock, no randomness: the same text
//! gives the same bytes.
//!
//! Agreement with its ratings is all that was measured, and those were made by language models.

pub mod adequacy;
mod assessment;
pub mod bank;
mod comparison;
pub mod features;
mod follow_up;
pub mod lexicon;
pub mod model;
mod notes;
pub mod passage;
mod quote;
mod reading;
pub mod rubric;
pub mod scores;
mod sentences;
pub mod words;

pub use assessment::{Assessment, Coverage, HABITS, Habit, MISTAKES, Mistake, Named, OUTCOMES, SURE, Span};
pub use comparison::{Change, compare};
pub use reading::{Failure, Finding, Findings, assess, judge, quoted, read};
pub use sentences::sentences;
