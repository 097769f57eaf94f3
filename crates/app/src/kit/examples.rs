//! Production examples and the tradeoff: told, changed, taken from notes.

use super::answers::Base;
use super::failure::KitFailure;
use super::records::{EXAMPLE, Records, Stored, TRADEOFF, body, write_only};
use practice::example::Example;
use practice::notes::{self, Proposals};
use practice::readiness::{Gap, Readiness};
use practice::tradeoff::Tradeoff;
use serde::Serialize;

/// An example, and what it lacks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownExample {
    /// `e1`.
    pub id: String,
    /// The version.
    pub version: i64,
    /// When it was written, in milliseconds since 1970 in UTC.
    pub written_ms: i64,
    /// What it says.
    pub example: Example,
    /// What it lacks, in words.
    pub readiness: Readiness,
}

impl ShownExample {
    fn of(stored: Stored<Example>) -> ShownExample {
        ShownExample {
            id: id(stored.number),
            version: stored.version,
            written_ms: stored.written_ms,
            readiness: Readiness::lacking(&stored.value.gaps()),
            example: stored.value,
        }
    }

    /// What it lacks, in the order in which it is asked for.
    pub fn gaps(&self) -> Vec<Gap> {
        self.example.gaps()
    }
}

/// What was made of notes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ImportedNotes {
    /// What goes where.
    pub proposals: Proposals,
    /// The example, if it was stored.
    pub stored: Option<ShownExample>,
    /// What the notes do not say.
    pub readiness: Readiness,
}

/// The tradeoff, and what it lacks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownTradeoff {
    /// The version, 0 where nothing is said yet.
    pub version: i64,
    /// What it says.
    pub tradeoff: Tradeoff,
    /// What it lacks, in words.
    pub readiness: Readiness,
}

/// The newest version of every example, by number.
///
/// # Errors
/// If the records cannot be read.
pub fn examples(records: &Records) -> Result<Vec<ShownExample>, KitFailure> {
    Ok(records.all(EXAMPLE)?.into_iter().map(ShownExample::of).collect())
}

/// The newest version of one example, by an id such as `e1`.
///
/// # Errors
/// If there is no such example.
pub fn show_example(records: &Records, name: &str) -> Result<ShownExample, KitFailure> {
    Ok(ShownExample::of(find_example(records, name)?))
}

/// Stores a new example.
///
/// # Errors
/// If the records cannot be written.
pub fn new_example(records: &Records, example: &Example) -> Result<ShownExample, KitFailure> {
    let body = body(example)?;
    let version = records.store.write(|writer| writer.add(EXAMPLE, None, &body).map_err(KitFailure::from))?;
    shown(records, version.number)
}

/// Stores an example's next version; one that says the same is not stored again.
///
/// # Errors
/// If there is no such example, or a newer version than `base` has been written.
pub fn save_example(records: &Records, name: &str, example: &Example, base: Base) -> Result<ShownExample, KitFailure> {
    let newest = find_example(records, name)?;
    if newest.value == *example {
        return Ok(ShownExample::of(newest));
    }
    let after = match base {
        Base::Version(seen) => seen,
        Base::Newest => newest.version,
    };
    let body = body(example)?;
    records.store.write(|writer| writer.append(EXAMPLE, newest.number, after, &body).map_err(KitFailure::from))?;
    shown(records, newest.number)
}

fn shown(records: &Records, number: i64) -> Result<ShownExample, KitFailure> {
    find_example(records, &id(number)).map(ShownExample::of)
}

pub(crate) fn find_example(records: &Records, name: &str) -> Result<Stored<Example>, KitFailure> {
    let all: Vec<Stored<Example>> = records.all(EXAMPLE)?;
    let known: Vec<String> = all.iter().map(|example| id(example.number)).collect();
    let found = all.into_iter().find(|example| id(example.number) == name);
    found.ok_or(KitFailure::NoSuch { kind: "example", wanted: name.to_owned(), known })
}

/// Proposes what of some notes goes where and, unless it is only to be shown, stores that as a new example.
///
/// # Errors
/// If there is no text, or the records cannot be written.
pub fn import_notes(records: Option<&Records>, text: &str) -> Result<ImportedNotes, KitFailure> {
    if text.trim().is_empty() {
        return Err(KitFailure::Empty);
    }
    let proposals = notes::read(text);
    let example = proposals.example();
    let stored = records.map(|records| new_example(records, &example)).transpose()?;
    Ok(ImportedNotes { proposals, stored, readiness: Readiness::lacking(&example.gaps()) })
}

/// The tradeoff as it stands.
///
/// # Errors
/// If the records cannot be read.
pub fn tradeoff(records: &Records) -> Result<ShownTradeoff, KitFailure> {
    let stored: Option<Stored<Tradeoff>> = records.only(TRADEOFF)?;
    let (version, tradeoff) = stored.map_or_else(Default::default, |stored| (stored.version, stored.value));
    let readiness = Readiness::lacking(&tradeoff.gaps());
    Ok(ShownTradeoff { version, tradeoff, readiness })
}

/// Stores the tradeoff's next version; one that says the same is not stored again.
///
/// # Errors
/// If a newer version than `seen` (0 for none) has been written.
pub fn save_tradeoff(records: &Records, wanted: &Tradeoff, seen: i64) -> Result<ShownTradeoff, KitFailure> {
    let newest = tradeoff(records)?;
    if newest.version > 0 && newest.tradeoff == *wanted {
        return Ok(newest);
    }
    let body = body(wanted)?;
    records.store.write(|writer| write_only(writer, TRADEOFF, seen, &body).map_err(KitFailure::from))?;
    tradeoff(records)
}

/// What an example is called where a person types it.
pub(crate) fn id(number: i64) -> String {
    format!("e{number}")
}
