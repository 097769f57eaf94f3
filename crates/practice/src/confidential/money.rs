//! What a business earns or loses. A bill that was halved is an engineer's number and passes.

use super::{Found, Kind};
use crate::number::numbers;
use std::ops::Range;

/// Words that make an amount of money, or a share, in their sentence a business figure.
const EARNINGS: [&str; 16] = [
    "revenue",
    "revenues",
    "turnover",
    "gmv",
    "sales",
    "arr",
    "mrr",
    "profit",
    "profits",
    "margin",
    "ebitda",
    "bookings",
    "earnings",
    "income",
    "valuation",
    "funding",
];

/// Words that do so for an amount of money only: a share of messages may be lost, too.
const LOSSES: [&str; 6] = ["lost", "losing", "losses", "churned", "penalty", "refunds"];

const MILLIONS: [&str; 6] = ["million", "billion", "bn", "m", "mio", "mrd"];

pub(super) fn find(text: &str) -> Vec<Found> {
    let telling = numbers(text).into_iter().filter_map(|number| {
        let sentence = sentence(text, &number.at);
        let (earned, lost) = (speaks_of(sentence, &EARNINGS), speaks_of(sentence, &LOSSES));
        let amount = amount(&number.text);
        let why = match amount {
            Some(_) if earned || lost => "an amount of money, with a word on earnings beside it",
            Some(Size::Large) => "an amount of money that only a whole business moves",
            None if earned && number.text.ends_with('%') => "a share, with a word on earnings beside it",
            _ => return None,
        };
        Some(Found { kind: Kind::Revenue, at: without_period(&number.text, &number.at), why })
    });
    telling.collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Ordinary,
    Large,
}

/// Whether a quantity is money, and how much.
fn amount(number: &str) -> Option<Size> {
    const CURRENCIES: [&str; 10] = ["$", "€", "£", "EUR", "USD", "GBP", "CHF", "euro", "dollar", "pound"];
    let money = CURRENCIES.iter().any(|currency| number.contains(currency));
    let lower = number.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphabetic());
    let large = words.into_iter().any(|word| MILLIONS.contains(&word));
    money.then_some(if large { Size::Large } else { Size::Ordinary })
}

/// Without `a month` behind it, which says nothing.
fn without_period(number: &str, at: &Range<usize>) -> Range<usize> {
    let amount = number.split(" a ").next().unwrap_or(number).split(" per ").next().unwrap_or(number);
    at.start..at.start + amount.len()
}

fn speaks_of(sentence: &str, wanted: &[&str]) -> bool {
    let mut words = sentence.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase);
    words.any(|word| wanted.contains(&word.as_str()))
}

/// The sentence around a place: to the nearest line break, or full stop before a space.
fn sentence<'t>(text: &'t str, at: &Range<usize>) -> &'t str {
    let start = text[..at.start].rfind(". ").map_or(0, |end| end + 2);
    let start = text[..at.start].rfind('\n').map_or(start, |end| start.max(end + 1));
    let end =
        [". ", "\n"].iter().filter_map(|stop| text[at.end..].find(stop)).min().map_or(text.len(), |end| at.end + end);
    &text[start..end]
}
