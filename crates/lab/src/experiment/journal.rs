//! What a sweep has finished so far, as text that only grows: a header, then a line per run.
//!
//! The header says which sweep it is of, so that another one refuses to go on with it. A line is complete once its line
//! break is there; a process that is killed leaves at most one that is not, at the end, and that one is dropped. Numbers
//! are written so that reading gives the same bits. Left out: the file, which is the caller's.

use super::sweep::{Grid, Row, Sweep};
use crate::report::Evidence;
use serde::{Deserialize, Serialize};

/// Which sweep a journal is of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Version of this format.
    journal: u32,
    #[serde(flatten)]
    evidence: Evidence,
    #[serde(flatten)]
    grid: Grid,
    measures: Vec<String>,
}

/// A journal that was read.
#[derive(Clone, PartialEq, Debug)]
pub struct Journal {
    /// Its rows, in the order in which they were finished.
    pub rows: Vec<Row>,
    /// How many bytes of it are whole lines: what follows is torn.
    pub whole: usize,
}

/// Why a sweep cannot go on with a journal.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JournalError {
    /// It is of another sweep.
    #[error("it was begun by another sweep: {what} was {there} and now is {here}")]
    Other {
        /// What differs.
        what: &'static str,
        /// In the journal.
        there: String,
        /// In this sweep.
        here: String,
    },
    /// A line before the last one makes no sense.
    #[error("its line {0} makes no sense")]
    Damaged(usize),
}

/// Version of the format.
const FORMAT: u32 = 1;

impl Header {
    /// The header of a sweep's journal.
    pub fn of(sweep: &Sweep) -> Header {
        let measures = sweep.measures.iter().map(|measure| measure.name()).collect();
        Header { journal: FORMAT, evidence: sweep.evidence.clone(), grid: sweep.grid.clone(), measures }
    }

    /// The journal's first line.
    pub fn line(&self) -> String {
        json(self)
    }

    fn expect(&self, there: &Header) -> Result<(), JournalError> {
        let (mine, its) = (&self.evidence, &there.evidence);
        let grid = |header: &Header| {
            words(header.grid.axes.iter().map(|axis| format!("{}={}", axis.path, axis.values.join(","))))
        };
        let shard =
            |header: &Header| header.grid.shard.map_or("none".to_owned(), |s| format!("{}/{}", s.index, s.count));
        let seeds = |evidence: &Evidence| words(evidence.seeds.iter().map(u64::to_string));
        let facts = [
            ("the journal's format", there.journal.to_string(), self.journal.to_string()),
            ("Brownout's version", its.version.clone(), mine.version.clone()),
            ("the scenario's digest", its.digest.clone(), mine.digest.clone()),
            ("the grid", grid(there), grid(self)),
            ("the shard", shard(there), shard(self)),
            ("the list of seeds", seeds(its), seeds(mine)),
            ("the list of measures", words(there.measures.iter()), words(self.measures.iter())),
        ];
        match facts.into_iter().find(|(_, there, here)| there != here) {
            Some((what, there, here)) => Err(JournalError::Other { what, there, here }),
            None => Ok(()),
        }
    }
}

fn words(all: impl Iterator<Item = impl ToString>) -> String {
    all.map(|one| one.to_string()).collect::<Vec<_>>().join(" ")
}

/// The line of a finished run.
pub fn line(row: &Row) -> String {
    json(&(row.point, row.seed, &row.values))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and text are JSON") + "\n"
}

/// Reads a sweep's journal. Of an empty text, or one torn within its header, nothing is whole.
///
/// # Errors
/// If it is another sweep's, or damaged elsewhere than at its end.
pub fn read(text: &[u8], sweep: &Sweep) -> Result<Journal, JournalError> {
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let lines: Vec<&[u8]> = text[..end].split_inclusive(|byte| *byte == b'\n').collect();
    let Some((head, lines)) = lines.split_first() else { return Ok(Journal { rows: Vec::new(), whole: 0 }) };
    let there: Header = serde_json::from_slice(head).map_err(|_| JournalError::Damaged(1))?;
    Header::of(sweep).expect(&there)?;
    let mut journal = Journal { rows: Vec::new(), whole: head.len() };
    for (index, line) in lines.iter().enumerate() {
        match row(line).filter(|row| sweep.holds(row)) {
            Some(row) => journal.rows.push(row),
            // The machine went down with the last line half on disk.
            None if index + 1 == lines.len() => break,
            None => return Err(JournalError::Damaged(index + 2)),
        }
        journal.whole += line.len();
    }
    Ok(journal)
}

fn row(line: &[u8]) -> Option<Row> {
    let (point, seed, values) = serde_json::from_slice(line).ok()?;
    Some(Row { point, seed, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::vary::Axis;
    use crate::reporting::evidence;
    use crate::scenario::{Scenario, read as read_scenario};

    const SCENARIO: &str = "brownout: 1
name: One service
duration: 10s
workload: {users: {call: shop.buy, rate: 10/s}}
services: {shop: {workers: 4, endpoints: {buy: [{wait: 10ms}]}}}
";

    fn scenario(sets: &[crate::scenario::Override]) -> Scenario {
        read_scenario(SCENARIO, sets, &|_| Err(std::io::ErrorKind::NotFound.into())).scenario.expect("a scenario")
    }

    fn sweep(vary: &str, seeds: &[u64]) -> Sweep {
        let grid = Grid::new(vec![Axis::parse(vary).expect("an axis")], None).expect("a grid");
        let scenarios = grid.points().map(|point| scenario(&grid.sets(point))).collect();
        Sweep::new(grid, evidence(&scenario(&[]), seeds.to_vec()), scenarios)
    }

    fn rows(sweep: &Sweep) -> Vec<Row> {
        // Numbers whose shortest decimals a careless reader gets wrong in the last bit.
        let awkward = [Some(0.1 + 0.2), None, Some(9_007_199_254_740_993.0), Some(1.797_693_134_862_315_7e308)];
        let values = |offset| (0..sweep.measures.len()).map(|index| awkward[(index + offset) % 4]).collect();
        (0..2).map(|point| Row { point, seed: 7, values: values(point) }).collect()
    }

    fn text(sweep: &Sweep) -> String {
        Header::of(sweep).line() + &rows(sweep).iter().map(line).collect::<String>()
    }

    #[test]
    fn what_was_written_is_read_back_to_the_last_bit() {
        let sweep = sweep("services.shop.workers=1,2", &[7]);
        let text = text(&sweep);
        assert_eq!(read(text.as_bytes(), &sweep), Ok(Journal { rows: rows(&sweep), whole: text.len() }));
    }

    #[test]
    fn a_journal_cut_anywhere_keeps_its_whole_lines() {
        let sweep = sweep("services.shop.workers=1,2", &[7]);
        let text = text(&sweep);
        for cut in 0..text.len() {
            let whole = text[..cut].rfind('\n').map_or(0, |last| last + 1);
            let expected = text[..whole].lines().count().saturating_sub(1);
            let journal = read(&text.as_bytes()[..cut], &sweep).expect("a torn end is no damage");
            assert_eq!((journal.whole, journal.rows.len()), (whole, expected), "cut at {cut}");
        }
    }

    #[test]
    fn garbage_is_dropped_at_the_end_and_refused_before_it() {
        let sweep = sweep("services.shop.workers=1,2", &[7]);
        let text = text(&sweep);
        let torn = text.clone() + "[1,7,[0.5\0\0\n";
        assert_eq!(read(torn.as_bytes(), &sweep).map(|journal| journal.whole), Ok(text.len()));
        let damaged = text.replace("[0,7,", "[0,8,");
        assert_eq!(read(damaged.as_bytes(), &sweep), Err(JournalError::Damaged(2)));
        assert_eq!(read(b"hello\n", &sweep), Err(JournalError::Damaged(1)));
    }

    #[test]
    fn another_sweep_is_told_what_differs() {
        let began = sweep("services.shop.workers=1,2", &[7]);
        let refusal = |other: &Sweep| read(text(&began).as_bytes(), other).expect_err("another sweep").to_string();
        assert_eq!(
            refusal(&sweep("services.shop.workers=1,3", &[7])),
            "it was begun by another sweep: the grid was services.shop.workers=1,2 and now is services.shop.workers=1,3"
        );
        assert_eq!(
            refusal(&sweep("services.shop.workers=1,2", &[7, 8])),
            "it was begun by another sweep: the list of seeds was 7 and now is 7 8"
        );
    }
}
