//! `brownout show`: has a recorded result again, or lists what is recorded.

use super::Done;
use super::answer::{data, print};
use crate::cli::Show;
use crate::failure::Failure;
use crate::summary::records;
use crate::terminal::Terminal;
use app::evidence::{Archive, Entry, Record};
use serde::Serialize;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) fn show(show: Show, terminal: &Terminal) -> Done {
    let archive = Archive::within(&data(show.data.as_deref()).ok_or(Failure::NoDataFolder)?);
    match &show.digest {
        Some(digest) => again(&archive.recall(digest)?, &show, terminal)?,
        None => list(&archive, show.json, terminal)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs what a record asks, prints it as the command did, and says whether it is the same.
fn again(record: &Record, show: &Show, terminal: &Terminal) -> Result<(), Failure> {
    const THIS: &str = env!("CARGO_PKG_VERSION");
    let another = record.version != THIS;
    if another {
        let then = &record.version;
        terminal.remark(&format!("recorded by Brownout {then}, run again by {THIS}: the numbers may differ"));
    }
    let outcome = app::rerun(record, show.threads, &|| ())?;
    let same = record.is_same(&outcome.json()?);
    print(&outcome, show.json, terminal)?;
    terminal.remark(&match (same, another) {
        (true, _) => format!("the same bytes as recorded: {}", record.id()),
        (false, true) => format!("not the bytes that Brownout {} gave: {}", record.version, record.id()),
        (false, false) => {
            format!("not the bytes that this version gave before, which is a mistake in it: {}", record.id())
        }
    });
    Ok(())
}

/// One record in a list.
#[derive(Serialize)]
pub(crate) struct Listed {
    /// What `show` takes.
    pub(crate) id: String,
    pub(crate) command: &'static str,
    pub(crate) scenario: String,
    pub(crate) digest: String,
    pub(crate) variant: Option<String>,
    pub(crate) sets: Vec<String>,
    pub(crate) seeds: Vec<u64>,
    pub(crate) version: String,
    /// Seconds since 1970, UTC.
    pub(crate) written_s: u64,
    #[serde(skip)]
    pub(crate) age_s: f64,
}

impl Listed {
    fn new(entry: &Entry, record: Record) -> Listed {
        let age = SystemTime::now().duration_since(entry.written).unwrap_or_default();
        Listed {
            id: record.id(),
            command: record.asked.command(),
            seeds: record.asked.seeds(),
            scenario: record.scenario,
            digest: record.digest,
            variant: record.variant,
            sets: record.sets,
            version: record.version,
            written_s: entry.written.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
            age_s: age.as_secs_f64(),
        }
    }
}

/// A person looks for what they did a moment ago.
const SHOWN: usize = 20;

fn list(archive: &Archive, json: bool, terminal: &Terminal) -> Result<(), Failure> {
    let entries = archive.entries().map_err(Failure::Evidence)?;
    let shown = if json { entries.len() } else { SHOWN };
    let mut listed = Vec::new();
    for entry in entries.iter().take(shown) {
        match archive.read(entry) {
            Ok(record) => listed.push(Listed::new(entry, record)),
            Err(why) => terminal.remark(&format!("left out: {why}")),
        }
    }
    if json {
        return terminal.print(&(serde_json::to_string_pretty(&listed)? + "\n"));
    }
    terminal.print(&records(&listed, entries.len(), terminal.width(), terminal.colours_results()))
}
