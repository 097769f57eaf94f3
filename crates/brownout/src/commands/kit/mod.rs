//! The commands of the kit and its records.

pub(super) mod answers;
pub(super) mod ask;
pub(super) mod example;
pub(super) mod files;
pub(super) mod tradeoff;

use super::Done;
use crate::cli::kit::{Kit, KitAction, Place};
use crate::failure::Failure;
use crate::summary::kit as view;
use crate::terminal::Terminal;
use app::kit::{Coach, OwnCoach, Records, choose, kit_status};
use serde::Serialize;
use std::process::ExitCode;

/// Who knows the questions and reads the answers.
fn coach() -> impl Coach {
    OwnCoach
}

pub(super) fn open(place: Place) -> Result<Records, Failure> {
    Ok(Records::open(&place.whereabouts())?)
}

/// Prints a result as JSON, or as `text` has it.
fn print<T: Serialize>(result: &T, json: bool, terminal: &Terminal, text: impl FnOnce(&T) -> String) -> Done {
    let text = if json { serde_json::to_string_pretty(result)? + "\n" } else { text(result) };
    terminal.print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// `brownout kit`.
pub(super) fn kit(kit: &Kit, place: Place, terminal: &Terminal) -> Done {
    let records = open(place)?;
    let status = match &kit.action {
        None => kit_status(&records)?,
        Some(KitAction::Set { slot, document }) => choose(&records, slot, document)?,
    };
    print(&status, kit.json, terminal, |status| view::kit(status, &view::Page::of(terminal)))
}
