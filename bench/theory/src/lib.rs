//! What queueing theory says of models simple enough to be solved, so that the engine can be held against it.

pub mod formulas;
