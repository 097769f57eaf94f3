//! `brownout sweep`: tables, interruptions, shards.

use crate::{Place, check_drawn};
use std::process::Stdio;
use std::time::{Duration, Instant};

const VARY: [&str; 4] = ["--vary", "services.shop.cores=2,4", "--vary", "workload.users.rate=100/s..200/s/3"];

fn sweep<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["sweep", "shop.yaml", "--replications", "2"], rest].concat()
}

#[test]
fn a_table_of_every_combination_and_seed() {
    let place = Place::new("sweep");
    let text = place.ok(&sweep(&[&VARY[..], &["--out", "grid.csv", "--seed", "5"]].concat()));
    assert!(text.contains("A shop: 6 points") && text.contains("cores, rate") && text.contains("4, 200/s"), "{text}");
    let csv = place.read("grid.csv");
    let starts: Vec<String> = csv.lines().map(|line| line.split(',').take(3).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(starts.len(), 13);
    assert_eq!(starts[..3], ["services.shop.cores workload.users.rate seed", "2 100/s 5", "2 100/s 6"]);
    assert_eq!(starts[12], "4 200/s 6");
    assert!(!place.path("grid.csv.partial").exists() && !place.path("grid.csv.whole").exists());
}

#[test]
fn json_and_the_table_do_not_depend_on_threads() {
    let place = Place::new("sweep-json");
    let threads = |n: &'static str| {
        let json = place.ok(&sweep(&[&VARY[..], &["--out", "grid.csv", "--json", "--threads", n]].concat()));
        (json, place.read("grid.csv"))
    };
    assert_eq!(threads("1"), threads("4"));
    let found = place.json(&sweep(&[&VARY[..], &["--out", "grid.csv", "--json"]].concat()));
    assert_eq!((&found["kind"], &found["seeds"]), (&"lab".into(), &serde_json::json!([1, 2])));
    assert_eq!(found["points"][5]["values"]["workload.users.rate"], "200/s");
    assert!(found["points"][0]["measures"]["shop.buy.p99_ms"]["mean"].as_f64() > Some(0.0));
}

#[test]
fn killed_in_the_middle_it_goes_on_to_the_same_bytes() {
    let place = Place::new("sweep-killed");
    place.write("slow.yaml", &crate::SHOP.replace("duration: 5s", "duration: 1m"));
    let args = |out| ["sweep", "slow.yaml", "--vary", "workload.users.rate=100/s..200/s/10", "--out", out];
    place.ok(&args("whole.csv"));
    let mut child =
        place.command(&args("killed.csv")).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("a child");
    let journal = place.path("killed.csv.partial");
    let finished = || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count().saturating_sub(1));
    let began = Instant::now();
    while finished() < 3 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing was finished in a minute");
        assert!(child.try_wait().expect("a state").is_none(), "it ended before it could be killed");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("SIGKILL");
    child.wait().expect("an end");
    let before = finished();
    assert!(!place.path("killed.csv").exists() && (3..100).contains(&before), "{before} runs of 100 were finished");
    // As if the last line had been half written.
    let torn = place.read("killed.csv.partial") + "[9,3,[0.12";
    place.write("killed.csv.partial", &torn);
    let output = place.run(&args("killed.csv"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains(&format!("going on after {before} runs")), "{said}");
    assert_eq!(place.read("killed.csv"), place.read("whole.csv"));
    assert!(!journal.exists());
}

#[test]
fn another_sweep_does_not_go_on_with_a_journal() {
    let place = Place::new("sweep-other");
    let args = |vary: &'static str, seed: &'static str| sweep(&["--out", "a.csv", "--vary", vary, "--seed", seed]);
    // A journal that is left lying: the header of a sweep that was stopped at once.
    let digest = place.json(&["run", "shop.yaml", "--json"])["digest"].as_str().expect("a digest").to_owned();
    let header = serde_json::json!({
        "journal": 1, "kind": "lab", "scenario": "A shop", "digest": digest, "version": env!("CARGO_PKG_VERSION"),
        "seeds": [1, 2], "axes": [{"path": "services.shop.cores", "values": ["2", "4"]}], "shard": null, "measures": [],
    });
    place.write("a.csv.partial", &format!("{header}\n"));
    let says = |args: &[&str], what: &str| {
        place.refuses(args, &["cannot go on with a.csv.partial", what, "delete a.csv.partial"]);
    };
    says(
        &args("services.shop.cores=2,8", "1"),
        "the grid was services.shop.cores=2,4 and now is services.shop.cores=2,8",
    );
    says(&args("services.shop.cores=2,4", "9"), "the list of seeds was 1 2 and now is 9 10");
    place.write("shop.yaml", &crate::SHOP.replace("exp(8ms)", "exp(7ms)"));
    says(&args("services.shop.cores=2,4", "1"), "the scenario's digest was ");
    place.write("a.csv.partial", "something else\n");
    says(&args("services.shop.cores=2,4", "1"), "its line 1 makes no sense");
    assert!(place.path("a.csv.partial").exists() && !place.path("a.csv").exists());
}

#[test]
fn shards_make_up_the_whole() {
    let place = Place::new("sweep-shards");
    place.ok(&sweep(&[&VARY[..], &["--out", "whole.csv"]].concat()));
    let mut parts = Vec::new();
    for (shard, out) in [("1/2", "one.csv"), ("2/2", "two.csv")] {
        place.ok(&sweep(&[&VARY[..], &["--out", out, "--shard", shard]].concat()));
        parts.extend(place.read(out).lines().skip(1).map(str::to_owned));
    }
    let mut whole: Vec<String> = place.read("whole.csv").lines().skip(1).map(str::to_owned).collect();
    whole.sort();
    parts.sort();
    assert_eq!(parts, whole);
}

#[test]
fn lines_for_one_path_and_a_heat_map_for_two() {
    let place = Place::new("sweep-plot");
    place.ok(&sweep(&["--vary", "workload.users.rate=100/s..200/s/3", "--out", "a.csv", "--plot", "a.svg"]));
    check_drawn(
        &place.read("a.svg"),
        &["p99(shop.buy) (less is better", "150/s", "workload.users.rate", "<desc>100/s: "],
    );
    place.ok(&sweep(&[&VARY[..], &["--out", "a.csv", "--plot", "b.svg", "--measure", "utilization(shop)"]].concat()));
    check_drawn(
        &place.read("b.svg"),
        &["utilization(shop) (less is better)", "services.shop.cores ↑", "workload.users.rate →"],
    );
}

#[test]
fn wrong_input_is_told_what_would_be_right() {
    let place = Place::new("sweep-wrong");
    let check = |args: &[&str], words: &[&str]| place.refuses(&sweep(&[&["--out", "a.csv"], args].concat()), words);
    check(
        &["--vary", "services.shop.cores"],
        &["error: --vary: ", "a path or a value is missing", "hint: write path=a,b,c"],
    );
    check(&["--vary", "services.shop.cores=1..9"], &["a range needs its number of steps"]);
    check(&["--vary", "services.shop.croes=1,2"], &["--vary:1:15", "did you mean `cores`?"]);
    check(&["--vary", "services.shop.cores=1,many"], &["--vary:1:21", "`many`", "a whole number"]);
    check(
        &["--vary", "services.shop.cores=1,2", "--vary", "services.shop.cores=3,4"],
        &["services.shop.cores is varied twice"],
    );
    check(
        &["--vary", "services.shop.cores=1,2", "--variant", "bigger"],
        &["are the same scenario", "hint: the variant"],
    );
    check(&["--vary", "services.shop.cores=1,2", "--shard", "3/2"], &["error: --shard: `3/2`", "such as 1/4"]);
    check(&["--vary", "services.shop.cores=1,2", "--measure", "p99(shop)"], &["no measure called p99(shop)"]);
    check(&["--vary", "a=1", "--vary", "b=1", "--vary", "c=1", "--plot", "a.svg"], &["--plot: 3 paths vary"]);
    place.refuses(
        &["sweep", "shop.yaml", "--vary", "services.shop.cores=1,2", "--out", "a.txt"],
        &["neither in .csv nor"],
    );
    assert!(!place.path("a.csv").exists() && !place.path("a.csv.partial").exists());
}
