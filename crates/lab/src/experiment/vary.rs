//! What an experiment varies: `services.gateway.workers=8,16,32` or `workload.shoppers.rate=400/s..800/s/5`.
//!
//! Values are kept as they would be written in the file, since that is what a reader of the results looks for; between
//! the ends of a range they are written in the unit of its first end. Whether a path leads anywhere and takes such a
//! value is for the scenario reader to say, with its own diagnostics.

use crate::scenario::{Dimension, Override, Quantity, quantity};
use serde::{Deserialize, Serialize};

/// A path and the values that it takes, in order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Axis {
    /// As in an override: `services.gateway.workers`.
    pub path: String,
    /// As written in the file: `400/s`.
    pub values: Vec<String>,
}

/// Why a text does not say what to vary.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` does not say what to vary: {message}")]
pub struct Unclear {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub message: String,
    /// What would have been right.
    pub expected: &'static str,
}

/// Values of one axis.
const MOST: usize = 1_000;
/// Whole numbers that a search may try: bisection asks 17 of them.
const MOST_SEARCHED: usize = 100_000;
/// Values of a range to search where it says no number: a probe's value is known to half a per cent of the range.
const SEARCH_STEPS: usize = 201;

const LISTED: &str = "path=a,b,c or path=from..to/steps, such as services.gateway.workers=8..64/8";
const RANGE: &str = "path=lowest..highest, such as workload.shoppers.rate=100/s..2k/s";

impl Axis {
    /// From `path=a,b,c`, each once, or `path=from..to/steps`: so many values at equal distances, both ends included.
    ///
    /// # Errors
    /// If the text has another shape, or there are more than 1000 values.
    pub fn parse(text: &str) -> Result<Axis, Unclear> {
        let wrong = |message: String| Unclear { text: text.to_owned(), message, expected: LISTED };
        let (path, values) = split(text).ok_or_else(|| wrong("a path or a value is missing".to_owned()))?;
        let listed = pieces(values);
        let values = match (listed.as_slice(), Range::parse(values)) {
            ([_], Some(range)) => {
                let steps = range.steps.ok_or_else(|| wrong("a range needs its number of steps".to_owned()))?;
                range.values(steps, MOST).map_err(wrong)?
            }
            _ => listed.into_iter().map(str::to_owned).collect(),
        };
        check_list(&values).map_err(wrong)?;
        Ok(Axis { path: path.to_owned(), values })
    }

    /// From `path=lowest..highest` or `path=lowest..highest/steps`: the values that a search may try. Whole numbers
    /// without a unit are all tried; otherwise there are 201 values where no number of steps is given.
    ///
    /// # Errors
    /// If the text has another shape.
    pub fn range(text: &str) -> Result<Axis, Unclear> {
        let wrong = |message: String| Unclear { text: text.to_owned(), message, expected: RANGE };
        let (path, values) = split(text).ok_or_else(|| wrong("a path or a range is missing".to_owned()))?;
        let range = Range::parse(values).ok_or_else(|| wrong("there is no range".to_owned()))?;
        let steps = range.steps.unwrap_or_else(|| range.all_whole().unwrap_or(SEARCH_STEPS));
        Ok(Axis { path: path.to_owned(), values: range.values(steps, MOST_SEARCHED).map_err(wrong)? })
    }

    /// The override that gives the path its value with this index.
    pub fn set(&self, index: usize) -> Override {
        Override::of("--vary", format!("{}={}", self.path, self.values[index]))
    }

    /// The values as numbers to be drawn at: in the unit of the first; none where one has another kind of unit.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        let first = quantity(self.values.first()?)?;
        let number = |value: &String| {
            let quantity = quantity(value).filter(|quantity| quantity.dimension == first.dimension)?;
            Some(quantity.number * (quantity.scale / first.scale))
        };
        self.values.iter().map(number).collect()
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    let (path, values) = text.split_once('=')?;
    let (path, values) = (path.trim(), values.trim());
    (!path.is_empty() && !values.is_empty()).then_some((path, values))
}

fn check_list(values: &[String]) -> Result<(), String> {
    if values.len() > MOST {
        return Err(format!("it has {} values and may have {MOST}", values.len()));
    }
    for (index, value) in values.iter().enumerate() {
        if value.is_empty() {
            return Err("there is nothing between two commas".to_owned());
        }
        if values[..index].contains(value) {
            return Err(format!("`{value}` stands there twice"));
        }
    }
    Ok(())
}

/// Cuts at commas that are outside of brackets and quotes.
fn pieces(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut from) = (0_i32, None, 0);
    let mut pieces = Vec::new();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                pieces.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(text[from..].trim());
    pieces
}

/// `from..to/steps`.
struct Range<'t> {
    from: (&'t str, Quantity<'t>),
    to: (&'t str, Quantity<'t>),
    steps: Option<usize>,
}

impl<'t> Range<'t> {
    fn parse(text: &'t str) -> Option<Range<'t>> {
        let (from, rest) = text.split_once("..")?;
        let (to, steps) = match rest.rsplit_once('/') {
            Some((to, steps)) if !steps.is_empty() && steps.bytes().all(|b| b.is_ascii_digit()) => {
                (to, Some(steps.parse().unwrap_or(usize::MAX)))
            }
            _ => (rest, None),
        };
        let end = |text: &'t str| Some((text.trim(), quantity(text.trim())?));
        Some(Range { from: end(from)?, to: end(to)?, steps })
    }

    /// How many whole numbers it spans, if it is of such.
    fn all_whole(&self) -> Option<usize> {
        self.whole().then(|| ((self.to.1.number - self.from.1.number).abs() as usize).saturating_add(1))
    }

    fn whole(&self) -> bool {
        [&self.from, &self.to].iter().all(|(text, end)| end.dimension == Dimension::Bare && !text.contains('.'))
    }

    fn values(&self, steps: usize, most: usize) -> Result<Vec<String>, String> {
        let ((first, from), (last, to)) = (self.from, self.to);
        if from.dimension != to.dimension {
            return Err(format!("`{first}` and `{last}` have different kinds of unit"));
        }
        let last_number = to.number * (to.scale / from.scale);
        if last_number == from.number {
            return Err(format!("`{first}` and `{last}` are the same"));
        }
        if !(2..=most).contains(&steps) {
            return Err(format!("{steps} steps are not between 2 and {most}"));
        }
        let at = |index: usize| from.number + (last_number - from.number) * index as f64 / (steps - 1) as f64;
        let between = |index: usize| match self.whole() {
            true => format!("{}", at(index).round()),
            false => format!("{}{}", rounded(at(index)), from.unit),
        };
        let mut values = vec![first.to_owned()];
        values.extend((1..steps - 1).map(between));
        values.push(last.to_owned());
        // Whole numbers closer than one apart.
        values.dedup();
        Ok(values)
    }
}

/// Six significant digits, without an exponent or trailing zeros.
fn rounded(x: f64) -> String {
    let before = if x == 0.0 { 1 } else { libm::floor(libm::log10(x.abs())) as i32 + 1 };
    let decimals = (6 - before).clamp(0, 12) as usize;
    let text = format!("{x:.decimals$}");
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(Axis::parse(text).map(|axis| axis.values), Ok(expected.iter().map(|v| (*v).to_owned()).collect()));
    }

    #[track_caller]
    fn check_wrong(text: &str, message: &str) {
        let wrong = Axis::parse(text).expect_err("this says nothing to vary").message;
        assert_eq!(wrong, message);
    }

    #[test]
    fn lists_and_ranges() {
        check("a.b=8,16, 32", &["8", "16", "32"]);
        check("a.b=8..64/8", &["8", "16", "24", "32", "40", "48", "56", "64"]);
        check("a.b=400/s..800/s/5", &["400/s", "500/s", "600/s", "700/s", "800/s"]);
        check("a.b=400/s..1k/s/3", &["400/s", "700/s", "1k/s"]);
        check("a.b=100ms..1s/4", &["100ms", "400ms", "700ms", "1s"]);
        check("a.b=0%..10%/4", &["0%", "3.33333%", "6.66667%", "10%"]);
        check("a.b=1x..2x/3", &["1x", "1.5x", "2x"]);
        check("a.b=4..1/4", &["4", "3", "2", "1"]);
        check("a.b=1..3/9", &["1", "2", "3"]);
        check("a.b={attempts: 2, budget: 10%},null", &["{attempts: 2, budget: 10%}", "null"]);
        check("a.b=lognormal(p50=2ms, p99=9ms)", &["lognormal(p50=2ms, p99=9ms)"]);
        check("a.\"b,c\"='x,y',z", &["'x,y'", "z"]);
    }

    #[test]
    fn what_says_nothing_to_vary() {
        check_wrong("workers", "a path or a value is missing");
        check_wrong("workers=", "a path or a value is missing");
        check_wrong("=1,2", "a path or a value is missing");
        check_wrong("workers=1,,2", "there is nothing between two commas");
        check_wrong("workers=1,2,1", "`1` stands there twice");
        check_wrong("workers=1..9", "a range needs its number of steps");
        check_wrong("rate=1/s..9ms/3", "`1/s` and `9ms` have different kinds of unit");
        check_wrong("workers=8..8/3", "`8` and `8` are the same");
        check_wrong("workers=1..9/1", "1 steps are not between 2 and 1000");
        check_wrong("rate=1/s..9/s/1001", "1001 steps are not between 2 and 1000");
    }

    #[test]
    fn a_search_tries_every_whole_number_or_half_per_cents_of_a_range() {
        let values = |text| Axis::range(text).expect("a range").values;
        assert_eq!(values("workers=1..5000").len(), 5_000);
        let rates = values("rate=400/s..800/s");
        assert_eq!((rates.len(), rates[1].as_str()), (201, "402/s"));
        assert_eq!(values("rate=400/s..800/s/3"), ["400/s", "600/s", "800/s"]);
        let far = Axis::range("workers=1..9000000000").expect_err("too far");
        assert_eq!(far.message, "9000000000 steps are not between 2 and 100000");
        assert_eq!(Axis::range("rate=400/s,800/s").expect_err("a list").message, "there is no range");
    }

    #[test]
    fn numbers_are_in_the_unit_of_the_first() {
        let numbers = |text| Axis::parse(text).expect("an axis").numbers();
        assert_eq!(numbers("a=100ms,1s"), Some(vec![100.0, 1_000.0]));
        assert_eq!(numbers("a=400/s,1.2k/s"), Some(vec![400.0, 1_200.0]));
        assert_eq!(numbers("a=1,null"), None);
        assert_eq!(numbers("a=1,2x"), None);
    }
}
