//! From a scenario file to runs, statistics and evidence.
//!
//! [`scenario`] reads a file into the engine's model, [`run`] and [`replicate`] drive the engine, [`reporting`] turns what
//! it measured into the [`report`] that everything else starts from: pictures, traces, summaries, programs that read JSON.
//! An [`experiment`] is many such runs and one answer, in [`measure`]s with intervals. [`risk`] reads a design without
//! running it.
//! Left out: where files and results are kept, and how they are shown in a terminal or a browser.

pub mod cost;
pub mod experiment;
pub mod measure;
pub mod otlp;
pub mod picture;
pub mod readable;
pub mod replicate;
pub mod report;
pub mod reporting;
pub mod risk;
pub mod run;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod scenario;
pub mod stats;
pub mod telemetry;
pub mod topology;
pub mod traces;
