//! Where things lie on the picture.

use super::Size;
use super::axis::{Times, Values};
use super::panel::{Dash, Line, Look, Panel, Weight};
use super::pen::{
    AXIS, Canvas, DrawError, FAINT, FAULT, GRID, HEADER, HEADING, LABEL, MARGIN, NOTHING, Pixel, TEXT, pen, rgb,
};
use crate::readable;
use crate::report::Mark;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// All that a picture shows.
pub(super) struct Figure<'a> {
    pub(super) title: String,
    pub(super) subtitle: String,
    /// Where the time axis ends, in seconds.
    pub(super) end_s: f64,
    pub(super) marks: &'a [Mark],
    pub(super) panels: Vec<Panel>,
}

const VALUES: i32 = 84;
const LANE: i32 = 26;
const LANES: usize = 3;
const CAPTION: i32 = 38;
const TIMES: i32 = 48;
const ROW: i32 = 27;

/// How many columns of two pixels a plot of a picture of this size has.
pub(super) fn columns(size: Size) -> usize {
    (plot_width(size) / 2) as usize
}

/// How many panels a picture of this size has room for.
pub(super) fn most_panels(size: Size) -> usize {
    /// Lower than this a plot shows little more than whether there is anything.
    const LEAST: i32 = 90;
    ((size.height as i32 - HEADER - LANE - TIMES) / (LEAST + CAPTION)).max(0) as usize
}

fn plot_width(size: Size) -> i32 {
    let legend = (size.width as i32 / 4).min(340);
    size.width as i32 - 2 * MARGIN - VALUES - legend
}

/// Draws the figure as an SVG document.
pub(super) fn draw(figure: &Figure, size: Size) -> Result<String, DrawError> {
    let mut drawing = String::new();
    let area = SVGBackend::with_string(&mut drawing, (size.width, size.height)).into_drawing_area();
    area.fill(&WHITE)?;
    let page = Page { canvas: Canvas { area }, size };
    page.canvas.header(&figure.title, &figure.subtitle, size)?;
    let labels = page.labels(figure);
    let slots = slots(figure.panels.len(), &labels, size);
    for (panel, slot) in figure.panels.iter().zip(&slots) {
        page.panel(figure, panel, slot)?;
    }
    page.faults(&labels, slots.first())?;
    page.canvas.area.present()?;
    drop(page);
    Ok(drawing)
}

/// Where a panel lies.
struct Slot {
    /// The middle of its caption.
    caption: i32,
    /// The top of its plot.
    top: i32,
    height: i32,
    /// Whether the times stand below it.
    last: bool,
}

impl Slot {
    fn ground(&self) -> i32 {
        self.top + self.height
    }
}

/// Panels of equal height; the faults' words stand between the first one's caption and its plot.
fn slots(count: usize, labels: &[Label], size: Size) -> Vec<Slot> {
    let words = LANE * labels.iter().map(|l| l.lane + 1).max().unwrap_or(0) as i32;
    let height = (size.height as i32 - HEADER - words - TIMES) / count.max(1) as i32 - CAPTION;
    let slot = |i: usize| {
        let above = HEADER + i as i32 * (height + CAPTION) + if i > 0 { words } else { 0 };
        let top = above + CAPTION + if i == 0 { words } else { 0 };
        Slot { caption: above + CAPTION - 17, top, height, last: i + 1 == count }
    };
    (0..count).map(slot).collect()
}

struct Page<'a> {
    canvas: Canvas<'a>,
    size: Size,
}

/// A fault's words, and where they stand.
struct Label {
    lane: usize,
    text: String,
    at: i32,
    anchor: HPos,
    from: i32,
}

impl Page<'_> {
    fn plot_left(&self) -> i32 {
        MARGIN + VALUES
    }

    fn plot_right(&self) -> i32 {
        self.plot_left() + plot_width(self.size)
    }

    fn x(&self, s: f64, end_s: f64) -> i32 {
        let share = (s / end_s).clamp(0.0, 1.0);
        self.plot_left() + (share * f64::from(plot_width(self.size))).round() as i32
    }

    /// Gives each fault's words a lane in which they do not run into others; what finds none is counted at the end.
    fn labels(&self, figure: &Figure) -> Vec<Label> {
        let mut taken = [i32::MIN; LANES];
        let mut labels = Vec::new();
        let mut left_out = 0;
        for mark in figure.marks {
            let words = self.words(mark, figure.end_s);
            let (from, wide) = (self.x(mark.from_s, figure.end_s), FAULT.width(&words));
            let right_bound = from + wide > self.plot_right();
            let (at, anchor) = if right_bound { (self.plot_right(), HPos::Right) } else { (from, HPos::Left) };
            let start = if right_bound { at - wide } else { at };
            let Some(lane) = taken.iter().position(|end| *end < start) else {
                left_out += 1;
                continue;
            };
            taken[lane] = start + wide + 16;
            labels.push(Label { lane, text: words, at, anchor, from });
        }
        if left_out > 0 {
            let text = format!("and {left_out} more faults");
            labels.push(Label { lane: 0, text, at: self.plot_right() + 28, anchor: HPos::Left, from: i32::MAX });
        }
        labels
    }

    fn words(&self, mark: &Mark, end_s: f64) -> String {
        let times = format!(", {} to {}", readable::clock(mark.from_s, end_s), readable::clock(mark.to_s, end_s));
        let room = FAULT.fit(plot_width(self.size)).saturating_sub(times.len());
        readable::elided(&mark.text, room.min(60)) + &times
    }

    /// Writes the faults above the first panel, each with a line down to where it begins.
    fn faults(&self, labels: &[Label], first: Option<&Slot>) -> Result<(), DrawError> {
        let Some(slot) = first else { return Ok(()) };
        let lanes = slot.caption + 17;
        for label in labels.iter().filter(|l| l.from < i32::MAX) {
            let y = lanes + label.lane as i32 * LANE;
            self.canvas.area.draw(&PathElement::new(vec![(label.from, y + 4), (label.from, slot.top)], AXIS))?;
        }
        for label in labels {
            let y = lanes + label.lane as i32 * LANE + LANE / 2;
            self.blank(label, y)?;
            self.canvas.write(&label.text, (label.at, y), FAULT, TEXT, label.anchor)?;
        }
        Ok(())
    }

    /// Keeps the lines of other faults from crossing a fault's words.
    fn blank(&self, label: &Label, y: i32) -> Result<(), DrawError> {
        let wide = FAULT.width(&label.text);
        let left = if matches!(label.anchor, HPos::Right) { label.at - wide } else { label.at };
        self.canvas
            .area
            .draw(&Rectangle::new([(left, y - LANE / 2 + 2), (left + wide, y + LANE / 2 - 2)], WHITE.filled()))
    }

    fn panel(&self, figure: &Figure, panel: &Panel, slot: &Slot) -> Result<(), DrawError> {
        let title = readable::elided(&panel.title, HEADING.fit(plot_width(self.size) - LABEL.width(&panel.note) - 10));
        let at = |x| (x, slot.caption);
        self.canvas.write(&title, at(self.plot_left()), HEADING, TEXT, HPos::Left)?;
        self.canvas.write(&panel.note, at(self.plot_right()), LABEL, FAINT, HPos::Right)?;
        self.shade(figure, slot)?;
        self.grid(figure, panel, slot)?;
        for line in &panel.lines {
            self.line(figure, panel, line, slot)?;
        }
        if panel.lines.is_empty() {
            let middle = ((self.plot_left() + self.plot_right()) / 2, slot.top + slot.height / 2);
            self.canvas.write(panel.nothing, middle, NOTHING, FAINT, HPos::Center)?;
        }
        self.legend(panel, slot)
    }

    /// Tints the times of faults; a fault too short to see is two pixels wide.
    fn shade(&self, figure: &Figure, slot: &Slot) -> Result<(), DrawError> {
        for mark in figure.marks {
            let from = self.x(mark.from_s, figure.end_s);
            let to = self.x(mark.to_s, figure.end_s).max(from + 2);
            self.canvas
                .area
                .draw(&Rectangle::new([(from, slot.top), (to, slot.ground())], BLACK.mix(0.09).filled()))?;
            for x in [from, to] {
                self.canvas.stroke(&[(x, slot.top), (x, slot.ground())], Dash::Short, AXIS.stroke_width(1))?;
            }
        }
        Ok(())
    }

    fn grid(&self, figure: &Figure, panel: &Panel, slot: &Slot) -> Result<(), DrawError> {
        let times = if slot.last { TIMES } else { 0 };
        let area = (self.plot_right() - MARGIN + 1, slot.height + times + 1);
        let area = self.canvas.area.clone().shrink((MARGIN, slot.top), (area.0 as u32, area.1 as u32));
        let mut chart = ChartBuilder::on(&area)
            .set_label_area_size(LabelAreaPosition::Left, VALUES)
            .set_label_area_size(LabelAreaPosition::Bottom, times)
            .build_cartesian_2d(self.times(figure), Values { scale: panel.scale, unit: panel.unit })?;
        chart
            .configure_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(AXIS)
            .label_style(LABEL.style().color(&TEXT))
            .draw()?;
        if slot.last { self.time_unit(figure, slot) } else { Ok(()) }
    }

    fn times(&self, figure: &Figure) -> Times {
        Times { end_s: figure.end_s, most: (plot_width(self.size) / 90) as usize }
    }

    fn time_unit(&self, figure: &Figure, slot: &Slot) -> Result<(), DrawError> {
        let words = if figure.end_s < 3600.0 { "simulated time, m:ss" } else { "simulated time, h:mm:ss" };
        let at = (self.size.width as i32 - MARGIN, slot.ground() + 18);
        self.canvas.write(words, at, LABEL, FAINT, HPos::Right)
    }

    fn line(&self, figure: &Figure, panel: &Panel, line: &Line, slot: &Slot) -> Result<(), DrawError> {
        let place = |&(s, value): &(f64, f64)| {
            let above = panel.scale.height(value) * f64::from(slot.height);
            (self.x(s, figure.end_s), slot.ground() - above.round() as i32)
        };
        let runs: Vec<Vec<Pixel>> = line.runs.iter().map(|run| run.iter().map(place).collect()).collect();
        for run in &runs {
            self.course(run, line.look, slot.ground())?;
        }
        let over_zero = runs.iter().flatten().copied().filter(|(_, y)| *y < slot.ground());
        self.beads(over_zero, line.look)
    }

    fn course(&self, run: &[Pixel], look: Look, ground: i32) -> Result<(), DrawError> {
        let ink = rgb(look.ink);
        let (first, last) = (run[0], run[run.len() - 1]);
        if look.weight == Weight::Filled {
            let mut area = run.to_vec();
            area.extend([(last.0, ground), (first.0, ground)]);
            self.canvas.area.draw(&Polygon::new(area, ink.mix(0.18)))?;
        }
        if first == last {
            return self.canvas.area.draw(&Circle::new(first, 2, ink.filled()));
        }
        self.canvas.stroke(run, look.dash, pen(look))
    }

    /// Markers along a line; each look begins at another place, so that lines on top of each other stay visible.
    fn beads(&self, points: impl Iterator<Item = Pixel>, look: Look) -> Result<(), DrawError> {
        const APART: i32 = 120;
        let mut next = self.plot_left() + 20 + look.marker as i32 * 17;
        for point in points {
            if point.0 >= next {
                self.canvas.marker(point, look)?;
                next += ((point.0 - next) / APART + 1) * APART;
            }
        }
        Ok(())
    }

    /// Beside the plot, where it covers nothing.
    fn legend(&self, panel: &Panel, slot: &Slot) -> Result<(), DrawError> {
        let left = self.plot_right() + 28;
        let right = self.size.width as i32 - MARGIN;
        if !panel.lines.is_empty() {
            self.canvas.write("peak", (right, slot.caption), LABEL, FAINT, HPos::Right)?;
        }
        let row = ROW.min(slot.height / panel.lines.len().max(1) as i32);
        for (i, line) in panel.lines.iter().enumerate() {
            let y = slot.top + row / 2 + row * i as i32;
            self.canvas.stroke(&[(left, y), (left + 44, y)], line.look.dash, pen(line.look))?;
            self.canvas.marker((left + 22, y), line.look)?;
            let room = right - left - 56 - LABEL.width(&line.peak) - 18;
            let label = readable::elided(&line.label, LABEL.fit(room));
            self.canvas.write(&label, (left + 56, y), LABEL, TEXT, HPos::Left)?;
            self.canvas.write(&line.peak, (right, y), LABEL, FAINT, HPos::Right)?;
        }
        Ok(())
    }
}
