//! Experiments on scenario files: variants side by side, grids of values, where a promise breaks.

use crate::scenarios::{Failure, Selection, open_scenario, pool, save};
use lab::experiment::compare::{self, Comparison};
use lab::experiment::find::{self, Finding, Probe, Unfound};
use lab::experiment::sweep::{Grid, Row, Shard, Sweep, SweepError, Swept};
use lab::experiment::vary::Axis;
use lab::experiment::{Done, journal, seeds, table};
use lab::measure::{Measure, Of, Quantity};
use lab::report::Evidence;
use lab::reporting::evidence;
use lab::scenario::{Objective, Override, Scenario, Variant};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How often to run, with which seeds, on how many threads.
#[derive(Clone, Copy, Debug)]
pub struct Replicate {
    /// The first seed.
    pub seed: u64,
    /// How many seeds, from the first on.
    pub count: u32,
    /// On how many threads; all cores unless given.
    pub threads: Option<u32>,
}

/// The variants of these names, in that order; all of them where none is named.
///
/// # Errors
/// If the scenario lacks one of them, or has none at all.
pub fn choose_variants<'s>(scenario: &'s Scenario, names: &[String]) -> Result<Vec<&'s Variant>, Failure> {
    let known = || scenario.variants.iter().map(|variant| variant.name.clone()).collect();
    if names.is_empty() {
        let all: Vec<&Variant> = scenario.variants.iter().collect();
        return if all.is_empty() { Err(Failure::NoVariants) } else { Ok(all) };
    }
    let named = |name: &String| {
        let found = scenario.variants.iter().find(|variant| variant.name == *name);
        found.ok_or_else(|| Failure::NoVariant { wanted: name.clone(), known: known() })
    };
    names.iter().map(named).collect()
}

/// Runs a scenario and variants of it with the same seeds. `done` is told after each run.
///
/// # Errors
/// If running one of them would exhaust the machine.
pub fn compare_variants(
    scenario: &Scenario,
    variants: &[&Variant],
    replicate: Replicate,
    done: Done<'_>,
) -> Result<Comparison, Failure> {
    let Replicate { seed, count, threads } = replicate;
    Ok(pool(threads)?.install(|| compare::compare(scenario, variants, seed, count, done))?)
}

/// What to sweep, and where the rows go.
#[derive(Clone, Debug)]
pub struct SweepRequest {
    /// The scenario.
    pub selection: Selection,
    /// What varies.
    pub axes: Vec<Axis>,
    /// Which part of the grid.
    pub shard: Option<Shard>,
    /// How often to run each point.
    pub replicate: Replicate,
    /// The table to write, `.csv` or `.parquet`.
    pub out: PathBuf,
}

/// The kinds of table that can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum TableKind {
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

impl TableKind {
    fn of(file: &Path) -> Result<TableKind, Failure> {
        let kind = file.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        match kind.as_deref() {
            Some("csv") => Ok(TableKind::Csv),
            #[cfg(feature = "parquet")]
            Some("parquet") => Ok(TableKind::Parquet),
            #[cfg(not(feature = "parquet"))]
            Some("parquet") => Err(Failure::NoParquet(file.to_owned())),
            _ => Err(Failure::TableKind(file.to_owned())),
        }
    }

    fn bytes(self, sweep: &Sweep, rows: &[Row]) -> Result<Vec<u8>, Failure> {
        match self {
            TableKind::Csv => Ok(table::csv(sweep, rows).into_bytes()),
            #[cfg(feature = "parquet")]
            TableKind::Parquet => Ok(table::parquet(sweep, rows)?),
        }
    }
}

/// Reads the scenarios of all points of a grid. Nothing runs yet.
///
/// # Errors
/// If the table's name ends otherwise, the grid is impossible, a point is no scenario, or a varied value changes nothing.
pub fn plan_sweep(request: &SweepRequest) -> Result<Sweep, Failure> {
    TableKind::of(&request.out)?;
    let grid = Grid::new(request.axes.clone(), request.shard)?;
    let selection = request.selection.clone().hold()?;
    let base = evidence(&open_scenario(&selection)?, seeds(request.replicate.seed, request.replicate.count));
    let at = |point: usize| -> Result<Scenario, Failure> {
        let scenario = open_with(&selection, grid.sets(point))?;
        Ok(Scenario { variants: Vec::new(), ..scenario })
    };
    let scenarios: Vec<Scenario> = (0..grid.len()).map(at).collect::<Result<_, _>>()?;
    let sweep = Sweep::new(grid, base, scenarios);
    match sweep.same() {
        Some((a, b)) => Err(Failure::NothingVaries { one: sweep.grid.describe(a), other: sweep.grid.describe(b) }),
        None => Ok(sweep),
    }
}

fn open_with(selection: &Selection, sets: Vec<Override>) -> Result<Scenario, Failure> {
    let mut selection = selection.clone();
    selection.sets.extend(sets);
    open_scenario(&selection)
}

/// What a sweep is told on its way: how many cells a journal had already, then each one that is done.
pub trait SweepWatch: Sync {
    /// So many cells were done before.
    fn resumed(&self, cells: usize);
    /// One more is done.
    fn done(&self);
}

/// Runs a sweep and writes its table. Finished cells go into a journal beside the table, `results.csv.partial`, and a
/// sweep that finds one goes on where it ended; when the table is written, the journal is removed. Two processes must
/// not write the same table at a time.
///
/// # Errors
/// If the journal is another sweep's, a run comes to nothing, or a file cannot be read or written.
pub fn run_sweep(sweep: &Sweep, out: &Path, threads: Option<u32>, watch: &dyn SweepWatch) -> Result<Swept, Failure> {
    let kind = TableKind::of(out)?;
    let (journal, known) = Journal::open(sweep, with_suffix(out, "partial"))?;
    watch.resumed(known.len());
    let keep = |row: &Row| journal.keep(row);
    let rows = pool(threads)?.install(|| sweep.run(known, &keep, &|| watch.done())).map_err(|error| match error {
        SweepError::Keep(source) => journal.unwritable(source),
        SweepError::Run { place, seed, source } => Failure::At { place, seed, source },
    })?;
    // Complete or not there at all.
    let whole = with_suffix(out, "whole");
    save(&whole, &kind.bytes(sweep, &rows)?)?;
    std::fs::rename(&whole, out).map_err(|source| Failure::Unwritable { file: out.to_owned(), source })?;
    journal.remove()?;
    Ok(sweep.summarize(&rows))
}

/// Runs a sweep for what it says about each point, and writes no table.
///
/// # Errors
/// If a run comes to nothing.
pub(crate) fn sweep_again(sweep: &Sweep, threads: Option<u32>, done: Done<'_>) -> Result<Swept, Failure> {
    let keep = |_: &Row| Ok::<(), io::Error>(());
    let rows = pool(threads)?.install(|| sweep.run(Vec::new(), &keep, done)).map_err(|error| match error {
        SweepError::Keep(source) => Failure::Unwritable { file: PathBuf::new(), source },
        SweepError::Run { place, seed, source } => Failure::At { place, seed, source },
    })?;
    Ok(sweep.summarize(&rows))
}

/// `results.csv.partial` of `results.csv`.
fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// A journal's file, to which threads append.
struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Opens or begins the journal of a sweep; gives the rows that it has. A torn end is cut off.
    fn open(sweep: &Sweep, path: PathBuf) -> Result<(Journal, Vec<Row>), Failure> {
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|source| Failure::Unreadable { file: path.clone(), source })?,
        };
        let known = journal::read(&text, sweep).map_err(|source| Failure::Journal { file: path.clone(), source })?;
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.set_len(known.whole as u64)?;
            if known.whole == 0 {
                file.write_all(journal::Header::of(sweep).line().as_bytes())?;
            }
            Ok(file)
        };
        let file = open().map_err(|source| Failure::Unwritable { file: path.clone(), source })?;
        Ok((Journal { path, file: Mutex::new(file) }, known.rows))
    }

    /// One write per line and no buffer, so that a killed process has lost at most the lines that it had not finished.
    fn keep(&self, row: &Row) -> io::Result<()> {
        let line = journal::line(row);
        let mut file = self.file.lock().map_err(|_| io::Error::other("a thread failed while it wrote"))?;
        file.write_all(line.as_bytes())
    }

    fn remove(self) -> Result<(), Failure> {
        std::fs::remove_file(&self.path).map_err(|source| self.unwritable(source))
    }

    fn unwritable(&self, source: io::Error) -> Failure {
        Failure::Unwritable { file: self.path.clone(), source }
    }
}

/// What to look for: the value of a path at which an objective breaks.
#[derive(Clone, Debug)]
pub struct Search {
    /// The scenario.
    pub selection: Selection,
    /// The path and the values that may be tried.
    pub axis: Axis,
    /// The objective, as a scenario file writes it.
    pub until: String,
    /// How often to run each probe.
    pub replicate: Replicate,
}

/// Looks for the last value at which an objective holds. `done` is told after each run.
///
/// # Errors
/// If a value is impossible, a run comes to nothing, or both ends of the range agree about the objective.
pub fn find_limit(search: &Search, done: Done<'_>) -> Result<Finding, Failure> {
    let pool = pool(search.replicate.threads)?;
    let selection = search.selection.clone().hold()?;
    let objective = read_objective(&selection, &search.until)?;
    let evidence: Evidence =
        evidence(&open_scenario(&selection)?, seeds(search.replicate.seed, search.replicate.count));
    let mut probe = |index: usize| -> Result<Probe, Failure> {
        let set = search.axis.set(index);
        let place = set.text().to_owned();
        let scenario = open_with(&selection, vec![set])?;
        let value = &search.axis.values[index];
        let probed = pool.install(|| find::probe(value, &scenario, &objective, &evidence.seeds, done));
        probed.map_err(|source| Failure::At { place, seed: search.replicate.seed, source })
    };
    let found = find::find(search.axis.values.len() - 1, &mut probe).map_err(|unfound| match unfound {
        Unfound::Agree(ends) => Failure::EndsAgree(ends),
        Unfound::Probe(failure) => failure,
    })?;
    Ok(Finding::new(evidence, &search.axis, &objective, found))
}

/// Has the scenario's reader read an objective, for its diagnostics.
fn read_objective(selection: &Selection, text: &str) -> Result<Objective, Failure> {
    let quoted = format!("objectives=['{}']", text.replace('\'', "''"));
    let scenario = open_with(selection, vec![Override::of("--until", quoted)])?;
    let first = scenario.objectives.into_iter().next();
    first.ok_or_else(|| Failure::NoObjective(text.to_owned()))
}

/// The measures of these names, written `p99(gateway.checkout)` or `gateway.checkout.p99_ms`; where none is named, what
/// a person looks at first: median and 99th percentile, goodput and failures of the first endpoint.
///
/// # Errors
/// If there is no such measure.
pub fn choose_measures(known: &[Measure], names: &[String]) -> Result<Vec<Measure>, Failure> {
    if names.is_empty() {
        let first = [Quantity::P50, Quantity::P99, Quantity::Goodput, Quantity::Failed];
        return Ok(first.into_iter().filter_map(|quantity| of_first_endpoint(known, quantity)).collect());
    }
    names.iter().map(|name| measure_called(known, name)).collect()
}

/// Two measures to weigh against each other, written with a comma between them; p99 and goodput of the first endpoint
/// where none is written.
///
/// # Errors
/// If there are no such two measures.
pub fn choose_two(known: &[Measure], names: Option<&str>) -> Result<[Measure; 2], Failure> {
    let Some(names) = names else {
        let of_first = |quantity| of_first_endpoint(known, quantity).ok_or_else(|| no_measure(known, "p99"));
        return Ok([of_first(Quantity::P99)?, of_first(Quantity::Goodput)?]);
    };
    let (x, y) = names.split_once(',').ok_or_else(|| Failure::NotTwo(names.to_owned()))?;
    Ok([measure_called(known, x)?, measure_called(known, y)?])
}

fn of_first_endpoint(known: &[Measure], quantity: Quantity) -> Option<Measure> {
    known.iter().find(|measure| measure.quantity == quantity && matches!(measure.of, Of::Endpoint(_))).cloned()
}

fn measure_called(known: &[Measure], name: &str) -> Result<Measure, Failure> {
    let name = name.trim();
    let found = known.iter().find(|measure| measure.text() == name || measure.name() == name);
    found.cloned().ok_or_else(|| no_measure(known, name))
}

fn no_measure(known: &[Measure], wanted: &str) -> Failure {
    let mut texts: Vec<String> = known.iter().map(Measure::text).collect();
    texts.dedup();
    Failure::NoMeasure { wanted: wanted.to_owned(), known: texts }
}
