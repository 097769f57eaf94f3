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

static LESSONS: [Lesson; 10] = [
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
];

/// The p99 of `hockey-stick.yaml` as its comment states it, by requests per second; 2000/s fill the service.
const LEVELS: [(u32, &str); 5] =
    [(1000, "18.6 ms"), (1400, "30.9 ms"), (1600, "46.0 ms"), (1800, "93.8 ms"), (1900, "177 ms")];

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
        if !text.contains(number) {
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
