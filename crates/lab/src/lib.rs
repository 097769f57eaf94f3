//! From a scenario file to runs, statistics and evidence.

pub mod replicate;
pub mod report;
pub mod reporting;
pub mod run;
pub mod scenario;
pub mod stats;
