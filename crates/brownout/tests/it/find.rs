//! `brownout find`.

use crate::Place;

const LOAD: [&str; 4] = ["find", "shop.yaml", "--vary", "workload.users.rate=100/s..400/s/31"];
const UNTIL: [&str; 2] = ["--until", "p99(shop.buy) < 100ms"];

#[test]
fn the_largest_load_with_its_bracket_and_both_ends() {
    let place = Place::new("find");
    let text = place.ok(&[&LOAD[..], &UNTIL, &["--replications", "5"]].concat());
    for words in [
        "is the largest value tried that meets",
        "p99(shop.buy) < 100ms",
        "the whole interval meets it up to ",
        "✓ met, at the end 100/s: ",
        "✗ unmet, at the end 400/s: ",
        "lab evidence",
    ] {
        assert!(text.contains(words), "{words:?} is missing in\n{text}");
    }
}

#[test]
fn json_has_the_answer_its_evidence_and_all_probes() {
    let place = Place::new("find-json");
    let args = [&LOAD[..], &UNTIL, &["--replications", "5", "--json"]].concat();
    let threads = |n: &'static str| place.ok(&[&args[..], &["--threads", n]].concat());
    assert_eq!(threads("1"), threads("3"));
    let found = place.json(&args);
    assert_eq!((&found["kind"], &found["limit"]), (&"lab".into(), &"largest".into()));
    let rate = |key: &str| -> f64 {
        let value = found[key]["value"].as_str().expect("a value");
        value.trim_end_matches("/s").parse().expect("a rate")
    };
    assert!(rate("surely_met") <= rate("at") && rate("at") < rate("surely_unmet"), "{found:#}");
    assert!(found["at"]["measured"]["mean"].as_f64() < Some(100.0));
    assert!(found["probes"].as_array().map(Vec::len) >= Some(5));
}

#[test]
fn the_smallest_capacity_goes_the_other_way() {
    let place = Place::new("find-capacity");
    let vary = ["find", "shop.yaml", "--vary", "services.shop.cores=1..8", "--replications", "3", "--json"];
    let found = place.json(&[&vary[..], &["--until", "utilization(shop) < 50%"]].concat());
    // 200 requests a second of 8 ms each keep 1.6 cores busy.
    assert_eq!((&found["limit"], &found["at"]["value"]), (&"smallest".into(), &"4".into()));
}

#[test]
fn wrong_input_is_told_what_would_be_right() {
    let place = Place::new("find-wrong");
    let check = |vary: &str, until: &str, words: &[&str]| {
        place.refuses(&["find", "shop.yaml", "--replications", "2", "--vary", vary, "--until", until], words);
    };
    let until = "p99(shop.buy) < 100ms";
    check("workload.users.rate=10/s..20/s/3", until, &["both ends of the range meet", "10/s", "hint: widen"]);
    check("workload.users.rate=600/s..800/s/3", until, &["neither end of the range meets", "hint: widen"]);
    check("workload.users.rate=10/s,20/s", until, &["error: --vary: ", "there is no range", "hint: write path=lowest"]);
    check("workload.user.rate=10/s..20/s", until, &["--vary:1:10", "did you mean `users`?"]);
    check("workload.users.rate=10..20", until, &["--vary:1:21", "has no unit"]);
    check("workload.users.rate=10/s..20/s", "p99(shop.bye) < 1s", &["--until:1:", "expected: `buy`"]);
    check("workload.users.rate=10/s..20/s", "p99(shop.buy)", &["--until", "there is no relation"]);
}
