//! The question bank: what is asked, what strong answers cover, how a weak one is probed, how an answer is rated.
//!
//! A question is one YAML file of `content/questions`, written to be read by people; all of them are embedded in the
//! binary. A folder of a person's own is read by the same function. Reading is strict: a blank part, an unknown key or a
//! probe for a gap that does not exist is an error with its file and line, because what reads answers relies on it.
//! Reading answers is left to others, and so is whether a scenario that `see` names exists.

mod cue;
mod fields;
mod question;

/// What a probe may be tied to beside the points; a question adds mistakes of its own.
pub use crate::assessment::{HABITS, MISTAKES as COMMON_MISTAKES};
pub use cue::cue_at;
pub use question::{Anchor, Level, Mistake, Point, Probe, Question};

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fmt, fs, io};

/// What is no scenario and yet shows something: the ids of labs and drills, and their names.
pub const LABS: [(&str, &str); 5] = [
    ("M4", "contract lab"),
    ("M5", "data lab"),
    ("M6", "investigation drill"),
    ("M7", "tenancy lab"),
    ("M9", "change drill"),
];

/// The embedded files: name and text, in the order of their names.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/questions.rs"));

/// Questions, each with its own id, in the order in which a person meets them.
#[derive(Clone, Debug)]
pub struct Bank {
    questions: Vec<Question>,
}

/// What is wrong with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The file's name within its folder.
    pub file: String,
    /// From 1 on.
    pub line: u64,
    /// From 1 on, in characters.
    pub column: u64,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// Why a folder is no question bank.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// The folder or a file in it could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Files that are no questions; never empty.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Wrong(Vec<Problem>),
}

impl Bank {
    /// The questions that come with Brownout, read at the first call.
    ///
    /// # Panics
    ///
    /// If an embedded file is wrong. A test of this crate reads them all, so a build that passed its tests cannot.
    pub fn embedded() -> &'static Bank {
        static BANK: LazyLock<Bank> = LazyLock::new(|| Bank::parse(FILES).unwrap_or_else(|error| panic!("{error}")));
        &BANK
    }

    /// Reads every `.yaml` file of a folder, not of the folders in it.
    ///
    /// # Errors
    ///
    /// If something cannot be read, or with the first problem of each file that is no question, and every one that is
    /// about its names.
    pub fn read(folder: &Path) -> Result<Bank, BankError> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push((name, fs::read_to_string(&path).map_err(unreadable(&path))?));
            }
        }
        files.sort();
        Bank::parse(&files)
    }

    fn parse<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<Bank, BankError> {
        let (mut questions, mut problems) = (Vec::new(), Vec::new());
        for (name, text) in files {
            match Question::parse(name.as_ref(), text.as_ref()) {
                Ok(question) => questions.push(question),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(BankError::Wrong(problems));
        }
        questions.sort_by(|a, b| a.rank().cmp(&b.rank()));
        Ok(Bank { questions })
    }

    /// All questions, first those that say where they come, then basic before harder, by topic.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The question with this id.
    pub fn get(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// The id that this is a probable misspelling of: at most a third of its letters differ, or it begins one.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        nearest(id, self.questions.iter().map(|question| question.id.as_str()))
    }
}

impl Question {
    /// Reads one file; its name without `.yaml` is the question's id.
    ///
    /// # Errors
    ///
    /// What is wrong with it: the first blank or ill-formed part, or else all names that do not fit together.
    pub fn parse(file: &str, text: &str) -> Result<Question, Vec<Problem>> {
        let question: Question = serde_saphyr::from_str(text).map_err(|error| vec![ill_formed(file, &error)])?;
        let names: Names = serde_saphyr::from_str(text).map_err(|error| vec![ill_formed(file, &error)])?;
        let problems = names.problems(file);
        if problems.is_empty() { Ok(question) } else { Err(problems) }
    }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> BankError {
    let path = path.to_owned();
    |source| BankError::Unreadable { path, source }
}

fn ill_formed(file: &str, error: &serde_saphyr::Error) -> Problem {
    let message = error.without_snippet().to_string();
    // The place is told apart from the message.
    let place = error.location().map_or(String::new(), |at| format!(" at line {}, column {}", at.line(), at.column()));
    problem(file, error.location(), message.strip_suffix(&place).unwrap_or(&message).to_owned())
}

fn problem(file: &str, at: Option<Location>, message: String) -> Problem {
    let (line, column) = at.map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
    Problem { file: file.to_owned(), line, column, message }
}

/// The names in a file and where they stand; what refers to what is checked on these.
#[derive(Deserialize)]
struct Names {
    id: Spanned<String>,
    points: Vec<Named>,
    mistakes: Vec<Named>,
    probes: Vec<Aimed>,
}

#[derive(Deserialize)]
struct Named {
    id: Spanned<String>,
    #[serde(default)]
    cues: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
struct Aimed {
    gap: Spanned<String>,
}

impl Names {
    fn problems(&self, file: &str) -> Vec<Problem> {
        let at = |name: &Spanned<String>, message| problem(file, Some(name.referenced), message);
        let mut problems = Vec::new();
        if file.strip_suffix(".yaml") != Some(&self.id.value) {
            problems.push(at(&self.id, format!("the id is `{}`, expected the file's name", self.id.value)));
        }
        let taken = HABITS.into_iter().chain(COMMON_MISTAKES).collect();
        let ids = || self.points.iter().chain(&self.mistakes).map(|named| &named.id);
        let twice = |name: &Spanned<String>| at(name, format!("`{}` is a name already, expected another", name.value));
        problems.extend(repeated(ids(), taken).map(twice));
        let cues = self.points.iter().flat_map(|point| &point.cues);
        let twice = |cue: &Spanned<String>| at(cue, format!("`{}` is a cue already, expected it once", cue.value));
        problems.extend(repeated(cues, BTreeSet::new()).map(twice));
        let known: Vec<&str> = ids().map(|id| id.value.as_str()).chain(HABITS).chain(COMMON_MISTAKES).collect();
        let gaps = self.probes.iter().map(|probe| &probe.gap);
        let unknown = gaps.filter(|gap| !known.contains(&gap.value.as_str()));
        problems.extend(unknown.map(|gap| at(gap, no_such_gap(&gap.value, &known))));
        problems
    }
}

/// The names that were there before.
fn repeated<'a>(
    names: impl Iterator<Item = &'a Spanned<String>>,
    mut seen: BTreeSet<&'a str>,
) -> impl Iterator<Item = &'a Spanned<String>> {
    names.filter(move |name| !seen.insert(&name.value))
}

fn no_such_gap(gap: &str, known: &[&str]) -> String {
    match nearest(gap, known.iter().copied()) {
        Some(near) => format!("there is no point, habit or mistake `{gap}`, did you mean `{near}`?"),
        None => format!("there is no point, habit or mistake `{gap}`, expected one of {}", known.join(", ")),
    }
}

fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    /// Comparing is quadratic in the names' length; a name that long is no typing error.
    const LONGEST: usize = 100;
    /// So many letters say which word was begun.
    const BEGUN: usize = 3;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    let distances = candidates.clone().map(|candidate| (strsim::osa_distance(&name, candidate), candidate));
    let misspelt = distances.filter(|(distance, _)| *distance <= allowed).min();
    misspelt
        .map(|(_, candidate)| candidate)
        .or_else(|| candidates.into_iter().find(|candidate| name.len() >= BEGUN && candidate.starts_with(&name)))
}
