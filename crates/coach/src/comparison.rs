//! What changed between two versions of an answer.

use crate::assessment::Assessment;

/// One thing that changed, from the older to the newer version.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ReadingChange))]
pub struct Change {
    /// `habits`, `mistakes` or `coverage`.
    pub part: &'static str,
    /// The habit, mistake or point.
    pub id: String,
    /// Its score before; 1 for a mistake that was made.
    pub before: u8,
    /// Its score after.
    pub after: u8,
    /// Whether the newer version is better in this.
    pub better: bool,
}

/// Everything that differs, in the order of the assessment. Points that only one of them has are left out, as are all
/// if the two answer different questions.
pub fn compare(before: &Assessment, after: &Assessment) -> Vec<Change> {
    if before.question != after.question {
        return Vec::new();
    }
    let habits = before.habits.iter().filter_map(|(id, old)| {
        let new = after.habits.get(id)?;
        changed("habits", id, old.score, new.score)
    });
    let mistakes = before.mistakes.iter().filter_map(|(id, old)| {
        let new = after.mistakes.get(id)?;
        changed("mistakes", id, old.is.into(), new.is.into())
    });
    let coverage = before.coverage.iter().filter_map(|(id, old)| {
        let new = after.coverage.get(id)?;
        changed("coverage", id, old.score, new.score)
    });
    habits.chain(mistakes).chain(coverage).collect()
}

fn changed(part: &'static str, id: &str, before: u8, after: u8) -> Option<Change> {
    let better = (after > before) != (part == "mistakes");
    (before != after).then(|| Change { part, id: id.to_owned(), before, after, better })
}
