//! What a person can do with Brownout, one function per action.
//!
//! The terminal and the server call the same functions and only differ in how they show what comes back. Whatever these
//! return is described in `lab`, which is passed on here so that nobody above needs to know more than this crate.

mod scenarios;

#[cfg(feature = "samples")]
pub use lab::samples;
pub use lab::{picture, readable, report, scenario};
pub use scenarios::{
    Failure, Invalid, Selection, Watch, open_scenario, replicate_scenario, run_scenario, save_picture, trace_scenario,
};
