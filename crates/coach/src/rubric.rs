//! The questions that can be assessed and the points that an answer to each may cover.
//!
//! A small table of the rating guide's six questions, with cues that find where a point is touched and weights learned
//! from rated answers. The points of every other question of the bank are read by their cues alone, with less confidence.

use crate::bank::{self, Bank, Probe};
use crate::lexicon::Lexicon;
use std::sync::LazyLock;

/// A question.
pub struct Question {
    /// As in `--question ID`.
    pub id: String,
    /// As an interviewer asks it.
    pub text: String,
    /// What an answer may cover.
    pub points: Vec<Point>,
    /// What the bank asks back, each where something is missing.
    pub probes: Vec<Probe>,
}

impl Question {
    /// What the bank asks where `gap` is the weakest: a point, a habit or a mistake.
    pub fn probe(&self, gap: &str) -> Option<&str> {
        self.probes.iter().find(|probe| probe.gap == gap).map(|probe| probe.ask.as_str())
    }
}

/// One point of a question.
pub struct Point {
    /// As in the assessment's `coverage`.
    pub id: String,
    /// What an interviewer would ask about it, after quoting the candidate, where the bank has no probe for it.
    pub ask: String,
    /// What speaks of it.
    pub cues: Lexicon,
    /// Whether weights were learned for it from rated answers.
    pub learned: bool,
}

impl Point {
    /// A point that nothing was learned about: `touched` and `substance` describe what mentions it and what treats it
    /// well, `cues` are phrases in the lexicon's notation. Words of the descriptions serve as cues too.
    pub fn described(id: &str, touched: &str, substance: &str, cues: &[&str]) -> Point {
        let described = [touched, substance].map(telling_words).concat();
        let phrases = cues.iter().copied().chain(described.iter().map(String::as_str));
        let ask = format!("how does {} come into that?", id.replace('-', " "));
        Point { id: id.to_owned(), ask, cues: Lexicon::of_phrases(phrases), learned: false }
    }
}

/// The words of a description that are long enough to tell subjects apart.
fn telling_words(description: &str) -> Vec<String> {
    let words = crate::words::words(description, 0).into_iter().map(|word| word.text);
    words.filter(|word| word.chars().count() > 5).map(|word| format!("{word}*")).collect()
}

/// The questions that were learned, in the order of the bank.
pub static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| {
    let asked = Bank::embedded().questions().iter();
    let known = asked.map(|asked| of_bank(asked, points(&asked.id)));
    known.filter(|question| !question.points.is_empty()).collect()
});

fn of_bank(asked: &bank::Question, points: Vec<Point>) -> Question {
    Question { id: asked.id.clone(), text: asked.question.clone(), points, probes: asked.probes.clone() }
}

fn points(question: &str) -> Vec<Point> {
    let file = include_str!("../patterns/points.txt");
    let sections = file.split("\n[").skip(1).filter_map(|section| section.split_once(']'));
    let ours = sections.filter_map(|(head, cues)| Some((head.strip_prefix(question)?.trim(), cues)));
    ours.map(|(id, lines)| learned(id, lines)).collect()
}

fn learned(id: &str, lines: &str) -> Point {
    let (asks, cues): (Vec<&str>, Vec<&str>) = lines.lines().partition(|line| line.starts_with("? "));
    let ask = asks.first().map_or("", |line| line.trim_start_matches("? ")).to_owned();
    Point { id: id.to_owned(), ask, cues: Lexicon::of_phrases(cues), learned: true }
}

/// The questions of the bank that nothing was learned about.
static UNLEARNED: LazyLock<Vec<Question>> = LazyLock::new(|| {
    let others = Bank::embedded().questions().iter().filter(|asked| QUESTIONS.iter().all(|known| known.id != asked.id));
    others.map(unlearned).collect()
});

fn unlearned(asked: &bank::Question) -> Question {
    let points = asked.points.iter().map(|point| {
        let cues: Vec<String> = point.cues.iter().map(|cue| phrase(cue)).collect();
        let cues: Vec<&str> = cues.iter().map(String::as_str).collect();
        Point { ask: format!("how does {} come into that?", point.name), ..Point::described(&point.id, "", "", &cues) }
    });
    of_bank(asked, points.collect())
}

/// A cue of the bank, which begins a word, in the lexicon's notation; short ones stand for themselves.
fn phrase(cue: &str) -> String {
    let words: Vec<String> = crate::words::words(cue, 0).into_iter().map(|word| word.text).collect();
    let open =
        if cue.chars().count() > 3 && !words.last().is_some_and(|word| word.starts_with('\'')) { "*" } else { "" };
    words.join(" ") + open
}

/// The question called `id`.
pub fn question(id: &str) -> Option<&'static Question> {
    let called = |question: &&Question| question.id == id;
    QUESTIONS.iter().find(called).or_else(|| UNLEARNED.iter().find(called))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_its_points() {
        let counts: Vec<_> = QUESTIONS.iter().map(|question| question.points.len()).collect();
        assert_eq!(counts, [4, 3, 4, 3, 5, 3]);
        assert!(QUESTIONS.iter().all(|question| question.points.iter().all(|point| point.ask.ends_with('?'))));
    }
}
