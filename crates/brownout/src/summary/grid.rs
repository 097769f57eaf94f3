//! Tables without lines: a name on the left, numbers to the right of it.

use app::readable::elided;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// A table in the making. Without rows it has no lines at all.
pub(super) struct Grid {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    pub(super) fn new(head: &[&str]) -> Self {
        Grid { head: head.iter().map(|title| (*title).to_owned()).collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, name: &str, cells: impl IntoIterator<Item = String>) {
        self.rows.push(std::iter::once(name.to_owned()).chain(cells).collect());
    }

    /// The head and the rows. Where they are too wide, first the gaps between columns shrink, then the names.
    pub(super) fn lines(mut self, width: usize) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let numbers: usize = (1..self.head.len()).map(|column| self.widest(column)).sum();
        let gaps = self.head.len() - 1;
        let gap = if self.widest(0) + numbers + 2 * gaps <= width { 2 } else { 1 };
        let room = width.saturating_sub(numbers + gap * gaps).max(4);
        for row in &mut self.rows {
            row[0] = elided(&row[0], room);
        }
        self.laid_out(gap as u16)
    }

    fn laid_out(self, gap: u16) -> Vec<String> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.head).add_rows(self.rows);
        for (i, column) in table.column_iter_mut().enumerate() {
            column.set_padding((if i == 0 { 0 } else { gap }, 0));
            column.set_cell_alignment(if i == 0 { CellAlignment::Left } else { CellAlignment::Right });
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    fn widest(&self, column: usize) -> usize {
        let cells = std::iter::once(&self.head).chain(&self.rows).map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    }
}

/// Puts parts after each other, with `glue` between them; lines after the first begin with `indent` spaces.
pub(crate) fn flowed<'a>(
    parts: impl IntoIterator<Item = &'a str>,
    glue: &str,
    width: usize,
    indent: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + glue.chars().count() + part.chars().count() <= width => {
                line.push_str(glue);
                line.push_str(part);
            }
            Some(_) => lines.push(" ".repeat(indent) + part),
            None => lines.push(part.to_owned()),
        }
    }
    lines
}
