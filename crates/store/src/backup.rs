//! Backups: all records in one SQLite file, whichever database they came from or go to.
//!
//! A backup is read and written row by row rather than as a copy of a file, so that one made from a server can be restored
//! into a file and the other way round.

use crate::connect::Purpose;
use crate::error::Error;
use crate::file::{beside, create_private};
use crate::place::Place;
use crate::record::from_row;
use crate::store::{Settings, Store};
use crate::writer::Writer;
use sqlx::{Any, Transaction};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What a backup holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backup {
    /// How many documents.
    pub documents: usize,
    /// How many versions they have in all.
    pub versions: usize,
    /// How many readings of versions.
    pub readings: usize,
}

/// What to do about records that are there before a backup is restored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Restore {
    /// Refuse if there are any.
    IntoEmpty,
    /// Replace them, after writing them into a backup of their own.
    Replacing {
        /// Where they are kept; there must be no such file.
        keep: PathBuf,
    },
}

struct DocumentRow {
    kind: String,
    number: i64,
    subject: Option<String>,
}

struct VersionRow {
    kind: String,
    number: i64,
    version: i64,
    body: String,
    written_ms: i64,
}

struct ReadingRow {
    kind: String,
    number: i64,
    version: i64,
    reader: String,
    body: String,
    read_ms: i64,
}

from_row!(DocumentRow { kind, number, subject });
from_row!(VersionRow { kind, number, version, body, written_ms });
from_row!(ReadingRow { kind, number, version, reader, body, read_ms });

/// Every row there is.
struct Rows {
    documents: Vec<DocumentRow>,
    versions: Vec<VersionRow>,
    readings: Vec<ReadingRow>,
}

impl Store {
    /// Writes all records into a new SQLite file, which is there whole or not at all.
    ///
    /// # Errors
    /// [`Error::File`] if there is such a file or it cannot be made, and whatever reading or writing gives.
    pub fn backup(&self, file: &Path) -> Result<Backup, Error> {
        let rows = self.runtime.block_on(async {
            let mut seen = self.opened.pool.begin_with(self.opened.begin_reading()).await?;
            Rows::read(&mut seen).await
        })?;
        rows.save(file)?;
        Ok(rows.counts())
    }

    /// Takes all records of a backup over. Either all of them are there afterwards, or everything is as before. The backup
    /// itself is only read.
    ///
    /// # Errors
    /// [`Error::NoBackup`] if the file is none, [`Error::NotEmpty`] if there are records and they are not to be replaced.
    pub fn restore(&self, file: &Path, restore: &Restore) -> Result<Backup, Error> {
        let rows = Rows::load(file)?;
        self.write(|writer| {
            let before = writer.all_rows()?;
            match restore {
                _ if before.is_empty() => {}
                Restore::IntoEmpty => return Err(Error::NotEmpty(before.versions.len() as i64)),
                Restore::Replacing { keep } => before.save(keep)?,
            }
            writer.replace_all(&rows)
        })?;
        Ok(rows.counts())
    }
}

impl Writer<'_> {
    fn all_rows(&mut self) -> Result<Rows, Error> {
        let (runtime, turn) = self.parts();
        Ok(runtime.block_on(Rows::read(turn))?)
    }

    fn replace_all(&mut self, rows: &Rows) -> Result<(), Error> {
        let (runtime, turn) = self.parts();
        Ok(runtime.block_on(async {
            for emptied in ["DELETE FROM readings", "DELETE FROM versions", "DELETE FROM documents"] {
                sqlx::query(emptied).execute(&mut **turn).await?;
            }
            rows.insert(turn).await
        })?)
    }
}

impl Rows {
    fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    fn counts(&self) -> Backup {
        Backup { documents: self.documents.len(), versions: self.versions.len(), readings: self.readings.len() }
    }

    async fn read(from: &mut Transaction<'static, Any>) -> Result<Rows, sqlx::Error> {
        let documents = "SELECT kind, number, subject FROM documents ORDER BY kind, number";
        let versions = "SELECT kind, number, version, body, written_ms FROM versions ORDER BY kind, number, version";
        let readings = "SELECT kind, number, version, reader, body, read_ms FROM readings \
            ORDER BY kind, number, version, reader";
        Ok(Rows {
            documents: sqlx::query_as(documents).fetch_all(&mut **from).await?,
            versions: sqlx::query_as(versions).fetch_all(&mut **from).await?,
            readings: sqlx::query_as(readings).fetch_all(&mut **from).await?,
        })
    }

    async fn insert(&self, into: &mut Transaction<'static, Any>) -> Result<(), sqlx::Error> {
        for row in &self.documents {
            let insert = sqlx::query("INSERT INTO documents (kind, number, subject) VALUES ($1, $2, $3)");
            let insert = insert.bind(row.kind.clone()).bind(row.number).bind(row.subject.clone());
            insert.execute(&mut **into).await?;
        }
        for row in &self.versions {
            let insert = "INSERT INTO versions (kind, number, version, body, written_ms) VALUES ($1, $2, $3, $4, $5)";
            let insert = sqlx::query(insert).bind(row.kind.clone()).bind(row.number).bind(row.version);
            insert.bind(row.body.clone()).bind(row.written_ms).execute(&mut **into).await?;
        }
        for row in &self.readings {
            let insert = "INSERT INTO readings (kind, number, version, reader, body, read_ms) \
                VALUES ($1, $2, $3, $4, $5, $6)";
            let insert = sqlx::query(insert).bind(row.kind.clone()).bind(row.number).bind(row.version);
            let insert = insert.bind(row.reader.clone()).bind(row.body.clone()).bind(row.read_ms);
            insert.execute(&mut **into).await?;
        }
        Ok(())
    }

    /// Writes a SQLite file that appears under its name when all rows are in it.
    fn save(&self, file: &Path) -> Result<(), Error> {
        let failed = |source| Error::File { doing: "write", file: file.to_owned(), source };
        if file.exists() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let part = Part::beside(file);
        {
            let backup = Store::opened(&Place::File(part.0.clone()), &Settings::default(), Purpose::Fill)?;
            backup.write(|writer| writer.replace_all(self))?;
        }
        File::open(&part.0).and_then(|written| written.sync_all()).map_err(failed)?;
        fs::rename(&part.0, file).map_err(failed)
    }

    /// Reads a backup through a copy, since opening a database may change it.
    fn load(file: &Path) -> Result<Rows, Error> {
        let no_backup = |said: String| Error::NoBackup { file: file.to_owned(), said };
        let bytes = fs::read(file).map_err(|source| Error::File { doing: "read", file: file.to_owned(), source })?;
        let copy = Part::beside(&std::env::temp_dir().join("brownout-restore"));
        let failed = |source| Error::File { doing: "write", file: copy.0.clone(), source };
        create_private(&copy.0).and_then(|mut new| io::Write::write_all(&mut new, &bytes)).map_err(failed)?;
        let opened = Store::opened(&Place::File(copy.0.clone()), &Settings::default(), Purpose::TakeOut);
        let backup = opened.map_err(|error| match error {
            Error::Damaged { said, .. } | Error::Database(said) | Error::Unreachable { said, .. } => no_backup(said),
            other => other,
        })?;
        backup.runtime.block_on(async {
            let mut seen = backup.opened.pool.begin_with(backup.opened.begin_reading()).await?;
            Ok(Rows::read(&mut seen).await?)
        })
    }
}

/// A file under construction, which goes away with whoever makes it.
struct Part(PathBuf);

impl Part {
    fn beside(file: &Path) -> Part {
        static MADE: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let made = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let part = Part(beside(file, &format!("{}-{made}.part", std::process::id())));
        part.remove();
        part
    }

    /// With the files that SQLite keeps beside a database.
    fn remove(&self) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.0.clone().into_os_string();
            name.push(ending);
            let _ = fs::remove_file(name);
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.remove();
    }
}
