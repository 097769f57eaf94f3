//! From a scenario file to runs, statistics and evidence.

pub mod otlp;
pub mod picture;
pub mod readable;
pub mod report;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod stats;
