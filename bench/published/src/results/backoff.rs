//! How a backoff is spread decides what contention costs.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static BACKOFF: Published = Published {
    title: "Exponential backoff and jitter",
    source: "M. Brooker, \"Exponential Backoff and Jitter\", AWS Architecture Blog, 2015; the figures are the means of 200 \
             runs with twenty clients of the model published with it (aws-samples/aws-arch-backoff-simulator)",
    model: "backoff.yaml",
    differs: "There a write fails if another was committed since its read, here if it comes while another is under way; the \
              times that a try and a failed try take are the same. So calls and times lie some per cent apart, in the same order.",
    rows: &[
        Row { what: "calls, no backoff", published: "152.6", agrees: 122.0..=183.0, read: |runs| calls(runs, "none") },
        Row {
            what: "calls, exponential",
            published: "149.5",
            agrees: 120.0..=180.0,
            read: |runs| calls(runs, AS_IT_IS),
        },
        Row {
            what: "calls, equal jitter",
            published: "107.7",
            agrees: 86.0..=130.0,
            read: |runs| calls(runs, "equal"),
        },
        Row {
            what: "calls, decorrelated jitter",
            published: "100.9",
            agrees: 80.0..=121.0,
            read: |runs| calls(runs, "decorrelated"),
        },
        Row { what: "calls, full jitter", published: "100.3", agrees: 80.0..=121.0, read: |runs| calls(runs, "full") },
        Row {
            what: "until the last is done, no backoff, ms",
            published: "603",
            agrees: 480.0..=725.0,
            read: |runs| done_ms(runs, "none"),
        },
        Row {
            what: "until the last is done, decorrelated jitter, ms",
            published: "820",
            agrees: 656.0..=984.0,
            read: |runs| done_ms(runs, "decorrelated"),
        },
        Row {
            what: "until the last is done, full jitter, ms",
            published: "1,017",
            agrees: 813.0..=1_221.0,
            read: |runs| done_ms(runs, "full"),
        },
        Row {
            what: "until the last is done, equal jitter, ms",
            published: "1,612",
            agrees: 1_290.0..=1_935.0,
            read: |runs| done_ms(runs, "equal"),
        },
        Row {
            what: "until the last is done, exponential, ms",
            published: "14,285",
            agrees: 11_400.0..=17_200.0,
            read: |runs| done_ms(runs, AS_IT_IS),
        },
    ],
};

/// Attempts of all writers: twenty of them are first tries.
fn calls(runs: &Runs, variant: &str) -> f64 {
    let report = runs.of(variant);
    report.services["row"].amplification.unwrap_or(f64::NAN) * report.endpoints["row.write"].offered as f64
}

/// All began at zero, so the longest wait is the whole.
fn done_ms(runs: &Runs, variant: &str) -> f64 {
    runs.of(variant).endpoints["row.write"].latency_ms.max.unwrap_or(f64::NAN)
}
