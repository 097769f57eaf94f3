//! A day of the calendar, such as that of the interview.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A day that exists, written `2026-12-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that names no day.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no day of the calendar: write year, month and day as 2026-12-01")]
pub struct NoDay(String);

impl Day {
    /// Reads `2026-12-01`.
    ///
    /// # Errors
    /// If it is written otherwise, or there is no such day.
    pub fn read(text: &str) -> Result<Day, NoDay> {
        // A number may begin with a plus sign elsewhere.
        let parts: Vec<&str> = text.split('-').filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let numbers: Vec<u16> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        match (lengths.as_slice(), numbers.as_slice()) {
            ([4, 2, 2], &[year, month @ 1..=12, day]) if (1..=days_of(year, month)).contains(&day) => {
                Ok(Day { year, month: month as u8, day: day as u8 })
            }
            _ => Err(NoDay(text.to_owned())),
        }
    }
}

/// How many days a month has, in the Gregorian calendar.
fn days_of(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Day {
    type Error = NoDay;

    fn try_from(text: String) -> Result<Day, NoDay> {
        Day::read(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_exist() {
        for day in ["2026-12-01", "2028-02-29", "2000-02-29", "2026-04-30"] {
            assert_eq!(Day::read(day).map(|day| day.to_string()).as_deref(), Ok(day));
        }
        for none in ["2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-1-1", "", "+026-01-01"]
        {
            assert_eq!(Day::read(none), Err(NoDay(none.to_owned())), "{none}");
        }
    }
}
