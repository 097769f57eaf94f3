//! Clients that know what is accepted send no more than a multiple of it.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static THROTTLING: Published = Published {
    title: "Adaptive throttling",
    source: "B. Beyer et al. (eds.), \"Site Reliability Engineering\", O'Reilly 2016, chapter 21",
    model: "throttling.yaml",
    differs: "One client instead of many, and a backend that accepts a fixed rate and turns the rest away at no cost.",
    rows: &[
        Row {
            what: "requests that reach the backend for each that it accepts, offered 5 times as many, unthrottled",
            published: "5",
            agrees: 4.9..=5.1,
            read: |runs| sent_per_accepted(runs, "unthrottled"),
        },
        Row {
            what: "the same with K = 2",
            published: "2 (one turned away for each accepted)",
            agrees: 1.9..=2.1,
            read: |runs| sent_per_accepted(runs, AS_IT_IS),
        },
        Row {
            what: "the same with K = 2, offered 10 times as many",
            published: "2",
            agrees: 1.9..=2.1,
            read: |runs| sent_per_accepted(runs, "ten-fold"),
        },
        Row {
            what: "the same with K = 2, offered 1.5 times as many",
            published: "1.5 (nothing is throttled below K)",
            agrees: 1.48..=1.52,
            read: |runs| sent_per_accepted(runs, "one-and-a-half-fold"),
        },
    ],
};

fn sent_per_accepted(runs: &Runs, variant: &str) -> f64 {
    let report = runs.of(variant);
    report.calls["client.ask -> backend.answer"].attempts as f64 / report.endpoints["client.ask"].ok as f64
}
