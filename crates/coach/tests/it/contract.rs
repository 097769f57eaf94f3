//! The shape of an assessment, as the JSON of `brownout assess` promises it.

use crate::{GOOD, points, read};
use coach::model::SHIPPED;
use coach::rubric::{Point, QUESTIONS, Question};
use coach::{Failure, Span, assess, compare, sentences};
use serde_json::Value;

fn json(question: &str, text: &str) -> Value {
    serde_json::to_value(read(question, text)).expect("an assessment is JSON")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn every_part_is_there_for_every_question() {
    for question in QUESTIONS.iter() {
        for text in ["", GOOD] {
            let found = json(&question.id, text);
            let mut habits = keys(&found["habits"]);
            habits.sort_unstable();
            assert_eq!(habits, ["example", "outcome", "problem-first", "tradeoff"]);
            assert_eq!(keys(&found["mistakes"]).len(), 4);
            assert_eq!(keys(&found["coverage"]).len(), question.points.len());
            for (id, habit) in found["habits"].as_object().expect("habits") {
                assert_eq!(habit["outcomes"].is_array(), id == "outcome");
                assert!(habit["note"].as_str().is_some_and(|note| !note.is_empty()), "{id}");
            }
        }
    }
}

#[test]
fn keys_come_in_the_order_of_the_contract() {
    let text = serde_json::to_string(&read("reliable-api", GOOD)).expect("JSON");
    let order = [
        "question",
        "words",
        "spoken_s",
        "habits",
        "problem-first",
        "score",
        "confidence",
        "evidence",
        "start",
        "end",
        "note",
        "tradeoff",
        "outcome",
        "outcomes",
        "example",
        "mistakes",
        "tools-without-tradeoff",
        "is",
        "ignores-dependency-risk",
        "scale-is-throughput",
        "no-consequence",
        "coverage",
        "contract",
        "versioning",
        "observability",
        "downstream-surprises",
        "enough",
        "follow_up",
    ];
    let places: Vec<usize> =
        order.iter().map(|key| text.find(&format!("\"{key}\":")).expect("the key is there")).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn words_are_spoken_at_140_a_minute() {
    let found = read("denormalize", &"we copy ".repeat(65).trim_end().replacen("we", "so we", 1));
    assert_eq!((found.words, found.spoken_s), (131, 56));
}

#[test]
fn evidence_is_whole_sentences_of_the_text() {
    let text = GOOD.replace(". ", ".\r\n");
    let places: Vec<Span> = sentences(&text).into_iter().map(Span::from).collect();
    let found = read("latency-growth", &text);
    let habits = found.habits.iter().flat_map(|(_, habit)| &habit.evidence);
    let quoted: Vec<&Span> = habits.chain(found.coverage.iter().flat_map(|(_, coverage)| &coverage.evidence)).collect();
    assert!(!quoted.is_empty());
    assert!(quoted.iter().all(|span| places.contains(span)));
}

#[test]
fn an_unknown_question_names_the_nearest() {
    let Err(Failure::UnknownQuestion { nearest, .. }) = assess("denormalise", GOOD) else { panic!("it is unknown") };
    assert_eq!(nearest, Some("denormalize"));
}

#[test]
fn every_question_of_the_bank_can_be_assessed() {
    for asked in coach::bank::Bank::embedded().questions() {
        let found = read(&asked.id, GOOD);
        let points: Vec<&str> = found.coverage.iter().map(|(id, _)| id).collect();
        assert_eq!(points.len(), asked.points.len(), "{}", asked.id);
        assert!(found.enough && found.follow_up.contains('“') && found.follow_up.ends_with('?'), "{}", asked.id);
    }
}

#[test]
fn the_follow_up_quotes_the_person() {
    for question in QUESTIONS.iter() {
        let follow_up = read(&question.id, GOOD).follow_up;
        let quote = follow_up.split(['“', '”']).nth(1).expect("a quote").trim_matches(|c| c == '…' || c == ' ');
        assert!(GOOD.contains(quote), "{follow_up}");
        assert!(follow_up.ends_with('?'), "{follow_up}");
    }
}

/// Answers to one question that lack different things are asked different things, from the bank.
#[test]
fn what_is_asked_next_depends_on_what_is_missing() {
    let check = |text: &str, gap: &str| {
        let asked = coach::bank::Bank::embedded().get("denormalize").expect("it is there");
        let probe = asked.probes.iter().find(|probe| probe.gap == gap).expect("a probe for this gap");
        let follow_up = read("denormalize", text).follow_up;
        assert!(follow_up.ends_with(&probe.ask), "{gap}: {follow_up}");
    };
    check(
        "The order list took nine seconds for the clerks at the counter, since it joined orders, customers and prices. \
         An index brought it to seven, no further. So we copied the name of the customer into the order. \
         Each write takes two milliseconds more, where the join cost nine seconds. The list opens in 300 ms today.",
        "consistency",
    );
    check(
        "I would put everything into Elasticsearch and fill it from Kafka with Debezium, and keep Redis in front of it. \
         Reads are then very fast, and it scales to any number of requests.",
        "tradeoff",
    );
}

#[test]
fn a_point_that_nothing_was_learned_about_is_read_by_its_cues() {
    let points = vec![
        Point::described(
            "freshness",
            "how old the data may be",
            "a number for staleness",
            &["minutes old", "refresh*", "behind"],
        ),
        Point::described("encryption", "keys and ciphers", "key rotation", &["encrypt*", "cipher*"]),
    ];
    let question =
        Question { id: "made-up".to_owned(), text: "How fresh is it?".to_owned(), points, probes: Vec::new() };
    let found = coach::read(&SHIPPED, &question, GOOD);
    assert!(found.coverage.get("freshness").expect("there").score > 0);
    assert_eq!(found.coverage.get("encryption").expect("there").score, 0);
}

#[test]
fn what_changed_between_two_versions_is_named() {
    let (weak, good) = (read("latency-growth", crate::BUZZWORDS), read("latency-growth", GOOD));
    let changes = compare(&weak, &good);
    assert!(changes.iter().any(|change| change.id == "tradeoff" && change.better && change.before < change.after));
    assert!(changes.iter().any(|change| change.part == "mistakes" && change.better && change.after == 0));
    assert!(compare(&good, &weak).iter().filter(|change| change.part != "coverage").all(|change| !change.better));
    assert_eq!(compare(&good, &good), []);
    assert_eq!(compare(&good, &read("denormalize", GOOD)), []);
    assert!(points(&good) > points(&weak));
}
