//! Questions, and the reading of answers to them, from outside.

mod bank;
