//! `brownout ask`: a question, and the answer to it.

use super::{coach, open, print};
use crate::cli::kit::{Ask, Place};
use crate::commands::Done;
use crate::input::{Writing, write};
use crate::summary::kit as view;
use crate::terminal::Terminal;
use app::kit::{Base, Coach, KitFailure, save_answer};
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
    let records = open(place)?;
    if !ask.json {
        terminal.print(&view::question(&question, &page))?;
    }
    let newest = records.answer_to(&question.id)?;
    let (after, text) = newest.map_or((0, String::new()), |newest| (newest.version, newest.value.text));
    // Whoever pipes a text in has not been shown an earlier one; whoever edits has.
    let base = if io::stdin().is_terminal() { Base::Version(after) } else { Base::Newest };
    let writing = Writing { name: &format!("ask-{}", question.id), after, text: &text };
    let saved =
        write(&writing, &records, terminal, |text| Ok(save_answer(&records, &coach, &question.id, text, base)?))?;
    print(&saved, ask.json, terminal, |saved| view::saved_answer(saved, &page))
}
