//! `brownout questions`: the list of the bank, or one question of it.

use super::Done;
use crate::cli::Questions;
use crate::failure::Failure;
use crate::summary::{listed, opened, prompt};
use crate::terminal::Terminal;
use app::bank::{Level, Question};
use serde::Serialize;
use std::process::ExitCode;

/// A question in the list that `--json` prints.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    level: Level,
    topic: &'a str,
    question: &'a str,
}

impl Entry<'_> {
    fn of(question: &Question) -> Entry<'_> {
        let Question { id, level, topic, question, .. } = question;
        Entry { id, level: *level, topic, question }
    }
}

pub(crate) fn questions(asked: Questions, terminal: &Terminal) -> Done {
    match &asked.id {
        Some(id) => show(app::find_question(id)?, &asked, terminal)?,
        None => list(app::list_questions(), asked.json, terminal)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(questions: &[Question], json: bool, terminal: &Terminal) -> Result<(), Failure> {
    if json {
        return print(&questions.iter().map(Entry::of).collect::<Vec<_>>(), terminal);
    }
    terminal.print(&listed(questions, terminal.width(), terminal.colours_results()))
}

/// A program gets everything; a person gets the prompt first, and the rest on request.
fn show(question: &Question, asked: &Questions, terminal: &Terminal) -> Result<(), Failure> {
    let (width, colour) = (terminal.width(), terminal.colours_results());
    if asked.json {
        return print(question, terminal);
    }
    if asked.points {
        return terminal.print(&opened(question, width, colour));
    }
    terminal.print(&prompt(question, width, colour))?;
    terminal.remark(&format!(
        "Answer first. `brownout questions {} --points` opens what strong answers cover.",
        question.id
    ));
    Ok(())
}

fn print<T: Serialize + ?Sized>(value: &T, terminal: &Terminal) -> Result<(), Failure> {
    terminal.print(&(serde_json::to_string_pretty(value)? + "\n"))
}
