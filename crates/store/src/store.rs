//! The store: reading documents, and taking a turn at writing.

use crate::connect::{Opened, Purpose};
use crate::error::Error;
use crate::place::Place;
use crate::record::{Kind, Reading, Version};
use crate::writer::Writer;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How a database is used.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long to wait for another process that writes.
    pub busy: Duration,
    /// A bound on the size of the file, in pages of 4096 bytes; the server's size is the server's business.
    pub most_pages: Option<u32>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { busy: Duration::from_secs(5), most_pages: None }
    }
}

/// Documents in a database. See the crate's text for what it promises.
#[derive(Debug)]
pub struct Store {
    pub(crate) runtime: Runtime,
    pub(crate) opened: Opened,
    place: Place,
}

pub(crate) const NEWEST: &str = "SELECT d.number, d.subject, v.version, v.body, v.written_ms FROM documents d \
    JOIN versions v ON v.kind = d.kind AND v.number = d.number \
    WHERE d.kind = $1 AND d.number = $2 ORDER BY v.version DESC LIMIT 1";

const ALL_NEWEST: &str = "SELECT d.number, d.subject, v.version, v.body, v.written_ms FROM documents d \
    JOIN versions v ON v.kind = d.kind AND v.number = d.number \
    WHERE d.kind = $1 AND v.version = \
    (SELECT MAX(w.version) FROM versions w WHERE w.kind = d.kind AND w.number = d.number) ORDER BY d.number";

const HISTORY: &str = "SELECT d.number, d.subject, v.version, v.body, v.written_ms FROM documents d \
    JOIN versions v ON v.kind = d.kind AND v.number = d.number \
    WHERE d.kind = $1 AND d.number = $2 ORDER BY v.version";

const READINGS: &str = "SELECT number, version, reader, body, read_ms FROM readings \
    WHERE kind = $1 ORDER BY number, version, read_ms, reader";

impl Store {
    /// Opens the records at a place, checks that they are whole, and brings their tables to the newest format. A file
    /// that is missing is made; a server's database must exist.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Damaged`] (with a copy made beside it), [`Error::Newer`], [`Error::Busy`] and
    /// [`Error::File`], as they say.
    pub fn open(place: &Place, settings: &Settings) -> Result<Store, Error> {
        Store::opened(place, settings, Purpose::Keep)
    }

    pub(crate) fn opened(place: &Place, settings: &Settings, purpose: Purpose) -> Result<Store, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Database(error.to_string()))?;
        let opened = runtime.block_on(Opened::new(place, settings, purpose))?;
        Ok(Store { runtime, opened, place: place.clone() })
    }

    /// Where the records are.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The newest version of every document of a kind, by number.
    ///
    /// # Errors
    /// If the database fails.
    pub fn documents(&self, kind: Kind) -> Result<Vec<Version>, Error> {
        let query = sqlx::query_as(ALL_NEWEST).bind(kind.0);
        Ok(self.runtime.block_on(query.fetch_all(&self.opened.pool))?)
    }

    /// The newest version of one document.
    ///
    /// # Errors
    /// If the database fails.
    pub fn newest(&self, kind: Kind, number: i64) -> Result<Option<Version>, Error> {
        let query = sqlx::query_as(NEWEST).bind(kind.0).bind(number);
        Ok(self.runtime.block_on(query.fetch_optional(&self.opened.pool))?)
    }

    /// All versions of one document, oldest first; none if there is no such document.
    ///
    /// # Errors
    /// If the database fails.
    pub fn history(&self, kind: Kind, number: i64) -> Result<Vec<Version>, Error> {
        let query = sqlx::query_as(HISTORY).bind(kind.0).bind(number);
        Ok(self.runtime.block_on(query.fetch_all(&self.opened.pool))?)
    }

    /// What readers found in the documents of a kind, by document and version; the latest reading of a version last.
    ///
    /// # Errors
    /// If the database fails.
    pub fn readings(&self, kind: Kind) -> Result<Vec<Reading>, Error> {
        let query = sqlx::query_as(READINGS).bind(kind.0);
        Ok(self.runtime.block_on(query.fetch_all(&self.opened.pool))?)
    }

    /// Takes a turn at writing: all that `work` writes is there afterwards, or nothing. Nobody else writes meanwhile.
    ///
    /// # Errors
    /// What `work` gives, [`Error::Busy`] where no turn came, [`Error::Full`]; nothing is written then.
    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&mut Writer<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut writer = Writer::begin(&self.runtime, &self.opened)?;
        let done = work(&mut writer)?;
        writer.commit()?;
        Ok(done)
    }
}

impl Drop for Store {
    /// Moves SQLite's log into the file.
    fn drop(&mut self) {
        self.runtime.block_on(self.opened.pool.close());
    }
}
