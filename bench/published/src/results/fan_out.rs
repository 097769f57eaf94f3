//! A rare slow server is a common slow answer.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static FAN_OUT: Published = Published {
    title: "The tail at scale: fan-out",
    source: "J. Dean and L. A. Barroso, \"The Tail at Scale\", Communications of the ACM 56(2), 2013",
    model: "fan-out.yaml",
    differs: "As published; the servers do not queue, in the article's sum neither.",
    rows: &[
        Row {
            what: "answers of one server over a second, %",
            published: "1",
            agrees: 0.9..=1.1,
            read: |runs| slow(runs, "one"),
        },
        Row {
            what: "answers that need a hundred servers over a second, %",
            published: "63 (1 − 0.99¹⁰⁰ = 63.4)",
            agrees: 63.0..=63.8,
            read: |runs| slow(runs, AS_IT_IS),
        },
    ],
};

/// The users' patience lies between a fast and a slow answer.
fn slow(runs: &Runs, variant: &str) -> f64 {
    let users = &runs.of(variant).endpoints["root.ask"];
    users.late as f64 / users.offered as f64 * 100.0
}
