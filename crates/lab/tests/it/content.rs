//! The scenarios that ship with Brownout teach what they say they teach: for every seed the right variants meet the
//! objectives and the others do not, and the numbers in their comments are the ones that a run finds.

use lab::replicate::replicate;
use lab::report::RunReport;
use lab::run::run;
use lab::scenario::{Override, Reading, Scenario, open};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The scenario without any variant.
const AS_IT_IS: &str = "as it is";

/// How many seeds a lesson has to hold for, from 1 on.
const SEEDS: u32 = 5;

/// What a scenario teaches.
struct Lesson {
    file: &'static str,
    /// What the lesson is about; more is better.
    goodput_of: &'static str,
    /// Who meets every objective. Everybody else misses one, the scenario as it is included.
    meets: &'static [&'static str],
    /// Groups from best to worst: each of a group has more goodput than each of the next.
    ranking: &'static [&'static [&'static str]],
    /// Numbers in the file's comment that a run with seed 1 finds: variant, measure, and the number as written.
    stated: &'static [(&'static str, &'static str, &'static str)],
}

static LESSONS: [Lesson; 17] = [
    Lesson {
        file: "cache-stampede.yaml",
        goodput_of: "shop.page",
        meets: &["single-flight", "longer-timeout"],
        ranking: &[
            &["single-flight"],
            &["longer-timeout"],
            &["longer-ttl"],
            &[AS_IT_IS, "bigger-machine"],
            &["own-caches"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(shop.page)", "46.5 %"),
            (AS_IT_IS, "hit_ratio(products)", "45.7 %"),
            ("bigger-machine", "goodput(shop.page)", "47.8 %"),
            ("longer-ttl", "goodput(shop.page)", "72.7 %"),
            ("own-caches", "goodput(shop.page)", "44.9 %"),
            ("longer-timeout", "goodput(shop.page)", "99.3 %"),
            ("single-flight", "goodput(shop.page)", "100.0 %"),
            ("single-flight", "utilization(catalog)", "30.9 %"),
        ],
    },
    Lesson {
        file: "hockey-stick.yaml",
        goodput_of: "quotes.price",
        // The lesson is capacity, bought or won.
        meets: &["pooled", "spread", "pooled-and-steadier", "one-more", "double"],
        ranking: &[&["double", "one-more", "pooled-and-steadier"], &["pooled", "spread"], &["steadier"], &[AS_IT_IS]],
        stated: &[
            (AS_IT_IS, "utilization(quotes)", "75.8 %"),
            (AS_IT_IS, "p99(quotes.price)", "363 ms"),
            (AS_IT_IS, "goodput(quotes.price)", "82.3 %"),
            ("steadier", "p99(quotes.price)", "147 ms"),
            ("steadier", "goodput(quotes.price)", "89.0 %"),
            ("pooled", "p99(quotes.price)", "87.3 ms"),
            ("pooled", "goodput(quotes.price)", "95.5 %"),
            ("spread", "p99(quotes.price)", "90.4 ms"),
            ("pooled-and-steadier", "p99(quotes.price)", "39.2 ms"),
            ("one-more", "p99(quotes.price)", "31.7 ms"),
            ("one-more", "goodput(quotes.price)", "99.6 %"),
            ("double", "utilization(quotes)", "38 %"),
        ],
    },
    Lesson {
        file: "tail-at-scale.yaml",
        goodput_of: "search.query",
        meets: &["shorter-hiccups", "ask-again", "good-enough"],
        ranking: &[
            &["shorter-hiccups", "ask-again", "good-enough"],
            &["one-leaf"],
            &["ten-leaves"],
            &[AS_IT_IS, "bigger-machines"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(search.query)", "37.0 %"),
            (AS_IT_IS, "p50(search.query)", "1007 ms"),
            (AS_IT_IS, "utilization(leaf)", "4 %"),
            ("bigger-machines", "goodput(search.query)", "36.9 %"),
            ("one-leaf", "goodput(search.query)", "99.0 %"),
            ("ten-leaves", "goodput(search.query)", "90.1 %"),
            ("ten-leaves", "p50(search.query)", "122 ms"),
            ("ask-again", "goodput(search.query)", "100.0 %"),
            ("ask-again", "p99(search.query)", "58.7 ms"),
            ("ask-again", "amplification(leaf)", "1.01x"),
            ("good-enough", "degraded(search.query)", "63.0 %"),
        ],
    },
    Lesson {
        file: "retry-storm.yaml",
        goodput_of: "gateway.checkout",
        meets: &["bounded-queue", "budget-and-bound"],
        ranking: &[
            &["bounded-queue", "budget-and-bound"],
            &["no-retries"],
            &["budget"],
            &[AS_IT_IS, "bigger-machine", "backoff", "longer-timeout", "deadlines", "queue-too-long"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(gateway.checkout)", "29.7 %"),
            ("bigger-machine", "goodput(gateway.checkout)", "30.2 %"),
            ("backoff", "goodput(gateway.checkout)", "29.7 %"),
            ("longer-timeout", "goodput(gateway.checkout)", "30.0 %"),
            ("deadlines", "goodput(gateway.checkout)", "29.8 %"),
            ("budget", "goodput(gateway.checkout)", "81.9 %"),
            ("no-retries", "goodput(gateway.checkout)", "85.7 %"),
            ("bounded-queue", "goodput(gateway.checkout)", "94.2 %"),
            ("bounded-queue", "amplification(stock)", "1.17x"),
            ("queue-too-long", "goodput(gateway.checkout)", "29.7 %"),
            ("budget-and-bound", "goodput(gateway.checkout)", "94.2 %"),
            ("budget-and-bound", "amplification(stock)", "1.01x"),
            ("budget-and-bound", "failed(gateway.checkout)", "5.8 %"),
        ],
    },
    Lesson {
        file: "lifo-under-overload.yaml",
        goodput_of: "feed.read",
        meets: &["bounded", "tight", "lifo", "adaptive-lifo"],
        ranking: &[
            &["bounded", "tight", "lifo", "adaptive-lifo"],
            &["deadlines"],
            &["bigger-machine", "long-queue"],
            &[AS_IT_IS],
        ],
        stated: &[
            (AS_IT_IS, "goodput(feed.read)", "32.2 %"),
            ("bigger-machine", "goodput(feed.read)", "45.2 %"),
            ("long-queue", "goodput(feed.read)", "44.7 %"),
            ("deadlines", "goodput(feed.read)", "55.7 %"),
            ("deadlines", "late(feed.read)", "27.3 %"),
            ("lifo", "goodput(feed.read)", "82.6 %"),
            ("lifo", "queue_max(feed)", "18,175"),
            ("lifo", "utilization(feed)", "76 %"),
            ("adaptive-lifo", "goodput(feed.read)", "82.6 %"),
            ("bounded", "goodput(feed.read)", "82.7 %"),
            ("bounded", "utilization(feed)", "63 %"),
            ("bounded", "p99(feed.read)", "300 ms"),
            ("tight", "goodput(feed.read)", "82.5 %"),
            ("tight", "p99(feed.read)", "63.0 ms"),
        ],
    },
    Lesson {
        file: "pool-exhaustion.yaml",
        goodput_of: "browsers",
        meets: &["timeout", "bulkhead-and-timeout"],
        ranking: &[
            &["timeout", "bulkhead", "bulkhead-and-timeout"],
            &["everything-bigger", "bounded-queue"],
            &["bigger-machine", "bigger-pool", "twice-the-workers"],
            &[AS_IT_IS],
        ],
        stated: &[
            (AS_IT_IS, "goodput(browsers)", "45.8 %"),
            ("bigger-machine", "goodput(browsers)", "51.4 %"),
            ("bigger-pool", "goodput(browsers)", "47.8 %"),
            ("twice-the-workers", "goodput(browsers)", "46.4 %"),
            ("everything-bigger", "goodput(browsers)", "65.9 %"),
            ("bounded-queue", "goodput(browsers)", "64.3 %"),
            ("timeout", "goodput(browsers)", "100.0 %"),
            ("timeout", "goodput(buyers)", "64.2 %"),
            ("timeout", "failed(buyers)", "35.8 %"),
            ("bulkhead", "goodput(browsers)", "100.0 %"),
            ("bulkhead", "goodput(buyers)", "51.8 %"),
        ],
    },
    Lesson {
        file: "slow-optional.yaml",
        goodput_of: "page.view",
        meets: &["timeout"],
        ranking: &[
            &["timeout", "tight-timeout"],
            &["required"],
            &["timeout-and-retries", "bigger-machine", "long-timeout"],
            &[AS_IT_IS, "side-by-side"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(page.view)", "56.7 %"),
            ("bigger-machine", "goodput(page.view)", "60.5 %"),
            ("side-by-side", "goodput(page.view)", "57.0 %"),
            ("long-timeout", "goodput(page.view)", "59.3 %"),
            ("timeout-and-retries", "goodput(page.view)", "62.0 %"),
            ("required", "goodput(page.view)", "64.2 %"),
            ("tight-timeout", "degraded(page.view)", "67.7 %"),
            ("timeout", "goodput(page.view)", "100.0 %"),
            ("timeout", "degraded(page.view)", "35.8 %"),
        ],
    },
    Lesson {
        file: "power-of-two.yaml",
        goodput_of: "profile.get",
        meets: &["power-of-two", "least-outstanding"],
        ranking: &[
            &["least-outstanding"],
            &["power-of-two"],
            &["without-the-slow-one"],
            &["more-replicas"],
            &[AS_IT_IS, "random"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(profile.get)", "89.0 %"),
            ("random", "goodput(profile.get)", "88.5 %"),
            ("more-replicas", "goodput(profile.get)", "94.8 %"),
            ("without-the-slow-one", "goodput(profile.get)", "98.4 %"),
            ("power-of-two", "goodput(profile.get)", "99.3 %"),
            ("least-outstanding", "goodput(profile.get)", "99.8 %"),
        ],
    },
    Lesson {
        file: "daily-peak.yaml",
        goodput_of: "shoppers",
        // The lesson is capacity, and that some of it need not be bought.
        meets: &["one-more-core", "reports-at-night", "shoppers-first"],
        ranking: &[
            &["one-more-core", "reports-at-night", "shoppers-first"],
            &["bounded-queue"],
            &[AS_IT_IS],
            &["for-the-mean"],
        ],
        stated: &[
            (AS_IT_IS, "utilization(shop)", "78.9 %"),
            (AS_IT_IS, "goodput(shoppers)", "47.8 %"),
            ("for-the-mean", "goodput(shoppers)", "25.2 %"),
            ("one-more-core", "goodput(shoppers)", "100.0 %"),
            ("one-more-core", "utilization(shop)", "67.6 %"),
            ("bounded-queue", "goodput(shoppers)", "96.1 %"),
            ("bounded-queue", "failed(shoppers)", "3.9 %"),
            ("reports-at-night", "p99(shoppers)", "232 ms"),
            ("shoppers-first", "p99(shoppers)", "228 ms"),
            ("shoppers-first", "max(reports)", "90.9 s"),
        ],
    },
    Lesson {
        file: "gc-pause.yaml",
        goodput_of: "cart.get",
        // The polite measurement meets them because it does not see what it measures.
        meets: &["ask-another", "least-outstanding", "polite-measurement"],
        ranking: &[
            &["least-outstanding"],
            &["ask-another"],
            &["twice-the-replicas"],
            &["bigger-machines"],
            &[AS_IT_IS],
        ],
        stated: &[
            (AS_IT_IS, "p99(cart.get)", "864 ms"),
            (AS_IT_IS, "goodput(cart.get)", "98.2 %"),
            ("bigger-machines", "p99(cart.get)", "449 ms"),
            ("bigger-machines", "goodput(cart.get)", "98.9 %"),
            ("twice-the-replicas", "goodput(cart.get)", "99.3 %"),
            ("ask-another", "goodput(cart.get)", "99.9 %"),
            ("ask-another", "p99(cart.get)", "113 ms"),
            ("ask-another", "amplification(cart)", "1.03x"),
            ("least-outstanding", "goodput(cart.get)", "99.97 %"),
            ("least-outstanding", "p99(cart.get)", "37.0 ms"),
            ("polite-measurement", "p99(cart.get)", "38.4 ms"),
        ],
    },
    Lesson {
        file: "double-charge.yaml",
        goodput_of: "buyers",
        meets: &["idempotent", "idempotent-and-longer-timeout"],
        ranking: &[
            &["longer-timeout", "idempotent-and-longer-timeout"],
            &[AS_IT_IS, "idempotent"],
            &["no-retries-and-longer-timeout"],
            &["no-retries"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(buyers)", "99.6 %"),
            (AS_IT_IS, "duplicated(charge)", "640"),
            (AS_IT_IS, "p50(buyers)", "108 ms"),
            ("bigger-machine", "duplicated(charge)", "99"),
            ("patient-retries", "duplicated(charge)", "661"),
            ("longer-timeout", "duplicated(charge)", "9"),
            ("no-retries", "failed(buyers)", "9.9 %"),
            ("no-retries-and-longer-timeout", "failed(buyers)", "2.0 %"),
            ("idempotent", "goodput(buyers)", "99.5 %"),
            ("idempotent", "p50(buyers)", "112 ms"),
            ("idempotent", "amplification(payments)", "1.15x"),
            ("idempotent-and-longer-timeout", "amplification(payments)", "1.02x"),
        ],
    },
    Lesson {
        file: "noisy-neighbour.yaml",
        goodput_of: "catalog",
        meets: &["exports-last", "fair-queue"],
        ranking: &[
            &["exports-last", "fair-queue", "own-replicas"],
            &["bounded-queue", "bounded-fair-queue"],
            &["bigger-machine"],
            &[AS_IT_IS, "checkout-first", "everybody-first"],
            &["ranks-when-catalog-floods", "turns-when-catalog-floods"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(checkout)", "63.0 %"),
            (AS_IT_IS, "goodput(catalog)", "62.9 %"),
            (AS_IT_IS, "goodput(exports)", "100 %"),
            ("bigger-machine", "goodput(checkout)", "88.7 %"),
            ("bigger-machine", "goodput(catalog)", "88.7 %"),
            ("bigger-machine", "utilization(search)", "36 %"),
            ("bounded-queue", "goodput(checkout)", "95.4 %"),
            ("bounded-queue", "goodput(catalog)", "95.5 %"),
            ("bounded-queue", "goodput(exports)", "47.2 %"),
            ("checkout-first", "goodput(checkout)", "100 %"),
            ("checkout-first", "goodput(catalog)", "62.8 %"),
            ("checkout-first", "p99(checkout)", "46.5 ms"),
            ("everybody-first", "goodput(checkout)", "63.0 %"),
            ("own-replicas", "goodput(exports)", "67.5 %"),
            ("fair-queue", "max(exports)", "80.5 s"),
            ("fair-queue", "p99(checkout)", "60.5 ms"),
            ("fair-queue", "p99(catalog)", "82.7 ms"),
            ("bounded-fair-queue", "goodput(exports)", "47.2 %"),
            ("ranks-when-catalog-floods", "goodput(checkout)", "71.8 %"),
            ("turns-when-catalog-floods", "goodput(checkout)", "100.0 %"),
        ],
    },
    Lesson {
        file: "timeout-inversion.yaml",
        goodput_of: "gateway.view",
        meets: &["shorter-inner", "two-tries-and-budgets"],
        ranking: &[
            &["shorter-inner"],
            &["two-tries-and-budgets"],
            &["longer-outer", "more-tries", "shorter-inner-only"],
            &[AS_IT_IS, "bigger-machine", "fewer-tries", "deadlines"],
            &["too-short-inner"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(visitors)", "95.7 %"),
            (AS_IT_IS, "amplification(store)", "1.46x"),
            ("bigger-machine", "goodput(visitors)", "95.7 %"),
            ("fewer-tries", "goodput(visitors)", "95.6 %"),
            ("fewer-tries", "amplification(store)", "1.18x"),
            ("deadlines", "goodput(visitors)", "95.6 %"),
            ("deadlines", "amplification(store)", "1.18x"),
            ("more-tries", "goodput(visitors)", "98.9 %"),
            ("more-tries", "amplification(store)", "1.51x"),
            ("more-tries", "p99(visitors)", "622 ms"),
            ("longer-outer", "goodput(visitors)", "98.8 %"),
            ("longer-outer", "p99(visitors)", "1.21 s"),
            ("shorter-inner", "goodput(visitors)", "99.99 %"),
            ("shorter-inner", "amplification(store)", "1.24x"),
            ("shorter-inner", "p99(visitors)", "282 ms"),
            ("two-tries-and-budgets", "goodput(visitors)", "99.7 %"),
            ("two-tries-and-budgets", "amplification(store)", "1.23x"),
            ("too-short-inner", "goodput(visitors)", "0.0 %"),
            ("too-short-inner", "amplification(store)", "6.00x"),
        ],
    },
    Lesson {
        file: "nothing-is-wrong.yaml",
        goodput_of: "prices.get",
        // The lesson is to leave it alone: here doing nothing wins, and everything else misses what was promised.
        meets: &[AS_IT_IS],
        ranking: &[
            &[AS_IT_IS, "bigger-machine", "one-more-core"],
            &["newest-first"],
            &["short-timeout"],
            &["bounded-queue"],
            &["eight-small"],
            &["timeout-and-retries", "fewer-workers"],
        ],
        stated: &[
            (AS_IT_IS, "p99(clients)", "50.8 ms"),
            (AS_IT_IS, "goodput(clients)", "100.0 %"),
            ("bigger-machine", "p99(clients)", "36.5 ms"),
            ("bigger-machine", "utilization(prices)", "31 %"),
            ("one-more-core", "p99(clients)", "39.6 ms"),
            ("one-more-core", "utilization(prices)", "55 %"),
            ("eight-small", "p99(clients)", "263 ms"),
            ("eight-small", "goodput(clients)", "94.6 %"),
            ("bounded-queue", "failed(clients)", "1.8 %"),
            ("short-timeout", "failed(clients)", "0.37 %"),
            ("timeout-and-retries", "goodput(clients)", "40.3 %"),
            ("newest-first", "goodput(clients)", "99.77 %"),
            ("newest-first", "max(clients)", "1.01 s"),
            ("processor-sharing", "p99(clients)", "74.4 ms"),
            ("fewer-workers", "goodput(clients)", "36.7 %"),
        ],
    },
    Lesson {
        file: "serial-or-parallel.yaml",
        goodput_of: "page.view",
        meets: &["parallel-and-retry", "parallel-optional-and-retry"],
        ranking: &[
            &["retry", "parallel-and-retry", "parallel-optional-and-retry", "parallel-optional-and-timeout"],
            &["optional", "parallel-and-optional"],
            &[
                AS_IT_IS,
                "bigger-machines",
                "faster-machines",
                "parallel",
                "parallel-and-five-faster",
                "parallel-and-slowest-faster",
            ],
        ],
        stated: &[
            (AS_IT_IS, "goodput(visitors)", "97.0 %"),
            (AS_IT_IS, "p50(visitors)", "126 ms"),
            (AS_IT_IS, "p99(visitors)", "306 ms"),
            ("bigger-machines", "p99(visitors)", "305 ms"),
            ("bigger-machines", "goodput(visitors)", "97.0 %"),
            ("faster-machines", "p99(visitors)", "154 ms"),
            ("faster-machines", "goodput(visitors)", "97.0 %"),
            ("parallel", "p50(visitors)", "64.2 ms"),
            ("parallel", "p99(visitors)", "242 ms"),
            ("parallel", "p99(page.view -> reviews.list)", "239 ms"),
            ("parallel", "goodput(visitors)", "97.0 %"),
            ("parallel-and-five-faster", "p99(visitors)", "242 ms"),
            ("parallel-and-slowest-faster", "p99(visitors)", "123 ms"),
            ("retry", "goodput(visitors)", "99.98 %"),
            ("retry", "p99(visitors)", "305 ms"),
            ("optional", "goodput(visitors)", "98.5 %"),
            ("optional", "degraded(visitors)", "1.5 %"),
            ("parallel-and-retry", "goodput(visitors)", "99.98 %"),
            ("parallel-and-retry", "p99(visitors)", "242 ms"),
            ("parallel-optional-and-retry", "goodput(visitors)", "99.99 %"),
            ("parallel-optional-and-timeout", "p99(visitors)", "157 ms"),
            ("parallel-optional-and-timeout", "degraded(visitors)", "7.7 %"),
        ],
    },
    Lesson {
        file: "cold-replicas.yaml",
        goodput_of: "feed.read",
        meets: &["bounded-queue", "bounded-and-warm", "bounded-and-more-replicas"],
        ranking: &[
            &["bounded-and-more-replicas"],
            &["bounded-queue", "bounded-for-the-warm", "bounded-and-warm"],
            &["bigger-machine"],
            &["more-replicas"],
            &["least-outstanding", "bounded-without-retries"],
            &["patient-readers"],
            &["faster-startup"],
            &[AS_IT_IS],
            &["warm-before-ready"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(readers)", "66.7 %"),
            ("bigger-machine", "goodput(readers)", "92.0 %"),
            ("more-replicas", "goodput(readers)", "90.2 %"),
            ("faster-startup", "goodput(readers)", "81.9 %"),
            ("warm-before-ready", "goodput(readers)", "59.2 %"),
            ("least-outstanding", "goodput(readers)", "88.4 %"),
            ("least-outstanding", "failed(readers)", "11.6 %"),
            ("patient-readers", "goodput(readers)", "85.0 %"),
            ("bounded-queue", "goodput(readers)", "98.3 %"),
            ("bounded-queue", "failed(readers)", "1.5 %"),
            ("bounded-queue", "amplification(feed)", "1.19x"),
            ("bounded-for-the-warm", "goodput(readers)", "97.4 %"),
            ("bounded-for-the-warm", "p99(readers)", "1.04 s"),
            ("bounded-without-retries", "goodput(readers)", "88.7 %"),
            ("bounded-and-more-replicas", "goodput(readers)", "99.6 %"),
        ],
    },
    Lesson {
        file: "shared-pool.yaml",
        goodput_of: "visitors",
        // A bigger database wins only together with a bigger pool: then the lesson is what it costs.
        meets: &["both-bigger", "own-pool", "index"],
        ranking: &[
            &["both-bigger", "own-pool", "index"],
            &["scan-in-pieces"],
            &[AS_IT_IS, "bigger-database", "bigger-pool", "timeout-and-retries"],
            &["own-pool-too-big"],
            &["smaller-pool"],
        ],
        stated: &[
            (AS_IT_IS, "goodput(visitors)", "73.1 %"),
            (AS_IT_IS, "p99(analysts)", "13.1 s"),
            ("bigger-database", "goodput(visitors)", "73.1 %"),
            ("bigger-pool", "goodput(visitors)", "73.1 %"),
            ("bigger-pool", "queue_max(database)", "84"),
            ("both-bigger", "goodput(visitors)", "100.0 %"),
            ("both-bigger", "utilization(database)", "36 %"),
            ("smaller-pool", "goodput(visitors)", "0.0 %"),
            ("timeout-and-retries", "goodput(visitors)", "72.7 %"),
            ("timeout-and-retries", "p99(visitors)", "25.3 ms"),
            ("timeout-and-retries", "failed(visitors)", "27.3 %"),
            ("scan-in-pieces", "goodput(visitors)", "86.5 %"),
            ("own-pool", "goodput(visitors)", "100.0 %"),
            ("own-pool", "p99(visitors)", "19.5 ms"),
            ("own-pool", "p99(analysts)", "24.2 s"),
            ("own-pool-too-big", "goodput(visitors)", "61.9 %"),
            ("index", "goodput(visitors)", "100.0 %"),
            ("index", "utilization(database)", "25 %"),
        ],
    },
];

/// The p99 of `hockey-stick.yaml` as its comment states it, by requests per second; 2000/s fill the service.
const LEVELS: [(u32, &str); 5] =
    [(1000, "18.6 ms"), (1400, "30.9 ms"), (1600, "46.0 ms"), (1800, "93.8 ms"), (1900, "177 ms")];

/// Numbers in a comment that a reader finds by changing the scenario, with seed 1.
struct WhatIf {
    file: &'static str,
    variant: &'static str,
    /// As `--set` takes them.
    sets: &'static [&'static str],
    /// Measure, and the number as written.
    stated: &'static [(&'static str, &'static str)],
}

static WHAT_IFS: [WhatIf; 8] = [
    WhatIf {
        file: "double-charge.yaml",
        variant: "longer-timeout",
        sets: &["faults[1]=null"],
        stated: &[("duplicated(charge)", "0")],
    },
    WhatIf {
        file: "timeout-inversion.yaml",
        variant: AS_IT_IS,
        sets: &["faults[0].share=100%", "faults[0].by=3x"],
        stated: &[("goodput(visitors)", "100.0 %")],
    },
    WhatIf {
        file: "timeout-inversion.yaml",
        variant: "shorter-inner",
        sets: &["faults[0].share=100%", "faults[0].by=3x"],
        stated: &[("goodput(visitors)", "29.2 %")],
    },
    WhatIf {
        file: "timeout-inversion.yaml",
        variant: "two-tries-and-budgets",
        sets: &["faults[0].share=100%", "faults[0].by=3x"],
        stated: &[("goodput(visitors)", "98.2 %")],
    },
    WhatIf {
        file: "nothing-is-wrong.yaml",
        variant: AS_IT_IS,
        sets: &["workload.clients.shape=null", "workload.clients.rate=140/s", "duration=5m", "warmup=1m"],
        stated: &[("p99(clients)", "36.5 ms")],
    },
    WhatIf {
        file: "nothing-is-wrong.yaml",
        variant: AS_IT_IS,
        sets: &["workload.clients.shape=null", "duration=5m", "warmup=1m"],
        stated: &[("p99(clients)", "67.8 ms"), ("utilization(prices)", "88 %")],
    },
    WhatIf {
        file: "nothing-is-wrong.yaml",
        variant: AS_IT_IS,
        sets: &["workload.clients.rate=365/s"],
        stated: &[("p99(clients)", "61.9 ms")],
    },
    WhatIf {
        file: "nothing-is-wrong.yaml",
        variant: AS_IT_IS,
        sets: &["workload.clients.rate=380/s"],
        stated: &[("p99(clients)", "82.6 ms")],
    },
];

/// How far a stated number may be from the measured one, beside its own rounding.
const TOLERANCE: f64 = 0.02;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../content/scenarios")
}

/// A scenario of the folder, and its text as a person reads it: without the marks of comments and ends of lines.
fn opened(file: &str, sets: &[String]) -> (Scenario, String) {
    let sets: Vec<Override> = sets.iter().map(Override::new).collect();
    let opened = open(&folder().join(file), &sets).expect("the scenario can be read");
    let Reading { scenario, problems } = opened.reading;
    assert_eq!(problems, [], "{file}");
    let words = opened.source.lines().flat_map(|line| line.trim_start_matches('#').split_whitespace());
    (scenario.expect("a scenario without problems is there"), words.collect::<Vec<_>>().join(" "))
}

fn files() -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"));
    names.filter(|name| name.ends_with(".yaml")).collect()
}

fn scenario_of<'s>(scenario: &'s Scenario, variant: &str) -> &'s Scenario {
    if variant == AS_IT_IS { scenario } else { scenario.variant(variant).expect("the variant is in the file") }
}

fn replicated<'s>(scenario: &'s Scenario, variant: &'s str, seeds: u32) -> (&'s str, Vec<RunReport>) {
    (variant, replicate(scenario_of(scenario, variant), 1, seeds, &|| ()).expect("a run"))
}

/// All of them, each for every seed: the scenario as it is first.
fn run_all(scenario: &Scenario) -> Vec<(&str, Vec<RunReport>)> {
    let names: Vec<&str> =
        std::iter::once(AS_IT_IS).chain(scenario.variants.iter().map(|variant| variant.name.as_str())).collect();
    names.into_par_iter().map(|name| replicated(scenario, name, SEEDS)).collect()
}

/// Of the variant that a lesson names.
fn reports_of<'r>(runs: &'r [(&str, Vec<RunReport>)], variant: &str) -> &'r [RunReport] {
    let found = runs.iter().find(|(name, _)| *name == variant);
    &found.unwrap_or_else(|| panic!("there is no variant {variant}")).1
}

fn goodput(report: &RunReport, of: &str) -> f64 {
    let requests = report.endpoints.get(of).or_else(|| report.tenants.get(of)).expect("it is measured");
    requests.goodput.expect("something was offered")
}

fn wrong_about_objectives(lesson: &Lesson, runs: &[(&str, Vec<RunReport>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (variant, reports) in runs {
        for report in reports {
            let met = report.objectives.iter().all(|objective| objective.met);
            if met != lesson.meets.contains(variant) {
                let does = if met { "meets every objective" } else { "misses an objective" };
                wrong.push(format!("{}, {variant}, seed {}: {does}", lesson.file, report.seed));
            }
        }
    }
    wrong
}

/// For every seed the worst of each group still has more goodput than the best of the next.
fn wrong_about_ranking(lesson: &Lesson, runs: &[(&str, Vec<RunReport>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (better, worse) in lesson.ranking.iter().zip(&lesson.ranking[1..]) {
        for (more, less) in better.iter().flat_map(|more| worse.iter().map(move |less| (*more, *less))) {
            for (high, low) in reports_of(runs, more).iter().zip(reports_of(runs, less)) {
                let (a, b) = (goodput(high, lesson.goodput_of), goodput(low, lesson.goodput_of));
                if a <= b {
                    let seed = high.seed;
                    wrong.push(format!("{}, seed {seed}: {more} has {a:.4}, {less} {b:.4}", lesson.file));
                }
            }
        }
    }
    wrong
}

/// `measure == number`, so that a run says how large the measure is in the unit of the number.
fn question(measure: &str, number: &str) -> String {
    format!("{measure} == {}", number.replace([' ', ','], ""))
}

fn is_about(value: Option<f64>, number: &str) -> bool {
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let stated: f64 = digits.parse().expect("a number");
    let rounding = 0.5 * 10f64.powi(-decimals);
    value.is_some_and(|value| (value - stated).abs() <= rounding.max(TOLERANCE * stated))
}

/// Whether a text has a number, and not only a longer one that ends or begins with it.
fn says(text: &str, number: &str) -> bool {
    let continues = |c: char| c.is_alphanumeric();
    text.match_indices(number).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + number.len()..]);
        let inside = before.ends_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
        let goes_on = after.starts_with(continues)
            || after.trim_start_matches(['.', ',']).starts_with(|c: char| c.is_ascii_digit());
        !inside && !goes_on
    })
}

/// The numbers in a lesson's comment: there, and found by the run with seed 1.
fn wrong_about_numbers(lesson: &Lesson, runs: &[(&str, Vec<RunReport>)]) -> Vec<String> {
    let questions: Vec<String> = lesson.stated.iter().map(|(_, measure, number)| question(measure, number)).collect();
    let set = format!("objectives={}", serde_json::to_string(&questions).expect("text"));
    let (asking, text) = opened(lesson.file, &[set]);
    let mut wrong = Vec::new();
    for ((variant, measure, number), question) in lesson.stated.iter().zip(&asking.objectives) {
        let value = question.evaluate(&reports_of(runs, variant)[0]).value;
        if !is_about(value, number) {
            wrong.push(format!("{}, {variant}: {measure} is {value:?}, not {number}", lesson.file));
        }
        if !says(&text, number) {
            wrong.push(format!("{} does not state {number}", lesson.file));
        }
    }
    wrong
}

#[test]
fn every_scenario_opens_with_why_and_has_what_a_lesson_needs() {
    let readme = std::fs::read_to_string(folder().join("README.md")).expect("the folder has a README");
    let taught: BTreeSet<String> = LESSONS.iter().map(|lesson| lesson.file.to_owned()).collect();
    assert_eq!(files(), taught, "each file has a lesson, and each lesson a file");
    for file in files() {
        let (scenario, text) = opened(&file, &[]);
        let source = std::fs::read_to_string(folder().join(&file)).expect("the scenario can be read");
        assert!(source.starts_with("# "), "{file} opens with a comment");
        for part in ["Why. ", "Predict first. ", "Look at ", "Measured (seed 1)", "At work. "] {
            assert!(text.contains(part), "{file} says: {part}");
        }
        assert!(scenario.about.is_some_and(|about| about.len() > 100), "{file} has a paragraph about it");
        assert!(!scenario.objectives.is_empty(), "{file} has objectives");
        assert!(scenario.variants.len() >= 2, "{file} has variants");
        assert!(scenario.variants.iter().all(|variant| variant.about.is_some()), "{file} says what variants are for");
        assert!(readme.contains(&format!("]({file})")), "{file} is in the README");
    }
}

#[test]
fn every_lesson_holds_for_every_seed_and_states_what_is_measured() {
    let wrong = LESSONS.par_iter().flat_map(|lesson| {
        let (scenario, _) = opened(lesson.file, &[]);
        let runs = run_all(&scenario);
        let mut wrong = wrong_about_objectives(lesson, &runs);
        wrong.extend(wrong_about_ranking(lesson, &runs));
        wrong.extend(wrong_about_numbers(lesson, &runs));
        wrong
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn latency_leaves_long_before_a_service_is_full() {
    LEVELS.par_iter().for_each(|(rate, number)| {
        let objective = format!("objectives=[{}]", question("p99(quotes.price)", number));
        let rate = format!("workload.clients.rate={rate}/s");
        let sets = [&objective, &rate, "workload.clients.shape=null", "duration=5m", "warmup=1m"].map(str::to_owned);
        let (scenario, text) = opened("hockey-stick.yaml", &sets);
        let report = lab::reporting::report(&scenario, &run(&scenario.model, 1).expect("a run"));
        let value = report.objectives[0].value;
        assert!(is_about(value, number), "{rate}: {value:?}, not {number}");
        assert!(text.contains(number), "the comment does not state {number}");
    });
}

#[test]
fn what_the_comments_try_with_set_is_measured() {
    let wrong = WHAT_IFS.par_iter().flat_map(|what_if| {
        let questions: Vec<String> = what_if.stated.iter().map(|(measure, number)| question(measure, number)).collect();
        let objectives = format!("objectives={}", serde_json::to_string(&questions).expect("text"));
        let sets: Vec<String> = what_if.sets.iter().map(|set| (*set).to_owned()).chain([objectives]).collect();
        let (scenario, text) = opened(what_if.file, &sets);
        let (_, reports) = replicated(&scenario, what_if.variant, 1);
        let measured = what_if.stated.iter().zip(reports[0].objectives.clone());
        let wrong = measured.filter(|((_, number), found)| !is_about(found.value, number) || !says(&text, number));
        wrong.map(|(stated, found)| format!("{}, {stated:?}: {found:?}", what_if.file)).collect::<Vec<_>>()
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

/// "No" after a single try is no refund: four of five who were told so have paid.
#[test]
fn giving_up_does_not_take_a_charge_back() {
    let (scenario, _) = opened("double-charge.yaml", &[]);
    let (_, reports) = replicated(&scenario, "no-retries", SEEDS);
    for report in &reports {
        let (charge, buyers) = (&report.effects["charge"], &report.tenants["buyers"]);
        let told_no = buyers.offered - buyers.ok;
        let told_no_and_charged = charge.once - buyers.ok;
        let share = told_no_and_charged as f64 / told_no as f64;
        assert!((0.75..0.85).contains(&share), "seed {}: {share}", report.seed);
    }
}

/// Capacity beside the bottleneck changes nothing at all.
#[test]
fn a_bigger_database_behind_the_same_pool_is_the_very_same_run() {
    let (scenario, _) = opened("shared-pool.yaml", &[]);
    let ((_, small), (_, big)) =
        (replicated(&scenario, AS_IT_IS, SEEDS), replicated(&scenario, "bigger-database", SEEDS));
    for (small, big) in small.iter().zip(&big) {
        assert_eq!(small.tenants, big.tenants, "seed {}", small.seed);
    }
}

/// What the timeout of a payment costs: who was told no has paid.
#[test]
fn a_timeout_is_no_no() {
    let (scenario, _) = opened("pool-exhaustion.yaml", &[]);
    let (_, reports) = replicated(&scenario, "timeout", SEEDS);
    for report in &reports {
        let (charge, buyers) = (&report.effects["charge"], &report.tenants["buyers"]);
        assert!(buyers.failed.timeout > buyers.offered / 4, "many were told no");
        assert_eq!((charge.requests, charge.once), (buyers.offered, buyers.offered), "all were charged");
    }
}
