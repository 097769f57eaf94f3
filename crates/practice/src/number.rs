//! Finding the quantities in a text: what somebody may ask "says who?" about.
//!
//! `240 ms`, `18 %`, `$3.2M` and `6` pages a week are quantities. What only looks like one is left out: names (`p99`,
//! `web-3`, `Postgres 15`), dates and years, times of day, versions, status codes, and the ordinals of steps and tickets.

use regex_lite::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A quantity in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    /// Where it stands, in bytes, its unit included.
    pub at: Range<usize>,
    /// As it stands there.
    pub text: String,
}

/// What may stand behind a number, as patterns; letters are whole words.
const UNITS: [&str; 8] = [
    r"%|‰|×|percent\b|x\b|times\b",
    r"µs|us\b|ms\b|millis(?:econds)?\b|sec(?:ond)?s?\b|s\b|min(?:ute)?s?\b|m\b|h\b|hours?\b|d\b|days?\b|weeks?\b|months?\b|years?\b",
    r"[kKMG]?B\b|TB\b|GiB\b|MiB\b|[kKM]\b|bn\b|thousand\b|million\b|billion\b",
    r"[rqt]ps\b|req/s|requests?\b|users?\b|customers?\b",
    r"replicas?\b|pods?\b|nodes?\b|instances?\b|servers?\b|services?\b",
    r"people\b|engineers?\b|teams?\b|incidents?\b|pages?\b|tickets?\b",
    r"euros?\b|dollars?\b|EUR\b|USD\b|GBP\b|CHF\b",
    r"€|£|\$",
];

static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    // A unit stands on the same line.
    let units = format!(r"(?:[ \u{{a0}}\u{{202f}}]?(?:{}))*", UNITS.join("|"));
    let digits = r"[$€£]?\d+(?:[.,'\u{2009}\u{202f}]\d+)*";
    let period = r"(?: ?(?:/|per|a) ?(?:s|sec|second|min|minute|h|hour|day|week|month|quarter|year)\b)?";
    Regex::new(&format!("{digits}{units}{period}")).expect("a pattern")
});

/// All quantities of a text, in order.
pub fn numbers(text: &str) -> Vec<Number> {
    let found = QUANTITY.find_iter(text).filter(|found| is_quantity(text, found.range()));
    found.map(|found| Number { at: found.range(), text: found.as_str().to_owned() }).collect()
}

fn is_quantity(text: &str, at: Range<usize>) -> bool {
    let (before, number, after) = (&text[..at.start], &text[at.clone()], &text[at.end..]);
    let digits = number.trim_start_matches(['$', '€', '£']);
    let bare = digits.chars().all(|character| character.is_ascii_digit() || ".,'".contains(character));
    !is_part_of_a_word(before, after)
        && !is_time_or_date(before, digits, after, bare)
        && !(bare && (is_year(digits) || is_ordinal(before, after) || is_named(before) || is_status(before, digits)))
        && !(is_status(before, digits.trim_end_matches('s')))
        && digits.matches('.').count() < 2
}

/// `p99`, `web-3`, `#17`, `v2`, `3rd`, `2fa`.
fn is_part_of_a_word(before: &str, after: &str) -> bool {
    let mut earlier = before.chars().rev();
    let joined = match earlier.next() {
        Some('-' | '.' | '/' | ':' | '@') => earlier.next().is_some_and(char::is_alphanumeric),
        Some(last) => last.is_alphanumeric() || last == '_' || last == '#',
        None => false,
    };
    joined || after.chars().next().is_some_and(|next| next.is_alphanumeric() || next == '_')
}

/// `12:30`, `3 am`, `2024-05-01`, `5/2024`, `1 May`, `May 3`.
fn is_time_or_date(before: &str, digits: &str, after: &str, bare: bool) -> bool {
    let next_is_digit = |rest: &str| rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit());
    let joined = after.starts_with([':', '-', '/']) && next_is_digit(after);
    let of_the_day = [" am", " pm", " a.m", " p.m"].iter().any(|half| after.starts_with(half));
    let short = digits.len() <= 2 && bare;
    joined || (bare && of_the_day) || (short && (is_month(last_word(before)) || is_month(first_word(after))))
}

fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let capital = word.starts_with(char::is_uppercase);
    let lower = word.to_lowercase();
    capital && (3..=9).contains(&lower.len()) && lower.get(..3).is_some_and(|start| MONTHS.contains(&start))
}

fn is_year(digits: &str) -> bool {
    digits.len() == 4 && digits.parse().is_ok_and(|year: u32| (1970..2100).contains(&year))
}

/// `step 2`, `1.` at the start of a line.
fn is_ordinal(before: &str, after: &str) -> bool {
    const OF: [&str; 17] = [
        "step", "phase", "stage", "option", "version", "part", "section", "chapter", "figure", "table", "line", "no",
        "number", "sprint", "level", "tier", "port",
    ];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let opens_a_line = line.trim_matches([' ', '-', '*']).is_empty() && after.starts_with(['.', ')']);
    let word = last_word(before).to_lowercase();
    opens_a_line || OF.contains(&word.trim_end_matches('.'))
}

/// `Postgres 15`: after a name in the middle of a sentence.
fn is_named(before: &str) -> bool {
    let word = last_word(before);
    let start = before.trim_end().strip_suffix(word).unwrap_or_default().trim_end();
    let in_a_sentence = start.chars().next_back().is_some_and(|last| !".!?:\n-*".contains(last));
    before.ends_with(' ') && in_a_sentence && word.starts_with(char::is_uppercase)
}

/// `HTTP 503`, `status 429`.
fn is_status(before: &str, digits: &str) -> bool {
    let code = digits.len() == 3 && digits.parse().is_ok_and(|code: u32| (100..600).contains(&code));
    let word = last_word(before).to_lowercase();
    code && ["http", "status", "code", "answer", "answered", "returned", "returning", "returns", "a", "an"]
        .contains(&word.as_str())
}

fn last_word(text: &str) -> &str {
    text.split_whitespace().next_back().unwrap_or_default()
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// As figures are compared: without spaces and capitals, so that `240ms` is `240 ms`.
pub(crate) fn normal(value: &str) -> String {
    value.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = numbers(text).into_iter().map(|number| number.text).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn quantities_with_their_units() {
        check("p99 fell from 1.8 s to 240ms, the bill by 18 %.", &["1.8 s", "240ms", "18 %"]);
        check("We served 1,200 requests per second on 3 replicas.", &["1,200 requests per second", "3 replicas"]);
        check("It cost $40k a month, now €18,000.", &["$40k a month", "€18,000"]);
        check("From 6 pages a week to 1.", &["6 pages a week", "1"]);
        check("3x the traffic, 2.5 million users, 99.95%", &["3x", "2.5 million users", "99.95%"]);
        check("400 rps; 12 GB; 5 minutes", &["400 rps", "12 GB", "5 minutes"]);
        check("10/s for 5m", &["10/s", "5m"]);
    }

    #[test]
    fn what_only_looks_like_one() {
        check("p99 on web-3 behind S3 and EC2, x86_64, v2, 3rd try, #1234", &[]);
        check("At 3 am they answered 503; on 2024-05-01 at 12:30, in 2023, on May 3 and 3 May", &[]);
        check("We moved to Postgres 15 and then Java 17.", &[]);
        check("It returned HTTP 503 and a 429, status 500, returned 503s", &[]);
        check("1. First\n2) Second\n- 3. third, see step 2 and Phase 3", &[]);
        check("Version 15.3.1 of it, on 10.0.0.7", &[]);
    }

    #[test]
    fn places_are_bytes_of_the_text() {
        let text = "Über 240 ms später";
        let number = &numbers(text)[0];
        assert_eq!((&text[number.at.clone()], number.text.as_str()), ("240 ms", "240 ms"));
        assert_eq!(normal("240 MS"), normal("240ms"));
    }
}
