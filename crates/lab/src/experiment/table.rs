//! The rows of a sweep as a table: a column per varied path, the seed, a column per measure.
//!
//! Varied values are text, as the scenario file writes them, since `400/s` and `lognormal(p50=2ms, p99=9ms)` are; a
//! measure that a run lacks is an empty cell. Rows are in the order of the grid, so the same sweep gives the same bytes.

#[cfg(feature = "parquet")]
mod parquet;

use super::sweep::{Row, Sweep};
#[cfg(feature = "parquet")]
pub use parquet::{ParquetError, parquet};
use std::borrow::Cow;

/// The rows as CSV (RFC 4180, with line feeds), the first line naming the columns.
pub fn csv(sweep: &Sweep, rows: &[Row]) -> String {
    let head = sweep.grid.axes.iter().map(|axis| axis.path.clone());
    let head = head.chain(["seed".to_owned()]).chain(sweep.measures.iter().map(|measure| measure.name()));
    let mut table = csv_line(head);
    for row in rows {
        let varied = sweep.grid.values(row.point).into_iter().map(str::to_owned);
        let measured = row.values.iter().map(|value| value.map_or(String::new(), |value| value.to_string()));
        table += &csv_line(varied.chain([row.seed.to_string()]).chain(measured));
    }
    table
}

fn csv_line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell).into_owned()).collect();
    cells.join(",") + "\n"
}

fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\"")).into()
    } else {
        cell.into()
    }
}
