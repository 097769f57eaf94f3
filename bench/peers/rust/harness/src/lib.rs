//! What every Rust peer shares, so that the engines alone differ: the models' parameters, how latencies are recorded,
//! the check against theory, and the one line that a program prints.

mod model;
mod recorder;
mod run;

pub use model::{MODEL_NAMES, Model, graph5, mm1, tandem, web};
pub use recorder::Recorder;
pub use run::{Run, measure, unsupported};
