//! Reading, running and picturing scenario files.

use lab::otlp;
use lab::picture::{PngError, Size, png, svg};
use lab::replicate::{replicate, summarize};
use lab::report::{Replications, RunReport};
use lab::reporting::report;
use lab::run::{Run, RunError, Wishes, run_watched};
use lab::scenario::{Override, Problem, Scenario, open};
use lab::traces::spans;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Which scenario: a file, with overrides, and perhaps one of its variants.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The scenario file.
    pub file: PathBuf,
    /// Overrides of the form `path=value`, in order.
    pub sets: Vec<Override>,
    /// The variant to take instead of the scenario itself.
    pub variant: Option<String>,
}

/// Is told how far an action has come, from 0 to 1, and may break it off.
pub type Watch<'a> = &'a mut dyn FnMut(f64) -> ControlFlow<()>;

/// Why an action on a scenario came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file could not be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no scenario that can be run.
    #[error("{} has {} problem(s)", .0.file.display(), .0.problems.len())]
    Invalid(Box<Invalid>),
    /// The scenario has no such variant.
    #[error("there is no variant called {wanted}")]
    NoVariant {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The run came to nothing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The operating system gave no threads.
    #[error("cannot start threads: {0}")]
    Threads(rayon::ThreadPoolBuildError),
    /// A picture is written as SVG or PNG.
    #[error("cannot draw {}: its name ends neither in .svg nor in .png", .0.display())]
    PictureKind(PathBuf),
    /// The picture could not be made.
    #[error("cannot draw the picture: {0}")]
    Picture(#[from] PngError),
    /// A file could not be written.
    #[error("cannot write {}: {source}", file.display())]
    Unwritable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A scenario file that was read and found wrong.
#[derive(Debug)]
pub struct Invalid {
    /// Which file.
    pub file: PathBuf,
    /// Its text, which the problems point into.
    pub source: String,
    /// The overrides, which problems may point into too.
    pub sets: Vec<Override>,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
}

/// Reads a scenario with its overrides, and picks the variant.
///
/// # Errors
/// If the file cannot be read, has problems, or lacks the variant.
pub fn open_scenario(selection: &Selection) -> Result<Scenario, Failure> {
    let unreadable = |source| Failure::Unreadable { file: selection.file.clone(), source };
    let opened = open(&selection.file, &selection.sets).map_err(unreadable)?;
    let Some(scenario) = opened.reading.scenario else {
        return Err(Failure::Invalid(Box::new(Invalid {
            file: selection.file.clone(),
            source: opened.source,
            sets: selection.sets.clone(),
            problems: opened.reading.problems,
        })));
    };
    let Some(wanted) = &selection.variant else { return Ok(scenario) };
    scenario.variant(wanted).cloned().ok_or_else(|| Failure::NoVariant {
        wanted: wanted.clone(),
        known: scenario.variants.iter().map(|variant| variant.name.clone()).collect(),
    })
}

/// Runs a scenario once.
///
/// # Errors
/// If running it would exhaust the machine, or `watch` broke off.
pub fn run_scenario(scenario: &Scenario, seed: u64, watch: Watch<'_>) -> Result<RunReport, Failure> {
    let run = run_watched(&scenario.model, seed, Wishes::default(), watch)?;
    Ok(report(scenario, &run))
}

/// Runs a scenario once and samples so many of its requests; gives their traces as OTLP JSON beside the report.
///
/// # Errors
/// As [`run_scenario`].
pub fn trace_scenario(
    scenario: &Scenario,
    seed: u64,
    traces: usize,
    watch: Watch<'_>,
) -> Result<(RunReport, String), Failure> {
    let run: Run = run_watched(&scenario.model, seed, Wishes { traces, ..Wishes::default() }, watch)?;
    let report = report(scenario, &run);
    let origin = otlp::Origin {
        scenario: report.scenario.clone(),
        digest: report.digest.clone(),
        version: report.version.clone(),
        seed,
    };
    let exported = otlp::export(&spans(&scenario.model, seed, &run.traces), &origin);
    Ok((report, exported))
}

/// Runs a scenario with so many seeds, from `seed` on, on `threads` threads or all cores. `done` is told after each run.
///
/// # Errors
/// If running it would exhaust the machine.
pub fn replicate_scenario(
    scenario: &Scenario,
    seed: u64,
    count: u32,
    threads: Option<u32>,
    done: &(dyn Fn() + Sync),
) -> Result<Replications, Failure> {
    let threads = threads.map_or(0, |threads| threads as usize);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::Threads)?;
    let reports = pool.install(|| replicate(scenario, seed, count, done))?;
    Ok(summarize(&reports))
}

/// Writes the picture of a run, as SVG or PNG by the file's name.
///
/// # Errors
/// If the name says neither, or the file cannot be written.
pub fn save_picture(report: &RunReport, file: &Path) -> Result<(), Failure> {
    let kind = file.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    let bytes = match kind.as_deref() {
        Some("svg") => svg(report, Size::default()).into_bytes(),
        Some("png") => png(report, Size::default())?,
        _ => return Err(Failure::PictureKind(file.to_owned())),
    };
    std::fs::write(file, bytes).map_err(|source| Failure::Unwritable { file: file.to_owned(), source })
}
