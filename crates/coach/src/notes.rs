//! One plain sentence for each habit about what was found or is missing. No praise without a quote.

use crate::adequacy::Adequacy;
use crate::assessment::{Assessment, Habit, SURE};
use crate::quote::marked;

/// Writes the note of every habit.
pub(crate) fn write(assessment: &mut Assessment, text: &str, adequacy: Adequacy) {
    for (id, habit) in &mut assessment.habits.0 {
        habit.note = if adequacy == Adequacy::Enough { note(id, habit, text) } else { too_little(adequacy).to_owned() };
    }
}

fn note(id: &str, habit: &Habit, text: &str) -> String {
    let quote = habit.evidence.first().map(|span| marked(span.of(text), span.of(text))).unwrap_or_default();
    let found = found(id, habit.score, habit.outcomes.as_deref().unwrap_or_default());
    let said = if quote.is_empty() { format!("{found}.") } else { format!("{found}: {quote}") };
    if habit.confidence < SURE { format!("Not sure. {said}") } else { said }
}

fn found(id: &str, score: u8, outcomes: &[&str]) -> String {
    let text = match (id, score) {
        ("problem-first", 2) => "The problem stands before the first remedy",
        ("problem-first", 1) => "A problem is stated, but late or in general words",
        ("problem-first", _) => "I found no sentence that says which problem is to be solved",
        ("tradeoff", 2) => "A choice, and what it gives up against another",
        ("tradeoff", 1) => "A cost is named, but not against an alternative",
        ("tradeoff", _) => "I found no sentence that says what a choice gives up",
        ("outcome", 2) => return format!("A decision is tied to {}", listed(outcomes)),
        ("outcome", 1) => "A goal is named, but no decision is tied to it",
        ("outcome", _) => "I found no sentence that ties a decision to reliability, speed, cost or team impact",
        ("example", 2) => "Something that really happened",
        ("example", 1) => "A real case is touched on, without what was done or what came of it",
        _ => "I found nothing that really happened, told in the first person",
    };
    text.to_owned()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Why nothing is judged.
pub(crate) fn too_little(adequacy: Adequacy) -> &'static str {
    match adequacy {
        Adequacy::Enough => "",
        Adequacy::TooShort => "There is too little to judge.",
        Adequacy::NotEnglish => "This is not in English, as far as I can tell, so I do not judge it.",
        Adequacy::Repetition => "This says the question or one thing again, so there is too little to judge.",
        Adequacy::OffTopic => "This does not speak of a backend system, so there is nothing to judge.",
        Adequacy::AboutTheRating => {
            "This speaks of its own rating and not of the question, so there is nothing to judge."
        }
    }
}
