//! What the coach's reading of an answer says about what the answer lacks.
//!
//! A reading comes in as JSON, the contract of `brownout assess --json`, and is read leniently: whatever is not there or
//! has another shape says nothing.

use serde_json::Value;

/// What a reading leaves to do, in words.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Findings {
    /// What the answer lacks.
    pub missing: Vec<String>,
    /// What is there, but not clear.
    pub partial: Vec<String>,
    /// What to ask next.
    pub follow_up: Option<String>,
}

impl Findings {
    /// What a reading says.
    pub fn of(reading: &Value) -> Findings {
        let mut findings = Findings { follow_up: text(&reading["follow_up"]), ..Findings::default() };
        if reading["enough"] == Value::Bool(false) {
            findings.missing.push("more text: there is too little to judge".to_owned());
            return findings;
        }
        for (id, habit) in entries(&reading["habits"]) {
            findings.score(&habit["score"], habit_in_words(id));
        }
        for (id, _) in entries(&reading["mistakes"]).filter(|(_, mistake)| mistake["is"] == Value::Bool(true)) {
            findings.missing.push(mistake_in_words(id));
        }
        for (id, point) in entries(&reading["coverage"]) {
            findings.score(&point["score"], format!("a word on {}", id.replace('-', " ")));
        }
        findings
    }

    fn score(&mut self, score: &Value, words: String) {
        match score.as_u64() {
            Some(0) => self.missing.push(words),
            Some(1) => self.partial.push(words),
            _ => {}
        }
    }
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flatten().map(|(id, value)| (id.as_str(), value))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn habit_in_words(id: &str) -> String {
    match id {
        "problem-first" => "the problem, before the first tool".to_owned(),
        "tradeoff" => "what the choice gives up against another".to_owned(),
        "outcome" => "what it does for reliability, speed, cost or the team".to_owned(),
        "example" => "one thing that really happened".to_owned(),
        other => other.replace('-', " "),
    }
}

fn mistake_in_words(id: &str) -> String {
    match id {
        "tools-without-tradeoff" => "what the tools it names give up".to_owned(),
        "ignores-dependency-risk" => "how what it depends on fails".to_owned(),
        "scale-is-throughput" => "what growth means beyond more requests".to_owned(),
        "no-consequence" => "what follows from the words it uses".to_owned(),
        other => other.replace('-', " "),
    }
}
