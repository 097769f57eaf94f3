//! What is wrong with a scenario, and where: a place in the file or in an override, a message, what was expected, a hint.
//!
//! Reading goes on after a problem, so that one look shows all of them. How a problem is drawn is the reader's reader's
//! business; this module only knows places.

use std::ops::Range;

/// Which text a [`Place`] lies in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// The scenario file.
    File,
    /// The override with this index, written `path=value`.
    Override(usize),
}

/// A stretch of text: byte offsets at character boundaries, `start` up to and without `end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The text it lies in.
    pub origin: Origin,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Place {
    /// The stretch as a range of bytes.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether `other` lies in this stretch.
    pub(super) fn contains(&self, other: &Place) -> bool {
        self.origin == other.origin && self.start <= other.start && other.end <= self.end
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, in one sentence without a full stop.
    pub message: String,
    /// What would have been right there: `a duration such as 250ms`.
    pub expected: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Problem {
        Problem { place, message: message.into(), expected: None, hint: None }
    }

    pub(super) fn expected(self, what: impl Into<String>) -> Problem {
        Problem { expected: Some(what.into()), ..self }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Problem {
        Problem { hint: Some(hint.into()), ..self }
    }

    /// Hints at the candidate that was probably meant, if there is one.
    pub(super) fn suggest<'c>(self, name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Problem {
        match nearest(name, candidates) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// A line and a column, both counted from 1; columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// The line and column of a byte offset; an offset past the end is the end.
pub fn position(text: &str, offset: usize) -> Position {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    // A byte order mark is no column.
    let column = before[line_start..].chars().filter(|c| *c != '\u{feff}').count() + 1;
    Position { line: before.matches('\n').count() + 1, column }
}

/// Problems as they are found: as many as a person would read.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Beyond this, more problems help nobody, and a hostile file could make each of them expensive.
    const MAX: usize = 200;

    pub(super) fn push(&mut self, problem: Problem) {
        if !self.full() {
            self.0.push(problem);
        }
    }

    pub(super) fn full(&self) -> bool {
        self.0.len() >= Self::MAX
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    /// Reports that a name is unknown, with the nearest of those that are known. The message is told the name in quotes.
    pub(super) fn unknown<'c>(
        &mut self,
        place: Place,
        message: impl FnOnce(&str) -> String,
        name: &str,
        known: impl Iterator<Item = &'c str> + Clone,
    ) {
        const SHOWN: usize = 8;
        if self.full() {
            return;
        }
        let problem = Problem::new(place, message(&quoted(name))).suggest(name, known.clone());
        let shown: Vec<String> = known.clone().take(SHOWN).map(quoted).collect();
        self.push(match (shown.is_empty(), known.count() > SHOWN) {
            (true, _) => problem,
            (_, true) => problem.expected(format!("one of {}, …", shown.join(", "))),
            (_, false) => problem.expected(either(shown.iter().map(String::as_str))),
        });
    }

    /// In the order of their places, each once.
    pub(super) fn sorted(mut self) -> Vec<Problem> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// The candidate that `name` is a probable misspelling of: at most a third of its letters differ.
pub(crate) fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    /// Comparing is quadratic in the names' length; a name that long is no typing error.
    const LONGEST: usize = 100;
    /// As many names as a person's file may have; a hostile one's further names are not compared.
    const CANDIDATES: usize = 2_000;
    if name.len() > LONGEST {
        return None;
    }
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .take(CANDIDATES)
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A user's text between backticks, cut where it is too long to read.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("`{}…`", text[..cut].escape_debug()),
        None => format!("`{}`", text.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")),
    }
}

/// `a, b or c`.
pub(super) fn either<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
