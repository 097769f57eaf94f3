//! From a scenario file to runs, statistics and evidence.

pub mod report;
pub mod scenario;
pub mod stats;
