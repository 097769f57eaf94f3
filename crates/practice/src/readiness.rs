//! Whether the kit is ready, derived from what is in it and never clicked.

use serde::Serialize;

/// One thing that is missing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gap {
    /// The part it is missing in, or the number that lacks a source.
    pub of: String,
    /// What is missing, in words that follow "it lacks".
    pub words: String,
    /// The question that would fill it.
    pub asks: String,
}

impl Gap {
    /// Something missing that is asked for by its own words.
    pub fn new(of: &str, words: String, asks: impl Into<String>) -> Gap {
        Gap { of: of.to_owned(), words, asks: asks.into() }
    }
}

/// How ready one slot is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Readiness {
    /// Nothing is missing.
    pub ready: bool,
    /// What is, in words.
    pub missing: Vec<String>,
    /// What is there, but not clear.
    pub partial: Vec<String>,
    /// What to do or answer next, if anything.
    pub next: Option<String>,
}

impl Readiness {
    /// Of what lacks these things.
    pub fn lacking(gaps: &[Gap]) -> Readiness {
        Readiness {
            ready: gaps.is_empty(),
            missing: gaps.iter().map(|gap| gap.words.clone()).collect(),
            partial: Vec::new(),
            next: gaps.first().map(|gap| gap.asks.clone()),
        }
    }
}
