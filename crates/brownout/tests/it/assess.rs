//! `brownout assess`: the contract's JSON, the page for people, and what is refused.

use crate::Place;
use serde_json::Value;
use std::io::Write;
use std::process::{Output, Stdio};

const ANSWER: &str = "Our export timed out every Monday, since forty partners pulled it at nine while the import held \
its locks. I measured the lock waits first, and then we moved the export to a replica. That costs us a second machine \
and the numbers are a minute old, where a bigger primary would have been simpler. Support calls went from sixty a week \
to four.";

/// The answer that README's tour reads.
const TOUR: &str = "Checkout failed for about one customer in fifty every evening, because the tax service behind it took \
up to four seconds and our threads waited for it. We put a timeout of 300 ms on the call and showed the last known rate, \
marked as an estimate, when it did not answer. That means some orders are charged a few cents wrong and corrected at \
night, where failing the order would have been exact and would have lost the customer. An alert goes off when more than \
one order in ten is an estimate. Since then one checkout in two thousand fails, and nobody was called at night for it.";

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
    assert!(
        page.contains("Common on this question") && page.contains("Adds a cache, an index or more replicas"),
        "{page}"
    );
    let fine = assess(&place, &["--question", "denormalize", "-"], b"fine\n");
    assert!(fine.status.success() && text(&fine.stdout).contains("too little to judge"));
    assert!(!text(&fine.stdout).contains("Common on this question"));
}

/// What README shows of `command` is what it prints, line by line where the tour leaves nothing out.
fn check_tour(readme: &str, command: &str, printed: &str) {
    let (_, shown) = readme.split_once(&format!("$ brownout {command}\n")).expect("the tour has it");
    let shown = shown.split("\n$ ").next().and_then(|block| block.split("```").next()).expect("a block");
    for part in shown.split("…\n") {
        assert!(printed.contains(part), "README shows\n{part}\nof\n{printed}");
    }
}

#[test]
fn the_tour_shows_what_is_printed() {
    let place = Place::new("assess-tour");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).expect("README");
    place.write("answer.txt", TOUR);
    let file = place.path("answer.txt");
    let output = assess(&place, &["--question", "resilient-design", file.to_str().expect("a name")], b"");
    check_tour(&readme, "assess --question resilient-design answer.txt", text(&output.stdout));
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
