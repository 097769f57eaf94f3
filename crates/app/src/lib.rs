//! What a person can do with Brownout, one function per action.
//!
//! The terminal and the server call the same functions and only differ in how they show what comes back. Whatever these
//! return is described in `lab` and `coach`, which are passed on here so that nobody above needs to know more than this crate.

mod coaching;
pub mod evidence;
mod experiments;
pub mod kit;
pub mod library;
mod questions;
mod rerun;
mod risks;
mod scenarios;
pub mod second_reading;

pub use coach;
pub use coach::bank;
pub use coaching::assess_answer;
pub use experiments::{
    Replicate, Search, SweepRequest, SweepWatch, choose_measures, choose_two, choose_variants, compare_variants,
    find_limit, plan_sweep, run_sweep,
};
pub use lab::reporting::VERSION;
#[cfg(feature = "samples")]
pub use lab::samples;
pub use lab::telemetry::as_emitted;
pub use lab::{experiment, measure, picture, readable, report, risk, scenario, topology};
pub use questions::{find_question, list_questions};
pub use rerun::{Outcome, measures_of, rerun};
pub use risks::{Reviewed, review_scenario};
pub use scenarios::{
    Failure, Invalid, PictureKind, Selection, Show, Watch, open_scenario, replicate_scenario, run_scenario,
    save_comparison, save_picture, save_sweep, show_scenario, trace_scenario,
};
