//! From a scenario file to runs, statistics and evidence.

pub mod otlp;
pub mod picture;
pub mod readable;
pub mod replicate;
pub mod report;
pub mod reporting;
pub mod run;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod scenario;
pub mod stats;
