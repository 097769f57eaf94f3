//! What a person writes: in an editor where there is a terminal, else on standard input; and the files that they name.
//!
//! What is to be stored is in a draft file before anything is done with it, and the draft goes away once it is stored.

use crate::failure::Failure;
use crate::terminal::Terminal;
use app::kit::{Draft, Records};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::process::Command;
use std::string::FromUtf8Error;

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
    let text = read_text(Path::new(STANDARD_INPUT))?;
    // Not the draft that an editor may have left.
    let name = format!("{}-piped", writing.name);
    let (draft, _) = Draft::begin(records.folder(), &name, writing.after, "")?;
    draft.write(&text)?;
    Ok((draft, text))
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

/// How standard input is named where a file could be.
const STANDARD_INPUT: &str = "-";

/// No text that somebody writes is longer; without a bound, a pipe without end would take all memory.
const MOST_BYTES: u64 = 16 << 20;

/// All bytes of a file, or of standard input where it is `-`.
pub(crate) fn read_bytes(source: &Path) -> Result<Vec<u8>, Failure> {
    let unread = |error| Failure::Unread(named(source), error);
    let opened: Box<dyn Read> = match source == Path::new(STANDARD_INPUT) {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(source).map_err(unread)?),
    };
    let mut bytes = Vec::new();
    let read = opened.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    if read as u64 > MOST_BYTES {
        return Err(unread(io::Error::other(format!("it has more than {} MiB", MOST_BYTES >> 20))));
    }
    Ok(bytes)
}

/// As [`read_bytes`], as text.
pub(crate) fn read_text(source: &Path) -> Result<String, Failure> {
    let no_text = |error: FromUtf8Error| Failure::NotText(named(source), error.utf8_error().valid_up_to());
    String::from_utf8(read_bytes(source)?).map_err(no_text)
}

fn named(source: &Path) -> String {
    if source == Path::new(STANDARD_INPUT) { "standard input".to_owned() } else { source.display().to_string() }
}
