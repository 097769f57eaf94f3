//! A second request cuts a tail for a few per cent more work.

use crate::{AS_IT_IS, Published, Row, Runs};

pub(super) static HEDGING: Published = Published {
    title: "The tail at scale: hedged requests",
    source: "J. Dean and L. A. Barroso, \"The Tail at Scale\", Communications of the ACM 56(2), 2013",
    model: "hedging.yaml",
    differs: "The article does not give the distribution of one server's answers. Ours is the Pareto law through the two \
              numbers that it does give, the percentile without hedging and the share of second requests, so these two rows \
              are no test; the percentile with hedging is. It comes out lower than published: here a second server is slow \
              independently of the first, while real servers are slow together. The share of hedges is not capped.",
    rows: &[
        Row {
            what: "99.9th percentile of a read of 1,000 keys, ms",
            published: "1,800",
            agrees: 1_200.0..=3_200.0,
            read: |runs| p999_ms(runs, AS_IT_IS),
        },
        Row {
            what: "the same, asked again after 10 ms, ms",
            published: "74",
            agrees: 45.0..=80.0,
            read: |runs| p999_ms(runs, "hedged"),
        },
        Row { what: "more requests, %", published: "2", agrees: 1.8..=2.2, read: more_requests },
    ],
};

fn p999_ms(runs: &Runs, variant: &str) -> f64 {
    runs.of(variant).endpoints["client.read"].latency_ms.p999.unwrap_or(f64::NAN)
}

fn more_requests(runs: &Runs) -> f64 {
    let calls = &runs.of("hedged").calls["client.read -> server.get"];
    let hedges = calls.hedges.unwrap_or(0) as f64;
    hedges / (calls.attempts as f64 - hedges) * 100.0
}
