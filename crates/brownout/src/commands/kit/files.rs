//! `brownout export`, `import`, `backup` and `restore`: the kit and its records as files.

use super::{coach, open, print};
use crate::cli::kit::{Backup, Export, Import, Place, Restore};
use crate::commands::{Done, NO};
use crate::input::read_text;
use crate::summary::kit as view;
use crate::terminal::Terminal;
use app::kit::{Format, save_private};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn export(wanted: &Export, place: Place, terminal: &Terminal) -> Done {
    let export = app::kit::export(&open(place)?, &coach(), format(wanted))?;
    let flagged = view::flags(&export.flags, &view::Page::of_remarks(terminal));
    match (export.flags.is_empty(), wanted.yes_share) {
        (true, _) => {}
        (false, true) => terminal.remark(&flagged),
        (false, false) => {
            terminal.warn(&flagged);
            terminal.warn("nothing was written: change what is quoted above, or add --yes-share");
            return Ok(ExitCode::from(NO));
        }
    }
    match &wanted.out {
        Some(file) => {
            save_private(file, &export.text)?;
            terminal.remark(&format!("kit written to {}", file.display()));
        }
        None => terminal.print(&export.text)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn format(wanted: &Export) -> Format {
    match wanted {
        Export { json: true, .. } => Format::Json,
        Export { html: true, .. } => Format::Html,
        Export { md: true, .. } => Format::Markdown,
        Export { out, .. } => out.as_deref().and_then(Format::of).unwrap_or(Format::Markdown),
    }
}

pub(crate) fn import(wanted: &Import, place: Place, terminal: &Terminal) -> Done {
    let text = read_text(&wanted.file)?;
    let imported = app::kit::import_kit(&open(place)?, &wanted.file, &text)?;
    print(&imported, wanted.json, terminal, |imported| view::imported_kit(imported, &view::Page::of(terminal)))
}

/// What a backup holds, as it is printed.
#[derive(Serialize)]
struct Held<'f> {
    file: &'f Path,
    documents: usize,
    versions: usize,
    readings: usize,
    /// Where records that were replaced are kept.
    earlier: Option<PathBuf>,
}

impl Held<'_> {
    fn counts(&self) -> String {
        let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let documents = counted(self.documents, "document");
        format!("{documents} with {} and {}", counted(self.versions, "version"), counted(self.readings, "reading"))
    }
}

pub(crate) fn backup(wanted: &Backup, place: Place, terminal: &Terminal) -> Done {
    let file = wanted.file.as_path();
    let held = app::kit::backup(&open(place)?, file)?;
    let held =
        Held { file, documents: held.documents, versions: held.versions, readings: held.readings, earlier: None };
    print(&held, wanted.json, terminal, |held| format!("backup of {} written to {}\n", held.counts(), file.display()))
}

pub(crate) fn restore(wanted: &Restore, place: Place, terminal: &Terminal) -> Done {
    let file = wanted.file.as_path();
    let (held, earlier) = app::kit::restore(&open(place)?, file, wanted.replace)?;
    let held = Held { file, documents: held.documents, versions: held.versions, readings: held.readings, earlier };
    print(&held, wanted.json, terminal, |held| {
        let earlier = held.earlier.as_ref();
        let kept = earlier.map(|kept| format!("what was there before is kept in {}\n", kept.display()));
        format!("{} restored from {}\n{}", held.counts(), file.display(), kept.unwrap_or_default())
    })
}
