//! The CSV files that a scenario refers to: fetched once, parsed once, and part of the digest.
//!
//! A scenario names files in its own folder and nothing else: no absolute path, no `..`, so that reading somebody's
//! scenario never opens anything but what lies beside it.

use super::problem::{Place, Problem, quoted};
use super::reader::Reader;
use super::units;
use sha2::{Digest, Sha256};
use sim::Span;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::path::{Component, Path};
use std::sync::Arc;

/// The first column of a file.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) values: Arc<[Span]>,
    /// The file's line of the first value that is less than the one before it.
    falls_at: Option<usize>,
    digest: [u8; 32],
}

/// Fetches files by name, remembers what they held.
pub(super) struct Files<'a> {
    fetch: &'a dyn Fn(&str) -> io::Result<Vec<u8>>,
    columns: RefCell<HashMap<String, Result<Column, String>>>,
}

/// The largest file that is read, in bytes.
pub(super) const MAX_FILE: usize = 64 << 20;
/// Different files of one scenario.
const MAX_FILES: usize = 32;

impl<'a> Files<'a> {
    pub(super) fn new(fetch: &'a dyn Fn(&str) -> io::Result<Vec<u8>>) -> Files<'a> {
        Files { fetch, columns: RefCell::default() }
    }

    /// The first column of a file, or why there is none.
    fn column(&self, name: &str) -> Result<Column, String> {
        let mut columns = self.columns.borrow_mut();
        if let Some(known) = columns.get(name) {
            return known.clone();
        }
        if columns.len() == MAX_FILES {
            return Err(format!("a scenario may refer to at most {MAX_FILES} files"));
        }
        let column = (self.fetch)(name).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!("there is no file {} beside the scenario", quoted(name)),
            kind => format!("cannot read {}: {kind}", quoted(name)),
        });
        let column = column.and_then(|bytes| parse(name, &bytes));
        columns.insert(name.to_owned(), column.clone());
        column
    }

    /// Adds a file that was read to a digest.
    pub(super) fn digest(&self, name: &str, hash: &mut Sha256) {
        if let Some(Ok(column)) = self.columns.borrow().get(name) {
            hash.update(column.digest);
        }
    }
}

/// Whether a name stays in the scenario's folder.
pub(super) fn stays_inside(name: &str) -> bool {
    let inside = |component| matches!(component, Component::Normal(_) | Component::CurDir);
    !name.is_empty() && !name.contains(['\\', ':']) && Path::new(name).components().all(inside)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Column, String> {
    if bytes.len() > MAX_FILE {
        return Err(format!("{} is larger than {MAX_FILE} bytes", quoted(name)));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8 text", quoted(name)))?;
    let mut values: Vec<Span> = Vec::new();
    let mut falls_at = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let cell = first_cell(line);
        if cell.is_empty() || (index == 0 && !cell.starts_with(|c: char| c.is_ascii_digit() || c == '-')) {
            continue;
        }
        let value = seconds(cell).map_err(|why| format!("{}, line {}: {why}", quoted(name), index + 1))?;
        if values.last().is_some_and(|last| *last > value) {
            falls_at.get_or_insert(index + 1);
        }
        values.push(value);
    }
    if values.is_empty() {
        return Err(format!("{} holds no value in its first column", quoted(name)));
    }
    Ok(Column { values: values.into(), falls_at, digest: Sha256::digest(bytes).into() })
}

fn first_cell(line: &str) -> &str {
    line.split([',', ';', '\t']).next().unwrap_or_default().trim().trim_matches('"')
}

/// A bare number is seconds.
fn seconds(cell: &str) -> Result<Span, String> {
    let bare = cell.ends_with(|c: char| c.is_ascii_digit());
    let read = if bare { units::duration(&format!("{cell}s")) } else { units::duration(cell) };
    read.map_err(|_| format!("{} is no time in seconds", quoted(cell)))
}

impl Reader<'_> {
    /// The first column of a file that the scenario refers to at `place`.
    pub(super) fn column(&mut self, place: Place, name: &str) -> Option<Column> {
        if !stays_inside(name) {
            let problem = Problem::new(place, format!("{} is not beside the scenario", quoted(name)));
            self.report(problem.expected("a file in the scenario's folder, without `..`"));
            return None;
        }
        match self.files.column(name) {
            Ok(column) => {
                self.used.insert(name.to_owned());
                Some(column)
            }
            Err(why) => {
                self.report(Problem::new(place, why));
                None
            }
        }
    }

    /// As [`Reader::column`], and the values rise.
    pub(super) fn rising_column(&mut self, place: Place, name: &str) -> Option<Column> {
        let column = self.column(place, name)?;
        let Some(line) = column.falls_at else { return Some(column) };
        let message = format!("{}, line {line}: this time is before the one above it", quoted(name));
        self.report(Problem::new(place, message).expected("times that rise"));
        None
    }
}
