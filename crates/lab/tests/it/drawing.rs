//! Problems as plain text, for snapshots.

use lab::scenario::{Origin, Problem, position};

pub(crate) fn draw(source: &str, sets: &[&str], problems: &[Problem]) -> String {
    problems.iter().map(|problem| draw_one(source, sets, problem)).collect::<Vec<_>>().join("\n")
}

fn draw_one(source: &str, sets: &[&str], problem: &Problem) -> String {
    let (name, text) = match problem.place.origin {
        Origin::File => ("file".to_owned(), source),
        Origin::Override(index) => ("--set".to_owned(), sets[index]),
    };
    let at = position(text, problem.place.start);
    let line =
        text.split('\n').nth(at.line - 1).unwrap_or_default().trim_end_matches('\r').trim_start_matches('\u{feff}');
    let rest = line.chars().count() + 1 - at.column.min(line.chars().count() + 1);
    let width = text[problem.place.span()].chars().count().min(rest).max(1);
    let mut drawn = format!("{name}:{}:{}: {}\n", at.line, at.column, problem.message);
    drawn += &format!("  | {line}\n  | {}{}\n", " ".repeat(at.column - 1), "^".repeat(width));
    if let Some(expected) = &problem.expected {
        drawn += &format!("  expected: {expected}\n");
    }
    if let Some(hint) = &problem.hint {
        drawn += &format!("  hint: {hint}\n");
    }
    drawn
}
