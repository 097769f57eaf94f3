//! What a person prepares for: the day of the interview.

use super::failure::KitFailure;
use super::records::{PLANS, Records, Stored, body, write_only};
use practice::day::Day;
use serde::{Deserialize, Serialize};

/// What is planned.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    /// When the interview is, if that is known.
    pub interview: Option<Day>,
}

/// The plans as they stand, with their version; 0 where nothing was planned yet.
///
/// # Errors
/// If the records cannot be read.
pub fn plans(records: &Records) -> Result<(i64, Plans), KitFailure> {
    let stored: Option<Stored<Plans>> = records.only(PLANS)?;
    Ok(stored.map_or_else(Default::default, |stored| (stored.version, stored.value)))
}

/// Stores plans; the same ones are not stored again.
///
/// # Errors
/// If a newer version than `seen` has been written.
pub fn save_plans(records: &Records, wanted: Plans, seen: i64) -> Result<(i64, Plans), KitFailure> {
    let newest = plans(records)?;
    if newest.1 != wanted {
        let body = body(&wanted)?;
        records.store.write(|writer| write_only(writer, PLANS, seen, &body).map_err(KitFailure::from))?;
    }
    plans(records)
}
