//! `--llm`: a model's reading beside the coach's, over a real connection, and what is left where there is none.

use crate::Place;
use crate::endpoint::{Endpoint, Reply, dead_url};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Output, Stdio};

const KEY: &str = "sk-t0p-s3cret";

const ANSWER: &str = "Our export timed out every Monday, since forty partners pulled it at nine while the import held \
its locks. I measured the lock waits first, and then we moved the export to a replica. That costs us a second machine \
and the numbers are a minute old, where a bigger primary would have been simpler.";

/// Runs a command on the answer, with an endpoint in its environment.
fn run(place: &Place, args: &[&str], url: &str) -> Output {
    let mut command = place.command(args);
    command.env("OPENAI_BASE_URL", url).env("OPENAI_API_KEY", KEY).env("OPENAI_MODEL", "judge-1");
    for variable in ["BROWNOUT_DATABASE", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(variable);
    }
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("brownout starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), ANSWER.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

fn good() -> Reply {
    let claim = |quote: &str| json!({"quote": quote, "score": 2, "why": "A choice and its\u{1b}[31m price."});
    Reply::Reading(vec![
        ("/habits/tradeoff", claim("That costs us a second machine")),
        ("/habits/example", claim("we were woken up every night")),
        ("/follow_up", json!("What if the replica is gone?")),
    ])
}

const ASSESS: [&str; 4] = ["assess", "--question", "latency-growth", "-"];

/// What `assess --json` prints, which is that without `--llm`, and the one key more.
#[track_caller]
fn beside(place: &Place, url: &str) -> (Value, String) {
    let plain = run(place, &[&ASSESS[..], &["--json"]].concat(), url);
    let output = run(place, &[&ASSESS[..], &["--json", "--llm"]].concat(), url);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (plain, deep) = (text(&plain.stdout), text(&output.stdout));
    let end = plain.rfind("\n}").expect("an object's end");
    assert!(deep.starts_with(&plain[..end]), "{deep}");
    let mut found: Value = serde_json::from_str(deep).expect("JSON");
    let llm = found.as_object_mut().and_then(|found| found.remove("llm")).expect("a key more");
    assert_eq!(found, serde_json::from_str::<Value>(plain).expect("JSON"));
    (llm, text(&output.stderr).to_owned())
}

#[test]
fn json_has_one_key_more() {
    let place = Place::new("second-json");
    let endpoint = Endpoint::giving(&[good()]);
    let (llm, said) = beside(&place, &endpoint.url());
    let span = &llm["habits"]["tradeoff"]["evidence"][0];
    let byte = |key: &str| span[key].as_u64().expect("a byte") as usize;
    assert_eq!(&ANSWER[byte("start")..byte("end")], "That costs us a second machine");
    assert_eq!((&llm["model"], &llm["dropped"]), (&json!("judge-1"), &json!(["habits.example"])));
    assert!(said.contains("sending the question and your answer to judge-1 at http://127.0.0.1:"), "{said}");
    // Without `--llm` nothing was sent.
    assert_eq!(endpoint.requests().len(), 1);
}

#[test]
fn the_page_says_whose_reading_is_whose() {
    let place = Place::new("second-page");
    let plain = run(&place, &ASSESS, "");
    let output = run(&place, &[&ASSESS[..], &["--llm"]].concat(), &Endpoint::giving(&[good()]).url());
    let page = text(&output.stdout);
    let second = page.strip_prefix(text(&plain.stdout)).expect("the coach's page first");
    for words in [
        "Second reading, by judge-1 at http://127.0.0.1:",
        "clear     tradeoff                 coach: clear",
        "“That costs us a second machine”",
        "One claim was dropped, since its quote does not stand in your answer: habits.example",
        "What if the replica is gone?",
    ] {
        assert!(second.contains(words), "{words:?} is missing in:\n{second}");
    }
    assert!(!page.contains('\u{1b}') && !page.contains("woken up"), "{page}");
}

/// Checks that the coach's reading is whole, and that both pages say why there is no other.
#[track_caller]
fn check(reply: Option<Reply>, words: &str) {
    let place = Place::new("second-failed");
    let endpoint = reply.map(|reply| Endpoint::giving(&[reply.clone(), reply]));
    let url = endpoint.as_ref().map_or_else(dead_url, Endpoint::url);
    let (llm, said) = beside(&place, &url);
    let failed = llm["failed"].as_str().expect("why it failed");
    assert!(failed.contains(words) && llm.as_object().is_some_and(|llm| llm.len() == 1), "{llm}");
    assert!(said.contains(&format!("warning: no second reading: {failed}")), "{said}");
    let output = run(&place, &[&ASSESS[..], &["--llm", "--quiet"]].concat(), &url);
    let (page, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(page.contains("“That costs us a second machine") && page.contains("No second reading"), "{page}");
    assert!(said.contains("no second reading: "), "{said}");
    for shown in [page, said, failed] {
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}

#[test]
fn whatever_happens_the_coachs_reading_stands() {
    check(None, "cannot be reached");
    check(Some(Reply::Close), "cannot be reached");
    check(Some(Reply::CutShort), "cannot be reached");
    check(Some(Reply::Noise), "cannot be reached");
    check(Some(Reply::Redirect("http://127.0.0.1:9/v1".to_owned())), "nobody went there");
    check(Some(Reply::EchoKey), "status 401: Incorrect API key provided: [key].");
    check(Some(Reply::Status(500, "")), "status 500");
    check(Some(Reply::Status(200, "{}")), "no chat completion");
    check(
        Some(Reply::Message(json!({"content": null, "refusal": "No.\u{1b}[2J"}), "stop")),
        "the model refuses: No. [2J",
    );
    check(Some(Reply::Message(json!({"content": "{}"}), "stop")), "no reading");
    check(Some(Reply::Endless), "more than 262144 bytes");
}

#[test]
fn settings_that_lack_something_are_a_warning_too() {
    let place = Place::new("second-settings");
    let (llm, said) = beside(&place, "me:s3cret@nowhere");
    assert!(llm["failed"].as_str().is_some_and(|why| why.contains("base URL")), "{llm}");
    assert!(said.contains("hint: write it as https://api.openai.com/v1") && !said.contains("s3cret"), "{said}");
}

#[test]
fn a_slow_endpoint_is_given_the_time_that_is_set() {
    let place = Place::new("second-slow");
    std::fs::create_dir_all(place.path("data")).expect("a folder");
    place.write("data/config.yaml", "llm:\n  timeout_s: 0.3\n");
    for slow in [Reply::Silence, Reply::Stall] {
        let (llm, said) = beside(&place, &Endpoint::giving(&[slow]).url());
        assert!(llm["failed"].as_str().is_some_and(|why| why.ends_with("did not answer within 0.3 s")), "{llm}");
        assert!(said.contains("hint: give it longer"), "{said}");
    }
}

#[test]
fn an_answer_is_stored_and_then_read_by_both() {
    let place = Place::new("second-ask");
    let endpoint = Endpoint::giving(&[good(), Reply::EchoKey]);
    let output = run(&place, &["ask", "latency-growth", "--llm", "--json"], &endpoint.url());
    let saved: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&saved["id"], &saved["llm"]["habits"]["tradeoff"]["score"]), (&json!("a1"), &json!(2)));
    let output = run(&place, &["ask", "latency-growth", "--llm"], &endpoint.url());
    let page = text(&output.stdout);
    assert!(output.status.success() && page.contains("a1 version 1") && page.contains("No second reading"), "{page}");
    let kept = all_bytes(&place.path("data"));
    let holds = |what: &str| kept.windows(what.len()).any(|window| window == what.as_bytes());
    assert!(holds("forty partners") && !holds(KEY) && !holds("judge-1"));
}

/// Everything in a folder.
fn all_bytes(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let bytes = entries.map(|path| if path.is_dir() { all_bytes(&path) } else { std::fs::read(path).expect("a file") });
    bytes.flatten().collect()
}
