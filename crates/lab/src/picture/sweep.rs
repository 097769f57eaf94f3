//! A sweep: lines with bands over one varied path, heat maps over two.
//!
//! A band is the 95 % interval at each point, with the mean as a line through it. A heat map writes each cell's mean
//! into it where there is room, so that its tints only guide the eye. Values that are numbers of one kind lie where
//! they belong; others lie side by side.

use super::comparison::{axis, axis_of, title};
use super::panel::Dash;
use super::pen::{AXIS, Canvas, DrawError, FAINT, HEADER, HEADING, LABEL, MARGIN, Pixel, TEXT, pen, rgb};
use super::plane::{Axis, Frame, MEAN, document};
use super::{Size, described, origin};
use crate::experiment::sweep::{Swept, SweptPoint};
use crate::measure::Measure;
use crate::readable;
use crate::report::Interval;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

const CAPTION: i32 = 38;
const BELOW: i32 = 58;
const VALUES: i32 = 84;

/// The sweep as an SVG document; of more than two varied paths, the first two are drawn.
pub fn sweep_svg(swept: &Swept, measures: &[Measure], size: Size) -> String {
    let size = size.at_least(Size::LEAST);
    let drawing = document(size, |canvas| {
        canvas.header(&swept.evidence.title(), &origin(&swept.evidence), size)?;
        let page = Page { swept, size };
        if swept.grid.axes.len() > 1 { page.heat_maps(canvas, measures) } else { page.lines(canvas, measures) }
    });
    described(&drawing, &swept.evidence.title(), &in_words(swept, measures))
}

fn in_words(swept: &Swept, measures: &[Measure]) -> String {
    let point = |point: &SweptPoint| {
        let values: Vec<&str> = point.values.values().map(String::as_str).collect();
        let found = measures.iter().filter_map(|measure| point.measures.get(&measure.name()));
        let found: Vec<String> = found
            .map(|found| format!("{} {}", found.measure.text(), found.measure.unit().write(found.interval.mean)))
            .collect();
        format!("{}: {}.", values.join(", "), found.join(", "))
    };
    swept.points.iter().map(point).collect::<Vec<_>>().join(" ")
}

struct Page<'a> {
    swept: &'a Swept,
    size: Size,
}

impl Page<'_> {
    /// Panels below each other.
    fn lines(&self, canvas: &Canvas, measures: &[Measure]) -> Result<(), DrawError> {
        let Some(varied) = self.swept.grid.axes.first() else { return Ok(()) };
        let count = measures.len().max(1) as i32;
        let height = (self.size.height as i32 - HEADER - BELOW) / count - CAPTION;
        let left = MARGIN + VALUES;
        let width = self.size.width as i32 - MARGIN - left - 60;
        let places = Places::of(varied);
        for (index, measure) in measures.iter().enumerate() {
            let top = HEADER + CAPTION + index as i32 * (height + CAPTION);
            self.panel(canvas, measure, &places, Frame { left, top, width, height })?;
        }
        let ground = HEADER + count * (height + CAPTION);
        self.below(canvas, &places, Frame { left, top: HEADER, width, height: ground - HEADER }, &varied.path)
    }

    fn panel(&self, canvas: &Canvas, measure: &Measure, places: &Places, frame: Frame) -> Result<(), DrawError> {
        let axis = axis(self.swept.points.iter().filter_map(|point| of(point, measure)), measure);
        let title = readable::elided(&title(measure, axis), HEADING.fit(frame.width));
        canvas.write(&title, (frame.left, frame.top - 17), HEADING, TEXT, HPos::Left)?;
        canvas.vertical(frame, axis)?;
        let marks: Vec<(i32, &Interval)> = self
            .swept
            .points
            .iter()
            .filter_map(|point| Some((places.x(frame, point.point), of(point, measure)?)))
            .collect();
        if marks.is_empty() {
            return canvas.nothing(frame, "nothing was measured");
        }
        self.band(canvas, &marks, axis, frame)
    }

    fn band(&self, canvas: &Canvas, marks: &[(i32, &Interval)], axis: Axis, frame: Frame) -> Result<(), DrawError> {
        let line = |read: fn(&Interval) -> f64| -> Vec<Pixel> {
            marks.iter().map(|(x, interval)| (*x, frame.y(axis.scale, read(interval)))).collect()
        };
        let (lower, mean, upper) = (line(|i| i.low), line(|i| i.mean), line(|i| i.high));
        let around: Vec<Pixel> = upper.iter().copied().chain(lower.iter().rev().copied()).collect();
        canvas.area.draw(&Polygon::new(around, rgb(MEAN.ink).mix(0.18)))?;
        canvas.stroke(&mean, Dash::Solid, pen(MEAN))?;
        for ((at, low), high) in mean.iter().zip(&lower).zip(&upper) {
            canvas.stroke(&[*low, *high], Dash::Solid, rgb(MEAN.ink).stroke_width(1))?;
            canvas.marker(*at, MEAN)?;
        }
        Ok(())
    }

    /// The varied values under the lowest panel, as many as there is room for.
    fn below(&self, canvas: &Canvas, places: &Places, frame: Frame, path: &str) -> Result<(), DrawError> {
        let mut free = i32::MIN;
        for (index, value) in places.values.iter().enumerate() {
            let x = places.x(frame, index);
            let text = readable::elided(value, 24);
            let half = LABEL.width(&text) / 2;
            if x - half > free {
                canvas.stroke(&[(x, frame.ground()), (x, frame.ground() + 5)], Dash::Solid, AXIS.stroke_width(1))?;
                canvas.write(&text, (x, frame.ground() + 17), LABEL, TEXT, HPos::Center)?;
                free = x + half + 10;
            }
        }
        let path = readable::elided(path, HEADING.fit(frame.width));
        canvas.write(&path, (frame.right(), frame.ground() + 39), HEADING, FAINT, HPos::Right)
    }

    /// Maps beside and below each other.
    fn heat_maps(&self, canvas: &Canvas, measures: &[Measure]) -> Result<(), DrawError> {
        let columns = if measures.len() > 1 { 2 } else { 1 };
        let rows = measures.len().div_ceil(columns).max(1) as i32;
        let (wide, high) =
            ((self.size.width as i32 - 2 * MARGIN) / columns as i32, (self.size.height as i32 - HEADER - 16) / rows);
        for (index, measure) in measures.iter().enumerate() {
            let (column, row) = ((index % columns) as i32, (index / columns) as i32);
            let left = MARGIN + column * wide + VALUES + 20;
            let top = HEADER + row * high + CAPTION;
            let frame = Frame { left, top, width: wide - VALUES - 40, height: high - CAPTION - BELOW - 10 };
            self.heat_map(canvas, measure, frame)?;
        }
        Ok(())
    }

    fn heat_map(&self, canvas: &Canvas, measure: &Measure, frame: Frame) -> Result<(), DrawError> {
        let [down, across, ..] = self.swept.grid.axes.as_slice() else { return Ok(()) };
        let means = self.swept.points.iter().filter_map(|point| of(point, measure)).map(|interval| interval.mean);
        let axis = axis_of(means, measure);
        let caption = readable::elided(&title(measure, axis), HEADING.fit(frame.width));
        canvas.write(&caption, (frame.left, frame.top - 17), HEADING, TEXT, HPos::Left)?;
        let tiles = Tiles { frame, rows: down.values.len() as i32, columns: across.values.len() as i32 };
        let per_row =
            across.values.len() * self.swept.grid.axes[2..].iter().map(|axis| axis.values.len()).product::<usize>();
        for point in &self.swept.points {
            let (row, rest) = (point.point / per_row, point.point % per_row);
            let column = rest * across.values.len() / per_row;
            let mean = of(point, measure).map(|interval| interval.mean);
            tiles.tile(canvas, (row as i32, column as i32), mean, axis)?;
        }
        tiles.values(canvas, &down.values, &across.values)?;
        let paths = format!("{} →   {} ↑", across.path, down.path);
        let paths = readable::elided(&paths, LABEL.fit(frame.width + VALUES));
        canvas.write(&paths, (frame.right(), frame.ground() + 40), LABEL, FAINT, HPos::Right)
    }
}

fn of<'a>(point: &'a SweptPoint, measure: &Measure) -> Option<&'a Interval> {
    point.measures.get(&measure.name()).map(|replicated| &replicated.interval)
}

/// Where the values of a varied path lie, from 0 to 1.
struct Places<'a> {
    values: &'a [String],
    shares: Vec<f64>,
}

impl<'a> Places<'a> {
    fn of(axis: &'a crate::experiment::vary::Axis) -> Places<'a> {
        let numbers = axis.numbers().unwrap_or_else(|| (0..axis.values.len()).map(|index| index as f64).collect());
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let share = |number: f64| if high > low { (number - low) / (high - low) } else { 0.5 };
        Places { values: &axis.values, shares: numbers.into_iter().map(share).collect() }
    }

    fn x(&self, frame: Frame, index: usize) -> i32 {
        let room = f64::from(frame.width - 40);
        frame.left + 20 + (self.shares.get(index).copied().unwrap_or(0.0) * room).round() as i32
    }
}

/// A frame cut into equal tiles, row 0 at the bottom.
struct Tiles {
    frame: Frame,
    rows: i32,
    columns: i32,
}

impl Tiles {
    fn left(&self, column: i32) -> i32 {
        self.frame.left + self.frame.width * column / self.columns
    }

    fn top(&self, row: i32) -> i32 {
        self.frame.ground() - self.frame.height * (row + 1) / self.rows
    }

    fn middle(&self, (row, column): (i32, i32)) -> Pixel {
        ((self.left(column) + self.left(column + 1)) / 2, (self.top(row) + self.top(row - 1)) / 2)
    }

    fn tile(&self, canvas: &Canvas, at: (i32, i32), mean: Option<f64>, axis: Axis) -> Result<(), DrawError> {
        let corners = [(self.left(at.1), self.top(at.0)), (self.left(at.1 + 1), self.top(at.0 - 1))];
        let depth = mean.map_or(0.0, |mean| axis.scale.height(mean));
        let fill = if mean.is_some() { tint(depth) } else { WHITE };
        canvas.area.draw(&Rectangle::new(corners, fill.filled()))?;
        canvas.area.draw(&Rectangle::new(corners, WHITE.stroke_width(1)))?;
        let text = mean.map_or(readable::NOTHING.to_owned(), axis.write);
        let fits = LABEL.width(&text) < corners[1].0 - corners[0].0 && corners[1].1 - corners[0].1 > 18;
        if !fits {
            return Ok(());
        }
        canvas.write(&text, self.middle(at), LABEL, if depth > 0.5 { WHITE } else { TEXT }, HPos::Center)
    }

    /// The varied values, to the left and below.
    fn values(&self, canvas: &Canvas, down: &[String], across: &[String]) -> Result<(), DrawError> {
        let every = 1 + 20 * self.rows / self.frame.height.max(1);
        for (row, value) in down.iter().enumerate().step_by(every as usize) {
            let text = readable::elided(value, LABEL.fit(VALUES + 8));
            let (_, y) = self.middle((row as i32, 0));
            canvas.write(&text, (self.frame.left - 10, y), LABEL, TEXT, HPos::Right)?;
        }
        let mut free = i32::MIN;
        for (column, value) in across.iter().enumerate() {
            let text = readable::elided(value, 16);
            let (x, half) = (self.middle((0, column as i32)).0, LABEL.width(&text) / 2);
            if x - half > free {
                canvas.write(&text, (x, self.frame.ground() + 16), LABEL, TEXT, HPos::Center)?;
                free = x + half + 8;
            }
        }
        Ok(())
    }
}

/// From nearly white to dark blue.
fn tint(depth: f64) -> RGBColor {
    let mix = |from: f64, to: f64| (from + (to - from) * depth).round() as u8;
    RGBColor(mix(236.0, 0.0), mix(243.0, 62.0), mix(250.0, 116.0))
}
