//! A run as one picture: latency, goodput, queues and utilization over the same time, replicas and breakers where they
//! change, with the faults marked.
//!
//! [`svg`] works in two stages. `panel` decides what is shown: it reads the report and gives lines made of plain
//! points. `draw` decides where, with `pen`'s letters and strokes: they know pixels and the drawing library, and
//! nothing of reports. A line is told from its neighbours by colour, dash and marker together, so that a printout in
//! grey or a colour-blind reader loses nothing. What it leaves out: everything that is a total rather than a course;
//! see the report's tables.
//!
//! Experiments have pictures of their own: `comparison` and `sweep`, drawn with the same pens on a `plane`.

mod axis;
mod comparison;
mod draw;
mod panel;
mod pen;
mod plane;
#[cfg(feature = "png")]
mod png;
mod sweep;

use crate::readable;
use crate::report::{Evidence, RunReport};
pub use comparison::comparison_svg;
#[cfg(feature = "png")]
pub use png::{PngError, png, rasterized};
pub use sweep::sweep_svg;

/// The size of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width; less than [`Size::LEAST`]'s counts as that.
    pub width: u32,
    /// Height; less than [`Size::LEAST`]'s counts as that.
    pub height: u32,
}

impl Size {
    /// Below this nothing is readable.
    pub const LEAST: Size = Size { width: 960, height: 640 };

    fn at_least(self, least: Size) -> Size {
        Size { width: self.width.max(least.width), height: self.height.max(least.height) }
    }
}

impl Default for Size {
    /// A slide.
    fn default() -> Self {
        Size { width: 1600, height: 1000 }
    }
}

/// The run as an SVG document: the same report and size give the same bytes.
///
/// Values that are null leave gaps. Where there are more endpoints or services than can be told apart, those with the
/// highest peaks are shown, and the picture says so.
pub fn svg(report: &RunReport, size: Size) -> String {
    let size = size.at_least(Size::LEAST);
    let figure = draw::Figure {
        title: report.title(),
        subtitle: subtitle(report),
        end_s: end(report),
        marks: &report.timeline.marks,
        panels: panel::all(report, draw::columns(size), draw::most_panels(size)),
    };
    let drawing = draw::draw(&figure, size).expect("drawing into a string cannot fail");
    described(&drawing, &report.title(), &in_words(report))
}

fn subtitle(report: &RunReport) -> String {
    format!(
        "{} simulated, numbers from {} on · seed {} · scenario {} · Brownout {} · lab evidence",
        readable::length(report.simulated_s),
        readable::length(report.warmup_s),
        report.seed,
        readable::elided(&report.digest, 16),
        report.version
    )
}

/// Where the time axis ends, in seconds.
fn end(report: &RunReport) -> f64 {
    let steps = report.timeline.series.values().map(Vec::len).max().unwrap_or(0);
    (steps as f64 * report.timeline.step_s).max(report.simulated_s).max(1.0)
}

/// What an experiment's picture says about its origin.
fn origin(evidence: &Evidence) -> String {
    format!(
        "means with 95 % intervals over {} seeds · scenario {} · Brownout {} · lab evidence",
        evidence.seeds.len(),
        readable::elided(&evidence.digest, 16),
        evidence.version
    )
}

fn in_words(report: &RunReport) -> String {
    let mut words = format!("{} simulated.", readable::length(report.simulated_s));
    for (name, r) in &report.endpoints {
        let goodput = r.goodput.map_or(readable::NOTHING.to_owned(), readable::share);
        let p99 = r.latency_ms.p99.map_or(readable::NOTHING.to_owned(), readable::duration);
        words.push_str(&format!(" {name}: goodput {goodput}, p99 {p99}."));
    }
    for mark in &report.timeline.marks {
        let at = |s| readable::clock(s, report.simulated_s);
        words.push_str(&format!(" {} from {} to {}.", mark.text, at(mark.from_s), at(mark.to_s)));
    }
    words
}

/// Adds what a screen reader says instead of the picture.
fn described(drawing: &str, title: &str, words: &str) -> String {
    let Some(open) = drawing.find('>') else { return drawing.to_owned() };
    let (root, rest) = drawing.split_at(open);
    let (title, words) = (escaped(title), escaped(words));
    let (open, body) = rest.split_at(1);
    format!("{root} role=\"img\"{open}\n<title>{title}</title>\n<desc>{words}</desc>{body}")
}

/// Text as XML holds it; control characters, which XML 1.0 has no way to write, become spaces.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::Sample;

    #[test]
    fn the_same_report_gives_the_same_bytes() {
        let report = Sample::default().report();
        assert_eq!(svg(&report, Size::default()), svg(&report, Size::default()));
    }

    #[test]
    fn a_screen_reader_hears_what_happened() {
        let mut report = Sample::default().report();
        report.scenario = "A <b> & \u{7}c".to_owned();
        let svg = svg(&report, Size::default());
        assert!(svg.contains("<title>A &lt;b&gt; &amp;  c</title>"), "{}", &svg[..400]);
        assert!(svg.contains("inventory slow by 4x from 3:00 to 5:00.</desc>"), "{}", &svg[..600]);
    }

    /// With the reader that the PNG needs anyway.
    #[cfg(feature = "png")]
    mod as_document {
        use super::*;
        use crate::report::Mark;
        use resvg::usvg::roxmltree::{Document, Node};

        /// Draws, reads back, and checks that nothing lies outside; gives all text, and the lines' number.
        #[track_caller]
        fn check(report: &RunReport, size: Size) -> (String, usize) {
            let svg = svg(report, size);
            let document = Document::parse(&svg).expect("well-formed XML");
            let size = size.at_least(Size::LEAST);
            let lines: Vec<Node> = document.descendants().filter(|n| n.has_tag_name("polyline")).collect();
            for line in &lines {
                for point in line.attribute("points").expect("points").split_whitespace() {
                    let (x, y) = point.split_once(',').expect("x,y");
                    assert!((0.0..=f64::from(size.width)).contains(&x.parse().expect("a number")), "{point}");
                    assert!((0.0..=f64::from(size.height)).contains(&y.parse().expect("a number")), "{point}");
                }
            }
            let text: Vec<&str> = document
                .descendants()
                .filter(|n| n.has_tag_name("text"))
                .filter_map(|n| n.text())
                .map(str::trim)
                .collect();
            (text.join("|"), lines.len())
        }

        #[test]
        fn it_says_what_ran_and_what_went_wrong() {
            let (text, _) = check(&Sample::default().report(), Size::default());
            for words in [
                "Checkout with a slow inventory",
                "10m simulated, numbers from 30s on · seed 7 · scenario 3f9a1c0e77b2d845",
                "inventory slow by 4x, 3:00 to 5:00",
                "Latency of gateway.checkout",
                "logarithmic",
                "|10s|",
                "|offered|424/s|goodput|",
                "|late|",
                "|failed|",
                "|10:00|",
            ] {
                assert!(text.contains(words), "{words:?} is missing in {text}");
            }
        }

        #[test]
        fn the_odd_ones_can_be_drawn() {
            let nothing = Sample { seconds: 0, services: 0, endpoints: 0, fault: None, ..Sample::default() };
            let (text, _) = check(&nothing.report(), Size::default());
            assert!(text.contains("no request was answered"), "{text}");
            check(&Sample { seconds: 1, ..Sample::default() }.report(), Size::default());
            check(&Sample { services: 20, endpoints: 12, ..Sample::default() }.report(), Size { width: 1, height: 1 });
            let day = Sample { seconds: 86_400, fault: Some((30_000, 45_000)), ..Sample::default() }.report();
            assert!(svg(&day, Size::default()).len() < 600_000, "a long run is thinned");
            let (text, _) = check(&day, Size::default());
            assert!(text.contains("simulated time, h:mm:ss") && text.contains("12:00:00"), "{text}");
        }

        #[test]
        fn nulls_break_lines() {
            let mut report = Sample { services: 1, fault: None, ..Sample::default() }.report();
            let (_, whole) = check(&report, Size::default());
            report.timeline.series["inventory.queue"][200..300].fill(None);
            let (_, cut) = check(&report, Size::default());
            assert_eq!(cut, whole + 1);
        }

        #[test]
        fn long_names_are_elided_and_many_faults_counted() {
            let mut report = Sample::default().report();
            report.scenario = "word ".repeat(100);
            let mark = |i| Mark { text: "fault ".repeat(20), from_s: 60.0 * f64::from(i), to_s: 60.0 * f64::from(i) };
            report.timeline.marks = (0..9).map(mark).collect();
            let (text, _) = check(&report, Size::default());
            assert!(text.starts_with("word word") && text.contains('…'), "{text}");
            assert!(text.contains("and 6 more faults"), "{text}");
        }

        #[test]
        fn the_png_has_the_size_and_the_letters() {
            let png = png(&Sample::default().report(), Size::default()).expect("a picture");
            let pixels = resvg::tiny_skia::Pixmap::decode_png(&png).expect("a PNG");
            assert_eq!((pixels.width(), pixels.height()), (1600, 1000));
            let dark = |x: u32, y: u32| pixels.pixel(x, y).is_some_and(|p| p.red() < 0x80);
            let title = (30..66).flat_map(|y| (36..600).map(move |x| (x, y))).filter(|(x, y)| dark(*x, *y)).count();
            assert!(title > 1_000, "the title has only {title} dark pixels: no font?");
        }
    }
}
