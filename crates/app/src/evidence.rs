//! What results stood for: a small folder of records, one for each result, from which anybody can have it again.
//!
//! A record holds the scenario's text with everything it refers to, the overrides, the variant, what was asked and which
//! version answered; not the result itself, which a rerun gives, but its hash, which says whether it is the same. Records
//! are for the person who made them: readable by nobody else, written whole or not at all, and the oldest make room. That
//! a result could not be recorded is never a reason to withhold it.

use crate::scenarios::{Failure, Selection};
use lab::experiment::seeds;
use lab::experiment::sweep::Shard;
use lab::experiment::vary::Axis;
use lab::reporting::VERSION;
use lab::scenario::{Bundle, Override, Scenario};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What was asked of a scenario.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Asked {
    /// One run.
    Run {
        /// Its seed.
        seed: u64,
        /// Whether only what the services tell about themselves was shown.
        #[serde(default)]
        as_emitted: bool,
    },
    /// Several runs, with intervals.
    Replications {
        /// The first seed.
        seed: u64,
        /// How many.
        count: u32,
    },
    /// Variants side by side.
    Compare {
        /// Which; all where none is named.
        variants: Vec<String>,
        /// Which two measures were weighed against each other, as written.
        pareto: Option<String>,
        /// The first seed.
        seed: u64,
        /// How many.
        count: u32,
    },
    /// A grid of values.
    Sweep {
        /// What varied.
        axes: Vec<Axis>,
        /// Which part of the grid.
        shard: Option<Shard>,
        /// What was shown, as written.
        measures: Vec<String>,
        /// The first seed.
        seed: u64,
        /// How many.
        count: u32,
    },
    /// A limit.
    Find {
        /// What varied.
        axis: Axis,
        /// The objective, as written.
        until: String,
        /// The first seed.
        seed: u64,
        /// How many.
        count: u32,
    },
}

impl Asked {
    /// The command that asks it.
    pub fn command(&self) -> &'static str {
        match self {
            Asked::Run { .. } | Asked::Replications { .. } => "run",
            Asked::Compare { .. } => "compare",
            Asked::Sweep { .. } => "sweep",
            Asked::Find { .. } => "find",
        }
    }

    /// The seeds that it ran with.
    pub fn seeds(&self) -> Vec<u64> {
        match *self {
            Asked::Run { seed, .. } => vec![seed],
            Asked::Replications { seed, count }
            | Asked::Compare { seed, count, .. }
            | Asked::Sweep { seed, count, .. }
            | Asked::Find { seed, count, .. } => seeds(seed, count),
        }
    }
}

/// Everything that it takes to have a result again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Version of this format.
    format: u32,
    /// What the result gives as its scenario's digest.
    pub digest: String,
    /// The scenario's name.
    pub scenario: String,
    /// Which Brownout answered.
    pub version: String,
    /// What was asked.
    #[serde(flatten)]
    pub asked: Asked,
    /// The overrides as written.
    pub sets: Vec<String>,
    /// The variant taken.
    pub variant: Option<String>,
    /// The name that the scenario file had, without its folder.
    pub file: String,
    /// SHA-256 of the result as JSON, in hexadecimal digits.
    pub result: String,
    source: String,
    files: BTreeMap<String, String>,
}

const FORMAT: u32 = 1;

impl Record {
    /// Of a result, given as the JSON that is printed for it. The selection holds its text: see [`Selection::hold`].
    pub fn new(selection: &Selection, scenario: &Scenario, asked: Asked, json: &str) -> Record {
        let (source, files) = selection.bundle.as_ref().map(|bundle| bundle.contents()).unwrap_or_default();
        Record {
            format: FORMAT,
            digest: scenario.digest.clone(),
            scenario: scenario.name.clone(),
            version: VERSION.to_owned(),
            asked,
            sets: selection.sets.iter().map(|set| set.text().to_owned()).collect(),
            variant: selection.variant.clone(),
            file: selection.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            result: hash(json),
            source,
            files,
        }
    }

    /// Names it: the scenario's digest, and eight digits for what was asked of which text.
    pub fn id(&self) -> String {
        let Record { version, asked, sets, variant, source, files, .. } = self;
        let told = serde_json::json!([version, asked, sets, variant, source, files]).to_string();
        format!("{}-{}", self.digest, &hash(&told)[..SHORT])
    }

    /// The scenario as it was selected.
    pub fn selection(&self) -> Selection {
        Selection {
            file: PathBuf::from(&self.file),
            sets: self.sets.iter().map(|set| Override::new(set.as_str())).collect(),
            variant: self.variant.clone(),
            bundle: Some(Arc::new(Bundle::of(self.source.clone(), self.files.clone()))),
        }
    }

    /// Whether a result, given as JSON, is the one that was recorded.
    pub fn is_same(&self, json: &str) -> bool {
        self.result == hash(json)
    }
}

/// Digits of an id that stand for what was asked.
const SHORT: usize = 8;
/// Digits of a scenario's digest.
const DIGEST: usize = 16;

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a person's data lies: what they say, or `BROWNOUT_DATA`, or the platform's folder for it
/// (`$XDG_DATA_HOME/brownout`, `~/.local/share/brownout`; on macOS and Windows their own). None where nothing says.
pub fn data_folder(said: Option<&Path>, variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // A relative XDG_DATA_HOME is to be ignored, says the XDG Base Directory Specification.
    let absolute = |name: &str| path(name).filter(|path| path.is_absolute());
    let platform = || match std::env::consts::OS {
        "windows" => absolute("APPDATA"),
        "macos" => absolute("HOME").map(|home| home.join("Library/Application Support")),
        _ => absolute("HOME").map(|home| home.join(".local/share")),
    };
    let of_platform = || absolute("XDG_DATA_HOME").or_else(platform).map(|data| data.join("brownout"));
    said.map(Path::to_owned).or_else(|| path("BROWNOUT_DATA")).or_else(of_platform)
}

/// The folder of records.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: PathBuf,
}

/// A record's file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The record's id.
    pub id: String,
    /// When it was written last.
    pub written: SystemTime,
    bytes: u64,
}

/// Why a result was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// The scenario and its files are larger than a record may be.
    #[error("the scenario and its files take {0} bytes, and a record may have {MOST_BYTES}")]
    TooLarge(usize),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] store::Error),
    /// The folder cannot be kept in order.
    #[error("cannot write {}: {source}", folder.display())]
    Unwritable {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Records that are kept.
pub const MOST: usize = 1_000;
/// Bytes of one record.
const MOST_BYTES: usize = 16 << 20;
/// Bytes of all records together.
const MOST_IN_ALL: u64 = 256 << 20;

impl Archive {
    /// The records within a data folder.
    pub fn within(data: &Path) -> Archive {
        Archive { folder: data.join("evidence") }
    }

    /// Keeps a record, and removes the oldest ones beyond [`MOST`].
    ///
    /// # Errors
    /// If the record is too large or the folder cannot be written.
    pub fn keep(&self, record: &Record) -> Result<(), NotKept> {
        let unwritable = |source| NotKept::Unwritable { folder: self.folder.clone(), source };
        let text = serde_json::to_string(record).map_err(|error| unwritable(error.into()))?;
        if text.len() > MOST_BYTES {
            return Err(NotKept::TooLarge(text.len()));
        }
        store::private_folder(&self.folder)?;
        store::write_private(&self.file(&record.id()), text.as_bytes())?;
        self.make_room().map_err(unwritable)
    }

    fn make_room(&self) -> io::Result<()> {
        self.remove_unfinished()?;
        let mut bytes = 0;
        for (index, entry) in self.entries()?.into_iter().enumerate() {
            bytes += entry.bytes;
            if index >= MOST || bytes > MOST_IN_ALL {
                absent_is_fine(std::fs::remove_file(self.file(&entry.id)))?;
            }
        }
        Ok(())
    }

    /// What processes that were killed while they wrote have left.
    fn remove_unfinished(&self) -> io::Result<()> {
        const LONG: Duration = Duration::from_secs(3_600);
        for file in std::fs::read_dir(&self.folder)?.flatten() {
            let written = file.metadata().and_then(|metadata| metadata.modified());
            let old = written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > LONG));
            let unfinished = file.file_name().to_str().is_some_and(is_unfinished);
            if old && unfinished {
                absent_is_fine(std::fs::remove_file(file.path()))?;
            }
        }
        Ok(())
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// All records, the newest first.
    ///
    /// # Errors
    /// If the folder is there and cannot be read.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let files = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files?,
        };
        let mut entries: Vec<Entry> = files.filter_map(|file| entry(&file.ok()?)).collect();
        entries.sort_by(|a, b| b.written.cmp(&a.written).then_with(|| a.id.cmp(&b.id)));
        Ok(entries)
    }

    /// The record of an entry.
    ///
    /// # Errors
    /// If its file cannot be read or is no record.
    pub fn read(&self, entry: &Entry) -> Result<Record, Failure> {
        let file = self.file(&entry.id);
        let text = std::fs::read_to_string(&file);
        let text = text.map_err(|source| Failure::Unreadable { file: file.clone(), source })?;
        let record: Record = serde_json::from_str(&text)
            .map_err(|error| Failure::NoRecord { file: file.clone(), why: error.to_string() })?;
        match record.format {
            FORMAT => Ok(record),
            other => {
                Err(Failure::NoRecord { file, why: format!("its format is {other}, and this Brownout knows {FORMAT}") })
            }
        }
    }

    /// The newest record whose id begins so. Records of different scenarios must not both begin so.
    ///
    /// # Errors
    /// If none does, or those of several scenarios, or the record cannot be read.
    pub fn recall(&self, wanted: &str) -> Result<Record, Failure> {
        let unreadable = |source| Failure::Unreadable { file: self.folder.clone(), source };
        let all = self.entries().map_err(unreadable)?;
        let wanted = wanted.to_ascii_lowercase();
        let found: Vec<&Entry> = all.iter().filter(|entry| entry.id.starts_with(&wanted)).collect();
        // Behind the dash it is a record's own digits, and no longer the scenario's.
        let length = if wanted.len() > DIGEST { DIGEST + 1 + SHORT } else { DIGEST };
        let different: BTreeSet<&str> = found.iter().map(|entry| &entry.id[..length]).collect();
        match (found.first(), different.len()) {
            (Some(newest), 1) => self.read(newest),
            (None, _) => Err(Failure::NoEvidence { wanted, folder: self.folder.clone() }),
            _ => Err(Failure::ManyEvidence { wanted, ids: different.into_iter().map(str::to_owned).collect() }),
        }
    }
}

/// The entry of a file, if its name is a record's.
fn entry(file: &std::fs::DirEntry) -> Option<Entry> {
    let name = file.file_name().into_string().ok()?;
    let id = name.strip_suffix(".json").filter(|id| is_id(id))?;
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(Entry { id: id.to_owned(), written: metadata.modified().ok()?, bytes: metadata.len() })
}

fn is_id(text: &str) -> bool {
    let hexadecimal = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    text.split_once('-').is_some_and(|(digest, own)| {
        digest.len() == DIGEST && own.len() == SHORT && hexadecimal(digest) && hexadecimal(own)
    })
}

/// `ID.json.PROCESS.part`, as a file is called until it is whole.
fn is_unfinished(name: &str) -> bool {
    let id = name.strip_suffix(".part").and_then(|name| name.split_once(".json."));
    id.is_some_and(|(id, process)| is_id(id) && process.parse::<u32>().is_ok())
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: Option<&str>, variables: &[(&str, &str)], expected: Option<&str>) {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        assert_eq!(data_folder(said.map(Path::new), &variable), expected.map(PathBuf::from));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_data_folder_is_what_is_said_or_else_the_platforms() {
        let home = [("HOME", "/home/me")];
        check(None, &home, Some("/home/me/.local/share/brownout"));
        check(None, &[home[0], ("XDG_DATA_HOME", "/data")], Some("/data/brownout"));
        check(None, &[home[0], ("XDG_DATA_HOME", "data")], Some("/home/me/.local/share/brownout"));
        check(None, &[home[0], ("XDG_DATA_HOME", "/data"), ("BROWNOUT_DATA", "here")], Some("here"));
        check(Some("there"), &[home[0], ("BROWNOUT_DATA", "here")], Some("there"));
        check(None, &[("BROWNOUT_DATA", "")], None);
    }
}
