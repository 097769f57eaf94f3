//! The kit from outside: forms, notes, and what an export promises.

mod exports;
mod forms;
mod reading_notes;
