use super::*;
use app::report::{Evidence, Failures, Interval, Kind, Mark};
use app::samples::Sample;

/// The summary without colour, checked to fit, and to say the same with colour.
#[track_caller]
fn plain(report: &RunReport, width: usize) -> String {
    let text = summary(report, width, false);
    for line in text.lines() {
        assert!(line.chars().count() <= width, "{} columns: {line:?}", line.chars().count());
        assert_eq!(line, line.trim_end(), "no spaces at the end");
    }
    assert_eq!(without_colour(&summary(report, width, true)), text);
    text
}

/// Drops `ESC [ … m`.
fn without_colour(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').expect("the end of a style").1)
}

#[test]
fn a_run_in_80_columns() {
    insta::assert_snapshot!(plain(&Sample::default().report(), 80));
}

#[test]
fn a_run_in_120_columns() {
    insta::assert_snapshot!(plain(&Sample { endpoints: 3, services: 5, ..Sample::default() }.report(), 120));
}

#[test]
fn many_of_everything_in_80_columns() {
    let mut report = Sample { endpoints: 6, services: 8, ..Sample::default() }.report();
    report.scenario = "A scenario with a name that goes on for longer than any terminal is wide".to_owned();
    let mark = |i| Mark {
        text: format!("fault {i} of very many faults"),
        from_s: 60.0 * i as f64,
        to_s: 60.0 * i as f64 + 90.0,
    };
    report.timeline.marks = (0..9).map(mark).collect();
    insta::assert_snapshot!(plain(&report, 80));
}

#[test]
fn guards_and_effects_have_a_sentence_each() {
    let mut report = Sample::default().report();
    let call = report.calls.values_mut().next().expect("a call");
    (call.hedges, call.shed_locally, call.breaker_opened, call.fallbacks) =
        (Some(0), Some(8_120), Some(3), Some(8_000));
    call.staleness_ms = Some(app::report::Latency { max: Some(2_300.0), ..Default::default() });
    report.effects.values_mut().next().expect("an effect").after_failure = Some(17);
    let text = plain(&report, 120).split_whitespace().collect::<Vec<_>>().join(" ");
    let call = "of gateway.checkout -> inventory.reserve: 8,120 shed locally, 3 times a breaker opened, 8,000 fallbacks, \
                answers up to 2.3s old";
    assert!(text.contains(call) && text.contains("of charge: 17 applied although the request failed"), "{text}");
    assert!(!text.contains("hedges"), "{text}");
}

#[test]
fn policies_say_what_they_did() {
    let mut report = Sample::default().report();
    if let Some(load) = report.services.values_mut().next() {
        load.defended = Defended {
            limited: Some(1_234),
            crowded: Some(0),
            concurrency_limit_mean: Some(17.25),
            shed: Some(56),
            replicas_mean: Some(4.25),
            replicas_max: Some(9),
            ..Defended::default()
        };
    }
    let text = plain(&report, 80);
    let from = text.find("1,234 over its rate limit").expect("the rate limit is named");
    let said = text[from..].split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("56 shed, concurrency limit 17"), "{text}");
    assert!(said.contains("4.25 replicas on average, 9 at most"), "{text}");
}

#[test]
fn nothing_measured() {
    let sample = Sample { seconds: 0, endpoints: 1, services: 1, fault: None, ..Sample::default() };
    insta::assert_snapshot!(plain(&sample.report(), 80));
}

#[test]
fn colour_marks_the_verdicts() {
    let text = summary(&Sample::default().report(), 80, true);
    assert!(text.contains("\u{1b}[31m✗ unmet\u{1b}[0m  p99(gateway.checkout) < 500ms"), "{text:?}");
    assert!(text.contains("\u{1b}[32m✓ met  \u{1b}[0m  goodput(gateway.checkout) >= 50%"), "{text:?}");
}

#[test]
fn every_width_fits() {
    let mut report = Sample { endpoints: 12, services: 20, ..Sample::default() }.report();
    report.endpoints["gateway.checkout"].failed =
        Failures { timeout: 987_654, rejected: 87_654, error: 7_654, breaker: 654, unreachable: 54 };
    let late = |words: &str| Mark { text: words.repeat(30), from_s: 595.0, to_s: 600.0 };
    report.timeline.marks.extend([late("late "), late("x")]);
    for width in (80..200).step_by(7) {
        plain(&report, width);
    }
}

#[test]
fn a_late_faults_words_stand_before_it() {
    let mut report = Sample::default().report();
    report.timeline.marks = vec![Mark { text: "one gateway replica crashed".to_owned(), from_s: 560.0, to_s: 600.0 }];
    let text = plain(&report, 80);
    assert!(text.contains(" one gateway replica crashed, 9:20 to 10:00 ━━━\n"), "{text}");
}

#[test]
fn gaps_stay_empty() {
    let mut report = Sample { fault: None, ..Sample::default() }.report();
    for values in report.timeline.series.values_mut() {
        values[300..].fill(None);
    }
    let text = plain(&report, 80);
    let goodput = text.lines().find(|line| line.starts_with("goodput")).expect("a line");
    let bars: Vec<char> = goodput.chars().skip(9).take(47).collect();
    assert!(bars[..23].iter().all(|c| *c != ' ') && bars[24..].iter().all(|c| *c == ' '), "{goodput}");
}

#[track_caller]
fn check_measured(text: &str, value: Option<f64>, expected: &str) {
    assert_eq!(measured(&Objective { text: text.to_owned(), value, met: false }), expected);
}

#[test]
fn objectives_are_measured_in_their_own_unit() {
    check_measured("p99(gateway.checkout) < 500ms", Some(423.0), "423ms");
    check_measured("p99(gateway.checkout) < 500ms", Some(25_400.0), "25.4s");
    check_measured("p50(gateway.checkout) < 2s", Some(0.25), "250ms");
    check_measured("goodput(gateway.checkout) >= 99.9%", Some(99.95), "99.95%");
    check_measured("amplification(inventory) < 1.5x", Some(1.234_5), "1.23x");
    check_measured("duplicated(charge) = 0", Some(3.0), "3");
    check_measured("p99(gateway.checkout) < 2s", None, "nothing");
}

#[test]
fn replications_with_intervals() {
    let interval = |mean: f64, half: f64| Interval { mean, low: mean - half, high: mean + half };
    let found = Replications {
        evidence: Evidence {
            kind: Kind::Lab,
            scenario: "Checkout".to_owned(),
            variant: None,
            digest: "0123456789abcdef".to_owned(),
            version: "0.1.0".to_owned(),
            seeds: (7..15).collect(),
        },
        replications: 8,
        measures: [
            ("gateway.checkout.p99_ms".to_owned(), interval(1_234.5, 56.7)),
            ("gateway.checkout.goodput".to_owned(), interval(0.9987, 0.0004)),
            ("gateway.checkout.goodput_rps".to_owned(), interval(399.1, 2.2)),
            ("gateway.checkout.late".to_owned(), interval(0.0, 0.0)),
            ("inventory.amplification".to_owned(), interval(1.71, 0.09)),
            ("inventory.utilization".to_owned(), interval(0.803, 0.01)),
            ("inventory.queue_mean".to_owned(), interval(3.21, 0.4)),
        ]
        .into(),
    };
    insta::assert_snapshot!(replications(&found, 80, false));
}

#[test]
fn data_in_80_columns() {
    use app::report::{CacheUse, CopyUse, Data, DatabaseUse, LockUse, ProjectionUse, QueueUse};
    let latency = |ms: f64| Latency { p50: Some(ms), p99: Some(9.0 * ms), max: Some(20.0 * ms), ..Latency::default() };
    let read = CopyUse { reads: 1_234_567, stale_reads: 98_765, staleness_ms: latency(120.0) };
    let locks = LockUse { taken: 400_000, awaited: 31_000, wait_ms: latency(0.3) };
    let named = "products-of-the-catalogue";
    let mut report = Sample { endpoints: 1, services: 1, ..Sample::default() }.report();
    report.data = Data {
        caches: [(
            named.to_owned(),
            CacheUse {
                hits: 900_000,
                misses: 100_000,
                hit_ratio: Some(0.9),
                waited: 1_200,
                expired: 7,
                evictions: 88_000,
                age_ms: latency(2_000.0),
            },
        )]
        .into_iter()
        .collect(),
        databases: [("orders".to_owned(), DatabaseUse { writes: 400_000, locks: Some(locks), replicas: Some(read) })]
            .into_iter()
            .collect(),
        projections: [(
            "order_view".to_owned(),
            ProjectionUse { writes: 400_000, copied: 400_000, write_amplification: Some(2.0), read },
        )]
        .into_iter()
        .collect(),
        queues: [(
            "orders".to_owned(),
            QueueUse {
                published: 400_000,
                acknowledged: 399_000,
                redelivered: 5_000,
                dead_letters: 1_000,
                lag_mean: 12.3,
                lag_max: 4_321,
                age_ms: latency(80.0),
                ..QueueUse::default()
            },
        )]
        .into_iter()
        .collect(),
    };
    insta::assert_snapshot!(plain(&report, 80));
}
