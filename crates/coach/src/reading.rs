//! The reading itself: sentences scored, the whole judged, the sentences that show it quoted.
//!
//! Evidence or nothing: a score above 0 names at least one sentence, and a subject whose best sentence is worth nothing
//! gets no score, whatever the rest of the answer is like.

use crate::adequacy::{self, Adequacy};
use crate::assessment::{Assessment, Coverage, HABITS, Habit, MISTAKES, Mistake, Named, OUTCOMES, Span};
use crate::bank::Bank;
use crate::features::Feature;
use crate::model::{Judge, Model, SHIPPED, Verdict};
use crate::passage::Passage;
use crate::rubric::{self, Question};
use crate::scores::{self, Prepared, Scores};
use crate::words::{count, words};
use crate::{follow_up, notes};

/// Words a minute at which an answer is spoken.
const PACE: f64 = 140.0;
/// How many sentences are quoted at most.
const MOST_QUOTED: usize = 4;
/// No subject has a score if its best sentence is below this.
const WORTHLESS: f64 = -4.0;
/// Longer texts are no answers: what lies behind so many sentences is not read.
const LONGEST: usize = 400;

/// What is wrong with what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No question is called that.
    #[error("there is no question `{id}`")]
    UnknownQuestion {
        /// What was given.
        id: String,
        /// The id that was probably meant.
        nearest: Option<&'static str>,
    },
}

/// Reads `text` as an answer to the question called `question`, with the model that this version ships.
///
/// # Errors
/// If there is no such question; the error knows the id that was probably meant.
pub fn assess(question: &str, text: &str) -> Result<Assessment, Failure> {
    let nearest = || Bank::embedded().nearest(question);
    let known = rubric::question(question)
        .ok_or_else(|| Failure::UnknownQuestion { id: question.to_owned(), nearest: nearest() })?;
    Ok(read(&SHIPPED, known, text))
}

/// Reads `text` as an answer to `question` with `model`. Never fails: a text with too little to judge is said to be so.
pub fn read(model: &Model, question: &Question, text: &str) -> Assessment {
    let mut places = crate::sentences::sentences(text);
    places.truncate(LONGEST);
    let passage = Passage::of_sentences(text, places);
    let words = count(&words(text, 0));
    let adequacy = adequacy::of(&passage, question);
    let findings = match adequacy {
        Adequacy::Enough => judge(model, question, &passage),
        _ => Findings::none(question),
    };
    let mut assessment = Assessment {
        question: question.id.clone(),
        words,
        spoken_s: (words as f64 / PACE * 60.0).round() as u64,
        habits: habits(&findings, &passage),
        mistakes: mistakes(&findings, &passage),
        coverage: coverage(&findings, question, &passage),
        enough: adequacy == Adequacy::Enough,
        follow_up: String::new(),
    };
    notes::write(&mut assessment, text, adequacy);
    assessment.follow_up = follow_up::question(&assessment, &findings, question, &passage, text, adequacy);
    assessment
}

/// Verdicts with their sentences, by index into the passage.
pub struct Findings {
    /// In the order of [`HABITS`].
    pub habits: Vec<Finding>,
    /// In the order of [`MISTAKES`].
    pub mistakes: Vec<Finding>,
    /// In the order of the question's points.
    pub points: Vec<Finding>,
    /// What a decision is tied to.
    pub outcomes: Vec<&'static str>,
}

/// A verdict and the sentences that show it.
#[derive(Clone)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// Sentences, by index.
    pub evidence: Vec<usize>,
    /// The sentence that comes nearest, whatever the verdict.
    pub nearest: Option<usize>,
}

impl Finding {
    fn nothing() -> Finding {
        Finding { verdict: Verdict { score: 0, expected: 0.0, confidence: 1.0 }, evidence: Vec::new(), nearest: None }
    }
}

impl Findings {
    fn none(question: &Question) -> Findings {
        Findings {
            habits: vec![Finding::nothing(); HABITS.len()],
            mistakes: vec![Finding::nothing(); MISTAKES.len()],
            points: vec![Finding::nothing(); question.points.len()],
            outcomes: Vec::new(),
        }
    }
}

/// Judges an answer whose sentences are known.
pub fn judge(model: &Model, question: &Question, passage: &Passage) -> Findings {
    let prepared = Prepared::new(passage, question);
    let scores = Scores::new(model, question, &prepared);
    let subject = |name: &str, index: usize| {
        let features = scores::of_subject(&prepared, &scores, index);
        finding(model.judge(name), &features, &scores.subjects[index])
    };
    let habits: Vec<Finding> = HABITS.iter().enumerate().map(|(index, name)| subject(name, index)).collect();
    let mistakes = MISTAKES.iter().enumerate().map(|(index, name)| subject(name, HABITS.len() + index)).collect();
    let points = (0..question.points.len()).map(|point| point_finding(model, question, &prepared, &scores, point));
    let outcomes = outcomes(model, &scores, &habits[2]);
    Findings { points: points.collect(), habits, mistakes, outcomes }
}

fn point_finding(model: &Model, question: &Question, prepared: &Prepared, scores: &Scores, point: usize) -> Finding {
    let judge = model.judge(scores::judge_of(&question.points[point]));
    if question.points[point].learned {
        finding(judge, &scores::of_point(prepared, scores, point), &scores.of_point(point))
    } else {
        finding(judge, &scores::of_unlearned(prepared, scores, point), &scores.by_cues[point])
    }
}

fn finding(judge: &Judge, features: &[Feature], scores: &[f64]) -> Finding {
    let mut verdict = judge.verdict(features);
    let nearest = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(b.cmp(&a)));
    if nearest.is_none_or(|best| scores[best] < WORTHLESS) {
        verdict.score = 0;
    }
    let evidence = if verdict.score == 0 { Vec::new() } else { quoted(scores, judge.evidence) };
    Finding { verdict, evidence, nearest }
}

/// The sentences that are worth quoting, in the order of the text: at least one.
pub fn quoted(scores: &[f64], threshold: f64) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..scores.len()).collect();
    ranked.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let worth = ranked.iter().take_while(|&&index| scores[index] >= threshold).count();
    ranked.truncate(worth.clamp(1, MOST_QUOTED));
    ranked.sort_unstable();
    ranked
}

/// What the decision is tied to: kinds that a quoted sentence speaks for, at least the likeliest.
fn outcomes(model: &Model, scores: &Scores, outcome: &Finding) -> Vec<&'static str> {
    if outcome.verdict.score < 2 {
        return Vec::new();
    }
    let of_kind = |kind: usize| outcome.evidence.iter().map(move |&at| scores.kinds[at][kind]);
    let best: Vec<f64> = (0..OUTCOMES.len()).map(|kind| of_kind(kind).fold(f64::MIN, f64::max)).collect();
    let likeliest = best.iter().copied().fold(f64::MIN, f64::max);
    let threshold = model.judge("outcome-kind").evidence;
    let spoken_for = |kind: &usize| best[*kind] >= threshold || best[*kind] == likeliest;
    (0..OUTCOMES.len()).filter(spoken_for).map(|kind| OUTCOMES[kind]).collect()
}

fn habits(findings: &Findings, passage: &Passage) -> Named<Habit> {
    let habit = |(id, finding): (&&str, &Finding)| {
        let habit = Habit {
            score: finding.verdict.score,
            confidence: hundredths(finding.verdict.confidence),
            evidence: spans(finding, passage),
            outcomes: (*id == "outcome").then(|| findings.outcomes.clone()),
            note: String::new(),
        };
        ((*id).to_owned(), habit)
    };
    Named(HABITS.iter().zip(&findings.habits).map(habit).collect())
}

fn mistakes(findings: &Findings, passage: &Passage) -> Named<Mistake> {
    let mistake = |(id, finding): (&&str, &Finding)| {
        let is = finding.verdict.score > 0;
        let confidence = hundredths(finding.verdict.confidence);
        ((*id).to_owned(), Mistake { is, confidence, evidence: spans(finding, passage) })
    };
    Named(MISTAKES.iter().zip(&findings.mistakes).map(mistake).collect())
}

fn coverage(findings: &Findings, question: &Question, passage: &Passage) -> Named<Coverage> {
    let points = question.points.iter().zip(&findings.points).map(|(point, finding)| {
        let confidence = hundredths(finding.verdict.confidence);
        let covered = Coverage { score: finding.verdict.score, confidence, evidence: spans(finding, passage) };
        (point.id.clone(), covered)
    });
    Named(points.collect())
}

fn spans(finding: &Finding, passage: &Passage) -> Vec<Span> {
    finding.evidence.iter().map(|&at| passage.sentences[at].place.clone().into()).collect()
}

/// Two digits are all that the calibration can bear.
fn hundredths(confidence: f64) -> f64 {
    (confidence * 100.0).round() / 100.0
}
