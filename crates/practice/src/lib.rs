//! What a candidate owns: answers, production examples, a tradeoff, and the kit that they make up.
//!
//! Plain domain logic: no storage, no HTTP, no terminal, no clock. One idea runs through it: nothing is ticked off. What a
//! kit lacks follows from what it says, a number says where it comes from or is asked about, and a number from the lab
//! cannot get into a production example at all.

pub mod answer;
pub mod bundle;
pub mod confidential;
pub mod day;
pub mod example;
pub mod figure;
pub mod form;
pub mod html;
pub mod kit;
pub mod markdown;
pub mod notes;
pub mod number;
pub mod readiness;
pub mod reading;
pub mod revision;
pub mod tradeoff;

/// The name that was probably meant, if any is near.
pub fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let distance = |candidate: &&&str| strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase());
    let best = known.iter().min_by_key(distance)?;
    let near = distance(&best) <= (name.chars().count() / 3).max(1);
    near.then_some(*best)
}
