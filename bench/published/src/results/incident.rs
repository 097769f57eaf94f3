//! An incident replayed from its report.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static INCIDENT: Published = Published {
    title: "An incident: PostHog's feature flags, October 21, 2025",
    source: "PostHog, \"Feature Flags Service - Multiple Outages (October 2025)\", github.com/PostHog/post-mortems, MIT licence",
    model: "incident.yaml",
    differs: "The report gives the course and the causes, no rates: those of the model are ours, and its minutes stand for \
              their hour. There about 38 % of the requests failed, since not all pods were in the same state; here all pods are \
              alike and nearly everything fails. Memory of the cache, start-up of pods and the other application on the same \
              cache are left out. Right-sized processors alone would not have ended it with retries unlimited; the report \
              names both as the remedy.",
    rows: &[
        Row {
            what: "processors busy on a normal day, %",
            published: "about 90",
            agrees: 85.0..=93.0,
            read: |runs| runs.of("untouched").services["flags"].utilization.unwrap_or(f64::NAN) * 100.0,
        },
        Row {
            what: "goodput on a normal day, %",
            published: "stable",
            agrees: 99.0..=100.0,
            read: |runs| goodput(runs, "untouched", AFTER_ROLLBACK),
        },
        Row {
            what: "goodput one to two minutes after the rollback, %",
            published: "errors remain",
            agrees: 0.0..=5.0,
            read: |runs| goodput(runs, AS_IT_IS, AFTER_ROLLBACK),
        },
        Row {
            what: "p99 of a load from the database, pool included, to that of a normal day",
            published: "connection pools exhausted",
            agrees: 10.0..=100.0,
            read: |runs| load_p99_ms(runs, AS_IT_IS) / load_p99_ms(runs, "untouched"),
        },
        Row {
            what: "goodput one minute after traffic was throttled, %",
            published: "recovered",
            agrees: 99.0..=100.0,
            read: |runs| goodput(runs, "throttled", AFTER_THROTTLING),
        },
        Row {
            what: "the same without throttling, %",
            published: "—",
            agrees: 0.0..=5.0,
            read: |runs| goodput(runs, AS_IT_IS, AFTER_THROTTLING),
        },
        Row {
            what: "the same with retries limited, %",
            published: "remedy",
            agrees: 99.0..=100.0,
            read: |runs| goodput(runs, "retry-limit", AFTER_THROTTLING),
        },
        Row {
            what: "goodput after the rollback with retries limited and processors right-sized, %",
            published: "remedy",
            agrees: 99.0..=100.0,
            read: |runs| goodput(runs, "right-sized-and-retry-limit", AFTER_ROLLBACK),
        },
    ],
};

/// In seconds of the run: the rollback is at 360, the throttling from 480 to 540.
const AFTER_ROLLBACK: std::ops::Range<f64> = 420.0..480.0;
const AFTER_THROTTLING: std::ops::Range<f64> = 600.0..720.0;

fn goodput(runs: &Runs, variant: &str, seconds: std::ops::Range<f64>) -> f64 {
    runs.goodput_between(variant, "edge.flags", seconds)
}

fn load_p99_ms(runs: &Runs, variant: &str) -> f64 {
    runs.of(variant).calls["flags.evaluate -> postgres.state"].latency_ms.p99.unwrap_or(f64::NAN)
}
