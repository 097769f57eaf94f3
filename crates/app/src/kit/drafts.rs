//! Drafts: what somebody is writing, kept in a file until it is stored, so that no failure loses it.

use super::failure::KitFailure;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use store::{private_folder, write_private};

/// A text under way. The version that it started from is part of its name: a draft is never taken for a change of another
/// version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    file: PathBuf,
}

impl Draft {
    /// The draft of a document's change from version `after`; it begins with `text` unless an earlier attempt left one.
    /// Also says whether one was left.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn begin(folder: &Path, name: &str, after: i64, text: &str) -> Result<(Draft, bool), KitFailure> {
        let draft = Draft::of(folder, name, after);
        let left = draft.file.exists();
        if !left {
            draft.write(text)?;
        }
        Ok((draft, left))
    }

    /// The draft of a document's change from version `after`, whether anything is in it or not.
    pub fn of(folder: &Path, name: &str, after: i64) -> Draft {
        Draft { file: folder.join("drafts").join(format!("{name}.{after}.md")) }
    }

    /// What is in it now; nothing where nobody has begun.
    ///
    /// # Errors
    /// If its file is there and cannot be read or is no UTF-8.
    pub fn text(&self) -> Result<Option<String>, KitFailure> {
        match fs::read_to_string(&self.file) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(KitFailure::Unreadable { file: self.file.clone(), source }),
            Ok(text) => Ok(Some(text)),
        }
    }

    /// Puts a text into it.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn write(&self, text: &str) -> Result<(), KitFailure> {
        private_folder(self.file.parent().unwrap_or(Path::new(".")))?;
        Ok(write_private(&self.file, text.as_bytes())?)
    }

    /// What is in it now.
    ///
    /// # Errors
    /// If its file cannot be read or is no UTF-8.
    pub fn read(&self) -> Result<String, KitFailure> {
        fs::read_to_string(&self.file).map_err(|source| KitFailure::Unreadable { file: self.file.clone(), source })
    }

    /// Where it is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// It is stored, or not wanted.
    ///
    /// # Errors
    /// If its file cannot be removed.
    pub fn discard(self) -> Result<(), KitFailure> {
        match fs::remove_file(&self.file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(store::Error::File { doing: "remove", file: self.file, source }.into())
            }
            _ => Ok(()),
        }
    }
}
