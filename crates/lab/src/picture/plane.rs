//! A rectangle in which two values become a place, with its axes.

use super::Size;
use super::axis::Scale;
use super::panel::{Dash, Ink, Look, Marker, Weight};
use super::pen::{AXIS, Canvas, DrawError, FAINT, GRID, LABEL, Pixel, TEXT, rgb};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Where a plot lies.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Frame {
    pub(super) fn right(&self) -> i32 {
        self.left + self.width
    }

    pub(super) fn ground(&self) -> i32 {
        self.top + self.height
    }

    /// Where a value of a horizontal scale lies.
    pub(super) fn x(&self, scale: Scale, value: f64) -> i32 {
        self.left + (scale.height(value) * f64::from(self.width)).round() as i32
    }

    /// Where a value of a vertical scale lies.
    pub(super) fn y(&self, scale: Scale, value: f64) -> i32 {
        self.ground() - (scale.height(value) * f64::from(self.height)).round() as i32
    }
}

/// A scale with the way its values are written.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub(super) scale: Scale,
    pub(super) write: fn(f64) -> String,
}

/// How a mean is marked, and how a reference is.
pub(super) const MEAN: Look = Look { ink: Ink::Blue, dash: Dash::Solid, marker: Marker::Disc, weight: Weight::Bold };
pub(super) const REFERENCE: Look =
    Look { ink: Ink::Black, dash: Dash::Short, marker: Marker::Ring, weight: Weight::Thin };

impl Canvas<'_> {
    /// Lines across the frame at the ticks of a vertical axis, with their values to the left.
    pub(super) fn vertical(&self, frame: Frame, axis: Axis) -> Result<(), DrawError> {
        for tick in axis.scale.ticks() {
            let y = frame.y(axis.scale, tick);
            self.stroke(&[(frame.left, y), (frame.right(), y)], Dash::Solid, GRID.stroke_width(1))?;
            self.write(&(axis.write)(tick), (frame.left - 10, y), LABEL, TEXT, HPos::Right)?;
        }
        self.stroke(&[(frame.left, frame.top), (frame.left, frame.ground())], Dash::Solid, AXIS.stroke_width(1))
    }

    /// Lines through the frame at the ticks of a horizontal axis, with their values below; as many as there is room for.
    pub(super) fn horizontal(&self, frame: Frame, axis: Axis) -> Result<(), DrawError> {
        let mut free = i32::MIN;
        for tick in axis.scale.ticks() {
            let (x, text) = (frame.x(axis.scale, tick), (axis.write)(tick));
            self.stroke(&[(x, frame.top), (x, frame.ground())], Dash::Solid, GRID.stroke_width(1))?;
            let half = LABEL.width(&text) / 2;
            if x - half > free {
                self.write(&text, (x, frame.ground() + 15), LABEL, TEXT, HPos::Center)?;
                free = x + half + 10;
            }
        }
        self.stroke(&[(frame.left, frame.ground()), (frame.right(), frame.ground())], Dash::Solid, AXIS.stroke_width(1))
    }

    /// A stroke with an end on either side, as wide as an interval.
    pub(super) fn whisker(&self, from: Pixel, to: Pixel, look: Look) -> Result<(), DrawError> {
        let style = rgb(look.ink).stroke_width(2);
        let upright = from.0 == to.0;
        let cap = |(x, y): Pixel| if upright { [(x - 5, y), (x + 5, y)] } else { [(x, y - 5), (x, y + 5)] };
        self.stroke(&[from, to], Dash::Solid, style)?;
        self.stroke(&cap(from), Dash::Solid, style)?;
        self.stroke(&cap(to), Dash::Solid, style)
    }

    /// A note in the middle of a frame that has nothing else to show.
    pub(super) fn nothing(&self, frame: Frame, text: &str) -> Result<(), DrawError> {
        let middle = (frame.left + frame.width / 2, frame.top + frame.height / 2);
        self.write(text, middle, LABEL, FAINT, HPos::Center)
    }
}

/// Draws an SVG document of a size.
pub(super) fn document(size: Size, draw: impl FnOnce(&Canvas) -> Result<(), DrawError>) -> String {
    let mut drawing = String::new();
    let area = SVGBackend::with_string(&mut drawing, (size.width, size.height)).into_drawing_area();
    let canvas = Canvas { area };
    let drawn = canvas.area.fill(&WHITE).and_then(|()| draw(&canvas)).and_then(|()| canvas.area.present());
    drawn.expect("drawing into a string cannot fail");
    drop(canvas);
    drawing
}
