//! Experiments on real runs: common random numbers, threads, interruptions, searches with a known answer.

use crate::{sample, scenario};
use lab::experiment::compare::{Comparison, compare};
use lab::experiment::find::{Found, Unfound, find, probe};
use lab::experiment::sweep::{Grid, Row, Shard, Sweep, SweepError};
use lab::experiment::vary::Axis;
use lab::experiment::{seeds, table};
use lab::measure::Measure;
use lab::picture::{Size, comparison_svg, sweep_svg};
use lab::reporting::evidence;
use lab::run::RunError;
use lab::scenario::{Override, Scenario};
use std::convert::Infallible;
use std::sync::Mutex;

/// Short runs with luck in every part: arrivals, work, network, jitter.
fn checkout() -> String {
    let source = sample("checkout.yaml").replace("duration: 10m", "duration: 6s").replace("warmup: 30s", "warmup: 1s");
    let source = source.replace("at: 3m, for: 2m", "at: 2s, for: 2s");
    source + "  nothing:\n    set: {\"services.gateway.workers\": 64, \"services.pricing.cores\": 8}\n"
}

fn on_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(run)
}

fn compared(count: u32) -> Comparison {
    let base = scenario(&checkout(), &[]);
    let variants: Vec<_> = base.variants.iter().collect();
    compare(&base, &variants, 3, count, &|| {}).expect("a comparison")
}

#[test]
fn a_variant_that_changes_nothing_differs_by_exactly_nothing() {
    let found = compared(4);
    let nothing = found.arms.iter().find(|arm| arm.name() == "nothing").expect("the variant");
    assert!(nothing.differences.len() > 20);
    for difference in nothing.differences.values() {
        let interval = difference.interval;
        assert_eq!((interval.mean, interval.low, interval.high), (0.0, 0.0, 0.0), "{}", difference.text);
        assert!(!difference.shown && difference.text.contains("no difference shown"), "{}", difference.text);
    }
    assert_eq!(nothing.measures, found.arms[0].measures);
}

#[test]
fn a_paired_difference_is_surer_than_two_means() {
    let found = compared(8);
    let name = "inventory.amplification";
    let arm = found.arms.iter().find(|arm| arm.name() == "no-retries").expect("the variant");
    let difference = &arm.differences[name];
    assert!(difference.shown && difference.interval.mean < 0.0, "{}", difference.text);
    assert!(difference.text.starts_with("amplification(inventory): ") && difference.text.contains(" lower ("));
    assert_eq!(arm.measures[name].interval.mean, 1.0, "without retries nothing is amplified");
    let p50 = "gateway.checkout.p50_ms";
    let width = |i: lab::report::Interval| i.high - i.low;
    let apart = width(found.arms[0].measures[p50].interval) + width(arm.measures[p50].interval);
    assert!(width(arm.differences[p50].interval) < apart, "the pairs share their luck");
}

#[test]
fn a_comparison_is_the_same_on_any_number_of_threads() {
    let json = |threads| serde_json::to_string(&on_threads(threads, || compared(3))).expect("JSON");
    let one = json(1);
    assert_eq!(one, json(2));
    assert_eq!(one, json(7));
    for key in ["\"kind\":\"lab\"", "\"digest\":", "\"seeds\":[3,4,5]", "\"version\":", "\"variant\":\"budget\""] {
        assert!(one.contains(key), "{key}");
    }
}

#[test]
fn measures_of_a_scenario_are_those_of_its_report() {
    let scenario = scenario(&checkout(), &[]);
    let run = lab::run::run(&scenario.model, 1).expect("a run");
    let report = lab::reporting::report(&scenario, &run);
    assert_eq!(Measure::all(&scenario), Measure::all_of(&report));
}

fn sweep(shard: Option<&str>) -> Sweep {
    let axes = ["services.inventory.cores=2,4", "workload.shoppers.rate=100/s..300/s/3"];
    let axes = axes.iter().map(|text| Axis::parse(text).expect("an axis")).collect();
    let grid = Grid::new(axes, shard.map(|shard| Shard::parse(shard).expect("a shard"))).expect("a grid");
    let at = |sets: Vec<Override>| {
        let sets: Vec<&str> = sets.iter().map(Override::text).collect();
        scenario(&checkout(), &sets)
    };
    let scenarios: Vec<Scenario> = (0..grid.len()).map(|point| at(grid.sets(point))).collect();
    Sweep::new(grid, evidence(&at(Vec::new()), seeds(5, 2)), scenarios)
}

fn rows(sweep: &Sweep, known: Vec<Row>) -> Vec<Row> {
    sweep.run::<Infallible>(known, &|_| Ok(()), &|| {}).expect("rows")
}

#[test]
fn a_sweep_goes_on_from_any_of_its_rows_on_any_number_of_threads() {
    let sweep = sweep(None);
    let whole = on_threads(1, || rows(&sweep, Vec::new()));
    assert_eq!(whole.len(), 12);
    for (threads, keep) in [(2, 0), (1, 5), (3, 11), (2, 12)] {
        // As a journal has them: in the order in which threads ended.
        let known: Vec<Row> = whole.iter().rev().take(keep).cloned().collect();
        let ran = Mutex::new(0);
        let kept = |_: &Row| -> Result<(), Infallible> {
            *ran.lock().expect("a lock") += 1;
            Ok(())
        };
        let resumed = on_threads(threads, || sweep.run(known, &kept, &|| {}).expect("rows"));
        assert_eq!((resumed, *ran.lock().expect("a lock")), (whole.clone(), 12 - keep));
    }
}

#[test]
fn shards_put_after_each_other_are_the_whole() {
    let whole = sweep(None);
    let whole = table::csv(&whole, &rows(&whole, Vec::new()));
    let mut parts: Vec<String> = Vec::new();
    for shard in ["1/4", "2/4", "3/4", "4/4"] {
        let part = sweep(Some(shard));
        let csv = table::csv(&part, &rows(&part, Vec::new()));
        let (head, body) = csv.split_once('\n').expect("a first line");
        assert_eq!(head, whole.lines().next().expect("a first line"));
        parts.extend(body.lines().map(str::to_owned));
    }
    let mut lines: Vec<String> = whole.lines().skip(1).map(str::to_owned).collect();
    lines.sort();
    parts.sort();
    assert_eq!(parts, lines);
}

#[test]
fn a_table_names_the_varied_values_the_seed_and_the_measures() {
    let sweep = sweep(None);
    let rows = rows(&sweep, Vec::new());
    let csv = table::csv(&sweep, &rows);
    assert!(csv.starts_with("services.inventory.cores,workload.shoppers.rate,seed,gateway.checkout.goodput,"));
    let starts: Vec<String> =
        csv.lines().skip(1).map(|line| line.split(',').take(3).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(starts[..3], ["2 100/s 5", "2 100/s 6", "2 200/s 5"]);
    let swept = sweep.summarize(&rows);
    assert_eq!((swept.points.len(), swept.points[5].values["services.inventory.cores"].as_str()), (6, "4"));
    let p99 = &swept.points[0].measures["gateway.checkout.p99_ms"];
    let column = sweep.measures.iter().position(|measure| measure == &p99.measure).expect("a column");
    assert_eq!(p99.values, [0, 1].map(|row| rows[row].values[column].expect("a value")));
}

#[test]
fn a_point_without_effect_is_found_out() {
    let axis = Axis::parse("services.gateway.workers=1,2").expect("an axis");
    let grid = Grid::new(vec![axis], None).expect("a grid");
    let same = scenario(&checkout(), &[]);
    let sweep = Sweep::new(grid, evidence(&same, seeds(1, 2)), vec![same.clone(), same.clone()]);
    assert_eq!(sweep.same(), Some((0, 1)));
}

#[test]
fn a_row_that_cannot_be_kept_ends_the_sweep() {
    let keep = |_: &Row| Err(std::io::Error::other("no room left"));
    let ended = sweep(None).run(Vec::new(), &keep, &|| {});
    assert!(matches!(ended, Err(SweepError::Keep(error)) if error.to_string() == "no room left"));
}

/// One core that takes 10 ms for a request, requests at equal distances: it keeps up with 100 of them a second.
const METRONOME: &str = "brownout: 1
name: A metronome
duration: 20s
workload: {users: {call: shop.buy, rate: 50/s, arrivals: constant}}
services: {shop: {cores: 1, endpoints: {buy: [{work: 10ms}]}}}
";

fn search(vary: &str, until: &str) -> Result<Found, Unfound<RunError>> {
    let axis = Axis::range(vary).expect("a range");
    let objective = scenario(METRONOME, &[&format!("objectives=['{until}']")]).objectives.remove(0);
    let mut probed = |index: usize| {
        let sets = axis.set(index);
        probe(&axis.values[index], &scenario(METRONOME, &[sets.text()]), &objective, &seeds(1, 3), &|| {})
    };
    find(axis.values.len() - 1, &mut probed)
}

#[track_caller]
fn check_search(vary: &str, until: &str, expected: &str) {
    let found = search(vary, until).unwrap_or_else(|_| panic!("{vary} has an answer"));
    assert_eq!(found.at.value, expected);
    // Nothing is left to luck here, so the bracket is two neighbours.
    assert_eq!(found.surely_met.map(|probe| probe.value).as_deref(), Some(expected));
    assert!(found.surely_unmet.is_some());
}

#[test]
fn a_search_finds_what_can_be_computed() {
    check_search("workload.users.rate=50/s..150/s/101", "p99(shop.buy) < 15ms", "100/s");
    check_search("workload.users.rate=150/s..50/s/101", "p99(shop.buy) < 15ms", "100/s");
    check_search("services.shop.endpoints.buy[0].work=1ms..41ms/41", "p99(shop.buy) < 1s", "20ms");
    check_search("services.shop.cores=1..16", "utilization(shop) <= 13%", "4");
}

#[test]
fn ends_that_agree_have_no_answer() {
    for (vary, met) in [("workload.users.rate=10/s..20/s", true), ("workload.users.rate=200/s..300/s", false)] {
        let Err(Unfound::Agree(ends)) = search(vary, "p99(shop.buy) < 15ms") else { panic!("{vary} has no answer") };
        assert_eq!((ends[0].met, ends[1].met), (met, met));
    }
}

/// Everything that is drawn lies on the picture.
#[track_caller]
fn check_inside(svg: &str, words: &[&str]) {
    let attribute = |name: &str| -> f64 {
        let (_, rest) = svg.split_once(&format!(" {name}=\"")).expect("an attribute");
        rest.split('"').next().and_then(|value| value.parse().ok()).expect("a number")
    };
    let (width, height) = (attribute("width"), attribute("height"));
    for points in svg.split("points=\"").skip(1) {
        for point in points.split('"').next().expect("points").split_whitespace() {
            let (x, y) = point.split_once(',').expect("x,y");
            assert!((0.0..=width).contains(&x.parse().expect("a number")), "{point}");
            assert!((0.0..=height).contains(&y.parse().expect("a number")), "{point}");
        }
    }
    for word in words {
        assert!(svg.contains(word), "{word:?} is missing");
    }
}

#[test]
fn many_variants_make_a_higher_picture() {
    let mut found = compared(2);
    let measures: Vec<Measure> = found.measures().into_iter().take(5).cloned().collect();
    let against = [measures[0].clone(), measures[1].clone()];
    let draw = |found: &Comparison, size| comparison_svg(found, &measures, &against, size);
    check_inside(&draw(&found, Size::default()), &["height=\"1000\"", "no-retries"]);
    let template = found.arms[1].clone();
    found.arms.extend((0..30).map(|i| {
        let mut arm = template.clone();
        arm.variant = Some(format!("a variant with a name that is rather long {i}"));
        arm
    }));
    found.arms[2].measures.clear();
    check_inside(&draw(&found, Size { width: 1, height: 1 }), &["width=\"960\"", "not measured", "beaten by another"]);
}

#[test]
fn sweeps_of_any_shape_can_be_drawn() {
    let whole = sweep(None);
    let mut swept = whole.summarize(&rows(&whole, Vec::new()));
    let measures = &whole.measures[..3];
    check_inside(&sweep_svg(&swept, measures, Size::default()), &["100/s", "services.inventory.cores ↑"]);
    swept.points[3].measures.clear();
    swept.points.pop();
    check_inside(&sweep_svg(&swept, measures, Size::LEAST), &["–"]);
    swept.grid.axes.truncate(1);
    swept.grid.axes[0].values = (0..6).map(|i| format!("lognormal(p50=2ms, p99={i}ms)")).collect();
    check_inside(&sweep_svg(&swept, measures, Size::default()), &["services.inventory.cores"]);
    swept.points.clear();
    check_inside(&sweep_svg(&swept, measures, Size::default()), &["nothing was measured"]);
}
