//! A failure that outlasts its trigger.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static METASTABLE: Published = Published {
    title: "A metastable failure",
    source: "N. Bronson et al., \"Metastable Failures in Distributed Systems\", HotOS 2021, section 2.1",
    model: "metastable.yaml",
    differs: "The text gives rates and the timeout; 30 connections of 100 ms per query and a waiting room for 600 are ours. The \
              trigger is a database that stands still, so that what was sent meanwhile arrives at once. A budget helps \
              only if it binds below what is spare: 280 × 1.05 is less than 300, 280 × 1.1 is not.",
    rows: &[
        Row {
            what: "goodput at 280/s without the trigger, %",
            published: "stable",
            agrees: 99.9..=100.0,
            read: |runs| late_goodput(runs, "untouched"),
        },
        Row {
            what: "goodput at 140/s, minutes after the trigger, %",
            published: "recovers (below half of 300/s)",
            agrees: 99.9..=100.0,
            read: |runs| late_goodput(runs, "below"),
        },
        Row {
            what: "goodput at 280/s, minutes after the trigger, %",
            published: "stays down",
            agrees: 0.0..=1.0,
            read: |runs| late_goodput(runs, AS_IT_IS),
        },
        Row {
            what: "the same, after a minute of shed load, %",
            published: "recovers",
            agrees: 99.0..=100.0,
            read: |runs| late_goodput(runs, "shed"),
        },
        Row {
            what: "the same, with a retry budget of 5 %, %",
            published: "recovers",
            agrees: 99.0..=100.0,
            read: |runs| late_goodput(runs, "budget"),
        },
    ],
};

/// In the last two minutes: the trigger lies five minutes back, the shedding one.
fn late_goodput(runs: &Runs, variant: &str) -> f64 {
    runs.goodput_between(variant, "app.page", 360.0..480.0)
}
