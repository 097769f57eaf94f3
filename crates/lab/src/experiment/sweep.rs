//! A grid: every combination of some paths' values, each with every seed.
//!
//! A sweep is a list of cells, each a point of the grid with one seed. Cells are independent, so they can run on any
//! thread, in any order, on several machines, before and after an interruption: a row says which cell it is of, and
//! [`Sweep::sorted`] puts them into the order of the grid. What the rows go into while it runs is [`journal`](super::journal)'s
//! business, and what they become at the end [`table`](super::table)'s.

use super::vary::Axis;
use super::{Done, Replicated, columns, values};
use crate::measure::Measure;
use crate::report::{Evidence, Named};
use crate::run::RunError;
use crate::scenario::{Override, Scenario};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is swept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grid {
    /// What varies; the last varies fastest.
    pub axes: Vec<Axis>,
    /// Which part of the grid is this machine's.
    pub shard: Option<Shard>,
}

/// Part `index` of `count`, counted from 1: every `count`-th point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u32,
    /// Of how many.
    pub count: u32,
}

/// Why there is no grid.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GridError {
    /// A path is varied by two axes.
    #[error("{0} is varied twice")]
    Twice(String),
    /// There are too many combinations.
    #[error("the grid has {0} points and may have {MOST}")]
    TooLarge(usize),
}

/// Points of one grid.
pub const MOST: usize = 10_000;

impl Shard {
    /// From `2/8`.
    pub fn parse(text: &str) -> Option<Shard> {
        let (index, count) = text.split_once('/')?;
        let shard = Shard { index: index.trim().parse().ok()?, count: count.trim().parse().ok()? };
        (1..=shard.count).contains(&shard.index).then_some(shard)
    }

    fn holds(self, point: usize) -> bool {
        point % self.count as usize == self.index as usize - 1
    }
}

impl Grid {
    /// The grid of these axes.
    ///
    /// # Errors
    /// If two axes vary the same path, or there are more than [`MOST`] points.
    pub fn new(axes: Vec<Axis>, shard: Option<Shard>) -> Result<Grid, GridError> {
        let paths: Vec<&String> = axes.iter().map(|axis| &axis.path).collect();
        if let Some(twice) = paths.iter().enumerate().find(|(index, path)| paths[..*index].contains(path)) {
            return Err(GridError::Twice((*twice.1).clone()));
        }
        let grid = Grid { axes, shard };
        match grid.len() {
            points if points > MOST => Err(GridError::TooLarge(points)),
            _ => Ok(grid),
        }
    }

    /// Points in all, those of other shards included.
    pub fn len(&self) -> usize {
        self.axes.iter().fold(1, |product, axis| product.saturating_mul(axis.values.len()))
    }

    /// Whether there is nothing to run; never so with [`Axis`]es that were parsed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The points of this shard, ascending.
    pub fn points(&self) -> impl Iterator<Item = usize> {
        let shard = self.shard;
        (0..self.len()).filter(move |point| shard.is_none_or(|shard| shard.holds(*point)))
    }

    /// Which value each axis has at a point.
    fn indices(&self, point: usize) -> Vec<usize> {
        let mut rest = point;
        let mut indices: Vec<usize> = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            indices.push(rest % axis.values.len());
            rest /= axis.values.len();
        }
        indices.reverse();
        indices
    }

    /// The varied values at a point, as written, in the order of the axes.
    pub fn values(&self, point: usize) -> Vec<&str> {
        self.indices(point).into_iter().zip(&self.axes).map(|(index, axis)| axis.values[index].as_str()).collect()
    }

    /// The overrides that make the scenario of a point.
    pub fn sets(&self, point: usize) -> Vec<Override> {
        self.indices(point).into_iter().zip(&self.axes).map(|(index, axis)| axis.set(index)).collect()
    }

    /// A point in words: `workload.shoppers.rate=400/s, services.gateway.workers=8`.
    pub fn describe(&self, point: usize) -> String {
        let sets = self.sets(point);
        sets.iter().map(Override::text).collect::<Vec<_>>().join(", ")
    }
}

/// A grid with the scenarios of its points, ready to run.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// What varies.
    pub grid: Grid,
    /// What ran; the digest is that of the scenario without the varied values.
    pub evidence: Evidence,
    /// What each row holds.
    pub measures: Vec<Measure>,
    scenarios: BTreeMap<usize, Scenario>,
}

/// What one run found: a point of the grid, with one seed.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Which point.
    pub point: usize,
    /// Which seed.
    pub seed: u64,
    /// One for each of the sweep's measures.
    pub values: Vec<Option<f64>>,
}

/// Why a sweep came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SweepError<E: std::error::Error> {
    /// One of its runs did.
    #[error("at {place} with seed {seed}: {source}")]
    Run {
        /// The point in words.
        place: String,
        /// The seed.
        seed: u64,
        /// Why.
        source: RunError,
    },
    /// A row could not be kept.
    #[error(transparent)]
    Keep(E),
}

impl Sweep {
    /// `scenarios` are those of all points of the grid, in order; only those of its shard are kept.
    pub fn new(grid: Grid, evidence: Evidence, scenarios: Vec<Scenario>) -> Sweep {
        let mut measures: Vec<Measure> = Vec::new();
        for measure in scenarios.iter().flat_map(Measure::all) {
            // All shards have the columns of the whole grid, so that their tables can be put after each other.
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
        let mine: BTreeSet<usize> = grid.points().collect();
        let scenarios = scenarios.into_iter().enumerate().filter(|(point, _)| mine.contains(point)).collect();
        Sweep { grid, evidence, measures, scenarios }
    }

    /// Two points at which the same is simulated, if there are such: then a varied value changes nothing.
    pub fn same(&self) -> Option<(usize, usize)> {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        self.scenarios.iter().find_map(|(point, scenario)| Some((seen.insert(&scenario.digest, *point)?, *point)))
    }

    /// Number of cells: points of the shard times seeds.
    pub fn cells(&self) -> usize {
        self.scenarios.len() * self.evidence.seeds.len()
    }

    /// Whether a row is of this sweep.
    pub fn holds(&self, row: &Row) -> bool {
        self.scenarios.contains_key(&row.point)
            && self.evidence.seeds.contains(&row.seed)
            && row.values.len() == self.measures.len()
    }

    /// Runs all cells that `known` has no row of. Each new row is given to `keep` at once, from whatever thread; then
    /// `done` is told. Gives all rows in the order of the grid.
    ///
    /// # Errors
    /// If one of the runs comes to nothing, or a row could not be kept.
    pub fn run<E: std::error::Error + Send>(
        &self,
        known: Vec<Row>,
        keep: &(dyn Fn(&Row) -> Result<(), E> + Sync),
        done: Done<'_>,
    ) -> Result<Vec<Row>, SweepError<E>> {
        let has: BTreeSet<(usize, u64)> = known.iter().map(|row| (row.point, row.seed)).collect();
        let seeds = &self.evidence.seeds;
        let cells = self.scenarios.keys().flat_map(|point| seeds.iter().map(move |seed| (*point, *seed)));
        let missing: Vec<(usize, u64)> = cells.filter(|cell| !has.contains(cell)).collect();
        let one = |&(point, seed): &(usize, u64)| {
            let row = self.row(point, seed)?;
            keep(&row).map_err(SweepError::Keep)?;
            done();
            Ok(row)
        };
        let new: Result<Vec<Row>, SweepError<E>> = missing.par_iter().with_max_len(1).map(one).collect();
        Ok(self.sorted(known.into_iter().chain(new?)))
    }

    fn row<E: std::error::Error>(&self, point: usize, seed: u64) -> Result<Row, SweepError<E>> {
        let scenario = &self.scenarios[&point];
        let found = values(scenario, &self.measures, seed);
        let failed = |source| SweepError::Run { place: self.grid.describe(point), seed, source };
        Ok(Row { point, seed, values: found.map_err(failed)? })
    }

    /// Rows by point and then in the order of the seeds, each cell once.
    pub fn sorted(&self, rows: impl Iterator<Item = Row>) -> Vec<Row> {
        let order: BTreeMap<u64, usize> =
            self.evidence.seeds.iter().enumerate().map(|(at, seed)| (*seed, at)).collect();
        let cells: BTreeMap<(usize, Option<usize>), Row> =
            rows.map(|row| ((row.point, order.get(&row.seed).copied()), row)).collect();
        cells.into_values().collect()
    }

    /// What sorted rows say about each point.
    pub fn summarize(&self, rows: &[Row]) -> Swept {
        let point = |of: &[Row]| {
            let values = self.grid.values(of[0].point).into_iter().map(str::to_owned);
            let runs: Vec<Vec<Option<f64>>> = of.iter().map(|row| row.values.clone()).collect();
            SweptPoint {
                point: of[0].point,
                values: self.grid.axes.iter().map(|axis| axis.path.clone()).zip(values).collect(),
                digest: self.scenarios[&of[0].point].digest.clone(),
                measures: columns(self.measures.clone(), &runs).into_iter().map(|c| (c.measure.name(), c)).collect(),
            }
        };
        let points = rows.chunk_by(|a, b| a.point == b.point).map(point).collect();
        Swept { evidence: self.evidence.clone(), grid: self.grid.clone(), points }
    }
}

/// What a sweep found, summed up over the seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Swept {
    /// What ran; the digest is that of the scenario without the varied values.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// What varied.
    #[serde(flatten)]
    pub grid: Grid,
    /// In the order of the grid.
    pub points: Vec<SweptPoint>,
}

/// What a sweep found at one point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweptPoint {
    /// Its index in the grid.
    pub point: usize,
    /// The varied values, as written.
    pub values: Named<String>,
    /// Identifies what was simulated.
    pub digest: String,
    /// By measure: mean, interval, and the values per seed.
    pub measures: Named<Replicated>,
}

impl Swept {
    /// The measure of this name or text that some point has.
    pub fn measures(&self) -> Vec<&Measure> {
        let mut all: Named<&Measure> = Named::new();
        for (name, replicated) in self.points.iter().flat_map(|point| &point.measures) {
            all.entry(name.clone()).or_insert(&replicated.measure);
        }
        all.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(texts: &[&str], shard: Option<&str>) -> Result<Grid, GridError> {
        let axes = texts.iter().map(|text| Axis::parse(text).expect("an axis")).collect();
        Grid::new(axes, shard.map(|shard| Shard::parse(shard).expect("a shard")))
    }

    #[test]
    fn the_last_axis_varies_fastest() {
        let grid = grid(&["a=1,2", "b=x,y,z"], None).expect("a grid");
        let points: Vec<Vec<&str>> = grid.points().map(|point| grid.values(point)).collect();
        assert_eq!(points[..4], [["1", "x"], ["1", "y"], ["1", "z"], ["2", "x"]]);
        assert_eq!((grid.len(), grid.describe(5)), (6, "a=2, b=z".to_owned()));
    }

    #[test]
    fn shards_part_the_grid() {
        let of = |shard| grid(&["a=1..7/7"], Some(shard)).expect("a grid").points().collect::<Vec<_>>();
        assert_eq!((of("1/3"), of("2/3"), of("3/3")), (vec![0, 3, 6], vec![1, 4], vec![2, 5]));
        for wrong in ["0/3", "4/3", "1", "1/0", "a/b", ""] {
            assert_eq!(Shard::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_path_twice_and_not_too_many_points() {
        assert_eq!(grid(&["a=1,2", "a=3"], None), Err(GridError::Twice("a".to_owned())));
        assert_eq!(grid(&["a=1..500/500", "b=1..500/500"], None), Err(GridError::TooLarge(250_000)));
    }
}
