//! A scenario's text with everything that it refers to, read from the disk once.
//!
//! An experiment reads a scenario many times over, with other values each time. All of these readings must be of the same
//! text, whatever happens to the file meanwhile, and whoever wants to repeat a result later needs that text and no more.

use super::path::Override;
use super::problem::{Origin, Place, Problem};
use super::{Opened, Reading, files, read, yaml};
use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A scenario's text, and each file that it has referred to so far.
#[derive(Debug)]
pub struct Bundle {
    source: Vec<u8>,
    /// Where further files lie; none where there are no further ones.
    folder: Option<PathBuf>,
    files: Mutex<BTreeMap<String, Arc<[u8]>>>,
}

impl Bundle {
    /// Of a scenario file. Files that it refers to lie in its folder, and are fetched when they are first asked for.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn open(path: &Path) -> io::Result<Bundle> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let source = read_at_most(path, yaml::MAX_TEXT)?;
        Ok(Bundle { source, folder: Some(folder), files: Mutex::default() })
    }

    /// Of what [`Bundle::contents`] once gave. There are no other files.
    pub fn of(source: String, files: BTreeMap<String, String>) -> Bundle {
        let files = files.into_iter().map(|(name, text)| (name, text.into_bytes().into())).collect();
        Bundle { source: source.into_bytes(), folder: None, files: Mutex::new(files) }
    }

    /// Reads the scenario with some overrides.
    pub fn read(&self, sets: &[Override]) -> Opened {
        match std::str::from_utf8(&self.source) {
            Ok(source) => Opened { source: source.to_owned(), reading: read(source, sets, &|name| self.fetch(name)) },
            Err(error) => {
                let start = error.valid_up_to();
                let source = String::from_utf8_lossy(&self.source).into_owned();
                let place = Place { origin: Origin::File, start, end: start + char::REPLACEMENT_CHARACTER.len_utf8() };
                let problem = Problem::new(place, "this is not UTF-8 text").expected("a YAML file");
                Opened { source, reading: Reading { scenario: None, problems: vec![problem] } }
            }
        }
    }

    /// The text and the files that it has referred to so far; what is not UTF-8 is replaced, and no scenario.
    pub fn contents(&self) -> (String, BTreeMap<String, String>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        (text(&self.source), files.iter().map(|(name, bytes)| (name.clone(), text(bytes))).collect())
    }

    fn fetch(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files.get(name) {
            return Ok(known.to_vec());
        }
        let folder = self.folder.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let bytes = read_at_most(&folder.join(name), files::MAX_FILE)?;
        files.insert(name.to_owned(), bytes.as_slice().into());
        Ok(bytes)
    }
}

/// One byte more than `most` where there is more, so that the reader sees that there is too much.
fn read_at_most(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
