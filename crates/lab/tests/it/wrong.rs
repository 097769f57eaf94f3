//! Files that are wrong, and what a person reads about them.

use crate::drawing::draw;
use crate::{data, reading, sample};
use lab::scenario::{open, read};

/// Draws the problems that each replacement in a right file brings about.
pub(crate) fn check(base: &str, replacements: &[(&str, &str)]) -> String {
    let base = sample(base);
    let mut drawn = String::new();
    for (right, wrong) in replacements {
        let source = base.replacen(right, wrong, 1);
        assert_ne!(source, base, "{right:?} stands in the sample");
        let reading = reading(&source);
        assert!(reading.scenario.is_none() && !reading.problems.is_empty(), "{wrong:?} is wrong");
        drawn += &format!("\n# {}\n{}", wrong.replace('\n', "⏎"), draw(&source, &[], &reading.problems));
    }
    drawn
}

#[test]
fn values() {
    crate::snapshot!(check(
        "everything.yaml",
        &[
            ("timeout: 5s", "timeout: 250"),
            ("timeout: 5s", "timeout: 250sec"),
            ("timeout: 5s", "timeout: -3s"),
            ("timeout: 5s", "timeout: NaN"),
            ("timeout: 5s", "timeout: .inf"),
            ("timeout: 5s", "timeout: 0s"),
            ("timeout: 5s", "timeout: 0.1ns"),
            ("timeout: 5s", "timeout: 1000000000h"),
            ("timeout: 5s", "timeout:"),
            ("timeout: 5s", "timeout: [5s]"),
            ("timeout: 5s", "timeout: {of: 5s}"),
            ("rate: 1.2k/m", "rate: 400"),
            ("rate: 1.2k/m", "rate: 400/ms"),
            ("rate: 1.2k/m", "rate: 0/s"),
            ("rate: 1.2k/m", "rate: fast"),
            ("rate: 20%", "rate: 0.2"),
            ("rate: 20%", "rate: 120%"),
            ("rate: 20%", "rate: 0%"),
            ("by: 4x", "by: 4times"),
            ("by: 4x", "by: 0x"),
            ("priority: 10", "priority: 256"),
            ("workers: 64", "workers: 0"),
            ("workers: 64", "workers: 64.5"),
            ("workers: 64", "workers: 99999999999999999999999"),
            ("replicas: 3", "replicas: 1000000000"),
            ("cores: 4", "cores: '0'"),
            ("optional: true", "optional: yes"),
            ("scheduling: ps", "scheduling: pss"),
            ("speed: 2", "speed: []"),
            ("pools: {inventory: 20}", "pools: {inventory: 0}"),
            ("retry: 2", "retry: 31"),
            ("cap: 1s", "cap: 10ms"),
            ("brownout: 1", "brownout: 2"),
            ("brownout: 1\n", ""),
        ]
    ));
}

#[test]
fn distributions_arrivals_and_shapes() {
    crate::snapshot!(check(
        "everything.yaml",
        &[
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(p50=2ms, p99=1ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(p50=2ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(p50=2ms, p98=9ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(p50=2ms, p50=9ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(2ms, 9)"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(2ms, 9ms, 10ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(p50=2ms, p99=9ms"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(p50=2ms, p99=9ms) or so"),
            ("lognormal(p50=2ms, p99=9ms)", "lognormal(p50=2ms,, p99=9ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "lognorml(p50=2ms, p99=9ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "normal(2ms)"),
            ("lognormal(p50=2ms, p99=9ms)", "exp()"),
            ("lognormal(p50=2ms, p99=9ms)", "'exp(0s)'"),
            ("lognormal(p50=2ms, p99=9ms)", "two"),
            ("gamma(mean=2ms, cv=0.5)", "gamma(mean=2ms, cv=0)"),
            ("gamma(mean=2ms, cv=0.5)", "gamma(mean=2ms, cv=50%)"),
            ("hyperexp(mean=2ms, cv=3)", "hyperexp(mean=2ms, cv=0.9)"),
            ("pareto(min=1ms, alpha=1.5, max=1s)", "pareto(min=1ms, alpha=0)"),
            ("pareto(min=1ms, alpha=1.5, max=1s)", "pareto(min=1ms, alpha=1.5, max=1ms)"),
            ("uniform(1ms, 3ms)", "uniform(3ms, 1ms)"),
            ("empirical(latencies.csv)", "empirical(../latencies.csv)"),
            ("empirical(latencies.csv)", "empirical(/etc/passwd)"),
            ("empirical(latencies.csv)", "empirical(none.csv)"),
            ("bursty(on=2s, off=8s)", "bursty(on=2s)"),
            ("bursty(on=2s, off=8s)", "burstyy"),
            ("steps(0s=1x, 2m=2x, 5m=0.5x)", "steps(2m=2x, 1m=1x)"),
            ("steps(0s=1x, 2m=2x, 5m=0.5x)", "steps(1x)"),
            ("steps(0s=1x, 2m=2x, 5m=0.5x)", "steps()"),
            ("ramp(from=1x, to=3x, at=1m, over=5m)", "ramp(from=1x, to=3x, at=1m, over=0s)"),
            ("daily(low=0.3x, peak=14h, period=24h)", "daily(low=2x, peak=14h, period=24h)"),
            ("daily(low=0.3x, peak=14h, period=24h)", "daily(low=0.3x, peak=14h, period=1ms)"),
        ]
    ));
}

#[test]
fn keys() {
    crate::snapshot!(check(
        "everything.yaml",
        &[
            ("timeout: 5s", "timout: 5s"),
            ("timeout: 5s", "5: 5s"),
            ("duration: 48h\n", ""),
            ("network:", "networks:"),
            ("users: 20", "rate: 3/s"),
            ("    users: 20\n    think: exp(1s)\n", ""),
            ("    think: exp(1s)\n", ""),
            ("    users: 20", "    users: 20\n    rate: 3/s"),
            ("- wait: gamma(mean=2ms, cv=0.5)", "- wiat: 2ms"),
            ("- wait: gamma(mean=2ms, cv=0.5)", "- sleep: 2ms"),
            ("- wait: gamma(mean=2ms, cv=0.5)", "- wait: 2ms\n          timeout: 1s"),
            ("- wait: gamma(mean=2ms, cv=0.5)", "- wait: 2ms\n          work: 1s"),
            ("- wait: gamma(mean=2ms, cv=0.5)", "- 2ms"),
            ("- work: hyperexp(mean=2ms, cv=3)", "- effect: x"),
            ("{slow: inventory, by: 4x, at: 3m, for: 2m, share: 50%}", "{slow: inventory}"),
            ("{slow: inventory, by: 4x, at: 3m, for: 2m, share: 50%}", "{slwo: inventory, by: 4x}"),
            ("{slow: inventory, by: 4x, at: 3m, for: 2m, share: 50%}", "{slow: inventory, by: 4x, crash: ads}"),
            ("order: adaptive-lifo, interval", "order: lifo, interval"),
            ("attempts: 3, backoff: 100ms", "backoff: 100ms"),
            ("pick: []", "pick:"),
            ("faults:", "faults: none\nfault:"),
        ]
    ));
}

#[test]
fn names_and_meaning() {
    crate::snapshot!(check(
        "everything.yaml",
        &[
            ("call: inventory.reserve", "call: inventroy.reserve"),
            ("call: inventory.reserve", "call: inventory.reserv"),
            ("call: inventory.reserve", "call: inventory"),
            ("{inventory: 20}", "{ads: 20, inventory: 20, shops: 3}"),
            (
                "reserve: [{work: \"uniform(1ms, 3ms)\"}]",
                "reserve: [{call: gateway.browse}]\n      x: [{call: inventory.y}]\n      y: [{call: ads.z}, {call: inventory.x}]"
            ),
            ("- work: empirical(latencies.csv)", "- call: gateway.browse"),
            ("pick: []", "pick: [{call: gateway.checkout}]"),
            ("{shrink: gateway, what: workers", "{shrink: ads, what: workers"),
            ("{shrink: gateway, what: pool", "{shrink: inventory, what: pool"),
            ("spike: growing", "spike: staff"),
            ("spike: growing", "spike: growin"),
            ("[gateway, inventory]", "[gateway, gateway]"),
            ("[gateway, inventory]", "[gateway, inventory, ads]"),
            ("[gateway, inventory]", "[gateway, nobody]"),
            ("warmup: 10m", "warmup: 48h"),
            ("gateway -> inventory:", "gateway to inventory:"),
            ("gateway -> inventory:", "gateway -> shoppers:"),
            ("  ads:\n", "  steady:\n"),
            ("  ads:\n", "  a b.c:\n"),
            (
                "- effect: e-mail",
                "- effect: e\n        - effect: f\n        - effect: g\n        - effect: h\n        - effect: i\n        - effect: j\n        - effect: k\n        - effect: l"
            ),
            ("rate: 1.2k/m", "rate: 900k/s"),
            ("times: 2", "times: 10000"),
            ("users: 20\n    think: exp(1s)", "users: 1000000\n    think: 1us"),
            ("replicas: 3", "replicas: 99999"),
            ("- call: ads.pick", "- {call: ads.pick, times: 9999}\n            - call: ads.pick"),
            (
                "spike(by=3x, at=20h, for=10m)",
                "spike(by=1000000x, at=20h, for=10m)\n      - spike(by=2x, at=20h, for=10m)"
            ),
        ]
    ));
}

#[test]
fn more_steps_than_the_engine_holds() {
    let calls = "{call: shop.end, times: 10000}, ".repeat(101);
    let source = sample("minimal.yaml").replace("buy: []", &format!("buy: [{calls}]\n      end: []"));
    let problems = reading(&source).problems;
    assert_eq!(
        problems[0].message,
        "all services together have 1010000 steps, each `times` of a call one, and this one the most"
    );
}

#[test]
fn closed_loops_in_which_time_would_stand_still() {
    let closed = |rest: &str, steps: &str| {
        let source = sample("minimal.yaml").replace("rate: 10/s", "users: 3\n    think: 0s");
        source.replace("buy: []", &format!("buy: {steps}")).replace("  shop:\n", &format!("  shop:\n{rest}"))
    };
    let stands = |source: &str| reading(source).problems.iter().any(|problem| problem.message.contains("stand still"));
    // No step takes time.
    assert!(stands(&closed("", "[]")));
    assert!(stands(&closed("", "[{work: 0s}, {effect: x}]")));
    assert!(!stands(&closed("", "[{wait: 1ms}]")));
    // A refusal takes none, unless it has to travel.
    let refusing = closed("    workers: 1\n    queue: 0\n", "[{work: 1ms}]");
    assert!(stands(&refusing));
    assert!(!stands(&format!("{refusing}network: {{latency: 1ms}}\n")));
    let failing = closed("", "[{wait: 1ms}]") + "faults: [{errors: shop, rate: 1%}]\n";
    assert!(stands(&failing));
    crate::snapshot!(draw(&refusing, &[], &reading(&refusing).problems));
}

#[test]
fn objectives() {
    crate::snapshot!(check(
        "everything.yaml",
        &[
            ("p99(gateway.checkout) < 500ms", "p98(gateway.checkout) < 500ms"),
            ("p99(gateway.checkout) < 500ms", "latency < 500ms"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway.checkout)"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway.checkout) <"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway.checkout) ~ 500ms"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway.checkout) < 500"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway.checkot) < 500ms"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway) < 500ms"),
            ("p99(gateway.checkout) < 500ms", "p99(shopers) < 500ms"),
            ("p99(gateway.checkout) < 500ms", "p99(inventory.reserve) < 500ms"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway.checkout -> ads.reserve) < 500ms"),
            ("p99(gateway.checkout) < 500ms", "p99(gateway.browse -> inventory.reserve) < 500ms"),
            ("p99(gateway.checkout) < 500ms", "goodput(gateway.checkout -> inventory.reserve) > 99%"),
            ("p99(gateway.checkout) < 500ms", "goodput(shoppers) > 0.99"),
            ("p99(gateway.checkout) < 500ms", "utilization(ads) < 80%"),
            ("p99(gateway.checkout) < 500ms", "queue_max(shoppers) < 80"),
            ("p99(gateway.checkout) < 500ms", "lost(chrge) == 0"),
            ("p99(gateway.checkout) < 500ms", "{p99: 500ms}"),
        ]
    ));
}

#[test]
fn many_problems_at_once() {
    crate::snapshot!(draw(MANY, &[], &reading(MANY).problems));
}

const MANY: &str = "brownout: 1
name: Größenwahn
duration: 10
workload:
  käufer: {call: kasse.zahle, rate: 5, patience: 2s, prioriti: 3}
services:
  kasse:
    endpoints: {zahlen: [{work: öxp(2ms)}, {call: lager.hole}]}
objectives: [p99(kasse.zahlen) < fast]
";

#[test]
fn files_beside_the_scenario() {
    let source = sample("minimal.yaml").replace("rate: 10/s", "replay: t.csv");
    let mut drawn = String::new();
    for bytes in [&b"1\n2\nx\n"[..], b"at\n3\n2\n", b"", b"at\n", b"1\n-2\n", b"\xff\xfe", b"1\n1e400\n"] {
        let reading = read(&source, &[], &|_| Ok(bytes.to_vec()));
        drawn += &format!("\n# {:?}\n{}", String::from_utf8_lossy(bytes), draw(&source, &[], &reading.problems));
    }
    crate::snapshot!(drawn);
}

#[test]
fn a_file_that_is_not_there_is_an_error_and_one_that_is_not_text_a_problem() {
    assert_eq!(open(&data("none.yaml"), &[]).unwrap_err().kind(), std::io::ErrorKind::NotFound);
    let path = std::env::temp_dir().join(format!("brownout-not-text-{}.yaml", std::process::id()));
    std::fs::write(&path, b"brownout: \xff\xfe 1").unwrap();
    let opened = open(&path, &[]).unwrap();
    std::fs::remove_file(&path).unwrap();
    crate::snapshot!(draw(&opened.source, &[], &opened.reading.problems));
}
