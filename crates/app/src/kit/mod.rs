//! The kit and its records: what a person writes, keeps and takes along.
//!
//! Each action opens no database of its own: it works on [`Records`]. What comes back can be shown or put into JSON.

mod answers;
mod coach;
mod drafts;
mod examples;
mod exports;
mod failure;
mod plans;
mod records;
mod status;

pub use answers::{
    AnswerHistory, AnswerSummary, AnswerVersion, Base, SavedAnswer, answer_history, answers, save_answer,
};
pub use coach::{Coach, OwnCoach, Question};
pub use drafts::Draft;
pub use examples::{
    ImportedNotes, ShownExample, ShownTradeoff, examples, import_notes, new_example, save_example, save_tradeoff,
    show_example, tradeoff,
};
pub use exports::{Export, Format, ImportedKit, Taken, backup, export, import_kit, restore, save_private};
pub use failure::KitFailure;
pub use plans::{Plans, plans, save_plans};
pub use records::{Records, Stored, Whereabouts};
pub use status::{KitStatus, SlotStatus, choose, kit_status};

pub use practice::answer::Answer;
pub use practice::confidential::Flag;
pub use practice::day::{Day, NoDay};
pub use practice::example::{Example, Part};
pub use practice::figure::Figure;
pub use practice::kit::Slot;
pub use practice::notes::{Proposals, is_form};
pub use practice::readiness::{Gap, Readiness};
pub use practice::revision::{Change, Stretch};
pub use practice::tradeoff::{Side, Tradeoff};
pub use store::Error as StoreError;
