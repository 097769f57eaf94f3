//! `brownout questions`.

use crate::Place;

#[test]
fn the_list_begins_with_the_first_question() {
    let place = Place::new("questions");
    let text = place.ok(&["questions"]);
    let begin =
        "reliable-api · basic · APIs\n  How do you design a reliable API for internal and external consumers?\n";
    assert!(text.starts_with(begin), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let list = place.json(&["questions", "--json"]);
    let list = list.as_array().expect("a list");
    assert!(list.len() >= 40, "{}", list.len());
    for entry in list {
        let keys: Vec<_> = entry.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, ["id", "level", "question", "topic"]);
        let id = entry["id"].as_str().expect("an id");
        assert!(text.lines().any(|line| line.starts_with(&format!("{id} "))), "{id} is missing in\n{text}");
    }
}

#[test]
fn the_prompt_comes_first_and_help_on_request() {
    let place = Place::new("questions-one");
    let output = place.run(&["questions", "choose-timeout"]);
    let (prompt, remark) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(prompt.starts_with("How do you choose the timeout of a call to another service?\n"), "{prompt}");
    assert!(prompt.contains("What it tests\n") && prompt.contains("slow-optional"), "{prompt}");
    assert!(remark.contains("brownout questions choose-timeout --points"), "{remark}");
    let points = place.ok(&["questions", "choose-timeout", "--points"]);
    assert!(points.starts_with(prompt.trim_end()), "{points}");
    let all = place.json(&["questions", "choose-timeout", "--json"]);
    for help in ["points", "mistakes", "probes", "anchors"] {
        for item in all[help].as_array().expect("a list") {
            let text = ["covered", "why", "ask", "shows"].iter().find_map(|key| item[key].as_str()).expect("a text");
            let begin = text.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
            assert!(joined(&points).contains(&begin), "{begin:?} is missing in\n{points}");
            assert!(!joined(&prompt).contains(&begin), "{begin:?} is too early in\n{prompt}");
        }
    }
}

/// The text without its line breaks.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_unknown_question_is_told_the_nearest() {
    let place = Place::new("questions-wrong");
    place.refuses(&["questions", "relaible-api"], &["no question called relaible-api", "did you mean `reliable-api`?"]);
    place
        .refuses(&["questions", "xyzzy-plugh"], &["no question called xyzzy-plugh", "`brownout questions` lists them"]);
    place.refuses(&["questions", "--points"], &["ID"]);
}
