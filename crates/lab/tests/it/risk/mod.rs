//! The risks that a design is read for: each rule finds a scenario that misbehaves in a run, and neither finds nor harms
//! the same scenario mended.

use lab::report::RunReport;
use lab::reporting::report;
use lab::risk::{self, Assessment, Commands, Finding, RULES, Severity, Source, assess};
use lab::run::run;
use lab::scenario::{Outline, Override, Reading, Scenario, read};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A scenario that breaks its objective as a rule says, and what mends it.
struct Pair {
    rule: &'static str,
    severity: Severity,
    /// In this folder, without its ending.
    file: &'static str,
    /// What stands at the place of the finding.
    place: &'static str,
    /// Part of the arithmetic.
    numbers: &'static str,
    mended: &'static [&'static str],
}

static PAIRS: [Pair; 25] = [
    Pair {
        rule: "retry-amplification",
        severity: Severity::Warning,
        file: "layers",
        place: "retry",
        numbers: "3 layers of 4 attempts (shoppers, gateway.checkout, orders.place): 4 x 4 x 4 = 64 attempts at stock.reserve",
        mended: &[
            "workload.shoppers.retry=null",
            "services.gateway.endpoints.checkout[1].retry=null",
            "services.orders.endpoints.place[1].retry.budget=10%",
        ],
    },
    Pair {
        rule: "retry-amplification",
        severity: Severity::Warning,
        file: "storm",
        place: "retry: 4",
        numbers: "1,200/s in all, 12 of 4 cores, 300.0%",
        mended: &["workload.shoppers.retry={attempts: 4, budget: 10%}"],
    },
    Pair {
        rule: "timeout-inversion",
        severity: Severity::Warning,
        file: "inversion",
        place: "timeout: 150ms",
        numbers: "6 attempts x 200ms = 1.2s for orders.place -> stock.reserve",
        mended: &["services.orders.endpoints.place[0].timeout=20ms"],
    },
    Pair {
        rule: "no-timeout",
        severity: Severity::Warning,
        file: "endless-call",
        place: "call: payments.charge",
        numbers: "16 workers / 40/s = 400ms: once payments.charge is silent for that long, all of them wait, those that \
                  shop.browse needs too",
        mended: &["services.shop.endpoints.buy[1].timeout=60ms"],
    },
    Pair {
        rule: "optional-without-timeout",
        severity: Severity::Warning,
        file: "endless-optional",
        place: "call: hints.list",
        numbers: "16 workers / 100/s = 160ms",
        mended: &["services.page.endpoints.view[1].timeout=60ms"],
    },
    Pair {
        rule: "retry-not-idempotent",
        severity: Severity::Warning,
        file: "charge",
        place: "effect: charge",
        numbers: "3 attempts of shop.buy = 3 executions of payments.charge for one request",
        mended: &["services.payments.endpoints.charge[1].idempotent=true"],
    },
    Pair {
        rule: "unbounded-queue",
        severity: Severity::Warning,
        file: "queue",
        place: "workers: 4",
        numbers: "at the peak 800/s x 10ms = 8 of 4 cores, 200.0%",
        mended: &["services.feed.queue=20"],
    },
    Pair {
        rule: "unbounded-queue",
        severity: Severity::Warning,
        file: "held-workers",
        place: "workers: 20",
        numbers: "100/s x 501ms as timeouts allow at feed.read = 50.1 of 20 workers",
        mended: &["services.feed.endpoints.read[1].timeout=50ms"],
    },
    Pair {
        rule: "queue-outlives-callers",
        severity: Severity::Warning,
        file: "stored-failures",
        place: "queue: 400",
        numbers: "400 waiting / 400/s = 1s, and no caller waits for longer than 250ms",
        mended: &["services.feed.queue=40"],
    },
    Pair {
        rule: "under-capacity",
        severity: Severity::Warning,
        file: "too-few-cores",
        place: "cores: 4",
        numbers: "500/s x 10ms = 5 of 4 cores, 125.0%",
        mended: &["services.quotes.cores=8"],
    },
    Pair {
        rule: "under-capacity",
        severity: Severity::Warning,
        file: "too-few-cores",
        place: "cores: 4",
        numbers: "500/s x 10ms = 5 of 4 cores, 125.0%",
        mended: &["services.quotes.autoscale={target: 60%, least: 2, most: 4}"],
    },
    Pair {
        rule: "under-capacity",
        severity: Severity::Warning,
        file: "too-few-connections",
        place: "db: 2",
        numbers: "50/s x 60ms = 3 of 2 connections to db, 150.0%",
        mended: &["services.quotes.pools.db=8"],
    },
    Pair {
        rule: "under-capacity",
        severity: Severity::Warning,
        file: "slow-replica",
        place: "cores: 1",
        numbers: "50/s x 40ms = 2 of 1 core, 200.0%; it gets as much as each of the others",
        mended: &["services.quotes.balance=least-outstanding"],
    },
    Pair {
        rule: "no-headroom",
        severity: Severity::Warning,
        file: "ramp",
        place: "cores: 4",
        numbers: "at 0:25: 500/s x 10ms = 5 of 4 cores, 125.0%; for 10s more comes in than can be done, and 1.88s of work",
        mended: &["services.quotes.cores=8"],
    },
    Pair {
        rule: "autoscaling-too-slow",
        severity: Severity::Warning,
        file: "late-replicas",
        place: "autoscale",
        numbers: "decided each 15s, and 1m until they serve",
        mended: &["services.quotes.startup=5s", "services.quotes.autoscale.target=50%"],
    },
    Pair {
        rule: "autoscaling-too-slow",
        severity: Severity::Warning,
        file: "late-replicas",
        place: "autoscale",
        numbers: "decided each 15s, and 1m until they serve",
        mended: &["services.quotes.replicas=11", "services.quotes.autoscale.least=11"],
    },
    Pair {
        rule: "no-finite-mean",
        severity: Severity::Warning,
        file: "no-mean",
        place: "wait: \"pareto(min=1ms, alpha=0.5)\"",
        numbers: "alpha = 0.5 is at most 1",
        mended: &["services.disk.endpoints.read[0].wait=pareto(min=1ms, alpha=0.5, max=100ms)"],
    },
    Pair {
        rule: "serial-availability",
        severity: Severity::Warning,
        file: "spent",
        place: "goodput(page.view) >= 99%",
        numbers: "ads fails 20.0% for 10s of 28s: 7.1% lost, 1.0% allowed",
        mended: &["services.page.endpoints.view[1].optional=true"],
    },
    Pair {
        rule: "single-replica",
        severity: Severity::Note,
        file: "alone",
        place: "page",
        numbers: "goodput(page.view) >= 99% leaves 1.0% of 28s, 280ms for all outages together",
        mended: &["services.page.replicas=2"],
    },
    Pair {
        rule: "no-spare-replica",
        severity: Severity::Note,
        file: "no-spare",
        place: "replicas: 2",
        numbers: "560/s x 10ms = 5.6 of 8 cores, 70.0%; x 2 / 1 = 140.0% without one",
        mended: &["services.page.replicas=3"],
    },
    Pair {
        rule: "call-cycle",
        severity: Severity::Warning,
        file: "circle",
        place: "call: shop.price",
        numbers: "4 workers of shop: as soon as 4 requests are under way around the circle",
        mended: &["services.stock.endpoints.reserve[1].call=prices.get"],
    },
    Pair {
        rule: "fan-out-tail",
        severity: Severity::Warning,
        file: "fan-out",
        place: "parallel",
        numbers: "1 - 0.99^100 = 63.4%",
        mended: &[
            "services.search.endpoints.query[0].parallel[0].timeout=20ms",
            "services.search.endpoints.query[0].parallel[0].optional=true",
        ],
    },
    Pair {
        rule: "fan-out-tail",
        severity: Severity::Warning,
        file: "fan-out",
        place: "parallel",
        numbers: "1 - 0.99^100 = 63.4%",
        mended: &["services.search.endpoints.query[0].parallel[0].hedge={after: 10ms, cap: 100%}"],
    },
    Pair {
        rule: "shared-without-quota",
        severity: Severity::Warning,
        file: "tenants",
        place: "store",
        numbers: "each at its peak, of 4 workers: shoppers 12.5%, batch 125.0%",
        mended: &["services.store.queue.order=fair"],
    },
    Pair {
        rule: "shared-without-quota",
        severity: Severity::Warning,
        file: "tenants",
        place: "store",
        numbers: "each at its peak, of 4 workers: shoppers 12.5%, batch 125.0%",
        mended: &["services.store.limit={quotas: {batch: 200/s}}"],
    },
];

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What the rules say about a file with these overrides, beside what they were said about.
struct Read {
    text: String,
    scenario: Scenario,
    assessment: Assessment,
}

impl Read {
    fn new(path: &Path, sets: &[&str], variant: Option<&str>) -> Read {
        let text = std::fs::read_to_string(path).expect("the scenario can be read");
        let beside = path.parent().expect("a folder");
        let overrides: Vec<Override> = sets.iter().map(|set| Override::new(*set)).collect();
        let Reading { scenario, problems } = read(&text, &overrides, &|name| std::fs::read(beside.join(name)));
        assert_eq!(problems, [], "{}", path.display());
        let whole = scenario.expect("a scenario without problems is there");
        let scenario = variant.map_or(&whole, |name| whole.variant(name).expect("the variant is in the file")).clone();
        let outline = Outline::of(&text, &overrides, variant).expect("it is YAML");
        let commands = Commands {
            file: path.file_name().expect("a name").to_string_lossy().into_owned(),
            sets: sets.iter().map(|set| (*set).to_owned()).collect(),
            variant: variant.map(str::to_owned),
        };
        let assessment = assess(&scenario, Source { text: &text, outline: &outline }, &commands);
        Read { text, scenario, assessment }
    }

    fn of(&self, rule: &str) -> Vec<&Finding> {
        self.assessment.findings.iter().filter(|finding| finding.rule == rule).collect()
    }

    fn run(&self) -> RunReport {
        report(&self.scenario, &run(&self.scenario.model, 1).expect("a run"))
    }
}

fn check(pair: &Pair) -> Vec<String> {
    let path = folder("tests/it/risk").join(pair.file).with_extension("yaml");
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}, {}: {what}", pair.rule, pair.file));
        }
    };
    let risky = Read::new(&path, &[], None);
    let findings = risky.of(pair.rule);
    expect(findings.len() == 1, format!("found {} times: {:#?}", findings.len(), risky.assessment.findings));
    for finding in findings {
        let place = &risky.text[finding.place.place.span()];
        expect(place == pair.place, format!("stands at {place:?}"));
        expect(finding.severity == pair.severity, format!("is a {:?}", finding.severity));
        expect(finding.arithmetic.contains(pair.numbers), format!("says: {}", finding.arithmetic));
    }
    let mended = Read::new(&path, pair.mended, None);
    expect(mended.of(pair.rule).is_empty(), format!("is found when mended: {:#?}", mended.of(pair.rule)));
    for (read, met) in [(&risky, false), (&mended, true)] {
        for objective in read.run().objectives {
            expect(
                objective.met == met,
                format!("{} measured {:?}, met should be {met}", objective.text, objective.value),
            );
        }
    }
    wrong
}

#[test]
fn every_rule_is_proved_by_a_run_and_by_its_cure() {
    let wrong: Vec<String> = PAIRS.par_iter().flat_map(check).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let proved: BTreeSet<&str> = PAIRS.iter().map(|pair| pair.rule).collect();
    assert_eq!(proved, RULES.iter().map(|rule| rule.id).collect());
}

/// With as many errors in each part as the whole may have, the whole misses its promise by as much as the note says.
#[test]
fn services_in_a_row_multiply() {
    let path = folder("tests/it/risk/spent.yaml");
    let read = Read::new(&path, &["faults=null", "objectives=['goodput(page.view) >= 98%']"], None);
    assert!(read.of("serial-availability").is_empty(), "98% is less than the rule looks at");
    let read = Read::new(&path, &["faults=null"], None);
    let [finding] = read.of("serial-availability")[..] else { panic!("{:#?}", read.assessment.findings) };
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.arithmetic.starts_with("99.0%^(1/3) = 99.67%: so often must each of page, catalog, ads be there"));
    assert!(
        finding.arithmetic.ends_with("at 99.0% each they are all there 97.0% of the time"),
        "{}",
        finding.arithmetic
    );
    let faults = "faults=[{errors: page, rate: 1%}, {errors: catalog, rate: 1%}, {errors: ads, rate: 1%}]";
    assert!(finding.look_closer.ends_with(&format!("--set '{faults}'")), "{}", finding.look_closer);
    let goodput = Read::new(&path, &["duration=10m", faults], None).run().endpoints["page.view"].goodput;
    assert!((goodput.expect("a goodput") - 0.97).abs() < 0.003, "{goodput:?}");
}

/// What is found in the scenarios that ship with Brownout, each of which is about something that goes wrong.
static CONTENT: [(&str, &str, &[&str]); 15] = [
    ("autoscale-too-late.yaml", "", &["autoscaling-too-slow"]),
    ("autoscale-too-late.yaml", "quick-start", &[]),
    ("daily-peak.yaml", "", &["no-headroom", "unbounded-queue", "single-replica", "shared-without-quota"]),
    ("daily-peak.yaml", "reports-at-night", &["single-replica", "shared-without-quota"]),
    ("gc-pause.yaml", "", &[]),
    ("gc-pause.yaml", "ask-another", &["retry-amplification"]),
    ("hockey-stick.yaml", "", &["unbounded-queue", "no-headroom"]),
    ("lifo-under-overload.yaml", "", &["no-headroom", "unbounded-queue"]),
    ("lifo-under-overload.yaml", "long-queue", &["no-headroom", "queue-outlives-callers"]),
    ("pool-exhaustion.yaml", "", &["unbounded-queue", "no-timeout", "single-replica"]),
    ("power-of-two.yaml", "", &["unbounded-queue", "under-capacity"]),
    ("retry-storm.yaml", "", &["retry-amplification", "unbounded-queue"]),
    ("retry-storm.yaml", "budget-and-bound", &[]),
    (
        "slow-optional.yaml",
        "",
        &["unbounded-queue", "no-timeout", "optional-without-timeout", "single-replica", "single-replica"],
    ),
    ("tail-at-scale.yaml", "", &["fan-out-tail", "no-timeout"]),
];

#[test]
fn the_scenarios_that_ship_are_found_to_risk_what_they_teach() {
    let mut wrong = Vec::new();
    for (file, variant, expected) in CONTENT {
        let path = folder("../../content/scenarios").join(file);
        let read = Read::new(&path, &[], Some(variant).filter(|name| !name.is_empty()));
        let found: Vec<&str> = read.assessment.findings.iter().map(|finding| finding.rule).collect();
        if found != expected {
            wrong.push(format!("{file} {variant}: {:#?}", read.assessment.findings));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_sound_design_has_no_findings() {
    let path = folder("tests/it/risk/tenants.yaml");
    let mended =
        ["workload.batch.rate=100/s", "services.store.queue={order: fair, limit: 20}", "services.store.replicas=2"];
    assert_eq!(Read::new(&path, &mended, None).assessment.findings, []);
}

#[test]
fn places_follow_what_was_overridden_and_taken() {
    let path = folder("tests/it/risk/too-few-cores.yaml");
    let read = Read::new(&path, &["workload.clients.rate=100/s", "services.quotes.cores=1"], None);
    let [finding] = read.of("under-capacity")[..] else { panic!("{:#?}", read.assessment.findings) };
    assert_eq!(finding.place.set.as_deref(), Some("services.quotes.cores=1"));
    assert_eq!((finding.place.line, finding.place.column, finding.place.end_column), (1, 17, 24));
    let commands = "brownout find too-few-cores.yaml --set workload.clients.rate=100/s --set services.quotes.cores=1";
    assert!(finding.look_closer.starts_with(commands), "{}", finding.look_closer);
    let storm = folder("../../content/scenarios/retry-storm.yaml");
    let read = Read::new(&storm, &[], Some("queue-too-long"));
    let [finding] = read.of("queue-outlives-callers")[..] else { panic!("{:#?}", read.assessment.findings) };
    assert_eq!(&read.text[finding.place.place.span()], "queue: 500");
    assert!(finding.look_closer.contains(" --variant queue-too-long "));
}

#[test]
fn an_unknown_rule_is_told_the_nearest() {
    assert!(risk::rule("no-timeout").is_ok_and(|rule| rule.severity == Severity::Warning));
    let unknown = risk::rule("no-timeuot").err().expect("it is misspelt");
    assert_eq!(unknown.nearest, Some("no-timeout"));
    assert_eq!(risk::rule("something-else").err().expect("there is none").nearest, None);
}

/// The properties that the SARIF 2.1.0 standard requires of each object that is written, and their types.
#[test]
fn the_sarif_log_has_what_the_standard_requires() {
    let read = Read::new(
        &folder("tests/it/risk/endless-call.yaml"),
        &["services.shop.workers=8", "services.shop.queue=null"],
        None,
    );
    let log = risk::sarif(&read.assessment, "a b.yaml");
    assert_eq!((&log["version"], log["runs"].as_array().map(Vec::len)), (&"2.1.0".into(), Some(1)));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string());
    let rules = driver["rules"].as_array().expect("rules");
    let ids: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(ids.len(), RULES.len(), "ids are there and differ");
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), read.assessment.findings.len());
    for (result, finding) in results.iter().zip(&read.assessment.findings) {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!((&result["ruleId"], &rules[index]["id"]), (&finding.rule.into(), &finding.rule.into()));
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().expect("a level")));
        assert!(result["message"]["text"].as_str().is_some_and(|text| text.contains(&finding.arithmetic)));
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "a%20b.yaml");
        let region = &physical["region"];
        match finding.place.set {
            Some(_) => assert_eq!(*region, Value::Null, "an override is no place in the file"),
            None => {
                let number = |key: &str| region[key].as_u64().expect("a number");
                assert!(number("startLine") >= 1 && number("startColumn") >= 1);
                let start = (number("startLine"), number("startColumn"));
                assert!(start <= (number("endLine"), number("endColumn")));
            }
        }
    }
    assert!(read.assessment.findings.iter().any(|finding| finding.place.set.is_some()), "one stands in the override");
}

#[test]
fn the_reference_on_disk_is_the_one_that_the_rules_give() {
    let path = folder("../../docs/risks.md");
    let reference = risk::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &reference).expect("the folder can be written");
    }
    let on_disk = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(on_disk == reference, "docs/risks.md is out of date: run `UPDATE_DOCS=1 cargo test -p lab`");
}
