//! Numbers with units: `250ms`, `1.2k/s`, `4x`, `10%`, `64`.
//!
//! A number is digits with an optional fraction. No sign, no exponent, no `NaN`: what cannot be negative or infinite is
//! not written so, and each such text gets a message that says what would have been right.

use sim::Span;
use sim::model::Model;
use std::ops::Range;

/// Why a text is not the value it should be, and which part of the text shows it.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) expected: Option<String>,
    pub(super) hint: Option<String>,
}

impl Wrong {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Wrong {
        Wrong { span, message: message.into(), expected: None, hint: None }
    }

    /// About all of `text`.
    fn all(text: &str, message: impl Into<String>) -> Wrong {
        Wrong::new(0..text.len(), message)
    }

    pub(super) fn expected(self, what: impl Into<String>) -> Wrong {
        Wrong { expected: Some(what.into()), ..self }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Wrong {
        Wrong { hint: Some(hint.into()), ..self }
    }

    /// The same about a text that starts at `at` of a longer one.
    pub(super) fn shifted(self, at: usize) -> Wrong {
        Wrong { span: self.span.start + at..self.span.end + at, ..self }
    }
}

/// What a value of each kind looks like, for messages.
pub(super) const A_DURATION: &str = "a duration such as 250ms";
pub(super) const A_RATE: &str = "a rate such as 400/s or 1.2k/s";
pub(super) const A_FACTOR: &str = "a factor such as 4x";
pub(super) const A_PRICE: &str = "a price such as 0.12";
pub(super) const A_PERCENTAGE: &str = "a percentage such as 10%";
pub(super) const A_COUNT: &str = "a whole number";

/// Units of time and their length in nanoseconds.
pub(super) const TIMES: [(&str, f64); 6] =
    [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// The number a text starts with, and the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let digits = |from: &str| from.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    if whole == 0 {
        return None;
    }
    let fraction = text[whole..].strip_prefix('.').map_or(0, digits);
    let end = if fraction == 0 { whole } else { whole + 1 + fraction };
    let value: f64 = text[..end].parse().ok()?;
    value.is_finite().then_some((value, &text[end..]))
}

/// As [`number`], or why there is none.
fn leading<'t>(text: &'t str, expected: &str) -> Result<(f64, &'t str), Wrong> {
    number(text).ok_or_else(|| {
        let negative = text.starts_with('-') && number(text[1..].trim_start()).is_some();
        let message = match negative {
            true => format!("{} is negative", super::problem::quoted(text)),
            false if text.is_empty() => "there is no value".to_owned(),
            false => format!("{} is not {}", super::problem::quoted(text), kind_of(expected)),
        };
        Wrong::all(text, message).expected(expected)
    })
}

/// `a duration` of `a duration such as 250ms`.
fn kind_of(expected: &str) -> &str {
    expected.split(" such as").next().unwrap_or(expected)
}

/// A length of time: `250ms`, at most [`Model::MAX_SPAN`].
pub(super) fn duration(text: &str) -> Result<Span, Wrong> {
    let (value, unit) = leading(text, A_DURATION)?;
    let Some((_, nanos)) = TIMES.iter().find(|(name, _)| *name == unit) else {
        return Err(no_such_unit(text, unit, "ns, us, ms, s, m or h", A_DURATION));
    };
    let nanos = value * nanos;
    if nanos > Model::MAX_SPAN.0 as f64 {
        return Err(
            Wrong::all(text, format!("`{text}` is longer than anything may last")).expected("at most 100 years")
        );
    }
    if nanos > 0.0 && nanos < 0.5 {
        return Err(Wrong::all(text, format!("`{text}` is shorter than a nanosecond")).expected("0s, or at least 1ns"));
    }
    Ok(Span::from_nanos_f64(nanos))
}

/// The length in nanoseconds of the unit that a duration is written in.
pub(super) fn unit_of(duration: &str) -> f64 {
    let unit = number(duration).map_or("", |(_, unit)| unit);
    TIMES.iter().find(|(name, _)| *name == unit).map_or(1.0, |(_, nanos)| *nanos)
}

fn no_such_unit(text: &str, unit: &str, units: &str, expected: &str) -> Wrong {
    if unit.is_empty() {
        return Wrong::all(text, format!("`{text}` has no unit")).expected(expected);
    }
    let message = format!("{} is no unit here", super::problem::quoted(unit));
    Wrong::new(text.len() - unit.len()..text.len(), message).expected(format!("{expected} (the units are {units})"))
}

/// Events per second: `400/s`, `1.2k/s`, `90/m`. Over zero and at most a thousand million per second.
pub(super) fn rate(text: &str) -> Result<f64, Wrong> {
    const MOST: f64 = 1e9;
    let (value, rest) = leading(text, A_RATE)?;
    let (thousands, per) = match rest.strip_prefix('k') {
        Some(per) => (1e3, per),
        None => (1.0, rest),
    };
    let seconds = match per {
        "/s" => 1.0,
        "/m" => 60.0,
        "/h" => 3600.0,
        _ => return Err(no_such_unit(text, per, "/s, /m or /h, with k for thousands", A_RATE)),
    };
    let rate = value * thousands / seconds;
    if rate <= 0.0 || rate > MOST {
        return Err(
            Wrong::all(text, format!("`{text}` is no possible rate")).expected("over 0/s and at most 1000000k/s")
        );
    }
    Ok(rate)
}

/// A multiple: `4x`, or just `4`.
pub(super) fn factor(text: &str) -> Result<f64, Wrong> {
    let (value, unit) = leading(text, A_FACTOR)?;
    match unit {
        "" | "x" => Ok(value),
        _ => Err(no_such_unit(text, unit, "x or nothing", A_FACTOR)),
    }
}

/// A plain number, as a shape parameter is.
pub(super) fn plain(text: &str) -> Result<f64, Wrong> {
    const A_NUMBER: &str = "a number such as 1.5";
    match leading(text, A_NUMBER)? {
        (value, "") => Ok(value),
        (_, unit) => {
            Err(Wrong::new(text.len() - unit.len()..text.len(), "a plain number has no unit").expected(A_NUMBER))
        }
    }
}

/// What one of something costs, at most a thousand million.
pub(super) fn price(text: &str) -> Result<f64, Wrong> {
    const MOST: f64 = 1e9;
    match leading(text, A_PRICE)? {
        (value, "") if value <= MOST => Ok(value),
        (_, "") => Err(Wrong::all(text, format!("`{text}` is no possible price")).expected("at most 1000000000")),
        (_, unit) => {
            let message = "a price is a number; `currency` says of what";
            Err(Wrong::new(text.len() - unit.len()..text.len(), message).expected(A_PRICE))
        }
    }
}

/// A share: `10%` is 0.1.
pub(super) fn percent(text: &str) -> Result<f64, Wrong> {
    let (value, unit) = leading(text, A_PERCENTAGE)?;
    match unit {
        "%" => Ok(value / 100.0),
        _ => Err(no_such_unit(text, unit, "% alone", A_PERCENTAGE)),
    }
}

/// A whole number.
pub(super) fn count(text: &str) -> Result<u64, Wrong> {
    let (_, rest) = leading(text, A_COUNT)?;
    if !rest.is_empty() || text.contains('.') {
        return Err(
            Wrong::all(text, format!("{} is not a whole number", super::problem::quoted(text))).expected(A_COUNT)
        );
    }
    text.parse().map_err(|_| Wrong::all(text, "this number is too large").expected(A_COUNT))
}

/// What a number can be a number of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dimension {
    /// Nothing is written after it.
    Bare,
    Factor,
    Share,
    Time,
    Rate,
}

/// A number as written, for whatever lies between two of them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Quantity<'t> {
    pub(crate) number: f64,
    pub(crate) unit: &'t str,
    pub(crate) dimension: Dimension,
    /// What makes numbers with different units comparable: nanoseconds, events per second, shares of one.
    pub(crate) scale: f64,
}

/// The number and unit of a text that is nothing else.
pub(crate) fn quantity(text: &str) -> Option<Quantity<'_>> {
    let (number, unit) = number(text)?;
    let (dimension, scale) = match unit {
        "" => (Dimension::Bare, 1.0),
        "x" => (Dimension::Factor, 1.0),
        "%" => (Dimension::Share, 0.01),
        _ => match TIMES.iter().find(|(name, _)| *name == unit) {
            Some((_, nanos)) => (Dimension::Time, *nanos),
            None => (Dimension::Rate, rate(&format!("1{unit}")).ok()?),
        },
    };
    Some(Quantity { number, unit, dimension, scale })
}
