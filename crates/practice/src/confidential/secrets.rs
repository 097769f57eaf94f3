//! Passwords, keys and tokens, by their issuers' formats or by what stands before them.

use super::{Found, Kind};
use regex_lite::Regex;
use std::sync::LazyLock;

static FORMATS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "it begins a private key"),
        (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "it has the form of a cloud access key"),
        (r"\bAIza[0-9A-Za-z_-]{35}", "it has the form of a cloud API key"),
        (r"\bgh[pousr]_[0-9A-Za-z]{36,}", "it has the form of a repository token"),
        (r"\bglpat-[0-9A-Za-z_-]{20,}", "it has the form of a repository token"),
        (r"\bxox[abprs]-[0-9A-Za-z-]{10,}", "it has the form of a chat token"),
        (r"\b[sr]k_(?:live|test)_[0-9A-Za-z]{10,}", "it has the form of a payment key"),
        (r"\bsk-[0-9A-Za-z_-]{20,}", "it has the form of an API key"),
        (r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}", "it has the form of a signed token"),
        (r"\b[a-z][a-z0-9+.-]*://[^\s:/@]+:[^\s/@]+@[^\s<>]+", "the link holds a password"),
    ]
    .into_iter()
    .map(|(pattern, why)| (Regex::new(pattern).expect("a pattern"), why))
    .collect()
});

static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key)";
    Regex::new(&format!(r#"(?i)\b[a-z_]*{name}["']?\s*[:=]\s*["']?([^\s"',;]{{8,}})"#)).expect("a pattern")
});

pub(super) fn find(text: &str) -> Vec<Found> {
    let by_format = FORMATS.iter().flat_map(|(pattern, why)| {
        pattern.find_iter(text).map(|found| Found { kind: Kind::Key, at: found.range(), why })
    });
    let assigned = ASSIGNED.captures_iter(text).filter_map(|captures| {
        let (all, value) = (captures.get(0)?, captures.get(1)?);
        let why = "a secret's name with a value after it";
        is_random(value.as_str()).then(|| Found { kind: Kind::Key, at: all.range(), why })
    });
    by_format.chain(assigned).collect()
}

/// Letters and digits mixed, as prose after a colon is not.
fn is_random(value: &str) -> bool {
    value.contains(|character: char| character.is_ascii_digit())
        && value.contains(|character: char| character.is_ascii_alphabetic())
}
