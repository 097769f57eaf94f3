//! A deterministic discrete-event engine for backend services under load.

pub mod model;
mod time;

pub use time::{Span, Time};
