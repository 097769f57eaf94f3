//! From a scenario file to runs, statistics and evidence.

pub mod report;
pub mod run;
pub mod scenario;
pub mod stats;
