//! Files that mean harm: each is answered with a problem, soon.

use crate::drawing::draw;
use crate::{reading, reading_with, sample};
use std::time::{Duration, Instant};

/// The first line of each problem; the reading must not take longer than a person would wait.
fn check(source: &str) -> String {
    let began = Instant::now();
    let reading = reading(source);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(20), "took {took:?}");
    assert!(reading.scenario.is_none());
    for problem in &reading.problems {
        let span = problem.place.span();
        assert!(source.get(span.clone()).is_some(), "{span:?} of {}", source.len());
    }
    let messages = reading.problems.iter().take(3).map(|problem| {
        let at = lab::scenario::position(source, problem.place.start);
        format!("{}:{}: {}\n", at.line, at.column, problem.message)
    });
    messages.collect()
}

#[test]
fn bombs_and_towers() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let item = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", [item.as_str(); 10].join(", "));
    }
    let long = "y".repeat(1 << 20);
    let texts = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 250_000].join(","));
    let mut drawn = String::new();
    for (name, source) in [
        ("alias bomb", bomb),
        ("a long text, repeated", texts),
        ("an alias of itself", "a: &a [*a]".to_owned()),
        ("unknown alias", "a: *b".to_owned()),
        ("brackets", "[".repeat(1 << 20)),
        ("braces", "{a: ".repeat(1 << 18)),
        ("dashes", "- ".repeat(1 << 20)),
        ("question marks", "? ".repeat(1 << 18)),
        ("steps of indentation", (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        (
            "anchors inside anchors",
            (0..60).map(|level| format!("[&a{level} ")).collect::<String>() + &"x,".repeat(100_000),
        ),
        ("too large", format!("brownout: 1\n# {}", "x".repeat(5 << 20))),
        ("many keys", (0..150_000).map(|key| format!("k{key}: 1\n")).collect()),
        ("many equal keys", "k: 1\n".repeat(90_000)),
        ("a long key", format!("{}: 1", "k".repeat(1 << 20))),
        ("a long word", "x".repeat(3 << 20)),
        ("quotes", "\"".repeat(1 << 20)),
        ("comments", "# x\n".repeat(1 << 20)),
    ] {
        drawn += &format!("\n# {name}\n{}", check(&source));
    }
    crate::snapshot!(drawn);
}

#[test]
fn garbage() {
    let mut drawn = String::new();
    for source in [
        "",
        "   \n\n",
        "# nothing but a comment",
        "---\n...\n",
        "\u{feff}",
        "hello",
        "- a\n- b",
        "\0\0\0",
        "brownout: 1\0",
        "\u{1b}[31mred",
        "brownout: 1\n\tname: tabs",
        "brownout: 1\n---\nbrownout: 1",
        "!thing {brownout: 1}",
        "%YAML 9.9\n---\na",
        "%ÄÖÜ ßß\n---\nä: ö",
        "? [a]\n: b",
        "{a: 1, a: 2}",
        "a: b: c",
        "a: 'unclosed",
        "a: [1, 2",
        "ä: ü: c",
        "\u{85}\u{2028}x: [",
    ] {
        drawn += &format!("\n# {source:?}\n{}", check(source));
    }
    crate::snapshot!(drawn);
}

#[test]
fn columns_are_counted_in_characters() {
    let source =
        sample("minimal.yaml").replace("name: One service", "name: Größe  # é").replace("rate: 10/s", "größe: ü");
    crate::snapshot!(draw(&source, &[], &reading(&source).problems));
    for other in [source.replace('\n', "\r\n"), format!("\u{feff}{source}")] {
        assert_eq!(draw(&other, &[], &reading(&other).problems), draw(&source, &[], &reading(&source).problems));
    }
}

#[test]
fn a_chain_of_calls_may_not_be_longer_than_the_engine_nests() {
    let chain = |length: usize| {
        let endpoints: String = (0..length)
            .map(|index| match index + 1 < length {
                true => format!("      e{index}: [{{call: shop.e{}}}]\n", index + 1),
                false => format!("      e{index}: []\n"),
            })
            .collect();
        sample("minimal.yaml").replace("      buy: []\n", &endpoints).replace("shop.buy", "shop.e0")
    };
    assert_eq!(reading(&chain(64)).problems, []);
    assert_eq!(reading(&chain(65)).problems.len(), 1);
    // As long a chain as the file may hold does not exhaust the stack.
    let problems = reading(&chain(15_000)).problems;
    assert!(problems.iter().any(|problem| problem.message == "there are 15000 calls, those of tenants included"));
    assert!(problems.iter().any(|problem| problem.message == "calls nest too deep here"));
}

#[test]
fn wide_files_are_read_in_time() {
    let calls = "{call: shop.n}, ".repeat(30_000);
    let many_calls = sample("minimal.yaml").replace("buy: []", &format!("buy: [{calls}]\n      n: [{{work: 1x}}]"));
    let tenants: String = (0..20_000).map(|index| format!("  t{index}: {{call: shap.buy, rate: 1/s}}\n")).collect();
    let many_tenants = sample("minimal.yaml").replace("workload:\n", &format!("workload:\n{tenants}"));
    let services: String =
        (0..20_000).map(|index| format!("  s{index}: {{pools: {{s1: 3}}, endpoints: {{e: []}}}}\n")).collect();
    let many_services = sample("minimal.yaml").replace("services:\n", &format!("services:\n{services}"));
    let faults = "  - {spike: users, by: 2x}\n".repeat(30_000);
    let many_faults = sample("minimal.yaml") + "faults:\n" + &faults;
    let variants: String = (0..32).map(|index| format!("  v{index}: {{set: {{duration: {index}}}}}\n")).collect();
    let many_variants = sample("minimal.yaml") + "variants:\n" + &variants;
    for source in [many_calls, many_tenants, many_services, many_faults, many_variants] {
        assert_ne!(check(&source), "");
    }
}

#[test]
fn overrides_are_bounded_too() {
    let source = sample("minimal.yaml");
    let deep = format!("{}=1", ["a"; 1000].join("."));
    let nested = format!("name={}", "[".repeat(100_000));
    let large = format!("name={}", "x".repeat(5 << 20));
    for set in [deep.as_str(), &nested, &large, "services.shop.endpoints.buy[18446744073709551616]=1", "\0=\0"] {
        let reading = reading_with(&source, &[set]);
        assert!(!reading.problems.is_empty());
        assert!(reading.problems.iter().all(|problem| set.get(problem.place.span()).is_some()));
    }
}
