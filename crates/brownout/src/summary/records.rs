//! The list of records: what was asked, newest first.

use super::grid::Grid;
use super::{HEADING, LEAST_WIDTH, Page, Paint, stacked};
use crate::commands::Listed;
use app::readable;

/// The newest records of `all` that there are.
pub(crate) fn records(listed: &[Listed], all: usize, width: usize, colour: bool) -> String {
    let page = Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } };
    if listed.is_empty() {
        let hint = "`brownout run`, `compare`, `sweep` and `find` leave one for each result.";
        return stacked(&[vec!["Nothing is recorded yet.".to_owned(), hint.to_owned()]]);
    }
    let title = format!("{} of {} records, the newest first", listed.len(), all);
    let mut grid = Grid::new(&["scenario", "command", "variant", "seeds", "age", "version", "brownout show"]);
    for record in listed {
        let seeds = match record.seeds.as_slice() {
            [one] => one.to_string(),
            [first, .., last] => format!("{first} to {last}"),
            [] => readable::NOTHING.to_owned(),
        };
        let changed = if record.sets.is_empty() { "" } else { " +set" };
        let variant = record.variant.as_deref().unwrap_or(readable::NOTHING);
        grid.row(
            &record.scenario,
            [
                record.command.to_owned(),
                format!("{}{changed}", readable::elided(variant, 20)),
                seeds,
                readable::duration(record.age_s.round() * 1e3),
                record.version.clone(),
                record.id.clone(),
            ],
        );
    }
    stacked(&[vec![page.paint.with(HEADING, &title)], page.grid(grid)])
}
