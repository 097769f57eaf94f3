//! The kit: three short answers on different questions, two production examples, one tradeoff.
//!
//! A person chooses which answers and examples are in it; everything else, above all whether it is ready, follows from
//! what they say.

use crate::answer::Answer;
use crate::example::Example;
use crate::readiness::{Gap, Readiness};
use crate::reading::Findings;
use crate::tradeoff::Tradeoff;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// One of the six places in the kit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Slot {
    /// The first, second or third answer: 1, 2, 3.
    Answer(u8),
    /// The first or second example: 1, 2.
    Example(u8),
    /// The tradeoff.
    Tradeoff,
}

/// How many answers a kit has.
pub const ANSWERS: usize = 3;

/// How many examples a kit has.
pub const EXAMPLES: usize = 2;

impl Slot {
    /// All six, in the order in which they are shown.
    pub const ALL: [Slot; ANSWERS + EXAMPLES + 1] =
        [Slot::Answer(1), Slot::Answer(2), Slot::Answer(3), Slot::Example(1), Slot::Example(2), Slot::Tradeoff];

    /// `1`, `answer-1`, `example-2`, `tradeoff`.
    pub fn named(name: &str) -> Option<Slot> {
        Slot::ALL
            .into_iter()
            .find(|slot| slot.to_string() == name || matches!(slot, Slot::Answer(n) if n.to_string() == name))
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Slot::Answer(n) => write!(f, "answer-{n}"),
            Slot::Example(n) => write!(f, "example-{n}"),
            Slot::Tradeoff => write!(f, "tradeoff"),
        }
    }
}

/// What was chosen for the kit: answers by their question, examples by their number.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// By slot.
    pub answers: [Option<String>; ANSWERS],
    /// By slot. Where nothing was chosen, the oldest example that is in no other slot takes the place.
    pub examples: [Option<i64>; EXAMPLES],
}

/// Why something cannot be in a slot.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChoiceError {
    /// It is in another slot already, and the kit needs different ones.
    #[error("{what} is in slot {slot} already, and the kit needs different ones")]
    Twice {
        /// Which answer or example.
        what: String,
        /// Where it is.
        slot: Slot,
    },
}

impl Choice {
    /// Puts the answer to a question into slot 1, 2 or 3.
    ///
    /// # Errors
    /// If it is in another slot.
    pub fn set_answer(&mut self, slot: u8, question: &str) -> Result<(), ChoiceError> {
        let index = usize::from(slot - 1);
        if let Some(other) = self.answers.iter().position(|held| held.as_deref() == Some(question))
            && other != index
        {
            return Err(ChoiceError::Twice { what: format!("the answer to {question}"), slot: Slot::ALL[other] });
        }
        self.answers[index] = Some(question.to_owned());
        Ok(())
    }

    /// Puts an example into slot 1 or 2.
    ///
    /// # Errors
    /// If it is in the other slot.
    pub fn set_example(&mut self, slot: u8, number: i64) -> Result<(), ChoiceError> {
        let (index, other) = (usize::from(slot - 1), usize::from(2 - slot));
        if self.examples[other] == Some(number) {
            return Err(ChoiceError::Twice { what: format!("example e{number}"), slot: Slot::ALL[ANSWERS + other] });
        }
        self.examples[index] = Some(number);
        Ok(())
    }

    /// Which examples are in the kit, given all that there are, oldest first.
    pub fn filled_examples(&self, all: &[i64]) -> [Option<i64>; EXAMPLES] {
        let mut filled = self.examples.map(|chosen| chosen.filter(|number| all.contains(number)));
        for slot in 0..EXAMPLES {
            let free = all.iter().find(|number| !filled.contains(&Some(**number))).copied();
            filled[slot] = filled[slot].or(free);
        }
        filled
    }
}

/// What a kit holds: the newest versions of what was chosen.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Kit {
    /// By slot.
    pub answers: [Option<Answer>; ANSWERS],
    /// By slot.
    pub examples: [Option<Example>; EXAMPLES],
    /// The tradeoff, once something is said.
    pub tradeoff: Option<Tradeoff>,
}

/// How ready an answer is, given the coach's reading of this very version, if there is one.
pub fn answer_readiness(answer: &Answer, reading: Option<&Value>) -> Readiness {
    let findings = reading.map(Findings::of).unwrap_or_default();
    let mut missing: Vec<String> = answer.length_gap().into_iter().collect();
    if reading.is_none() {
        missing.push("a reading: nobody has looked for what it says and misses".to_owned());
    }
    missing.extend(findings.missing);
    missing.dedup();
    let next = findings.follow_up.filter(|_| !missing.is_empty());
    let next = next.or_else(|| {
        missing.first().map(|_| format!("Say it again with what is missing: brownout ask {}", answer.question))
    });
    Readiness { ready: missing.is_empty(), missing, partial: findings.partial, next }
}

/// How ready an empty slot is: not.
pub fn empty_readiness(slot: Slot) -> Readiness {
    let (words, next) = match slot {
        Slot::Answer(n) => {
            ("an answer", format!("Answer a question (brownout ask ID), then: brownout kit set {n} ANSWER"))
        }
        Slot::Example(_) => ("an example", "Tell one that really happened: brownout example new".to_owned()),
        Slot::Tradeoff => ("a tradeoff", "Say what you would optimise for first: brownout tradeoff set".to_owned()),
    };
    Readiness::lacking(&[Gap::new(&slot.to_string(), words.to_owned(), next)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn slots_have_names_that_can_be_typed() {
        for slot in Slot::ALL {
            assert_eq!(Slot::named(&slot.to_string()), Some(slot));
        }
        assert_eq!(
            ["1", "3", "4", "0", "example-3"].map(Slot::named),
            [Some(Slot::Answer(1)), Some(Slot::Answer(3)), None, None, None]
        );
    }

    #[test]
    fn nothing_is_in_the_kit_twice() {
        let mut choice = Choice::default();
        choice.set_answer(1, "caching").expect("free");
        choice.set_answer(1, "caching").expect("where it is");
        let refused = choice.set_answer(3, "caching").expect_err("it is in slot 1").to_string();
        assert_eq!(refused, "the answer to caching is in slot answer-1 already, and the kit needs different ones");
        choice.set_example(2, 7).expect("free");
        let refused = choice.set_example(1, 7).expect_err("it is in slot 2").to_string();
        assert_eq!(refused, "example e7 is in slot example-2 already, and the kit needs different ones");
    }

    #[test]
    fn examples_fill_the_slots_that_nobody_chose() {
        let chosen = |examples| Choice { examples, ..Choice::default() };
        assert_eq!(chosen([None, None]).filled_examples(&[]), [None, None]);
        assert_eq!(chosen([None, None]).filled_examples(&[1, 2, 3]), [Some(1), Some(2)]);
        assert_eq!(chosen([None, Some(1)]).filled_examples(&[1, 2, 3]), [Some(2), Some(1)]);
        assert_eq!(chosen([Some(3), None]).filled_examples(&[1, 2, 3]), [Some(3), Some(1)]);
        assert_eq!(chosen([Some(9), None]).filled_examples(&[1]), [Some(1), None], "one that is gone");
    }

    fn answer(words: usize) -> Answer {
        Answer { question: "reliable-api".to_owned(), text: "word ".repeat(words) }
    }

    #[test]
    fn an_answer_is_ready_when_its_reading_misses_nothing() {
        let clear = json!({"habits": {"problem-first": {"score": 2}}, "mistakes": {"no-consequence": {"is": false}},
            "coverage": {"contract": {"score": 2}}, "enough": true, "follow_up": "What if it fails?"});
        let ready = answer_readiness(&answer(100), Some(&clear));
        assert_eq!((ready.ready, ready.next), (true, None));
        let unread = answer_readiness(&answer(100), None);
        assert_eq!((unread.ready, unread.missing.len()), (false, 1));
        let long = answer_readiness(&answer(400), Some(&clear));
        assert_eq!(long.missing, ["a shorter text: 400 words take 171 s, two minutes are 280"]);
        let short = answer_readiness(&answer(5), Some(&json!({"enough": false})));
        assert_eq!(
            short.missing,
            ["more text: 5 words are too few to judge", "more text: there is too little to judge"]
        );
    }

    #[test]
    fn what_a_reading_misses_is_said_in_words() {
        let reading = json!({"habits": {"problem-first": {"score": 0}, "tradeoff": {"score": 1}},
            "mistakes": {"ignores-dependency-risk": {"is": true}},
            "coverage": {"downstream-surprises": {"score": 0}}, "enough": true, "follow_up": "Who calls it?"});
        let readiness = answer_readiness(&answer(100), Some(&reading));
        assert_eq!(
            readiness.missing,
            ["the problem, before the first tool", "how what it depends on fails", "a word on downstream surprises"]
        );
        assert_eq!(readiness.partial, ["what the choice gives up against another"]);
        assert_eq!(readiness.next, Some("Who calls it?".to_owned()));
        let nonsense = answer_readiness(&answer(100), Some(&json!({"habits": 3, "mistakes": [1], "coverage": null})));
        assert!(nonsense.ready, "a shape that is not known says nothing: {nonsense:?}");
    }
}
