//! Simulated time: integer nanoseconds, so that sums are exact and equal on every machine.
//!
//! [`Time`] is an instant since the start of a run, [`Span`] a length of time. Both saturate instead of
//! overflowing: an instant beyond five hundred years is the end of time, and nothing is scheduled after it.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant, in nanoseconds since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Time(pub u64);

/// A length of time, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(pub u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// After everything that can happen.
    pub const NEVER: Time = Time(u64::MAX);

    /// The time that passed since `earlier`; zero if `earlier` is later.
    #[inline]
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the start of the run.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// Longer than any run.
    pub const MAX: Span = Span(u64::MAX);

    /// From whole microseconds.
    pub const fn micros(n: u64) -> Span {
        Span(n * 1_000)
    }

    /// From whole milliseconds.
    pub const fn millis(n: u64) -> Span {
        Span(n * 1_000_000)
    }

    /// From whole seconds.
    pub const fn secs(n: u64) -> Span {
        Span(n * 1_000_000_000)
    }

    /// From a number of nanoseconds, rounded to the nearest; negative and NaN become zero, excess saturates.
    #[inline]
    pub fn from_nanos_f64(nanos: f64) -> Span {
        // The cast saturates and maps NaN to zero; signed it is half as long, and 292 years are enough.
        Span(((nanos + 0.5) as i64).max(0) as u64)
    }

    /// From seconds, rounded to the nearest nanosecond.
    pub fn from_secs_f64(secs: f64) -> Span {
        Span::from_nanos_f64(secs * 1e9)
    }

    /// This length in seconds.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// This length in milliseconds.
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// This length times `factor`, rounded to the nearest nanosecond.
    pub fn scaled(self, factor: f64) -> Span {
        Span::from_nanos_f64(self.0 as f64 * factor)
    }
}

impl Add<Span> for Time {
    type Output = Time;
    #[inline]
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Add for Span {
    type Output = Span;
    #[inline]
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    /// Zero where `other` is longer.
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Span {
    /// The largest unit that leaves a short number: `250ms`, `1.5s`, `10m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 5] =
            [(3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
        let unit =
            UNITS.iter().find(|(size, _)| self.0 >= *size && (*size < 60_000_000_000 || self.0.is_multiple_of(*size)));
        match unit {
            Some((size, name)) => write!(f, "{}{name}", trimmed(self.0 as f64 / *size as f64)),
            None => write!(f, "{}ns", self.0),
        }
    }
}

/// At most three decimals, none that are zero.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
