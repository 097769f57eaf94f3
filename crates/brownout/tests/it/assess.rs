//! `brownout assess`: the contract's JSON, the page for people, and what is refused.

use crate::Place;
use serde_json::Value;
use std::io::Write;
use std::process::{Output, Stdio};

const ANSWER: &str = "Our export timed out every Monday, since forty partners pulled it at nine while the import held \
its locks. I measured the lock waits first, and then we moved the export to a replica. That costs us a second machine \
and the numbers are a minute old, where a bigger primary would have been simpler. Support calls went from sixty a week \
to four.";

fn assess(place: &Place, args: &[&str], answer: &[u8]) -> Output {
    let mut command = place.command(&[&["assess"], args].concat());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("brownout starts");
    child.stdin.take().expect("a pipe").write_all(answer).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn json_quotes_the_bytes_that_were_given() {
    let place = Place::new("assess-json");
    let answer = ANSWER.replace(". ", ".\r\n");
    let output = assess(&place, &["--question", "latency-growth", "-", "--json"], answer.as_bytes());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let span = &found["habits"]["tradeoff"]["evidence"][0];
    let byte = |key: &str| span[key].as_u64().expect("a byte") as usize;
    assert!(answer[byte("start")..byte("end")].starts_with("That costs us"));
    assert_eq!((found["question"].as_str(), found["enough"].as_bool()), (Some("latency-growth"), Some(true)));
    let again = assess(&place, &["--question", "latency-growth", "-", "--json"], answer.as_bytes());
    assert_eq!(output.stdout, again.stdout);
}

#[test]
fn the_page_quotes_sentences_and_asks_on() {
    let place = Place::new("assess-page");
    place.write("answer.txt", ANSWER);
    let file = place.path("answer.txt");
    let output = assess(&place, &["--question", "latency-growth", file.to_str().expect("a name")], b"");
    let page = text(&output.stdout);
    assert!(page.contains("“That costs us a second machine") && page.contains("An interviewer would ask"), "{page}");
    assert!(page.contains("Common on this question") && page.contains("Adds a cache, an index or more replicas"), "{page}");
    let fine = assess(&place, &["--question", "denormalize", "-"], b"fine\n");
    assert!(fine.status.success() && text(&fine.stdout).contains("too little to judge"));
    assert!(!text(&fine.stdout).contains("Common on this question"));
}

#[test]
fn what_cannot_be_read_is_refused_with_a_hint() {
    let place = Place::new("assess-refused");
    let check = |args: &[&str], answer: &[u8], said: &str, hint: &str| {
        let output = assess(&place, args, answer);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said) && error.contains(hint) && output.stdout.is_empty(), "{error}");
    };
    check(&["--question", "relable-api", "-"], ANSWER.as_bytes(), "no question `relable-api`", "reliable-api");
    check(&["--question", "reliable-api", "-"], b"caf\xe9 is slow", "byte 3", "UTF-8");
    check(&["--question", "reliable-api", "no-such-file"], b"", "no-such-file", "name a text file");
}
