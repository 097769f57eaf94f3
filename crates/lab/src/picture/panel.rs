//! What the picture shows: panels of lines, read from a report's timeline. Four are always there; replicas and breakers
//! follow where the scenario moves them and the picture has room.

use super::axis::Scale;
use crate::readable;
use crate::report::RunReport;

/// One measure over time.
pub(super) struct Panel {
    pub(super) title: String,
    /// What else a reader has to know, in lighter letters.
    pub(super) note: String,
    /// How values are written.
    pub(super) unit: fn(f64) -> String,
    pub(super) scale: Scale,
    pub(super) lines: Vec<Line>,
    /// What to say where there are no lines.
    pub(super) nothing: &'static str,
}

/// A course over time.
pub(super) struct Line {
    pub(super) label: String,
    /// The highest value, written out.
    pub(super) peak: String,
    /// Stretches without a gap; seconds and values.
    pub(super) runs: Vec<Vec<(f64, f64)>>,
    pub(super) look: Look,
}

/// How a line is told from the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Look {
    pub(super) ink: Ink,
    pub(super) dash: Dash,
    pub(super) marker: Marker,
    pub(super) weight: Weight,
}

/// The colours that M. Okabe and K. Ito chose to be told apart with any kind of colour vision ("Color Universal
/// Design", 2008), without the yellow, which is too pale on white.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ink {
    Blue,
    Vermillion,
    Green,
    Purple,
    Orange,
    Sky,
    Black,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dash {
    Solid,
    Long,
    Short,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Marker {
    None,
    Disc,
    Triangle,
    Square,
    Cross,
    Ring,
    Diamond,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Weight {
    Thin,
    Bold,
    /// Bold, with the area below tinted.
    Filled,
}

const INKS: [Ink; 6] = [Ink::Blue, Ink::Vermillion, Ink::Green, Ink::Purple, Ink::Orange, Ink::Sky];
const MARKERS: [Marker; 6] =
    [Marker::Disc, Marker::Triangle, Marker::Square, Marker::Cross, Marker::Ring, Marker::Diamond];
const DASHES: [Dash; 3] = [Dash::Solid, Dash::Long, Dash::Short];

/// As many services, and half as many endpoints, as can be told apart.
const MOST: usize = INKS.len();

/// At most `most` panels from top to bottom; lines have at most two points in each of `columns` columns.
pub(super) fn all(report: &RunReport, columns: usize, most: usize) -> Vec<Panel> {
    let course = Course { report, columns };
    let services = busiest_services(&course);
    let mut panels = vec![
        latency(&course),
        outcomes(&course),
        per_service(&course, &services, "queue", QUEUES),
        per_service(&course, &services, "utilization", UTILIZATION),
    ];
    let moved = [replicas(&course), breakers(&course)].into_iter().filter(|panel| !panel.lines.is_empty());
    panels.extend(moved.take(most.saturating_sub(4)));
    panels
}

/// Replicas that are ready, and where a service is alone in this, those that are paid for.
fn replicas(course: &Course) -> Panel {
    let (names, note) = course.with_measure(course.report.services.keys(), "replicas_ready", "services");
    let mut lines: Vec<Line> = names
        .iter()
        .enumerate()
        .filter_map(|(i, name)| {
            let look = look(INKS[i], DASHES[i % DASHES.len()], MARKERS[i], Weight::Bold);
            course.line((*name).to_owned(), &[name], "replicas_ready", readable::count, look)
        })
        .collect();
    if let [only] = names[..] {
        let paid = look(Ink::Black, Dash::Long, Marker::None, Weight::Thin);
        lines.extend(course.line("starting, draining too".to_owned(), &[only], "replicas", readable::count, paid));
    }
    Panel {
        title: "Replicas".to_owned(),
        note: joined(&["ready to serve", &note]),
        unit: readable::count,
        scale: Scale::fit(values(&lines), false),
        lines,
        nothing: "the number of replicas stays",
    }
}

fn breakers(course: &Course) -> Panel {
    let (names, note) = course.with_measure(course.report.calls.keys(), "breakers_open", "calls");
    let lines: Vec<Line> = names
        .iter()
        .enumerate()
        .filter_map(|(i, name)| {
            let look = look(INKS[i], DASHES[i % DASHES.len()], MARKERS[i], Weight::Bold);
            course.line((*name).to_owned(), &[name], "breakers_open", readable::count, look)
        })
        .collect();
    Panel {
        title: "Breakers".to_owned(),
        note: joined(&["open or half-open", &note]),
        unit: readable::count,
        scale: Scale::fit(values(&lines), false),
        lines,
        nothing: "no call has a breaker",
    }
}

fn latency(course: &Course) -> Panel {
    let (names, note) = course
        .top(course.report.endpoints.keys(), MOST / 2, "endpoints", "p99", |name| [course.peak(name, "p99_ms"), 0.0]);
    let single = names.len() == 1;
    let lines: Vec<Line> = names
        .iter()
        .enumerate()
        .flat_map(|(i, name)| ["p99", "p50"].map(|q| (i, *name, q)))
        .filter_map(|(i, name, q)| {
            let label = if single { q.to_owned() } else { format!("{name} {q}") };
            course.line(label, &[name], &format!("{q}_ms"), readable::duration, latency_look(i, q))
        })
        .collect();
    let scale = Scale::fit(values(&lines), true);
    let axis = if matches!(scale, Scale::Log { .. }) { "logarithmic" } else { "" };
    Panel {
        title: if single { format!("Latency of {}", names[0]) } else { "Latency".to_owned() },
        note: joined(&[axis, &note]),
        unit: readable::duration,
        scale,
        lines,
        nothing: "no request was answered",
    }
}

fn latency_look(i: usize, quantile: &str) -> Look {
    let (dash, weight) = if quantile == "p99" { (Dash::Solid, Weight::Bold) } else { (Dash::Long, Weight::Thin) };
    Look { ink: INKS[i % INKS.len()], dash, marker: MARKERS[i % MARKERS.len()], weight }
}

fn outcomes(course: &Course) -> Panel {
    const LINES: [(&str, &str, Look); 4] = [
        ("offered", "offered_rps", look(Ink::Black, Dash::Solid, Marker::None, Weight::Thin)),
        ("goodput", "goodput_rps", look(Ink::Green, Dash::Solid, Marker::Square, Weight::Filled)),
        ("late", "late_rps", look(Ink::Orange, Dash::Long, Marker::Triangle, Weight::Bold)),
        ("failed", "failed_rps", look(Ink::Vermillion, Dash::Short, Marker::Cross, Weight::Bold)),
    ];
    let names: Vec<&str> = course.report.endpoints.keys().map(String::as_str).collect();
    let lines: Vec<Line> = LINES
        .into_iter()
        .filter_map(|(label, measure, look)| course.line(label.to_owned(), &names, measure, per_second, look))
        .collect();
    Panel {
        title: "Goodput against offered".to_owned(),
        note: joined(&["requests per second", if names.len() > 1 { "all endpoints together" } else { "" }]),
        unit: readable::count,
        scale: Scale::fit(values(&lines), false),
        lines,
        nothing: "no request was sent",
    }
}

/// What a panel with a line per service says.
struct Wording {
    title: &'static str,
    note: &'static str,
    unit: fn(f64) -> String,
    nothing: &'static str,
}

const QUEUES: Wording =
    Wording { title: "Queues", note: "requests waiting", unit: readable::count, nothing: "no service was called" };
const UTILIZATION: Wording = Wording {
    title: "Utilization",
    note: "busy share of cores or workers",
    unit: percent,
    nothing: "no service has limited cores or workers",
};

fn per_service(course: &Course, (names, note): &(Vec<&str>, String), measure: &str, wording: Wording) -> Panel {
    let lines: Vec<Line> = names
        .iter()
        .enumerate()
        .filter_map(|(i, name)| {
            let look = look(INKS[i], DASHES[i % DASHES.len()], MARKERS[i], Weight::Bold);
            course.line((*name).to_owned(), &[name], measure, wording.unit, look)
        })
        .collect();
    Panel {
        title: wording.title.to_owned(),
        note: joined(&[wording.note, note]),
        unit: wording.unit,
        scale: Scale::fit(values(&lines), false),
        lines,
        nothing: wording.nothing,
    }
}

fn busiest_services<'a>(course: &Course<'a>) -> (Vec<&'a str>, String) {
    course.top(course.report.services.keys(), MOST, "services", "queue", |name| {
        [course.peak(name, "queue"), course.peak(name, "utilization")]
    })
}

const fn look(ink: Ink, dash: Dash, marker: Marker, weight: Weight) -> Look {
    Look { ink, dash, marker, weight }
}

/// A report's timeline, asked for what a panel needs.
struct Course<'a> {
    report: &'a RunReport,
    columns: usize,
}

impl<'a> Course<'a> {
    /// Those of `names` with the highest peaks, highest first, and what to say if that leaves some out.
    fn top(
        &self,
        names: impl Iterator<Item = &'a String>,
        most: usize,
        what: &str,
        measure: &str,
        peaks: impl Fn(&str) -> [f64; 2],
    ) -> (Vec<&'a str>, String) {
        let mut ranked: Vec<(&str, [f64; 2])> = names.map(|name| (name.as_str(), peaks(name))).collect();
        let all = ranked.len();
        ranked.sort_by(|(_, a), (_, b)| b[0].total_cmp(&a[0]).then(b[1].total_cmp(&a[1])));
        ranked.truncate(most);
        let note = if all > most { format!("{most} of {all} {what}, by highest {measure}") } else { String::new() };
        (ranked.into_iter().map(|(name, _)| name).collect(), note)
    }

    /// Those of `names` that have a measure, as many as can be told apart.
    fn with_measure(
        &self,
        names: impl Iterator<Item = &'a String>,
        measure: &str,
        what: &str,
    ) -> (Vec<&'a str>, String) {
        let names = names.filter(|name| !self.values(name, measure).is_empty());
        self.top(names, MOST, what, measure, |name| [self.peak(name, measure), 0.0])
    }

    fn values(&self, name: &str, measure: &str) -> &'a [Option<f64>] {
        self.report.timeline.series.get(&format!("{name}.{measure}")).map_or(&[], Vec::as_slice)
    }

    fn peak(&self, name: &str, measure: &str) -> f64 {
        self.values(name, measure).iter().flatten().fold(0.0, |a, b| a.max(*b))
    }

    /// The sum of a measure over `names`; none where nothing was measured.
    fn line(&self, label: String, names: &[&str], measure: &str, unit: fn(f64) -> String, look: Look) -> Option<Line> {
        let values = sum(names.iter().map(|name| self.values(name, measure)));
        let peak = values.iter().flatten().copied().reduce(f64::max)?;
        Some(Line { label, peak: unit(peak), runs: runs(&values, self.report.timeline.step_s, self.columns), look })
    }
}

fn sum<'a>(all: impl Iterator<Item = &'a [Option<f64>]>) -> Vec<Option<f64>> {
    let mut total: Vec<Option<f64>> = Vec::new();
    for values in all {
        total.resize(total.len().max(values.len()), None);
        for (sum, value) in total.iter_mut().zip(values) {
            if let Some(value) = value.filter(|v| v.is_finite()) {
                *sum = Some(sum.unwrap_or(0.0) + value);
            }
        }
    }
    total
}

/// Cuts a course at its gaps, and thins it to the least and the greatest value of each column: no peak gets lost.
fn runs(values: &[Option<f64>], step_s: f64, columns: usize) -> Vec<Vec<(f64, f64)>> {
    let per_column = values.len().div_ceil(columns.max(1)).max(1);
    let mut runs = vec![Vec::new()];
    for (column, chunk) in values.chunks(per_column).enumerate() {
        let first = column * per_column;
        let points = chunk.iter().enumerate().filter_map(|(i, v)| Some(((first + i) as f64 + 0.5, (*v)?)));
        let extremes = extremes(points);
        if extremes.is_empty() && runs.last().is_some_and(|run| !run.is_empty()) {
            runs.push(Vec::new());
        }
        let run = runs.last_mut().expect("there is always one");
        run.extend(extremes.into_iter().map(|(step, value)| (step * step_s, value)));
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The lowest and the highest point, in order of time; one point where they are the same, none where there are none.
fn extremes(points: impl Iterator<Item = (f64, f64)> + Clone) -> Vec<(f64, f64)> {
    let lowest = points.clone().min_by(|a, b| a.1.total_cmp(&b.1));
    let highest = points.max_by(|a, b| a.1.total_cmp(&b.1));
    let mut both: Vec<_> = lowest.into_iter().chain(highest).collect();
    both.sort_by(|a, b| a.0.total_cmp(&b.0));
    both.dedup();
    both
}

fn values(lines: &[Line]) -> impl Iterator<Item = f64> + Clone {
    lines.iter().flat_map(|line| line.runs.iter().flatten().map(|(_, value)| *value))
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

fn per_second(x: f64) -> String {
    format!("{}/s", readable::count(x))
}

fn percent(x: f64) -> String {
    format!("{:.0}%", x * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::Sample;

    #[track_caller]
    fn check_runs(values: &[Option<f64>], columns: usize, expected: &[&[(f64, f64)]]) {
        assert_eq!(runs(values, 2.0, columns), expected);
    }

    #[test]
    fn nulls_are_gaps() {
        check_runs(&[], 10, &[]);
        check_runs(&[None, None], 10, &[]);
        check_runs(&[Some(1.0), None, Some(3.0), Some(4.0)], 10, &[&[(1.0, 1.0)], &[(5.0, 3.0), (7.0, 4.0)]]);
    }

    #[test]
    fn thinning_keeps_peaks() {
        let values: Vec<Option<f64>> = (0..8).map(|i| Some(if i == 5 { 99.0 } else { f64::from(i) })).collect();
        check_runs(&values, 2, &[&[(1.0, 0.0), (7.0, 3.0), (9.0, 4.0), (11.0, 99.0)]]);
    }

    #[test]
    fn many_services_are_cut_to_the_busiest_and_the_picture_says_so() {
        let report = Sample { services: 20, endpoints: 12, ..Sample::default() }.report();
        let panels = all(&report, 500, 6);
        assert_eq!(panels[2].note, "requests waiting, 6 of 20 services, by highest queue");
        assert_eq!(panels[2].lines.len(), 6);
        assert_eq!(panels[2].lines[0].label, "inventory");
        assert_eq!(panels[0].note, "logarithmic, 3 of 12 endpoints, by highest p99");
        assert_eq!(panels[0].lines.len(), 6);
        assert_eq!(panels[1].note, "requests per second, all endpoints together");
    }

    #[test]
    fn no_two_lines_of_a_panel_look_alike_without_colour() {
        let report = Sample { services: 20, endpoints: 12, ..Sample::default() }.report();
        for panel in all(&report, 500, 6) {
            let grey: Vec<_> = panel.lines.iter().map(|l| (l.look.dash, l.look.marker)).collect();
            for (i, one) in grey.iter().enumerate() {
                assert!(!grey[..i].contains(one), "{}: {one:?} twice", panel.title);
            }
        }
    }

    #[test]
    fn a_service_keeps_its_look_from_panel_to_panel() {
        let panels = all(&Sample { services: 5, ..Sample::default() }.report(), 500, 6);
        let utilization = &panels[3];
        assert_eq!(utilization.lines.len(), 4, "one service has no limit, so no utilization");
        for line in &utilization.lines {
            let queue = panels[2].lines.iter().find(|l| l.label == line.label).expect("the same services");
            assert_eq!(queue.look, line.look);
        }
    }

    #[test]
    fn endpoints_add_up() {
        let one = all(&Sample::default().report(), 500, 6);
        let four = all(&Sample { endpoints: 4, ..Sample::default() }.report(), 500, 6);
        for (a, b) in one[1].lines.iter().zip(&four[1].lines) {
            assert_eq!((&a.label, &a.peak), (&b.label, &b.peak));
        }
    }
}
