//! Questions of interviews that test judgment, and what strong answers to them cover.

pub mod bank;
