//! `brownout ask`: a question, and the answer to it.

use super::{coach, open, print};
use crate::cli::kit::{Ask, Place};
use crate::commands::{Done, second};
use crate::failure::Failure;
use crate::input::{Writing, write};
use crate::reading::second_page;
use crate::summary::kit as view;
use crate::terminal::Terminal;
use app::kit::{Base, Coach, KitFailure, Question, Records, SavedAnswer, save_answer};
use app::second_reading::Beside;
use std::io::{self, IsTerminal};

pub(crate) fn ask(ask: &Ask, place: Place, terminal: &Terminal) -> Done {
    let (coach, page) = (coach(), view::Page::of(terminal));
    let Some(id) = &ask.question else {
        return print(&coach.questions(), ask.json, terminal, |questions| view::questions(questions, &page));
    };
    let question = coach.question(id).ok_or_else(|| KitFailure::NoQuestion {
        wanted: id.clone(),
        near: coach.near(id),
        known: coach.questions().into_iter().map(|question| question.id).collect(),
    })?;
    let records = open(place.clone())?;
    if !ask.json {
        terminal.print(&view::question(&question, &page))?;
    }
    let (saved, text) = answered(&question, &records, &coach, terminal)?;
    if !ask.depth.llm {
        return print(&saved, ask.json, terminal, |saved| view::saved_answer(saved, &page));
    }
    let (text, assessment) = app::assess_answer(&question.id, text.as_bytes())?;
    let llm = second::ask(&question.id, &text, &place, terminal);
    print(&Beside { local: &saved, llm: &llm }, ask.json, terminal, |beside| {
        let (width, colours) = (terminal.width(), terminal.colours_results());
        view::saved_answer(beside.local, &page) + &second_page(beside.llm, &assessment, &text, width, colours)
    })
}

/// The answer as it is stored, and its text.
fn answered(
    question: &Question,
    records: &Records,
    coach: &dyn Coach,
    terminal: &Terminal,
) -> Result<(SavedAnswer, String), Failure> {
    let newest = records.answer_to(&question.id)?;
    let (after, text) = newest.map_or((0, String::new()), |newest| (newest.version, newest.value.text));
    // Whoever pipes a text in has not been shown an earlier one; whoever edits has.
    let base = if io::stdin().is_terminal() { Base::Version(after) } else { Base::Newest };
    let writing = Writing { name: &format!("ask-{}", question.id), after, text: &text };
    write(&writing, records, terminal, |text| {
        Ok((save_answer(records, coach, &question.id, text, base)?, text.trim().to_owned()))
    })
}
