//! `brownout assess`: what an answer's words show, with the sentences that show it.

use super::Done;
use crate::cli::Assess;
use crate::failure::Failure;
use crate::reading::page;
use crate::terminal::Terminal;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn assess(assess: Assess, terminal: &Terminal) -> Done {
    let answer = read(&assess.file).map_err(|error| Failure::Answer(assess.file.clone(), error))?;
    let (text, assessment) = app::assess_answer(&assess.question, &answer)?;
    if assess.json {
        terminal.print(&(serde_json::to_string_pretty(&assessment)? + "\n"))?;
    } else {
        terminal.print(&page(&assessment, &text, terminal.width(), terminal.colours_results()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return std::fs::read(file);
    }
    let mut answer = Vec::new();
    io::stdin().lock().read_to_end(&mut answer)?;
    Ok(answer)
}
