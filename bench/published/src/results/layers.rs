//! Retries multiply along a chain of callers.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static LAYERS: Published = Published {
    title: "Retries in layers",
    source: "B. Beyer et al. (eds.), \"Site Reliability Engineering\", O'Reilly 2016, chapters 21 and 22",
    model: "layers.yaml",
    differs: "As published: the arithmetic of a database that answers every attempt with an error.",
    rows: &[
        Row {
            what: "attempts at the database per action, three layers × four attempts",
            published: "64",
            agrees: 64.0..=64.0,
            read: |runs| amplification(runs, AS_IT_IS),
        },
        Row {
            what: "the same, one layer × three attempts",
            published: "3",
            agrees: 3.0..=3.0,
            read: |runs| amplification(runs, "one-layer"),
        },
        Row {
            what: "the same with a retry budget of 10 %",
            published: "1.1",
            agrees: 1.099..=1.101,
            read: |runs| amplification(runs, "one-layer-with-budget"),
        },
    ],
};

fn amplification(runs: &Runs, variant: &str) -> f64 {
    runs.of(variant).services["database"].amplification.unwrap_or(f64::NAN)
}
