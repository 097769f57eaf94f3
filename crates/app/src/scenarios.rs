//! Reading, running and picturing scenario files.

use lab::experiment::compare::Comparison;
use lab::experiment::find::Probe;
use lab::experiment::journal::JournalError;
use lab::experiment::sweep::{GridError, Swept};
use lab::measure::Measure;
use lab::otlp;
use lab::picture::{PngError, Size, comparison_svg, rasterized, svg, sweep_svg};
use lab::readable;
use lab::replicate::{replicate, summarize};
use lab::report::{Replications, RunReport};
use lab::reporting::report;
use lab::run::{Limits, Moment, Run, RunError, Wishes, run_shown, run_watched};
use lab::scenario::{Bundle, Opened, Override, Problem, Scenario};
use lab::traces::spans;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which scenario: a file, with overrides, and perhaps one of its variants.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The scenario file.
    pub file: PathBuf,
    /// Overrides of the form `path=value`, in order.
    pub sets: Vec<Override>,
    /// The variant to take instead of the scenario itself.
    pub variant: Option<String>,
    /// The file's text where it is read already; see [`Selection::hold`].
    pub bundle: Option<Arc<Bundle>>,
}

impl Selection {
    /// Of a file that is read whenever the scenario is.
    pub fn new(file: PathBuf, sets: Vec<Override>, variant: Option<String>) -> Selection {
        Selection { file, sets, variant, bundle: None }
    }

    /// Reads the file once, so that everything that is made of this selection from now on is made of the same text.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn hold(self) -> Result<Selection, Failure> {
        let bundle = self.bundle()?;
        Ok(Selection { bundle: Some(bundle), ..self })
    }

    /// Of a text that is in no file. It may refer to the files that the scenarios of the library refer to, and to no others.
    pub fn of_text(text: String, sets: Vec<Override>, variant: Option<String>) -> Selection {
        let bundle = Some(Arc::new(Bundle::of(text, crate::library::files())));
        Selection { file: PathBuf::from("scenario.yaml"), sets, variant, bundle }
    }

    /// The selected text with everything that was found in reading it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(&self) -> Result<Opened, Failure> {
        Ok(self.bundle()?.read(&self.sets))
    }

    fn bundle(&self) -> Result<Arc<Bundle>, Failure> {
        let unreadable = |source| Failure::Unreadable { file: self.file.clone(), source };
        match &self.bundle {
            Some(bundle) => Ok(bundle.clone()),
            None => Bundle::open(&self.file).map(Arc::new).map_err(unreadable),
        }
    }
}

/// Is told how far an action has come, from 0 to 1, and may break it off.
pub type Watch<'a> = &'a mut dyn FnMut(f64) -> ControlFlow<()>;

/// Is shown which share of a run is done, and may ask for a report as if it ended there, or break it off.
pub type Show<'a> = &'a mut dyn FnMut(f64, &dyn Fn() -> RunReport) -> ControlFlow<()>;

/// Why an action came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An action on the kit came to nothing.
    #[error(transparent)]
    Kit(#[from] crate::kit::KitFailure),
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
    /// An answer could not be read as one.
    #[error(transparent)]
    Coach(#[from] coach::Failure),
    /// An answer is no text.
    #[error("the answer is no UTF-8 text: byte {at} begins no character")]
    NotText {
        /// The first byte that is none.
        at: usize,
    },
    /// The scenario has no such variant.
    #[error("there is no variant called {wanted}")]
    NoVariant {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The bank has no such question.
    #[error("there is no question called {wanted}")]
    NoQuestion {
        /// What was asked for.
        wanted: String,
        /// The id that may have been meant.
        nearest: Option<String>,
    },
    /// The scenario has no variants to compare with.
    #[error("the scenario has no variants, so there is nothing to compare")]
    NoVariants,
    /// The run came to nothing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// One run of many came to nothing.
    #[error("at {place} with seed {seed}: {source}")]
    At {
        /// The varied values.
        place: String,
        /// The seed.
        seed: u64,
        /// Why.
        source: RunError,
    },
    /// There is no such grid.
    #[error("cannot sweep: {0}")]
    Grid(#[from] GridError),
    /// Two points of a grid are the same scenario.
    #[error("{one} and {other} are the same scenario")]
    NothingVaries {
        /// One point.
        one: String,
        /// The other.
        other: String,
    },
    /// A journal cannot be gone on with.
    #[error("cannot go on with {}: {source}", file.display())]
    Journal {
        /// Which.
        file: PathBuf,
        /// Why.
        source: JournalError,
    },
    /// A table of results is written as CSV or Parquet.
    #[error("cannot write {} as a table: its name ends neither in .csv nor in .parquet", .0.display())]
    TableKind(PathBuf),
    /// There is no such measure.
    #[error("there is no measure called {wanted}")]
    NoMeasure {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Two measures were to be named.
    #[error("`{0}` does not name two measures")]
    NotTwo(String),
    /// This build cannot write Parquet.
    #[error("cannot write {} as a table: this build of Brownout writes CSV only", .0.display())]
    NoParquet(PathBuf),
    /// The table could not be written as Parquet.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Parquet(#[from] lab::experiment::table::ParquetError),
    /// No record begins so.
    #[error("there is no record of {wanted}")]
    NoEvidence {
        /// What was asked for.
        wanted: String,
        /// Where records lie.
        folder: PathBuf,
    },
    /// Records of several scenarios begin so.
    #[error("{} records begin with {wanted}", ids.len())]
    ManyEvidence {
        /// What was asked for.
        wanted: String,
        /// What begins so.
        ids: Vec<String>,
    },
    /// A file in the folder of records is none.
    #[error("{} is no record: {why}", file.display())]
    NoRecord {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// What was given as an objective is none.
    #[error("`{0}` is no objective")]
    NoObjective(String),
    /// Both ends of a range say the same about an objective.
    #[error("{}", agreement(.0))]
    EndsAgree(Box<[Probe; 2]>),
    /// The operating system gave no threads.
    #[error("cannot start threads: {0}")]
    Threads(ThreadPoolBuildError),
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

fn agreement([first, last]: &[Probe; 2]) -> String {
    let both = if first.met {
        "both ends of the range meet the objective"
    } else {
        "neither end of the range meets the objective"
    };
    let at = |probe: &Probe| match probe.measured {
        Some(interval) => format!("{} measured at {}", readable::digits(interval.mean), probe.value),
        None => format!("nothing measured at {}", probe.value),
    };
    format!("{both}: {}, {}", at(first), at(last))
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
    let opened = selection.bundle()?.read(&selection.sets);
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

/// How much of the machine a run takes at most where others wait for it: some 20 seconds and 200 MB.
const SHARED: Limits = Limits { in_flight: 500_000, events: 200_000_000, at_one_instant: 20_000_000 };

/// Runs a scenario once on a machine that others use too, and shows how it goes. What is shown is a report as if the run
/// had ended there; it is made only when it is asked for.
///
/// # Errors
/// If running it would take more than its share of the machine, or `show` broke off.
pub fn show_scenario(scenario: &Scenario, seed: u64, show: Show<'_>) -> Result<RunReport, Failure> {
    let run = run_shown(&scenario.model, seed, SHARED, &mut |moment: &Moment<'_>| {
        show(moment.done, &|| report(scenario, &moment.so_far()))
    })?;
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
    let reports = pool(threads)?.install(|| replicate(scenario, seed, count, done))?;
    Ok(summarize(scenario, &reports))
}

/// So many threads, or all cores.
pub(crate) fn pool(threads: Option<u32>) -> Result<ThreadPool, Failure> {
    let threads = threads.map_or(0, |threads| threads as usize);
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::Threads)
}

/// Writes the picture of a run, as SVG or PNG by the file's name.
///
/// # Errors
/// If the name says neither, or the file cannot be written.
pub fn save_picture(report: &RunReport, file: &Path) -> Result<(), Failure> {
    save_drawing(file, &|| svg(report, Size::default()))
}

/// Writes the picture of a comparison: a panel per measure, and two measures against each other.
///
/// # Errors
/// As [`save_picture`].
pub fn save_comparison(
    comparison: &Comparison,
    measures: &[Measure],
    against: &[Measure; 2],
    file: &Path,
) -> Result<(), Failure> {
    save_drawing(file, &|| comparison_svg(comparison, measures, against, Size::default()))
}

/// Writes the picture of a sweep over one path or two.
///
/// # Errors
/// As [`save_picture`].
pub fn save_sweep(swept: &Swept, measures: &[Measure], file: &Path) -> Result<(), Failure> {
    save_drawing(file, &|| sweep_svg(swept, measures, Size::default()))
}

fn save_drawing(file: &Path, draw: &dyn Fn() -> String) -> Result<(), Failure> {
    let bytes = match PictureKind::of(file)? {
        PictureKind::Svg => draw().into_bytes(),
        PictureKind::Png => rasterized(&draw())?,
    };
    save(file, &bytes)
}

/// How a picture is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PictureKind {
    /// As vectors.
    Svg,
    /// As pixels.
    Png,
}

impl PictureKind {
    /// By the file's name.
    ///
    /// # Errors
    /// If it says neither.
    pub fn of(file: &Path) -> Result<PictureKind, Failure> {
        let kind = file.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        match kind.as_deref() {
            Some("svg") => Ok(PictureKind::Svg),
            Some("png") => Ok(PictureKind::Png),
            _ => Err(Failure::PictureKind(file.to_owned())),
        }
    }
}

pub(crate) fn save(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|source| Failure::Unwritable { file: file.to_owned(), source })
}
