//! `brownout answers`: all answers, or one with its versions.

use super::{coach, open, print};
use crate::cli::kit::{Answers, Place};
use crate::commands::Done;
use crate::summary::kit as view;
use crate::terminal::Terminal;
use app::kit::{answer_history, answers as all};

pub(crate) fn answers(wanted: &Answers, place: Place, terminal: &Terminal) -> Done {
    let (records, page) = (open(place)?, view::Page::of(terminal));
    match &wanted.answer {
        None => print(&all(&records)?, wanted.json, terminal, |answers| view::answers(answers, &page)),
        Some(name) => {
            let history = answer_history(&records, &coach(), name)?;
            print(&history, wanted.json, terminal, |history| view::history(history, &page))
        }
    }
}
