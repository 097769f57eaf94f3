//! Experiments as a person reads them: a table first, then what it says in sentences.

use super::grid::{Grid, flowed};
use super::{BAD, FAINT, GOOD, HEADING, LEAST_WIDTH, Page, Paint, in_unit_of, stacked};
use app::experiment::Replicated;
use app::experiment::compare::{Arm, Comparison, Difference};
use app::experiment::find::{Finding, Limit, Probe, Verdict};
use app::experiment::sweep::Swept;
use app::measure::{Measure, Quantity};
use app::readable::{NOTHING, elided};
use app::report::{Evidence, Named};

/// What a comparison shows of everything that it measured.
const COMPARED: [Quantity; 11] = [
    Quantity::P50,
    Quantity::P99,
    Quantity::Goodput,
    Quantity::Late,
    Quantity::Failed,
    Quantity::Amplification,
    Quantity::Utilization,
    Quantity::Duplicated,
    Quantity::Lost,
    Quantity::Cost,
    Quantity::CostPerMillion,
];

/// A comparison, `width` columns wide at most: variants side by side, then each one's differences from the base.
pub(crate) fn comparison(found: &Comparison, against: &[Measure; 2], width: usize, colour: bool) -> String {
    let page = Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } };
    let title = format!("{}: {} variants beside the base", found.evidence.scenario, found.arms.len() - 1);
    let mut blocks = vec![page.evidence(&title, &found.evidence)];
    blocks.extend(page.side_by_side(found));
    blocks.extend(found.arms.iter().skip(1).map(|arm| page.differences(arm)));
    blocks.push(page.front(found, against));
    stacked(&blocks)
}

/// The points of a sweep, a row each.
pub(crate) fn swept(found: &Swept, measures: &[Measure], width: usize, colour: bool) -> String {
    let page = Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } };
    let title = format!("{}: {} points", found.evidence.title(), found.points.len());
    stacked(&[page.evidence(&title, &found.evidence), page.points(found, measures)])
}

/// Where an objective breaks.
pub(crate) fn finding(found: &Finding, width: usize, colour: bool) -> String {
    let page = Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } };
    stacked(&[page.evidence(&found.evidence.title(), &found.evidence), page.answer(found)])
}

fn compared(measure: &Measure) -> bool {
    COMPARED.contains(&measure.quantity)
}

fn cell(replicated: Option<&Replicated>) -> String {
    let Some(Replicated { measure, interval, .. }) = replicated else { return NOTHING.to_owned() };
    format!("{} ±{}", measure.unit().write(interval.mean), measure.unit().write_half(interval))
}

/// `1 to 10`, or all of them where they do not follow each other.
fn seeds(evidence: &Evidence) -> String {
    match evidence.seeds.as_slice() {
        [first, .., last] => format!("seeds {first} to {last}"),
        seeds => format!("seeds {}", seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// A column of a table in the making.
struct Column {
    head: String,
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        self.cells.iter().chain([&self.head]).map(|text| text.chars().count()).max().unwrap_or(0) + 2
    }

    fn of(arm: &Arm, measures: &[&Measure]) -> Column {
        let cells = measures.iter().map(|measure| cell(arm.measures.get(&measure.name()))).collect();
        Column { head: elided(arm.name(), 20), cells }
    }
}

impl Page {
    fn evidence(&self, title: &str, evidence: &Evidence) -> Vec<String> {
        let facts = [
            "means with 95 % intervals".to_owned(),
            seeds(evidence),
            format!("scenario {}", elided(&evidence.digest, 16)),
            format!("Brownout {}", evidence.version),
            "lab evidence".to_owned(),
        ];
        let facts = flowed(facts.iter().map(String::as_str), " · ", self.width, 0);
        let mut lines = vec![self.paint.with(HEADING, &elided(title, self.width))];
        lines.extend(facts.iter().map(|line| self.paint.with(FAINT, line)));
        lines
    }

    /// As many tables as it takes, each with the base and some variants.
    fn side_by_side(&self, found: &Comparison) -> Vec<Vec<String>> {
        const NAMES: usize = 30;
        let measures: Vec<&Measure> = found.measures().into_iter().filter(|measure| compared(measure)).collect();
        let names: Vec<String> = measures.iter().map(|measure| measure.text()).collect();
        let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let columns: Vec<Column> = found.arms.iter().map(|arm| Column::of(arm, &measures)).collect();
        let Some((base, variants)) = columns.split_first() else { return Vec::new() };
        let room = self.width.saturating_sub(longest.min(NAMES) + base.width());
        let blocks = fitting(variants, room);
        blocks.into_iter().map(|block| self.table("measure", &names, base, block)).collect()
    }

    fn table(&self, what: &str, names: &[String], first: &Column, rest: &[Column]) -> Vec<String> {
        let columns = || std::iter::once(first).chain(rest);
        let heads: Vec<&str> = std::iter::once(what).chain(columns().map(|column| column.head.as_str())).collect();
        let mut grid = Grid::new(&heads);
        for (row, name) in names.iter().enumerate() {
            grid.row(name, columns().map(|column| column.cells[row].clone()));
        }
        self.grid(grid)
    }

    fn differences(&self, arm: &Arm) -> Vec<String> {
        let mut lines = vec![self.paint.with(HEADING, &format!("{} against the base, seed by seed", arm.name()))];
        let changes = arm.set.iter().map(|(path, value)| format!("{path}: {value}"));
        for change in arm.about.clone().into_iter().chain(changes) {
            lines.extend(self.faint(&change));
        }
        let all = arm.differences.values().filter(|difference| compared(&difference.measure));
        let (same, others): (Vec<&Difference>, Vec<&Difference>) = all.partition(|difference| difference.nothing());
        lines.extend(others.into_iter().flat_map(|difference| self.difference(difference)));
        if !same.is_empty() {
            let names: Vec<String> = same.iter().map(|difference| difference.measure.text()).collect();
            let text = format!("no difference shown, every seed gave the same: {}", names.join(", "));
            lines.extend(self.faint(&text));
        }
        lines
    }

    fn faint(&self, text: &str) -> Vec<String> {
        self.wrapped(text).iter().map(|line| self.paint.with(FAINT, line)).collect()
    }

    fn difference(&self, difference: &Difference) -> Vec<String> {
        if difference.shown { self.wrapped(&difference.text) } else { self.faint(&difference.text) }
    }

    fn wrapped(&self, text: &str) -> Vec<String> {
        let lines = flowed(text.split_whitespace(), " ", self.width - 2, 2);
        lines.iter().map(|line| format!("  {}", elided(line, self.width - 2))).collect()
    }

    fn front(&self, found: &Comparison, [x, y]: &[Measure; 2]) -> Vec<String> {
        let on_front = found.pareto(x, y);
        let names: Vec<&str> =
            found.arms.iter().zip(on_front).filter(|(_, on)| *on).map(|(arm, _)| arm.name()).collect();
        if names.is_empty() {
            return Vec::new();
        }
        let head = format!("{} and {}: beaten in both by no other", x.text(), y.text());
        let mut lines = vec![self.paint.with(HEADING, &elided(&head, self.width))];
        lines.extend(self.wrapped(&names.join(", ")));
        lines
    }

    fn points(&self, found: &Swept, measures: &[Measure]) -> Vec<String> {
        const MOST: usize = 40;
        let shown = &found.points[..found.points.len().min(MOST)];
        let names: Vec<String> = shown.iter().map(|point| values(&point.values)).collect();
        let axes = found.grid.axes.iter().map(|axis| axis.path.rsplit('.').next().unwrap_or(&axis.path));
        let head = axes.collect::<Vec<_>>().join(", ");
        let alike = measures.windows(2).all(|pair| pair[0].of == pair[1].of);
        let column = |measure: &Measure| Column {
            head: if alike { measure.quantity.word().to_owned() } else { measure.text() },
            cells: shown.iter().map(|point| cell(point.measures.get(&measure.name()))).collect(),
        };
        let columns: Vec<Column> = measures.iter().map(column).collect();
        let longest = names.iter().chain([&head]).map(|name| name.chars().count()).max().unwrap_or(0);
        let of = measures.first().filter(|_| alike).map(|measure| format!("of {}", measure.of.name()));
        let mut lines: Vec<String> = of.iter().flat_map(|of| self.faint(of)).collect();
        for (index, block) in fitting(&columns, self.width.saturating_sub(longest)).into_iter().enumerate() {
            if let Some((first, rest)) = block.split_first() {
                lines.extend((index > 0).then(String::new));
                lines.extend(self.table(&head, &names, first, rest));
            }
        }
        let left_out = found.points.len() - shown.len();
        lines.extend((left_out > 0).then(|| self.paint.with(FAINT, &format!("and {left_out} more points"))));
        lines
    }

    fn answer(&self, found: &Finding) -> Vec<String> {
        let (word, best) = match found.limit {
            Limit::Largest => ("up to", "largest"),
            Limit::Smallest => ("from", "smallest"),
        };
        let at = &found.found.at;
        let head = format!("{}: {} is the {best} value tried that meets {}", found.path, at.value, found.objective);
        let mut lines: Vec<String> =
            flowed(head.split(' '), " ", self.width, 2).iter().map(|line| self.paint.with(HEADING, line)).collect();
        lines.extend(self.wrapped(&format!("there it measured {}", measured(found, at))));
        lines.extend(self.wrapped(&certainty(found, word)));
        for (end, style, verdict) in [(&found.found.met_end, GOOD, "✓ met"), (&found.found.unmet_end, BAD, "✗ unmet")]
        {
            let text = format!("at the end {}: {}", end.value, measured(found, end));
            lines.push(format!("  {}, {}", self.paint.with(style, verdict), text));
        }
        lines.extend(self.wrapped(&format!("{} values tried", found.found.probes.len())));
        lines
    }
}

/// Cuts columns into blocks that fit the room; each has at least one.
fn fitting(columns: &[Column], room: usize) -> Vec<&[Column]> {
    let mut blocks = Vec::new();
    let mut rest = columns;
    while !rest.is_empty() {
        let mut used = 0;
        let fit = rest.iter().take_while(|column| {
            used += column.width();
            used <= room
        });
        let (block, after) = rest.split_at(fit.count().max(1));
        blocks.push(block);
        rest = after;
    }
    blocks
}

fn values(all: &Named<String>) -> String {
    all.values().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn measured(found: &Finding, probe: &Probe) -> String {
    let Some(interval) = probe.measured else { return "nothing in some run".to_owned() };
    let [mean, low, high] = [interval.mean, interval.low, interval.high].map(|x| in_unit_of(&found.objective, x));
    format!("{mean} ({low} to {high})")
}

/// Between which values the interval spans the bound.
fn certainty(found: &Finding, word: &str) -> String {
    let against = if word == "up to" { "from" } else { "up to" };
    match (&found.found.surely_met, &found.found.surely_unmet) {
        (Some(met), Some(unmet)) => {
            let open = found.found.probes.iter().any(|probe| probe.verdict == Verdict::Open);
            let between = if open { "; in between it spans the bound" } else { "" };
            format!("the whole interval meets it {word} {} and misses it {against} {}{between}", met.value, unmet.value)
        }
        (Some(met), None) => {
            format!("the whole interval meets it {word} {}; beyond, it spans the bound up to the end", met.value)
        }
        (None, Some(unmet)) => {
            format!("the interval spans the bound from the end on; all of it misses it {against} {}", unmet.value)
        }
        (None, None) => "the interval spans the bound everywhere: try more replications".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::experiment::find::Found;
    use app::experiment::sweep::{Grid, SweptPoint};
    use app::experiment::vary::Axis;
    use app::measure::Of;
    use app::report::{Interval, Kind};

    fn evidence() -> Evidence {
        Evidence {
            kind: Kind::Lab,
            scenario: "Checkout with a slow inventory".to_owned(),
            variant: None,
            digest: "3f9a1c0e77b2d845".to_owned(),
            version: "0.1.0".to_owned(),
            seeds: (1..=10).collect(),
        }
    }

    fn interval(mean: f64, half: f64) -> Interval {
        Interval { mean, low: mean - half, high: mean + half }
    }

    fn endpoint(quantity: Quantity) -> Measure {
        Measure { quantity, of: Of::Endpoint("gateway.checkout".to_owned()) }
    }

    fn service(quantity: Quantity) -> Measure {
        Measure { quantity, of: Of::Service("inventory".to_owned()) }
    }

    fn named<T>(all: impl IntoIterator<Item = (Measure, T)>) -> Named<T> {
        all.into_iter().map(|(measure, one)| (measure.name(), one)).collect()
    }

    fn replicated(measure: Measure, interval: Interval) -> (Measure, Replicated) {
        (measure.clone(), Replicated { measure, interval, values: vec![interval.low, interval.high] })
    }

    fn difference(measure: Measure, interval: Interval) -> (Measure, Difference) {
        let text = format!("{}: {}", measure.text(), measure.unit().write_difference(&interval));
        let shown = interval.low > 0.0 || interval.high < 0.0;
        (measure.clone(), Difference { measure, interval, shown, text })
    }

    fn arm(name: Option<String>, factor: f64) -> Arm {
        let measures = [
            replicated(endpoint(Quantity::P99), interval(1_234.5 * factor, 56.7)),
            replicated(endpoint(Quantity::Goodput), interval(0.981, 0.0042)),
            replicated(endpoint(Quantity::P999), interval(9_999.0, 1.0)),
            replicated(service(Quantity::Amplification), interval(1.0 + 0.71 * factor, 0.09)),
        ];
        let differences = [
            difference(endpoint(Quantity::P99), interval(-212.0, 17.5)),
            difference(endpoint(Quantity::Goodput), interval(0.001, 0.004)),
            difference(service(Quantity::Amplification), interval(0.0, 0.0)),
        ];
        let base = name.is_none();
        Arm {
            about: name.as_ref().map(|_| "Retries may add a tenth to the load, and no more.".to_owned()),
            set: vec![("services.gateway.endpoints.checkout[1].retry.budget".to_owned(), "10%".to_owned())],
            variant: name,
            digest: "0123456789abcdef".to_owned(),
            measures: named(measures),
            differences: if base { Named::new() } else { named(differences) },
        }
    }

    fn compared_with(variants: usize) -> Comparison {
        let mut arms = vec![arm(None, 1.0)];
        arms.extend((1..=variants).map(|i| arm(Some(format!("budget-{i}")), 1.0 / (1 + i) as f64)));
        Comparison { evidence: evidence(), arms }
    }

    fn against() -> [Measure; 2] {
        [endpoint(Quantity::P99), endpoint(Quantity::Goodput)]
    }

    #[track_caller]
    fn fits(text: &str, width: usize) {
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{} columns: {line:?}", line.chars().count());
            assert_eq!(line, line.trim_end(), "no spaces at the end");
        }
    }

    #[test]
    fn a_comparison_in_80_columns() {
        let text = comparison(&compared_with(2), &against(), 80, false);
        fits(&text, 80);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn many_variants_take_as_many_tables_as_they_need() {
        for (width, tables) in [(80, 7), (120, 3), (200, 2)] {
            let text = comparison(&compared_with(13), &against(), width, false);
            fits(&text, width);
            assert_eq!(text.lines().filter(|line| line.starts_with("measure ")).count(), tables, "{text}");
        }
    }

    #[test]
    fn a_sweep_in_80_columns() {
        let axes = ["services.inventory.cores=2,4", "workload.shoppers.rate=300/s..700/s/3"];
        let axes = axes.map(|text| Axis::parse(text).expect("an axis")).to_vec();
        let grid = Grid::new(axes, None).expect("a grid");
        let point = |point: usize| {
            let paths = grid.axes.iter().map(|axis| axis.path.clone());
            let values = paths.zip(grid.values(point).into_iter().map(str::to_owned)).collect();
            let p99 = replicated(endpoint(Quantity::P99), interval(100.0 * (point + 1) as f64, 3.3));
            let goodput = replicated(endpoint(Quantity::Goodput), interval(0.9, 0.01));
            let measures = named([Some(p99).filter(|_| point != 2), Some(goodput)].into_iter().flatten());
            SweptPoint { point, values, digest: String::new(), measures }
        };
        let found = Swept { evidence: evidence(), points: grid.points().map(point).collect(), grid: grid.clone() };
        let text = swept(&found, &against(), 80, false);
        fits(&text, 80);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_limit_in_80_columns() {
        let probe = |value: &str, measured: Option<Interval>, met, verdict| Probe {
            value: value.to_owned(),
            digest: String::new(),
            measured,
            met,
            verdict,
        };
        let kept = probe("604/s", Some(interval(450.0, 30.0)), true, Verdict::Kept);
        let open = probe("612/s", Some(interval(480.0, 40.0)), true, Verdict::Open);
        let broken = probe("800/s", None, false, Verdict::Broken);
        let found = Found {
            at: open.clone(),
            surely_met: Some(kept.clone()),
            surely_unmet: Some(broken.clone()),
            met_end: kept.clone(),
            unmet_end: broken.clone(),
            from_first: true,
            probes: vec![kept, open, broken],
        };
        let objective = "p99(gateway.checkout) < 500ms".to_owned();
        let path = "workload.shoppers.rate".to_owned();
        let found = Finding { evidence: evidence(), path, objective, limit: Limit::Largest, found };
        let text = finding(&found, 80, false);
        fits(&text, 80);
        insta::assert_snapshot!(text);
    }
}
