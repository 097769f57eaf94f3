//! The kit as it stands: what is in its six slots, and what each still lacks.

use super::answers::{Readings, find_answer, id as answer_id};
use super::examples::{find_example, id as example_id};
use super::failure::KitFailure;
use super::records::{ANSWER, EXAMPLE, KIT, Records, Stored, TRADEOFF, body, write_only};
use practice::answer::Answer;
use practice::example::Example;
use practice::kit::{ANSWERS, Choice, EXAMPLES, Kit, Slot, answer_readiness, empty_readiness};
use practice::readiness::Readiness;
use practice::tradeoff::Tradeoff;
use serde::Serialize;

/// The kit's six slots.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KitStatus {
    /// Nothing is missing anywhere.
    pub ready: bool,
    /// How many slots lack nothing.
    pub slots_ready: usize,
    /// Answers 1 to 3, examples 1 and 2, the tradeoff.
    pub slots: Vec<SlotStatus>,
    /// What to do next, if anything.
    pub next: Option<String>,
}

/// What is in a slot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotStatus {
    /// `answer-1`.
    pub slot: String,
    /// `a1`, `e1`; absent where the slot is empty.
    pub holds: Option<String>,
    /// The question, or the title.
    pub about: Option<String>,
    /// What it lacks.
    #[serde(flatten)]
    pub readiness: Readiness,
}

/// What is in the kit's slots, as stored.
pub(crate) struct Held {
    pub(crate) answers: [Option<Stored<Answer>>; ANSWERS],
    pub(crate) examples: [Option<Stored<Example>>; EXAMPLES],
    pub(crate) tradeoff: Option<Stored<Tradeoff>>,
}

impl Held {
    pub(crate) fn of(records: &Records) -> Result<Held, KitFailure> {
        let choice = choice(records)?.1;
        let answers: Vec<Stored<Answer>> = records.all(ANSWER)?;
        let examples: Vec<Stored<Example>> = records.all(EXAMPLE)?;
        let numbers: Vec<i64> = examples.iter().map(|example| example.number).collect();
        let answer = |question: String| answers.iter().find(|answer| answer.value.question == question).cloned();
        let example = |number: i64| examples.iter().find(|example| example.number == number).cloned();
        Ok(Held {
            answers: choice.answers.clone().map(|question| question.and_then(answer)),
            examples: choice.filled_examples(&numbers).map(|number| number.and_then(example)),
            tradeoff: records.only(TRADEOFF)?,
        })
    }

    pub(crate) fn kit(&self) -> Kit {
        Kit {
            answers: self.answers.clone().map(|answer| answer.map(|stored| stored.value)),
            examples: self.examples.clone().map(|example| example.map(|stored| stored.value)),
            tradeoff: self.tradeoff.clone().map(|stored| stored.value),
        }
    }
}

/// What was chosen, with the version of that choice; 0 where nobody has chosen yet.
pub(crate) fn choice(records: &Records) -> Result<(i64, Choice), KitFailure> {
    let stored: Option<Stored<Choice>> = records.only(KIT)?;
    Ok(stored.map_or_else(Default::default, |stored| (stored.version, stored.value)))
}

/// The kit as it stands.
///
/// # Errors
/// If the records cannot be read.
pub fn kit_status(records: &Records) -> Result<KitStatus, KitFailure> {
    let held = Held::of(records)?;
    let readings = Readings::of(records)?;
    let slots: Vec<SlotStatus> = Slot::ALL.into_iter().map(|slot| slot_status(slot, &held, &readings)).collect();
    let open = slots.iter().find(|slot| !slot.readiness.ready);
    Ok(KitStatus {
        ready: open.is_none(),
        slots_ready: slots.iter().filter(|slot| slot.readiness.ready).count(),
        next: open.and_then(|slot| slot.readiness.next.clone()),
        slots,
    })
}

fn slot_status(slot: Slot, held: &Held, readings: &Readings) -> SlotStatus {
    let (holds, about, readiness) = match slot {
        Slot::Answer(n) => match &held.answers[usize::from(n - 1)] {
            Some(stored) => {
                let readiness = answer_readiness(&stored.value, readings.latest(stored.number, stored.version));
                (Some(answer_id(stored.number)), Some(stored.value.question.clone()), readiness)
            }
            None => (None, None, empty_readiness(slot)),
        },
        Slot::Example(n) => match &held.examples[usize::from(n - 1)] {
            Some(stored) => {
                let id = example_id(stored.number);
                let mut readiness = Readiness::lacking(&stored.value.gaps());
                readiness.next = readiness.next.map(|asks| format!("{asks} (brownout example edit {id} --ask)"));
                (Some(id), Some(stored.value.title.clone()), readiness)
            }
            None => (None, None, empty_readiness(slot)),
        },
        Slot::Tradeoff => match &held.tradeoff {
            Some(stored) => {
                let mut readiness = Readiness::lacking(&stored.value.gaps());
                readiness.next = readiness.next.map(|asks| format!("{asks} (brownout tradeoff set)"));
                (Some("tradeoff".to_owned()), Some(stored.value.first.clone()), readiness)
            }
            None => (None, None, empty_readiness(slot)),
        },
    };
    SlotStatus { slot: slot.to_string(), holds, about, readiness }
}

/// Puts an answer (`a1`, or its question) or an example (`e1`) into a slot: `1`, `2`, `3`, `example-1`, `example-2`.
///
/// # Errors
/// If there is no such slot or document, or it is in another slot already.
pub fn choose(records: &Records, slot: &str, name: &str) -> Result<KitStatus, KitFailure> {
    let (version, mut choice) = choice(records)?;
    let before = choice.clone();
    match Slot::named(slot) {
        Some(Slot::Answer(n)) => choice.set_answer(n, &find_answer(records, name)?.value.question)?,
        Some(Slot::Example(n)) => choice.set_example(n, find_example(records, name)?.number)?,
        _ => {
            let known = ["1", "2", "3", "example-1", "example-2"].map(str::to_owned).to_vec();
            return Err(KitFailure::NoSuch { kind: "slot", wanted: slot.to_owned(), known });
        }
    }
    if choice != before {
        let body = body(&choice)?;
        records.store.write(|writer| write_only(writer, KIT, version, &body).map_err(KitFailure::from))?;
    }
    kit_status(records)
}
