//! A report as a person reads it in a terminal: what came of the requests, who was busy, how it went over time, which
//! promises were kept.
//!
//! Everything fits the width that is given, from 80 columns up; names give way first. Colour only ever repeats what
//! words and signs say already, so nothing is lost without it. Exact figures are left to `--json`.

mod course;
mod data;
mod experiments;
mod grid;
pub(crate) mod kit;
mod questions;
mod records;

use anstyle::{AnsiColor, Style};
use app::readable::{self, NOTHING, elided};
use app::report::{
    Calls, Cost, Defended, Effects, Latency, Named, Objective, Replications, Requests, RunReport, ServiceLoad, Told,
};
pub(crate) use experiments::{comparison, finding, swept};
use grid::Grid;
pub(crate) use grid::flowed;
pub(crate) use questions::{listed, opened, prompt};
pub(crate) use records::records;

/// Narrower terminals get this many columns all the same.
const LEAST_WIDTH: usize = 80;
/// From here on there is room for every digit of a count.
const ROOMY: usize = 100;

/// The summary of one run, `width` columns wide at most; ends with a line break.
pub(crate) fn summary(report: &RunReport, width: usize, colour: bool) -> String {
    let page = Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } };
    let mut blocks = vec![
        page.header(report),
        page.requests("endpoint", &report.endpoints),
        page.tenants(report),
        page.services(&report.services),
        page.calls(&report.calls),
        page.effects(&report.effects),
        page.telemetry(&report.telemetry),
        page.cost(report.cost.as_ref()),
    ];
    blocks.extend(page.data(&report.data));
    blocks.extend([course::course(report, page.width, page.paint), page.objectives(&report.objectives)]);
    stacked(&blocks)
}

/// The summary of several runs that differ in their seeds only.
pub(crate) fn replications(found: &Replications, width: usize, colour: bool) -> String {
    let page = Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } };
    let evidence = &found.evidence;
    let seeds: Vec<String> = evidence.seeds.iter().map(u64::to_string).collect();
    let title = format!("{} runs, means with 95 % intervals · scenario {}", found.replications, evidence.digest);
    let header = vec![
        page.paint.with(HEADING, &elided(&evidence.title(), page.width)),
        page.paint.with(FAINT, &title),
        page.paint.with(FAINT, &elided(&format!("seeds {}", seeds.join(", ")), page.width)),
    ];
    let mut grid = Grid::new(&["measure", "mean", "from", "to", "±"]);
    for (name, i) in &found.measures {
        let unit = unit_of(name);
        let half = (i.high - i.low) / 2.0;
        let percent = half / i.mean.abs() * 100.0;
        let spread = if percent.is_finite() { format!("{}%", readable::digits(percent)) } else { NOTHING.to_owned() };
        grid.row(name, [unit(i.mean), unit(i.low), unit(i.high), spread]);
    }
    stacked(&[header, page.grid(grid)])
}

/// How a measure is written, from the end of its name.
fn unit_of(measure: &str) -> fn(f64) -> String {
    match measure.rsplit('.').next().unwrap_or_default() {
        last if last.ends_with("_ms") => readable::duration,
        last if last.ends_with("_rps") => |x| format!("{}/s", readable::count(x)),
        "goodput" | "utilization" => readable::share,
        "amplification" => factor,
        _ => readable::count,
    }
}

fn factor(x: f64) -> String {
    format!("{x:.2}x")
}

fn stacked(blocks: &[Vec<String>]) -> String {
    let blocks: Vec<String> = blocks.iter().filter(|b| !b.is_empty()).map(|b| b.join("\n")).collect();
    blocks.join("\n\n") + "\n"
}

const HEADING: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const FAULT: Style = AnsiColor::Yellow.on_default();

/// Whether there are colours.
#[derive(Clone, Copy)]
struct Paint {
    on: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

struct Page {
    width: usize,
    paint: Paint,
}

impl Page {
    fn header(&self, report: &RunReport) -> Vec<String> {
        let facts = [
            format!("{} simulated", readable::length(report.simulated_s)),
            format!("numbers from {} on", readable::length(report.warmup_s)),
            format!("seed {}", report.seed),
            format!("{} events", readable::count(report.events as f64)),
            format!("scenario {}", elided(&report.digest, 16)),
            format!("Brownout {}", report.version),
        ];
        let mut lines = vec![self.paint.with(HEADING, &elided(&report.title(), self.width))];
        let facts = flowed(facts.iter().map(String::as_str), " · ", self.width, 0);
        lines.extend(facts.iter().map(|line| self.paint.with(FAINT, line)));
        lines
    }

    fn requests(&self, what: &'static str, all: &Named<Requests>) -> Vec<String> {
        let mut grid = Grid::new(&[what, "offered", "goodput", "late", "failed", "p50", "p90", "p99", "p99.9", "max"]);
        for (name, r) in all {
            let mut cells = vec![
                self.count(r.offered),
                r.goodput.map_or(NOTHING.to_owned(), readable::share),
                self.count(r.late),
                self.count(r.failed.total()),
            ];
            cells.extend(latencies(&r.latency_ms));
            grid.row(name, cells);
        }
        let mut lines = self.grid(grid);
        for (name, r) in all {
            lines.extend(self.shortfalls(name, r));
        }
        lines
    }

    /// What the columns leave open: answers with a part missing, and failures by kind.
    fn shortfalls(&self, name: &str, r: &Requests) -> Vec<String> {
        let f = r.failed;
        let kinds = [
            (r.degraded, "degraded"),
            (f.timeout, "failed by timeout"),
            (f.rejected, "rejected"),
            (f.error, "failed with an error"),
            (f.breaker, "stopped by a breaker"),
            (f.unreachable, "unreachable"),
        ];
        let parts: Vec<String> =
            kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", self.count(*n))).collect();
        self.remarks(name, &parts)
    }

    /// A sentence below a table about one of its rows, if there is anything to say.
    fn remarks(&self, name: &str, parts: &[String]) -> Vec<String> {
        if parts.is_empty() {
            return Vec::new();
        }
        let text = format!("of {}: {}", elided(name, self.width / 2), parts.join(", "));
        let lines = flowed(text.split(' '), " ", self.width - 2, 2);
        lines.iter().map(|line| self.paint.with(FAINT, &format!("  {line}"))).collect()
    }

    /// Left out where a single tenant's figures are those of the single endpoint above.
    fn tenants(&self, report: &RunReport) -> Vec<String> {
        let same = report.tenants.len() == 1 && report.tenants.values().eq(report.endpoints.values());
        if same { Vec::new() } else { self.requests("tenant", &report.tenants) }
    }

    fn services(&self, all: &Named<ServiceLoad>) -> Vec<String> {
        let mut grid = Grid::new(&["service", "utilization", "queue mean", "queue max", "in service", "amplification"]);
        for (name, s) in all {
            grid.row(
                name,
                [
                    s.utilization.map_or(NOTHING.to_owned(), |u| format!("{:.1}%", u * 100.0)),
                    readable::count(s.queue_mean),
                    self.count(s.queue_max),
                    readable::count(s.in_service_mean),
                    s.amplification.map_or(NOTHING.to_owned(), factor),
                ],
            );
        }
        let mut lines = self.grid(grid);
        for (name, s) in all {
            lines.extend(self.remarks(name, &defended(&s.defended)));
        }
        lines
    }

    fn calls(&self, all: &Named<Calls>) -> Vec<String> {
        let mut grid = Grid::new(&["call", "attempts", "retries", "timeouts", "p50", "p99"]);
        for (name, c) in all {
            let [p50, _, p99, ..] = latencies(&c.latency_ms);
            grid.row(name, [self.count(c.attempts), self.count(c.retries), self.count(c.timeouts), p50, p99]);
        }
        let mut lines = self.grid(grid);
        for (name, c) in all {
            lines.extend(self.remarks(name, &self.guards(c)));
        }
        lines
    }

    /// What a call's guards did, where it has any.
    fn guards(&self, c: &Calls) -> Vec<String> {
        let old =
            c.staleness_ms.and_then(|l| l.max).map(|max| format!("answers up to {} old", readable::duration(max)));
        let counts = [
            (c.hedges, "hedges"),
            (c.shed_locally, "shed locally"),
            (c.breaker_opened, "times a breaker opened"),
            (c.fallbacks, "fallbacks"),
        ];
        let counts = counts.into_iter().filter_map(|(n, what)| Some((n.filter(|n| *n > 0)?, what)));
        counts.map(|(n, what)| format!("{} {what}", self.count(n))).chain(old).collect()
    }

    fn effects(&self, all: &Named<Effects>) -> Vec<String> {
        let mut grid = Grid::new(&["effect", "requests", "once", "lost", "duplicated"]);
        for (name, e) in all {
            grid.row(name, [e.requests, e.once, e.lost, e.duplicated].map(readable::whole));
        }
        let mut lines = self.grid(grid);
        for (name, e) in all {
            let told = e.after_failure.map(|n| format!("{} applied although the request failed", self.count(n)));
            lines.extend(self.remarks(name, &told.into_iter().collect::<Vec<_>>()));
        }
        lines
    }

    fn telemetry(&self, all: &Named<Told>) -> Vec<String> {
        let mut grid = Grid::new(&["told by", "metric samples", "spans", "lines of log"]);
        for (name, told) in all {
            let spans = readable::whole(told.spans.round() as u64);
            grid.row(name, [readable::whole(told.metric_samples), spans, readable::whole(told.log_lines)]);
        }
        self.grid(grid)
    }

    fn cost(&self, cost: Option<&Cost>) -> Vec<String> {
        let Some(cost) = cost else { return Vec::new() };
        let currency = cost.currency.as_deref().map(|label| format!(" {label}")).unwrap_or_default();
        let mut grid = Grid::new(&["costs", "amount", "price", "cost"]);
        let hours = cost.replica_hours.iter().map(|(name, part)| (format!("{name}, replica hours"), part));
        let calls = cost.calls.iter().map(|(name, part)| (format!("{name}, attempts"), part));
        let telemetry = cost.telemetry.iter().map(|(name, part)| (name.replace('_', " "), part));
        for (name, part) in hours.chain(calls).chain(telemetry) {
            grid.row(&name, [part.amount, part.price, part.cost].map(readable::count));
        }
        let per_million = match cost.per_million_good {
            Some(cost) => format!("{}{currency} per million good requests", readable::count(cost)),
            None => "no good request to pay for".to_owned(),
        };
        let mut lines = self.grid(grid);
        lines.push(format!("{}{currency} in all, {per_million}", readable::count(cost.total)));
        lines
    }

    fn objectives(&self, all: &[Objective]) -> Vec<String> {
        let Some(longest) = all.iter().map(|o| o.text.chars().count()).max() else { return Vec::new() };
        let met = all.iter().filter(|o| o.met).count();
        let mut lines = vec![self.paint.with(HEADING, &format!("{met} of {} objectives met", all.len()))];
        lines.extend(all.iter().map(|objective| self.objective(objective, longest)));
        lines
    }

    fn objective(&self, objective: &Objective, longest: usize) -> String {
        let (style, verdict) = if objective.met { (GOOD, "✓ met  ") } else { (BAD, "✗ unmet") };
        let found = format!("measured {}", measured(objective));
        let room = (self.width - "✗ unmet  ".chars().count()).saturating_sub(found.chars().count() + 2).min(longest);
        let text = elided(&objective.text, room);
        format!("{}  {text:room$}  {found}", self.paint.with(style, verdict))
    }

    fn grid(&self, grid: Grid) -> Vec<String> {
        let mut lines = grid.lines(self.width);
        if let Some(head) = lines.first_mut() {
            *head = self.paint.with(HEADING, head);
        }
        lines
    }

    fn count(&self, n: u64) -> String {
        if self.width >= ROOMY { readable::whole(n) } else { readable::count(n as f64) }
    }
}

/// What the policies of a service did.
fn defended(g: &Defended) -> Vec<String> {
    let counts = [
        (g.limited, "over its rate limit"),
        (g.crowded, "over its concurrency limit"),
        (g.shed, "shed"),
        (g.ejections, "ejections"),
        (g.unhealthy, "replicas found unhealthy"),
        (g.rollbacks, "versions taken back"),
    ];
    let counted = counts.iter().filter_map(|(n, what)| Some(format!("{} {what}", readable::whole((*n)?))));
    let limit = g.concurrency_limit_mean.map(|mean| format!("concurrency limit {} on average", readable::digits(mean)));
    let replicas = g.replicas_mean.zip(g.replicas_max);
    let replicas = replicas.map(|(mean, max)| format!("{} replicas on average, {max} at most", readable::digits(mean)));
    counted.chain(limit).chain(replicas).collect()
}

fn latencies(l: &Latency) -> [String; 5] {
    [l.p50, l.p90, l.p99, l.p999, l.max].map(|ms| ms.map_or(NOTHING.to_owned(), readable::duration))
}

/// The value that an objective is about. It comes in the unit that the objective's text ends with.
fn measured(objective: &Objective) -> String {
    objective.value.map_or("nothing".to_owned(), |value| in_unit_of(&objective.text, value))
}

/// A value in the unit that an objective's text ends with.
fn in_unit_of(objective: &str, value: f64) -> String {
    let text = objective.trim_end();
    let unit = text.rfind(|c: char| c.is_ascii_digit()).map_or("", |last| &text[last + 1..]);
    match unit {
        "us" => readable::duration(value / 1e3),
        "ms" => readable::duration(value),
        "s" => readable::duration(value * 1e3),
        "m" => readable::duration(value * 60e3),
        "h" => readable::duration(value * 3_600e3),
        "%" => readable::share(value / 100.0),
        _ => format!("{}{unit}", readable::digits(value)),
    }
}

#[cfg(test)]
mod tests;
