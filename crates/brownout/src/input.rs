//! What a person writes: in an editor where there is a terminal, else on standard input.
//!
//! Either way it is in a draft file before anything is done with it, and the draft goes away once it is stored.

use crate::failure::Failure;
use crate::terminal::Terminal;
use app::kit::{Draft, KitFailure, Records};
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::process::Command;

/// A text to be written: which document's change it is, and what it starts from.
pub(crate) struct Writing<'w> {
    /// A name for the draft's file.
    pub(crate) name: &'w str,
    /// The version it starts from, 0 for none.
    pub(crate) after: i64,
    /// What an editor opens with.
    pub(crate) text: &'w str,
}

/// Lets somebody write, and gives what they wrote to `store`. If anything fails, the text is kept and said where.
pub(crate) fn write<T>(
    writing: &Writing<'_>,
    records: &Records,
    terminal: &Terminal,
    store: impl FnOnce(&str) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (draft, text) =
        if io::stdin().is_terminal() { edited(writing, records, terminal)? } else { piped(writing, records)? };
    match store(&text) {
        Ok(done) => {
            draft.discard()?;
            Ok(done)
        }
        Err(failure) if text.trim().is_empty() => {
            draft.discard()?;
            Err(failure)
        }
        Err(failure) => Err(Failure::Kept(Box::new(failure), draft.file().to_owned())),
    }
}

fn piped(writing: &Writing<'_>, records: &Records) -> Result<(Draft, String), Failure> {
    let text = standard_input()?;
    // Not the draft that an editor may have left.
    let name = format!("{}-piped", writing.name);
    let (draft, _) = Draft::begin(records.folder(), &name, writing.after, "")?;
    draft.write(&text)?;
    Ok((draft, text))
}

/// All of standard input.
pub(crate) fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(Failure::Input)?;
    Ok(text)
}

fn edited(writing: &Writing<'_>, records: &Records, terminal: &Terminal) -> Result<(Draft, String), Failure> {
    let (draft, left) = Draft::begin(records.folder(), writing.name, writing.after, writing.text)?;
    if left {
        terminal.remark("going on with the draft that was left");
    }
    let unchanged = |draft: &Draft| draft.read().is_ok_and(|text| text == writing.text);
    if let Err(failure) = run_editor(draft.file()) {
        if unchanged(&draft) {
            draft.discard()?;
            return Err(failure);
        }
        return Err(Failure::Kept(Box::new(failure), draft.file().to_owned()));
    }
    let text = draft.read()?;
    Ok((draft, text))
}

fn run_editor(file: &Path) -> Result<(), Failure> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let command = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    // Through a shell, since the variable may hold arguments: `code --wait`.
    let status = Command::new("sh").args(["-c", &format!("{command} \"$1\""), "sh"]).arg(file).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Editor { command, said: format!("ended with {status}") }),
        Err(error) => Err(Failure::Editor { command, said: format!("cannot be started: {error}") }),
    }
}

/// A file that somebody names.
pub(crate) fn read_file(file: &Path) -> Result<String, Failure> {
    let unreadable = |source| KitFailure::Unreadable { file: file.to_owned(), source };
    Ok(std::fs::read_to_string(file).map_err(unreadable)?)
}
