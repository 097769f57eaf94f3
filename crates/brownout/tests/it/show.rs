//! `brownout show`: results again, from what they stood for.

use crate::Place;
use std::path::PathBuf;

/// A service whose times lie in a file beside the scenario.
fn place(name: &str) -> Place {
    let place = Place::new(name);
    place.write("times.csv", "0.004\n0.012\n0.008\n");
    place.write("shop.yaml", &crate::SHOP.replace("exp(8ms)", "empirical(times.csv)"));
    place
}

fn records(place: &Place) -> Vec<PathBuf> {
    let files = std::fs::read_dir(place.path("data/evidence")).into_iter().flatten();
    files.map(|file| file.expect("a file").path()).collect()
}

fn digest(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    value["digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn every_kind_of_result_comes_again_to_the_byte() {
    let place = place("show");
    let commands: [&[&str]; 7] = [
        &["run", "shop.yaml", "--seed", "7"],
        &["run", "shop.yaml", "--as-emitted", "--set", "services.shop.telemetry={logs: 2}"],
        &["run", "shop.yaml", "--variant", "bigger", "--set", "workload.users.rate=150/s"],
        &["run", "shop.yaml", "--replications", "3"],
        &["compare", "shop.yaml", "--variant", "bigger", "--replications", "2", "--set", "name=Another"],
        &["sweep", "shop.yaml", "--vary", "services.shop.cores=2,4", "--replications", "2", "--out", "grid.csv"],
        &[
            "find",
            "shop.yaml",
            "--vary",
            "services.shop.cores=1..8",
            "--until",
            "utilization(shop) < 50%",
            "--replications",
            "2",
        ],
    ];
    let asked: Vec<(String, String)> = commands
        .iter()
        .map(|command| {
            let json = place.ok(&[*command, &["--json"]].concat());
            let readable = place.ok(command);
            let shown = place.ok(&["show", &digest(&json)]);
            assert_eq!(shown, readable, "{command:?}");
            (json.clone(), place.ok(&["show", &digest(&json), "--json"]))
        })
        .collect();
    for ((json, again), command) in asked.iter().zip(&commands) {
        assert_eq!(json, again, "{command:?}");
    }
    // The scenario and its file may be gone: each is shown from its record, named in full where digests are equal.
    std::fs::remove_file(place.path("shop.yaml")).expect("it is there");
    std::fs::remove_file(place.path("times.csv")).expect("it is there");
    let listed = place.json(&["show", "--json"]);
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed.len(), commands.len(), "the same result is recorded once");
    let mut shown: Vec<String> =
        listed.iter().map(|record| place.ok(&["show", record["id"].as_str().expect("an id"), "--json"])).collect();
    let mut first: Vec<String> = asked.into_iter().map(|(json, _)| json).collect();
    shown.sort();
    first.sort();
    assert_eq!(shown, first);
}

#[test]
fn the_newest_are_listed_and_a_beginning_is_enough() {
    let place = place("show-list");
    assert!(place.ok(&["show"]).contains("Nothing is recorded yet."));
    assert_eq!(place.json(&["show", "--json"]), serde_json::json!([]));
    let digest = digest(&place.ok(&["run", "shop.yaml", "--json"]));
    let text = place.ok(&["show"]);
    assert!(text.contains("1 of 1 records") && text.contains(&digest) && text.contains("A shop"), "{text}");
    let again = place.run(&["show", &digest[..6].to_uppercase()]);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.success() && said.contains(&format!("the same bytes as recorded: {digest}-")), "{said}");
    place.ok(&["run", "shop.yaml", "--set", "workload.users.rate=99/s"]);
    place.refuses(&["show", ""], &["2 records begin with", "hint: write more of it: "]);
    place.refuses(&["show", "zzz"], &["there is no record of zzz", "`brownout show` lists"]);
}

#[test]
fn nothing_is_left_where_nothing_shall_be() {
    let place = place("show-none");
    place.ok(&["run", "shop.yaml", "--no-record"]);
    assert!(!place.path("data").exists());
    place.ok(&["run", "shop.yaml", "--data", "elsewhere"]);
    assert!(!place.path("data").exists());
    assert!(place.ok(&["show", "--data", "elsewhere"]).contains("1 of 1 records"));
}

#[test]
fn a_result_that_cannot_be_recorded_is_given_all_the_same() {
    let place = place("show-unwritable");
    place.write("taken", "a file where a folder should be");
    let output = place.run(&["run", "shop.yaml", "--json", "--data", "taken"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.starts_with("not recorded: cannot make taken"), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), place.ok(&["run", "shop.yaml", "--json"]));
}

#[test]
#[cfg(unix)]
fn records_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = place("show-private");
    place.ok(&["run", "shop.yaml"]);
    let mode = |path: PathBuf| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(place.path("data/evidence")), 0o700);
    let records = records(&place);
    assert_eq!(records.len(), 1, "and nothing unfinished: {records:?}");
    assert_eq!(mode(records[0].clone()), 0o600);
}

#[test]
fn another_version_is_named_and_a_damaged_record_is_no_answer() {
    let place = place("show-version");
    let digest = digest(&place.ok(&["run", "shop.yaml", "--json"]));
    let record = records(&place).remove(0);
    let text = std::fs::read_to_string(&record).expect("a record");
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version), "{text}");
    std::fs::write(&record, text.replace(&version, "\"version\":\"0.0.1\"")).expect("written");
    let output = place.run(&["show", &digest]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("recorded by Brownout 0.0.1"), "{said}");
    assert!(said.contains("the same bytes as recorded"), "{said}");
    std::fs::write(&record, &text[..text.len() / 2]).expect("written");
    place.refuses(&["show", &digest], &["is no record", "hint: remove the file"]);
    assert!(place.ok(&["show"]).contains("0 of 1 records") || place.ok(&["show"]).contains("Nothing is recorded"));
}

#[test]
fn the_oldest_make_room() {
    let place = place("show-room");
    std::fs::create_dir_all(place.path("data/evidence")).expect("a folder");
    for index in 0..1_005 {
        place.write(&format!("data/evidence/{index:016x}-{index:08x}.json"), "{}");
    }
    place.write("data/evidence/notes.txt", "not ours");
    place.ok(&["run", "shop.yaml"]);
    let left = records(&place);
    assert_eq!(left.len(), 1_001, "a thousand records, and what is none stays");
    assert!(place.path("data/evidence/notes.txt").exists());
    let full = |path: &&PathBuf| std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > 100);
    assert_eq!(left.iter().filter(full).count(), 1, "the newest is among them");
}
