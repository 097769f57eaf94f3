//! What everything on the picture is drawn with: letters, strokes and markers.
//!
//! The drawing library has no font at hand, so room for text is reckoned with the average letter of a wide sans-serif.

use super::Size;
use super::panel::{Dash, Ink, Look, Marker, Weight};
use crate::readable;
use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) type DrawError = DrawingAreaErrorKind<std::io::Error>;
pub(super) type Pixel = (i32, i32);

pub(super) const TITLE: Font = Font { px: 32, bold: true };
pub(super) const HEADING: Font = Font { px: 19, bold: true };
pub(super) const FAULT: Font = Font { px: 16, bold: true };
pub(super) const LABEL: Font = Font { px: 16, bold: false };
pub(super) const NOTHING: Font = Font { px: 19, bold: false };

pub(super) const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const FAINT: RGBColor = RGBColor(0x5c, 0x5c, 0x5c);
pub(super) const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
pub(super) const AXIS: RGBColor = RGBColor(0x88, 0x88, 0x88);

/// Around everything.
pub(super) const MARGIN: i32 = 36;
/// What title and subtitle take.
pub(super) const HEADER: i32 = 96;

/// DejaVu first, since that is what the PNG has; Verdana has its proportions.
const FAMILY: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";

/// The surface of a picture.
pub(super) struct Canvas<'a> {
    pub(super) area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl Canvas<'_> {
    /// What the picture is of, and where it comes from.
    pub(super) fn header(&self, title: &str, subtitle: &str, size: Size) -> Result<(), DrawError> {
        let room = size.width as i32 - 2 * MARGIN;
        let title = readable::elided(title, TITLE.fit(room));
        let subtitle = readable::elided(subtitle, LABEL.fit(room));
        self.write(&title, (MARGIN, 44), TITLE, TEXT, HPos::Left)?;
        self.write(&subtitle, (MARGIN, 77), LABEL, FAINT, HPos::Left)
    }

    pub(super) fn marker(&self, at: Pixel, look: Look) -> Result<(), DrawError> {
        let ink = rgb(look.ink);
        let corner = |dx: i32, dy: i32| (at.0 + dx, at.1 + dy);
        match look.marker {
            Marker::None => Ok(()),
            Marker::Disc => self.area.draw(&Circle::new(at, 5, ink.filled())),
            Marker::Triangle => {
                self.area.draw(&Polygon::new(vec![corner(0, -7), corner(6, 5), corner(-6, 5)], ink.filled()))
            }
            Marker::Square => self.area.draw(&Rectangle::new([corner(-5, -5), corner(5, 5)], ink.filled())),
            Marker::Cross => self.area.draw(&Cross::new(at, 5, ink.stroke_width(3))),
            Marker::Ring => {
                self.area.draw(&Circle::new(at, 5, WHITE.filled()))?;
                self.area.draw(&Circle::new(at, 5, ink.stroke_width(2)))
            }
            Marker::Diamond => {
                let tips = vec![corner(0, -7), corner(7, 0), corner(0, 7), corner(-7, 0)];
                self.area.draw(&Polygon::new(tips, ink.filled()))
            }
        }
    }

    /// A line through pixels.
    pub(super) fn stroke(&self, points: &[Pixel], dash: Dash, style: ShapeStyle) -> Result<(), DrawError> {
        match dash {
            Dash::Solid => self.area.draw(&PathElement::new(points.to_vec(), style)),
            Dash::Long => self.area.draw(&DashedPathElement::new(points.to_vec(), 11, 5, style)),
            Dash::Short => self.area.draw(&DashedPathElement::new(points.to_vec(), 4, 4, style)),
        }
    }

    /// Text that is centred on `at` from top to bottom, and from left to right begins, ends or is centred there.
    pub(super) fn write(&self, text: &str, at: Pixel, font: Font, ink: RGBColor, side: HPos) -> Result<(), DrawError> {
        let style = font.style().color(&ink).pos(Pos::new(side, VPos::Center));
        self.area.draw(&Text::new(text.to_owned(), at, style))
    }
}

/// What a line of that look is drawn with.
pub(super) fn pen(look: Look) -> ShapeStyle {
    let width = if look.weight == Weight::Thin { 2 } else { 3 };
    rgb(look.ink).stroke_width(width)
}

pub(super) fn rgb(ink: Ink) -> RGBColor {
    match ink {
        Ink::Blue => RGBColor(0x00, 0x72, 0xb2),
        Ink::Vermillion => RGBColor(0xd5, 0x5e, 0x00),
        Ink::Green => RGBColor(0x00, 0x9e, 0x73),
        Ink::Purple => RGBColor(0xcc, 0x79, 0xa7),
        Ink::Orange => RGBColor(0xe6, 0x9f, 0x00),
        Ink::Sky => RGBColor(0x56, 0xb4, 0xe9),
        Ink::Black => RGBColor(0x22, 0x22, 0x22),
    }
}

/// Letters of one size and weight.
#[derive(Clone, Copy)]
pub(super) struct Font {
    px: u32,
    bold: bool,
}

impl Font {
    /// The style that the library wants; its own unit of size is 1.24 pixels.
    pub(super) fn style(self) -> TextStyle<'static> {
        let weight = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        (FAMILY, f64::from(self.px) * 1.24, weight).into_font().into()
    }

    /// How many letters fit.
    pub(super) fn fit(self, room: i32) -> usize {
        (f64::from(room.max(0)) / self.letter()) as usize
    }

    pub(super) fn width(self, text: &str) -> i32 {
        (text.chars().count() as f64 * self.letter()).ceil() as i32
    }

    /// The width of an average letter of DejaVu Sans in running text, rounded up.
    fn letter(self) -> f64 {
        f64::from(self.px) * if self.bold { 0.66 } else { 0.59 }
    }
}
