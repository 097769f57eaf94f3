//! The keys of the parts that hold data: caches.

use super::{AT, CACHES, Kind, Object, POSITIVE_DURATION, key};
use sim::model::Model;

pub(in crate::scenario) const FILL: &[&str] = &["stampede", "single-flight"];

const KEYS_DOC: &str = "Which keys are asked for: `zipf(s, keys)` asks for the key of rank k with a chance in proportion to \
                        k to the power −s, `uniform(keys)` for all alike.";

pub(in crate::scenario) static CACHE: Object = Object {
    name: "cache",
    doc: "Answers kept beside the callers. What was used longest ago goes first. A call step that names the cache draws one \
          key; a hit takes its own time and calls nobody, a miss calls and keeps a whole answer.",
    keys: &[
        key(
            "size",
            Kind::Size { least: 1, most: Model::MAX_CACHED },
            "Entries that it holds; per replica where it is not shared.",
            "10k",
        )
        .required(),
        key("keys", Kind::Keyspace, KEYS_DOC, "zipf(1.0, 1M)").required(),
        key(
            "ttl",
            POSITIVE_DURATION,
            "How long an entry counts after it was fetched; reads do not renew it. Absent: until it has to go.",
            "60s",
        ),
        key("hit", Kind::Distribution, "How long a hit takes.", "0.5ms").default("0s"),
        key(
            "fill",
            Kind::Word(FILL),
            "Who fetches a missing key: everybody who misses it, or the first while the others wait for that fetch and share \
             how it ends.",
            "single-flight",
        )
        .default("stampede"),
        key(
            "shared",
            Kind::Flag,
            "One cache for all callers, which survives their crashes; `false` gives each replica of a caller its own.",
            "false",
        )
        .default("true"),
    ],
};

pub(in crate::scenario) static FLUSH: Object = Object {
    name: "flush fault",
    doc: "A cache forgets everything at once, and warms up again.",
    keys: &[key("flush", Kind::One(CACHES), "The cache.", "products").required(), AT],
};
