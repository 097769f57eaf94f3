//! Which keys are asked for, and how many of something there are: `zipf(1.0, 1M)`, `uniform(10k)`, `250000`.

use super::problem::quoted;
use super::terms::{Bound, Form, Piece, bind, param, term};
use super::units::{self, Wrong};
use sim::model::Keys;

/// What a set of keys looks like, for messages.
pub(super) const A_KEYSPACE: &str = "keys such as zipf(1.0, 1M) or uniform(10k)";
/// What a size looks like, for messages.
pub(super) const A_SIZE: &str = "a number such as 10k";

/// The ways in which keys are chosen.
pub(super) static KEYSPACES: [Form; 2] = [
    Form::new(
        "zipf",
        &[param("s"), param("keys")],
        "The key of rank k with a chance in proportion to k to the power −`s`: few are hot, most are not. Web pages have an \
         `s` of 0.6 to 0.9 (Breslau et al., INFOCOM 1999).",
        "zipf(1.0, 1M)",
    ),
    Form::new("uniform", &[param("keys")], "All keys alike.", "uniform(10k)"),
];

/// `zipf(1.0, 1M)` or `uniform(10k)`.
pub(super) fn keyspace(text: &str) -> Result<Keys, Wrong> {
    let term = term(text)?;
    let bound = bind(text, &term, &KEYSPACES, "way to choose keys")?;
    let exponent = match bound.form.name {
        "zipf" => exponent(&bound)?,
        _ => 0.0,
    };
    let count = bound.need("keys", |text| sized(text, 1, u64::from(Keys::MAX_COUNT)))?;
    Ok(Keys { exponent, count: count as u32 })
}

fn exponent(bound: &Bound<'_>) -> Result<f64, Wrong> {
    let exponent = bound.need("s", units::plain)?;
    if exponent > Keys::MAX_EXPONENT { Err(bound.refuse("s", "must be from 0 to 10")) } else { Ok(exponent) }
}

/// A whole number within limits, with `k`, `M` or `G` for thousands, millions and thousands of millions.
pub(super) fn sized(text: &str, least: u64, most: u64) -> Result<u64, Wrong> {
    let (digits, scale) = match text.as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 1e3),
        Some(b'M') => (&text[..text.len() - 1], 1e6),
        Some(b'G') => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    let all = || Piece::trimmed(text, 0).span();
    let no_size = |_| Wrong::new(all(), format!("{} is no number of anything", quoted(text))).expected(A_SIZE);
    let value = units::plain(digits).map_err(no_size)? * scale;
    if value.fract() != 0.0 {
        return Err(Wrong::new(all(), format!("{} is not a whole number", quoted(text))).expected(A_SIZE));
    }
    if value < least as f64 || value > most as f64 {
        let size = if value < least as f64 { "few" } else { "many" };
        let wrong = Wrong::new(all(), format!("{} is too {size}", quoted(text)));
        return Err(wrong.expected(format!("from {least} to {most}")));
    }
    Ok(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_sizes_are_read() {
        assert_eq!(keyspace("zipf(1.0, 1M)"), Ok(Keys { exponent: 1.0, count: 1_000_000 }));
        assert_eq!(keyspace("zipf(keys=1.5k, s=0)"), Ok(Keys { exponent: 0.0, count: 1_500 }));
        assert_eq!(keyspace("uniform(1G)"), Ok(Keys { exponent: 0.0, count: 1_000_000_000 }));
        for wrong in ["zipf(1.0)", "zipf(11, 10)", "zipf(1, 0)", "uniform(2G)", "uniform(1.5)", "pareto(1)", "10k", ""]
        {
            assert!(keyspace(wrong).is_err(), "{wrong}");
        }
        assert_eq!(sized("64", 1, 100), Ok(64));
        for wrong in ["k", "101", "0", "1e3", "-1", "10K", "0.0001k"] {
            assert!(sized(wrong, 1, 100).is_err(), "{wrong}");
        }
    }
}
