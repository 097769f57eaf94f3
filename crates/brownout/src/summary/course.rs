//! How a run went over time, in a handful of lines: goodput, tail latency and the longest queue as small bars, with the
//! faults and the times below.

use super::{FAULT, HEADING, Paint};
use app::readable::{self, elided};
use app::report::{Mark, RunReport};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LABEL: usize = 9;
/// Room for what is written after the bars.
const RANGE: usize = 24;
/// Faults that get a line of their own.
const FAULTS: usize = 4;
/// Ranges wider than this factor get bars by their logarithm.
const LOG_FROM: f64 = 100.0;

/// The lines; none where nothing was measured over time.
pub(super) fn course(report: &RunReport, width: usize, paint: Paint) -> Vec<String> {
    let steps = report.timeline.series.values().map(Vec::len).max().unwrap_or(0);
    if steps == 0 {
        return Vec::new();
    }
    let track = Track { columns: width - LABEL - RANGE, steps, end_s: steps as f64 * report.timeline.step_s, width };
    let mut lines = vec![paint.with(HEADING, "over time")];
    lines.extend([track.goodput(report), track.tail(report), track.queue(report)].into_iter().flatten());
    lines.extend(track.faults(&report.timeline.marks).iter().map(|line| paint.with(FAULT, line)));
    lines.push(track.times());
    lines
}

/// The stretch of columns that time runs along.
struct Track {
    columns: usize,
    steps: usize,
    end_s: f64,
    width: usize,
}

impl Track {
    fn goodput(&self, report: &RunReport) -> Option<String> {
        let all = report.endpoints.keys().map(|name| series(report, name, "goodput_rps"));
        let sum = folded(all, self.steps, |a, b| a + b);
        let columns = self.columns_of(&sum, mean);
        let high = columns.iter().flatten().copied().reduce(f64::max)?;
        let low = columns.iter().flatten().copied().reduce(f64::min)?;
        let range = format!("{} to {}/s", readable::count(low), readable::count(high));
        Some(line("goodput", &bars(&columns, 0.0, high), &range))
    }

    fn tail(&self, report: &RunReport) -> Option<String> {
        let all = report.endpoints.keys().map(|name| series(report, name, "p99_ms"));
        let worst = folded(all, self.steps, f64::max);
        let columns = self.columns_of(&worst, largest);
        let high = columns.iter().flatten().copied().reduce(f64::max)?;
        let low = columns.iter().flatten().copied().filter(|v| *v > 0.0).reduce(f64::min).unwrap_or(high);
        let wide = high / low > LOG_FROM;
        let note = if wide { ", log" } else { "" };
        let range = format!("{} to {}{note}", readable::duration(low), readable::duration(high));
        let drawn = if wide { logarithmic(&columns, low, high) } else { bars(&columns, 0.0, high) };
        Some(line("p99", &drawn, &range))
    }

    /// The queue of the service whose queue got longest.
    fn queue(&self, report: &RunReport) -> Option<String> {
        let peak = |name: &str| series(report, name, "queue").iter().flatten().copied().reduce(f64::max);
        let peaks = report.services.keys().filter_map(|name| Some((name, peak(name)?)));
        // Of equals, the first that the scenario names.
        let (name, high) = peaks.reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let columns = self.columns_of(series(report, name, "queue"), largest);
        let words = format!("up to {}", readable::count(high));
        let range = format!("{words}, {}", elided(name, RANGE - 4 - words.chars().count()));
        Some(line("queue", &bars(&columns, 0.0, high), &range))
    }

    /// Gathers steps into columns, or stretches few steps over many columns.
    fn columns_of(&self, values: &[Option<f64>], gather: fn(&[f64]) -> Option<f64>) -> Vec<Option<f64>> {
        (0..self.columns)
            .map(|column| {
                let from = column * self.steps / self.columns;
                let to = ((column + 1) * self.steps / self.columns).max(from + 1);
                let known: Vec<f64> = values.iter().take(to).skip(from).flatten().copied().collect();
                gather(&known)
            })
            .collect()
    }

    fn column(&self, s: f64) -> usize {
        ((s / self.end_s).clamp(0.0, 1.0) * self.columns as f64).round() as usize
    }

    fn faults(&self, marks: &[Mark]) -> Vec<String> {
        let mut lines: Vec<String> = marks.iter().take(FAULTS).map(|mark| self.fault(mark)).collect();
        if marks.len() > FAULTS {
            lines.push(format!("and {} more", marks.len() - FAULTS));
        }
        let label = |i| if i == 0 { "faults" } else { "" };
        lines.iter().enumerate().map(|(i, line)| format!("{:LABEL$}{line}", label(i))).collect()
    }

    /// A bar from the beginning to the end of a fault, and its words where there is more room.
    fn fault(&self, mark: &Mark) -> String {
        let from = self.column(mark.from_s).min(self.columns - 1);
        let bar = "━".repeat(self.column(mark.to_s).saturating_sub(from).max(1));
        let after = self.width - LABEL - from - bar.chars().count();
        let needed = mark.text.chars().count() + self.span(mark).chars().count();
        if after > from || needed < after {
            format!("{:from$}{bar} {}", "", self.words(mark, after - 1))
        } else {
            let before = from - 1;
            format!("{:>before$} {bar}", self.words(mark, before))
        }
    }

    /// The text gives way, the times stay.
    fn words(&self, mark: &Mark, room: usize) -> String {
        let span = self.span(mark);
        elided(&mark.text, room.saturating_sub(span.chars().count())) + &span
    }

    fn span(&self, mark: &Mark) -> String {
        let clock = |s| readable::clock(s, self.end_s);
        format!(", {} to {}", clock(mark.from_s), clock(mark.to_s))
    }

    fn times(&self) -> String {
        let [start, middle, end] = [0.0, 0.5, 1.0].map(|part| readable::clock(part * self.end_s, self.end_s));
        let half = self.columns / 2;
        let rest = self.columns - half - middle.chars().count();
        format!("{:LABEL$}{start:half$}{middle}{end:>rest$}", "time")
    }
}

fn line(label: &str, bars: &str, range: &str) -> String {
    format!("{label:LABEL$}{bars}  {range}")
}

fn series<'a>(report: &'a RunReport, name: &str, measure: &str) -> &'a [Option<f64>] {
    report.timeline.series.get(&format!("{name}.{measure}")).map_or(&[], Vec::as_slice)
}

/// Several courses as one; unknown only where all are.
fn folded<'a>(
    all: impl Iterator<Item = &'a [Option<f64>]>,
    steps: usize,
    both: fn(f64, f64) -> f64,
) -> Vec<Option<f64>> {
    let mut total = vec![None; steps];
    for values in all {
        for (sum, value) in total.iter_mut().zip(values) {
            *sum = match (*sum, *value) {
                (Some(a), Some(b)) => Some(both(a, b)),
                (a, b) => a.or(b),
            };
        }
    }
    total
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn largest(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::max)
}

fn bars(values: &[Option<f64>], low: f64, high: f64) -> String {
    let height = |v: f64| if high > low { (v - low) / (high - low) } else { 0.0 };
    values.iter().map(|v| v.map_or(' ', |v| bar(height(v)))).collect()
}

fn logarithmic(values: &[Option<f64>], low: f64, high: f64) -> String {
    let logs: Vec<Option<f64>> = values.iter().map(|v| v.map(|v| v.max(low).ln())).collect();
    bars(&logs, low.ln(), high.ln())
}

fn bar(height: f64) -> char {
    BARS[((height * BARS.len() as f64) as usize).min(BARS.len() - 1)]
}
