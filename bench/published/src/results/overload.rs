//! What a queue does with more than the server can do.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static OVERLOAD: Published = Published {
    title: "Controlled delay and adaptive LIFO",
    source: "B. Maurer, \"Fail at Scale\", ACM Queue 13(8), 2015",
    model: "overload.yaml",
    differs: "The article describes the two and gives no figures: this is their shape at 1.2 times what four workers can do, \
              of which 83.3 % can be answered at most.",
    rows: &[
        Row {
            what: "answers in time, oldest first without a bound, %",
            published: "none: all wait too long",
            agrees: 0.0..=1.0,
            read: |runs| goodput(runs, AS_IT_IS),
        },
        Row {
            what: "with controlled delay (5 ms, 100 ms), %",
            published: "close to what the server can do",
            agrees: 77.0..=83.4,
            read: |runs| goodput(runs, "codel"),
        },
        Row {
            what: "with adaptive LIFO, %",
            published: "close to what the server can do",
            agrees: 77.0..=84.5,
            read: |runs| goodput(runs, "adaptive-lifo"),
        },
        Row {
            what: "with both, %",
            published: "close to what the server can do",
            agrees: 77.0..=83.4,
            read: |runs| goodput(runs, "both"),
        },
    ],
};

fn goodput(runs: &Runs, variant: &str) -> f64 {
    runs.of(variant).endpoints["server.serve"].goodput.unwrap_or(f64::NAN) * 100.0
}
