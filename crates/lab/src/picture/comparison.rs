//! Variants side by side: a panel per measure with each variant's mean and interval, and two measures against each
//! other with the Pareto front.
//!
//! Rows keep the order of the comparison, and a line through each panel shows the base's mean, so that better and worse
//! can be seen across all rows. On the plane of two measures, what nothing beats is a filled diamond on a line, and the
//! rest are rings: shape says it, colour repeats it.

use super::axis::Scale;
use super::panel::{Dash, Ink, Look, Marker, Weight};
use super::pen::{Canvas, DrawError, FAINT, HEADER, HEADING, LABEL, MARGIN, Pixel, TEXT, pen};
use super::plane::{Axis, Frame, MEAN, REFERENCE, document};
use super::{Size, described, origin};
use crate::experiment::Replicated;
use crate::experiment::compare::{Arm, Comparison};
use crate::measure::{Better, Measure, Unit};
use crate::readable;
use crate::report::Interval;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

const CAPTION: i32 = 34;
const TICKS: i32 = 34;
const NAMES: i32 = 190;
const FIGURES: i32 = 170;
const LEAST_ROW: i32 = 24;
const MOST_ROW: i32 = 44;

/// The comparison as an SVG document: the same comparison gives the same bytes. It is higher than `size` where the
/// variants need more room.
pub fn comparison_svg(found: &Comparison, measures: &[Measure], against: &[Measure; 2], size: Size) -> String {
    let size = size.at_least(Size::LEAST);
    let lines = (found.arms.len() * measures.len()) as i32;
    let fixed = HEADER + MARGIN + (CAPTION + TICKS) * measures.len() as i32;
    let height = (size.height as i32).max(fixed + lines * LEAST_ROW);
    let row = ((height - fixed) / lines.max(1)).clamp(LEAST_ROW, MOST_ROW);
    let size = Size { height: height as u32, ..size };
    let page = Page { found, size, row };
    let drawing = document(size, |canvas| page.draw(canvas, measures, against));
    described(&drawing, &found.evidence.title(), &in_words(found))
}

/// Every difference that was shown, in a sentence.
fn in_words(found: &Comparison) -> String {
    let sentences = found.arms.iter().flat_map(|arm| {
        let shown = arm.differences.values().filter(|difference| difference.shown);
        shown.map(|difference| format!("{}: {}.", arm.name(), difference.text))
    });
    sentences.collect::<Vec<_>>().join(" ")
}

struct Page<'a> {
    found: &'a Comparison,
    size: Size,
    row: i32,
}

impl Page<'_> {
    /// What the panels have of the width; the rest is the plane's.
    fn panels_width(&self) -> i32 {
        (self.size.width as i32 - 2 * MARGIN) * 58 / 100
    }

    fn draw(&self, canvas: &Canvas, measures: &[Measure], against: &[Measure; 2]) -> Result<(), DrawError> {
        canvas.header(&self.found.evidence.title(), &origin(&self.found.evidence), self.size)?;
        let height = self.row * self.found.arms.len() as i32;
        for (index, measure) in measures.iter().enumerate() {
            let top = HEADER + CAPTION + index as i32 * (CAPTION + height + TICKS);
            let width = self.panels_width() - NAMES - FIGURES;
            self.panel(canvas, measure, Frame { left: MARGIN + NAMES, top, width, height })?;
        }
        self.plane(canvas, against)
    }

    fn panel(&self, canvas: &Canvas, measure: &Measure, frame: Frame) -> Result<(), DrawError> {
        let axis = axis(self.found.arms.iter().filter_map(|arm| of(arm, measure)), measure);
        caption(canvas, measure, axis, frame, MARGIN)?;
        canvas.horizontal(frame, axis)?;
        if let Some(base) = self.found.arms.first().and_then(|arm| of(arm, measure)) {
            let x = frame.x(axis.scale, base.mean);
            canvas.stroke(&[(x, frame.top), (x, frame.ground())], REFERENCE.dash, pen(REFERENCE))?;
        }
        for (index, arm) in self.found.arms.iter().enumerate() {
            let y = frame.top + self.row * index as i32 + self.row / 2;
            self.line(canvas, arm, measure, axis, frame, y)?;
        }
        Ok(())
    }

    fn line(
        &self,
        canvas: &Canvas,
        arm: &Arm,
        measure: &Measure,
        axis: Axis,
        frame: Frame,
        y: i32,
    ) -> Result<(), DrawError> {
        let name = readable::elided(arm.name(), LABEL.fit(NAMES - 14));
        canvas.write(&name, (frame.left - 14, y), LABEL, TEXT, HPos::Right)?;
        let Some(replicated) = arm.measures.get(&measure.name()) else {
            return canvas.write("not measured", (frame.right() + 14, y), LABEL, FAINT, HPos::Left);
        };
        let interval = &replicated.interval;
        let look = if arm.variant.is_none() { REFERENCE } else { MEAN };
        canvas.whisker((frame.x(axis.scale, interval.low), y), (frame.x(axis.scale, interval.high), y), look)?;
        canvas.marker((frame.x(axis.scale, interval.mean), y), look)?;
        canvas.write(&figures(replicated), (frame.right() + 14, y), LABEL, TEXT, HPos::Left)
    }

    fn plane(&self, canvas: &Canvas, [x, y]: &[Measure; 2]) -> Result<(), DrawError> {
        let left = MARGIN + self.panels_width() + 110;
        let right = self.size.width as i32 - MARGIN;
        let height = (self.size.height as i32 - HEADER - CAPTION - MARGIN - 76).min(right - left + 120);
        let frame = Frame { left, top: HEADER + CAPTION, width: right - left, height };
        let values = |measure: &Measure| self.found.arms.iter().filter_map(|arm| of(arm, measure)).collect::<Vec<_>>();
        let axes = [axis(values(x).into_iter(), x), axis(values(y).into_iter(), y)];
        caption(canvas, y, axes[1], frame, left)?;
        canvas.vertical(frame, axes[1])?;
        canvas.horizontal(frame, axes[0])?;
        let below = title(x, axes[0]);
        canvas.write(&below, (frame.right(), frame.ground() + 40), HEADING, TEXT, HPos::Right)?;
        self.points(canvas, [x, y], axes, frame)?;
        self.legend(canvas, (left, frame.ground() + 68))
    }

    fn points(&self, canvas: &Canvas, [x, y]: [&Measure; 2], axes: [Axis; 2], frame: Frame) -> Result<(), DrawError> {
        let on_front = self.found.pareto(x, y);
        let points: Vec<Point> = self
            .found
            .arms
            .iter()
            .zip(on_front)
            .filter_map(|(arm, on_front)| {
                Some(Point::of(arm.name(), [of(arm, x)?, of(arm, y)?], axes, frame, on_front))
            })
            .collect();
        let mut front: Vec<Pixel> = points.iter().filter(|point| point.on_front).map(|point| point.at).collect();
        front.sort_unstable();
        if front.len() > 1 {
            canvas.stroke(&front, Dash::Long, pen(FRONT))?;
        }
        let mut labels: Vec<Label> = Vec::new();
        for point in &points {
            for (from, to) in point.whiskers {
                canvas.whisker(from, to, Look { ink: Ink::Sky, ..MEAN })?;
            }
            labels.push(Label::beside(point, &points, &labels, frame));
        }
        labels.iter().try_for_each(|label| label.draw(canvas))?;
        points.iter().try_for_each(|point| canvas.marker(point.at, if point.on_front { FRONT } else { BEATEN }))
    }

    fn legend(&self, canvas: &Canvas, (left, y): Pixel) -> Result<(), DrawError> {
        const FRONT_TEXT: &str = "beaten in both by no other";
        canvas.marker((left + 8, y), FRONT)?;
        canvas.write(FRONT_TEXT, (left + 24, y), LABEL, TEXT, HPos::Left)?;
        let next = left + 24 + LABEL.width(FRONT_TEXT) + 30;
        canvas.marker((next, y), BEATEN)?;
        canvas.write("beaten by another", (next + 16, y), LABEL, TEXT, HPos::Left)
    }
}

const FRONT: Look = Look { ink: Ink::Vermillion, dash: Dash::Long, marker: Marker::Diamond, weight: Weight::Thin };
const BEATEN: Look = Look { ink: Ink::Black, dash: Dash::Solid, marker: Marker::Ring, weight: Weight::Thin };

fn of<'a>(arm: &'a Arm, measure: &Measure) -> Option<&'a Interval> {
    arm.measures.get(&measure.name()).map(|replicated| &replicated.interval)
}

fn figures(replicated: &Replicated) -> String {
    let unit = replicated.measure.unit();
    format!("{} ±{}", unit.write(replicated.interval.mean), unit.write_half(&replicated.interval))
}

/// The axis that all these intervals fit on.
pub(super) fn axis<'i>(intervals: impl Iterator<Item = &'i Interval> + Clone, measure: &Measure) -> Axis {
    axis_of(intervals.flat_map(|interval| [interval.low, interval.mean, interval.high]), measure)
}

/// The axis that all these values of a measure fit on.
pub(super) fn axis_of(values: impl Iterator<Item = f64> + Clone, measure: &Measure) -> Axis {
    let values = values.filter(|value| value.is_finite());
    let scale = Scale::around(values, measure.unit() == Unit::Milliseconds);
    // No share is more than a whole, even where its interval is.
    let scale = if measure.unit() == Unit::Share { scale.up_to(1.0) } else { scale };
    Axis { scale, write: writer(measure.unit()) }
}

fn writer(unit: Unit) -> fn(f64) -> String {
    match unit {
        Unit::Milliseconds => readable::duration,
        Unit::Share => |x| format!("{}%", readable::digits(x * 100.0)),
        Unit::Factor => |x| format!("{}x", readable::digits(x)),
        Unit::Number => readable::count,
    }
}

/// The measure, and how to read its axis.
pub(super) fn title(measure: &Measure, axis: Axis) -> String {
    let better = if measure.quantity.better() == Better::Higher { "more is better" } else { "less is better" };
    let log = if matches!(axis.scale, Scale::Log { .. }) { ", logarithmic" } else { "" };
    format!("{} ({better}{log})", measure.text())
}

fn caption(canvas: &Canvas, measure: &Measure, axis: Axis, frame: Frame, left: i32) -> Result<(), DrawError> {
    let text = readable::elided(&title(measure, axis), HEADING.fit(frame.right() + FIGURES - left));
    canvas.write(&text, (left, frame.top - 17), HEADING, TEXT, HPos::Left)
}

/// A variant on the plane.
struct Point<'a> {
    name: &'a str,
    at: Pixel,
    whiskers: [(Pixel, Pixel); 2],
    on_front: bool,
}

impl<'a> Point<'a> {
    fn of(name: &'a str, [x, y]: [&Interval; 2], axes: [Axis; 2], frame: Frame, on_front: bool) -> Point<'a> {
        let across = |value| frame.x(axes[0].scale, value);
        let up = |value| frame.y(axes[1].scale, value);
        let at = (across(x.mean), up(y.mean));
        let whiskers = [((across(x.low), at.1), (across(x.high), at.1)), ((at.0, up(y.low)), (at.0, up(y.high)))];
        Point { name, at, whiskers, on_front }
    }
}

/// A point's name, where it covers no other name and no point.
struct Label {
    text: String,
    left: i32,
    y: i32,
}

impl Label {
    const HEIGHT: i32 = 20;

    fn beside(point: &Point, points: &[Point], others: &[Label], frame: Frame) -> Label {
        let text = readable::elided(point.name, 24);
        let wide = LABEL.width(&text);
        let sides = [point.at.0 + 14, point.at.0 - 14 - wide];
        let inside = |left: i32, y: i32| {
            left >= frame.left && left + wide <= frame.right() && y >= frame.top + 10 && y <= frame.ground() - 10
        };
        let free = |left: i32, y: i32| {
            let apart = |at: Pixel| at.0 < left - 10 || at.0 > left + wide + 10 || (at.1 - y).abs() > 14;
            others.iter().all(|other| !other.meets(left, wide, y)) && points.iter().all(|other| apart(other.at))
        };
        let heights = (0..20).map(|step| if step % 2 == 0 { step / 2 } else { -(step + 1) / 2 } * Self::HEIGHT);
        let places = heights.flat_map(|dy| sides.map(|left| (left, point.at.1 - 14 + dy)));
        let place = places.clone().find(|(left, y)| inside(*left, *y) && free(*left, *y));
        let (left, y) = place.unwrap_or((sides[0].min(frame.right() - wide), point.at.1));
        Label { text, left, y }
    }

    /// On white, so that no line runs through it.
    fn draw(&self, canvas: &Canvas) -> Result<(), DrawError> {
        let (left, right) = (self.left - 2, self.left + LABEL.width(&self.text));
        canvas.area.draw(&Rectangle::new([(left, self.y - 9), (right, self.y + 9)], WHITE.filled()))?;
        canvas.write(&self.text, (self.left, self.y), LABEL, TEXT, HPos::Left)
    }

    fn meets(&self, left: i32, wide: i32, y: i32) -> bool {
        (self.y - y).abs() < Self::HEIGHT && left < self.left + LABEL.width(&self.text) && self.left < left + wide
    }
}
