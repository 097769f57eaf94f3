//! What the parts of a question's file may hold. Each message says what was expected; the reader adds the place.

use super::Anchor;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Text that says something.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text(#[serde(deserialize_with = "text")] String);

/// A stem or phrase to look for in answers.
#[derive(Deserialize)]
#[serde(transparent)]
struct Cue(#[serde(deserialize_with = "cue")] String);

/// A step of the scale.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
struct Rating(#[serde(deserialize_with = "rating")] u8);

/// Text, without white space at its ends and with one space between words.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { Err(D::Error::custom("this is blank, expected text")) } else { Ok(words.join(" ")) }
}

/// A name in kebab-case.
pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if name.split('-').all(part) {
        Ok(name)
    } else {
        Err(D::Error::custom(format!("`{name}` is no name, expected lower-case words joined by hyphens")))
    }
}

/// From `LEAST` to `MOST` things.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned, const LEAST: usize, const MOST: usize>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::<T>::deserialize(from)?;
    match list.len() {
        count if (LEAST..=MOST).contains(&count) => Ok(list),
        count if LEAST == MOST => Err(D::Error::custom(format!("{count} in this list, expected {LEAST}"))),
        count => Err(D::Error::custom(format!("{count} in this list, expected {LEAST} to {MOST}"))),
    }
}

/// From `LEAST` to `MOST` texts.
pub(super) fn texts<'de, D: Deserializer<'de>, const LEAST: usize, const MOST: usize>(
    from: D,
) -> Result<Vec<String>, D::Error> {
    Ok(list::<D, Text, LEAST, MOST>(from)?.into_iter().map(|text| text.0).collect())
}

/// Enough cues to tell a point by, and no more than a person would go through.
pub(super) fn cues<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(list::<D, Cue, 6, 15>(from)?.into_iter().map(|cue| cue.0).collect())
}

fn cue<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    /// Shorter ones are found in everything.
    const SHORTEST: usize = 3;
    let cue = text(from)?;
    if cue.chars().count() < SHORTEST || cue.chars().any(char::is_uppercase) {
        return Err(D::Error::custom(format!("`{cue}` is no cue, expected {SHORTEST} lower-case letters or more")));
    }
    Ok(cue)
}

/// One anchor for each rating.
pub(super) fn anchors<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Anchor>, D::Error> {
    let anchors = BTreeMap::<Rating, Text>::deserialize(from)?;
    match anchors.len() {
        5 => Ok(anchors.into_iter().map(|(rating, text)| Anchor { rating: rating.0, shows: text.0 }).collect()),
        count => Err(D::Error::custom(format!("{count} ratings, expected 1, 2, 3, 4 and 5"))),
    }
}

fn rating<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    let rating = u8::deserialize(from)?;
    if (1..=5).contains(&rating) {
        Ok(rating)
    } else {
        Err(D::Error::custom(format!("`{rating}` is no rating, expected 1 to 5")))
    }
}
