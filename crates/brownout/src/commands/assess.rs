//! `brownout assess`: what an answer's words show, with the sentences that show it.

use super::{Done, second};
use crate::cli::Assess;
use crate::cli::kit::Place;
use crate::input::read_bytes;
use crate::reading::{page, second_page};
use crate::terminal::Terminal;
use app::second_reading::Beside;
use std::process::ExitCode;

pub(crate) fn assess(assess: &Assess, place: Place, terminal: &Terminal) -> Done {
    let (text, assessment) = app::assess_answer(&assess.question, &read_bytes(&assess.file)?)?;
    let llm = assess.depth.llm.then(|| second::ask(&assess.question, &text, &place, terminal));
    let (width, colours) = (terminal.width(), terminal.colours_results());
    let printed = match (&llm, assess.json) {
        (None, true) => serde_json::to_string_pretty(&assessment)? + "\n",
        (Some(llm), true) => serde_json::to_string_pretty(&Beside { local: &assessment, llm })? + "\n",
        (None, false) => page(&assessment, &text, width, colours),
        (Some(llm), false) => {
            page(&assessment, &text, width, colours) + &second_page(llm, &assessment, &text, width, colours)
        }
    };
    terminal.print(&printed)?;
    Ok(ExitCode::SUCCESS)
}
