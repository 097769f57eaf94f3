//! A person's records: where they are, and documents as values rather than text.

use super::failure::{KitFailure, LONGEST};
use crate::evidence::data_folder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use store::{Kind, Place, Settings, Store, Version, Writer};

/// Where records are to be; each is decided by the first that is given: what was typed, the environment, the platform.
#[derive(Clone, Default, Debug)]
pub struct Whereabouts {
    /// A folder; else the variable `BROWNOUT_DATA`; else the platform's folder for data.
    pub data: Option<PathBuf>,
    /// A PostgreSQL database's URL; else the variable `BROWNOUT_DATABASE`, unless a folder was typed; else a SQLite file in
    /// the folder.
    pub database: Option<String>,
}

impl Whereabouts {
    fn folder(&self) -> Result<PathBuf, KitFailure> {
        data_folder(self.data.as_deref(), &|name| std::env::var_os(name)).ok_or(KitFailure::NoFolder)
    }

    fn place(&self, folder: &Path) -> Result<Place, KitFailure> {
        // A folder that was typed means that folder, whatever the environment says.
        let ambient = || variable("BROWNOUT_DATABASE").filter(|_| self.data.is_none());
        Ok(match self.database.clone().or_else(ambient) {
            Some(url) => Place::server(&url)?,
            None => Place::in_folder(folder),
        })
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The records of one person.
#[derive(Debug)]
pub struct Records {
    pub(crate) store: Store,
    folder: PathBuf,
}

/// A version of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Stored<T> {
    /// The document's number within its kind.
    pub number: i64,
    /// Which version, from 1.
    pub version: i64,
    /// When it was written, in milliseconds since 1970 in UTC.
    pub written_ms: i64,
    /// What it says.
    pub value: T,
}

pub(crate) const ANSWER: Kind = Kind("answer");
pub(crate) const EXAMPLE: Kind = Kind("example");
pub(crate) const TRADEOFF: Kind = Kind("tradeoff");
pub(crate) const KIT: Kind = Kind("kit");
pub(crate) const PLANS: Kind = Kind("plans");

impl Records {
    /// Opens the records, and makes them where there are none.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(whereabouts: &Whereabouts) -> Result<Records, KitFailure> {
        let folder = whereabouts.folder()?;
        let store = Store::open(&whereabouts.place(&folder)?, &Settings::default())?;
        Ok(Records { store, folder })
    }

    /// The folder for what belongs to the records and is in no database, such as drafts.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the records are, without a password.
    pub fn place(&self) -> String {
        self.store.place().to_string()
    }

    pub(crate) fn all<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<Stored<T>>, KitFailure> {
        self.store.documents(kind)?.iter().map(|version| read(kind, version)).collect()
    }

    /// The newest version of the only document of a kind.
    pub(crate) fn only<T: DeserializeOwned>(&self, kind: Kind) -> Result<Option<Stored<T>>, KitFailure> {
        Ok(self.all(kind)?.into_iter().next())
    }

    pub(crate) fn history<T: DeserializeOwned>(&self, kind: Kind, number: i64) -> Result<Vec<Stored<T>>, KitFailure> {
        self.store.history(kind, number)?.iter().map(|version| read(kind, version)).collect()
    }
}

pub(crate) fn read<T: DeserializeOwned>(kind: Kind, stored: &Version) -> Result<Stored<T>, KitFailure> {
    let value = serde_json::from_str(&stored.body).map_err(|source| KitFailure::Shape {
        what: format!("{} {}, version {},", kind.0, stored.number, stored.version),
        source,
    })?;
    Ok(Stored { number: stored.number, version: stored.version, written_ms: stored.written_ms, value })
}

/// A document as the text that is stored.
pub(crate) fn body(value: &impl Serialize) -> Result<String, KitFailure> {
    let body = serde_json::to_string(value).map_err(KitFailure::Json)?;
    if body.len() > LONGEST { Err(KitFailure::TooLong(body.len())) } else { Ok(body) }
}

/// Writes the only document of a kind: its first version, or the one after `after`.
pub(crate) fn write_only(writer: &mut Writer<'_>, kind: Kind, after: i64, body: &str) -> Result<Version, store::Error> {
    const NUMBER: i64 = 1;
    match writer.about(kind, kind.0)? {
        None if after == 0 => writer.add(kind, Some(kind.0), body),
        _ => writer.append(kind, NUMBER, after, body),
    }
}
