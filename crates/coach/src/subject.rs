//! What an answer to a question is read for: the points that it may cover, with the cues that find where one is touched.
//!
//! Points of the rating guide's six questions have cues of their own and learned weights; those of all other questions are
//! read by what the bank says of them alone, with less confidence.

use crate::bank::{self, Bank};
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
}

/// One point of a question.
pub struct Point {
    /// As in the assessment's `coverage`.
    pub id: String,
    /// What an interviewer would ask about it, after quoting the candidate.
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

/// All questions of the bank, in its order.
pub static QUESTIONS: LazyLock<Vec<Question>> =
    LazyLock::new(|| Bank::embedded().questions().iter().map(Question::of).collect());

impl Question {
    fn of(question: &bank::Question) -> Question {
        let learned = points(&question.id);
        let points = if learned.is_empty() {
            question.points.iter().map(|point| described(question, point)).collect()
        } else {
            learned
        };
        Question { id: question.id.clone(), text: question.question.clone(), points }
    }
}

/// A point as the bank describes it; what is asked about it is the bank's own probe.
fn described(question: &bank::Question, point: &bank::Point) -> Point {
    let cues: Vec<&str> = point.cues.iter().map(String::as_str).collect();
    let described = Point::described(&point.id, &point.touched, &point.covered, &cues);
    let asks = |probe: &&bank::Probe| probe.gap == point.id && probe.ask.ends_with('?');
    let probe = question.probes.iter().find(asks);
    Point { ask: probe.map_or(described.ask, |probe| probe.ask.clone()), ..described }
}

/// The questions whose points were learned from rated answers.
pub fn learned_questions() -> impl Iterator<Item = &'static Question> {
    QUESTIONS.iter().filter(|question| question.points.iter().any(|point| point.learned))
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

/// The question called `id`.
pub fn question(id: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.id == id)
}

/// So many ids are named where none is near.
const NONE_NEAR: usize = 6;

/// The ids nearest to one that does not exist, the nearest first; the first of the bank where none is near.
pub fn nearest(id: &str) -> Vec<&'static str> {
    let mut ids: Vec<(f64, &str)> =
        QUESTIONS.iter().map(|question| (strsim::jaro_winkler(id, &question.id), question.id.as_str())).collect();
    ids.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = ids.iter().filter(|(likeness, _)| *likeness > 0.7).map(|(_, id)| *id).take(3).collect();
    if near.is_empty() { QUESTIONS.iter().take(NONE_NEAR).map(|question| question.id.as_str()).collect() } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_its_points() {
        let counts: Vec<_> = learned_questions().map(|question| question.points.len()).collect();
        assert_eq!(counts, [4, 3, 4, 3, 5, 3]);
        assert!(QUESTIONS.iter().all(|question| !question.points.is_empty()));
        assert!(QUESTIONS.iter().all(|question| question.points.iter().all(|point| point.ask.ends_with('?'))));
    }

    #[test]
    fn the_nearest_ids_are_named() {
        assert_eq!(nearest("relable-api")[0], "reliable-api");
        assert_eq!(nearest("zzz").len(), 6);
    }
}
