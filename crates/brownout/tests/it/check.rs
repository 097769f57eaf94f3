//! `brownout check`: what a design risks, for people, programs and builds.

use crate::Place;
use std::process::{Command, Output};

/// A shop that waits for its payments without end, and repeats what charges.
const RISKY: &str = "brownout: 1
name: A shop that trusts its payments
duration: 20s
warmup: 2s
workload:
  buyers: {call: shop.buy, rate: 40/s, patience: 2s, timeout: 1s, retry: 3}
services:
  shop:
    workers: 16
    endpoints:
      buy:
        - work: 2ms
        - call: payments.charge
  payments:
    endpoints:
      charge:
        - wait: 20ms
        - effect: charge
objectives:
  - goodput(shop.buy) >= 99.9%
variants:
  guarded:
    set:
      services.shop.queue: 16
      workload.buyers.retry: null
      \"services.shop.endpoints.buy[1].timeout\": 100ms
      services.shop.replicas: 2
";

const FOUND: [&str; 4] = ["retry-not-idempotent", "unbounded-queue", "no-timeout", "single-replica"];

fn place(name: &str) -> Place {
    let place = Place::new(name);
    place.write("risky.yaml", RISKY);
    place
}

fn status(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn findings_are_drawn_where_they_stand() {
    let text = place("check").ok(&["check", "risky.yaml"]);
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(text) });
}

#[test]
fn a_sound_design_is_said_to_be_sound_and_no_more() {
    let place = place("check-sound");
    for args in [&["check", "shop.yaml"][..], &["check", "risky.yaml", "--variant", "guarded", "--deny", "all"]] {
        let text = place.ok(args);
        assert!(text.contains(": can be run\n"), "{text}");
        assert!(
            text.contains("no risks found: 17 rules read the design and are silent, which proves nothing"),
            "{text}"
        );
    }
}

#[test]
fn json_says_what_was_read_and_what_was_found() {
    let place = place("check-json");
    let found = place.json(&["check", "risky.yaml", "--json"]);
    assert_eq!((&found["valid"], &found["problems"]), (&true.into(), &serde_json::json!([])));
    assert_eq!((&found["file"], &found["scenario"]), (&"risky.yaml".into(), &"A shop that trusts its payments".into()));
    assert_eq!(found["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(found["digest"], place.json(&["run", "risky.yaml", "--json"])["digest"]);
    let findings = found["findings"].as_array().expect("findings");
    let mut rules: Vec<&str> = findings.iter().filter_map(|finding| finding["rule"].as_str()).collect();
    rules.sort_unstable();
    let mut expected = FOUND;
    expected.sort_unstable();
    assert_eq!(rules, expected);
    let timeout = findings.iter().find(|finding| finding["rule"] == "no-timeout").expect("it is there");
    assert_eq!(timeout["severity"], "warning");
    assert_eq!((&timeout["place"]["line"], &timeout["place"]["column"]), (&13.into(), &11.into()));
    assert_eq!(timeout["path"], "services.shop.endpoints.buy[1]");
    assert_eq!(
        timeout["arithmetic"],
        "16 workers / 40/s = 400ms: once payments.charge is silent for that long, all of them wait"
    );
    for key in ["title", "why", "look_closer"] {
        assert!(timeout[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
    }
}

#[test]
fn a_file_that_cannot_be_run_is_told_so_as_before() {
    let place = place("check-wrong");
    place.write("wrong.yaml", &RISKY.replace("rate: 40/s", "rate: 40"));
    place.refuses(&["check", "wrong.yaml"], &["wrong.yaml:6:", "has no unit"]);
    let output = place.run(&["check", "wrong.yaml", "--json"]);
    assert_eq!(status(&output), (Some(2), String::new()));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&said["valid"], &said["problems"][0]["line"]), (&false.into(), &6.into()));
    assert!(said.get("findings").is_none(), "what cannot be run has no design to read");
}

#[test]
fn a_denied_rule_fails_a_build_when_it_finds_something() {
    let place = place("check-deny");
    let deny = |rules: &[&str]| {
        let denied = rules.iter().flat_map(|rule| ["--deny", rule]);
        place.run(&["check", "risky.yaml"].into_iter().chain(denied).collect::<Vec<_>>())
    };
    assert_eq!(status(&deny(&["retry-amplification"])), (Some(0), String::new()));
    assert_eq!(status(&deny(&["call-cycle", "no-timeout"])), (Some(1), "denied: no-timeout\n".to_owned()));
    assert_eq!(status(&deny(&["call-cycle,no-timeout"])).0, Some(1));
    let mut all = FOUND;
    all.sort_unstable();
    assert_eq!(status(&deny(&["all"])), (Some(1), format!("denied: {}\n", all.join(", "))));
    assert!(!deny(&["all"]).stdout.is_empty(), "the findings are still printed");
    place.refuses(
        &["check", "risky.yaml", "--deny", "no-timeuot"],
        &["no rule called `no-timeuot`", "did you mean `no-timeout`?"],
    );
    place.refuses(&["check", "risky.yaml", "--deny", "everything"], &["--list-rules"]);
}

#[test]
fn sarif_has_a_result_for_each_finding() {
    let log = place("check-sarif").json(&["check", "risky.yaml", "--sarif"]);
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), FOUND.len());
    let location = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "risky.yaml");
}

#[test]
fn rules_are_listed_without_a_file() {
    let place = place("check-rules");
    let text = place.ok(&["check", "--list-rules"]);
    assert_eq!(text, place.ok(&["check", "--rules"]));
    assert!(FOUND.iter().all(|rule| text.contains(rule)) && text.lines().count() >= 16, "{text}");
    let listed = place.json(&["check", "--list-rules", "--json"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(text.lines().count()));
    assert_eq!(status(&place.run(&["check"])).0, Some(2));
}

/// Each command that a finding gives can be pasted.
#[test]
#[cfg(unix)]
fn every_advice_is_a_command_that_works() {
    let place = place("check-closer");
    place.write("tight.yaml", &crate::SHOP.replace("cores: 2", "cores: 1"));
    let mut tried = 0;
    for file in ["risky.yaml", "tight.yaml"] {
        let found = place.json(&["check", file, "--json", "--set", "duration=6s"]);
        for finding in found["findings"].as_array().expect("findings") {
            let command = finding["look_closer"].as_str().expect("a command");
            let rest = command.strip_prefix("brownout ").expect("it is ours");
            let script = format!("\"$BROWNOUT\" {rest}");
            let mut shell = Command::new("sh");
            shell.args(["-c", &script]).current_dir(&place.folder).env("BROWNOUT", env!("CARGO_BIN_EXE_brownout"));
            let output = shell.env("BROWNOUT_DATA", place.path("data")).output().expect("a shell");
            assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
            tried += 1;
        }
    }
    assert!(tried > FOUND.len(), "{tried}");
}
