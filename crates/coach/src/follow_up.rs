//! What an interviewer would ask next: about the weakest point, in the person's own words.

use crate::adequacy::Adequacy;
use crate::assessment::{Assessment, HABITS, MISTAKES};
use crate::passage::{Passage, Sentence};
use crate::quote::{around, marked};
use crate::reading::{Finding, Findings};
use crate::rubric::Question;

/// Groups that mark a decision: what a question about consequences is asked about.
const DECISION: [&str; 4] = ["REMEDY", "TOOL", "ARCH", "MOVING"];
/// Points weigh less than habits: an answer need not touch all of them.
const POINT_WEIGHT: f64 = 0.75;
/// A mistake is asked about before a habit that is missing as surely: it can be mended in one sentence.
const MISTAKE_WEIGHT: f64 = 1.05;

struct Weakness<'a> {
    lack: f64,
    ask: &'a str,
    sentence: usize,
    groups: &'a [&'a str],
}

/// The question to ask.
pub(crate) fn question(
    assessment: &Assessment,
    findings: &Findings,
    question: &Question,
    passage: &Passage,
    text: &str,
    adequacy: Adequacy,
) -> String {
    if !assessment.enough || passage.sentences.is_empty() {
        return instead(adequacy, question);
    }
    let weak = weaknesses(findings, question, passage).into_iter().filter(|weakness| weakness.lack > 0.0);
    let weakest = weak.reduce(|a, b| if b.lack > a.lack { b } else { a });
    asked(&weakest.unwrap_or_else(|| challenge(findings, passage)), passage, text)
}

fn asked(weakness: &Weakness, passage: &Passage, text: &str) -> String {
    let sentence = &passage.sentences[weakness.sentence];
    let quote = marked(around(text, sentence, weakness.groups), &text[sentence.place.clone()]);
    format!("You said {quote}: {}", weakness.ask)
}

/// Where nothing can be quoted, the question is put again so that it can be answered.
fn instead(adequacy: Adequacy, question: &Question) -> String {
    let how = match adequacy {
        Adequacy::NotEnglish => "Could you answer in English?",
        Adequacy::OffTopic => "Can you answer with a backend system that you know?",
        Adequacy::AboutTheRating => "What would you answer to an interviewer?",
        _ => "Can you say more: one system you know, what hurt, what you would do and what that gives up?",
    };
    format!("{how} The question was: {}", question.text)
}

fn weaknesses<'a>(findings: &Findings, question: &'a Question, passage: &Passage) -> Vec<Weakness<'a>> {
    let habits = HABITS.iter().zip(&findings.habits).map(|(habit, finding)| of_habit(habit, finding, passage));
    let mistakes =
        MISTAKES.iter().zip(&findings.mistakes).map(|(mistake, finding)| of_mistake(mistake, finding, passage));
    let points = question.points.iter().zip(&findings.points).map(|(point, finding)| Weakness {
        lack: POINT_WEIGHT * lack(finding),
        ask: &point.ask,
        sentence: finding.nearest.unwrap_or_else(|| decision(passage)),
        groups: &DECISION,
    });
    mistakes.chain(habits).chain(points).collect()
}

/// What is missing of a full score; nothing where the score is full.
fn lack(finding: &Finding) -> f64 {
    if finding.verdict.score == 2 { 0.0 } else { ((2.0 - finding.verdict.expected) / 2.0).max(0.05) }
}

/// Where nothing is weak, the choice itself is put in question.
fn challenge(findings: &Findings, passage: &Passage) -> Weakness<'static> {
    let tradeoff = findings.habits[1].nearest.unwrap_or_else(|| decision(passage));
    let ask = "what would have to change for you to decide the other way?";
    Weakness { lack: 0.0, ask, sentence: tradeoff, groups: &["GIVEUP", "ACCEPT", "WORSE", "ALT"] }
}

fn of_habit(habit: &str, finding: &Finding, passage: &Passage) -> Weakness<'static> {
    let (ask, sentence, groups): (_, _, &[&str]) = match habit {
        "problem-first" => ("who was hurt by what before you chose that?", first_remedy(passage), &DECISION),
        "tradeoff" => {
            ("what does that give up, against the other thing you could have done?", decision(passage), &DECISION)
        }
        "outcome" => ("what got better because of it, and how would you show that?", decision(passage), &DECISION),
        _ => ("when did you see that yourself, what did you do and what came of it?", supposed(passage), &["HYPO"]),
    };
    Weakness { lack: lack(finding), ask, sentence, groups }
}

fn of_mistake(mistake: &str, finding: &Finding, passage: &Passage) -> Weakness<'static> {
    let (ask, groups): (_, &[&str]) = match mistake {
        "tools-without-tradeoff" => ("what do you pay for that, in work or in risk?", &["TOOL", "ARCH", "REMEDY"]),
        "ignores-dependency-risk" => {
            ("what do callers see when that is slow or gone, and who is paged?", &["TOOL", "MOVING"])
        }
        "scale-is-throughput" => ("as it grows, what breaks first besides capacity?", &["SCALE"]),
        _ => ("what follows from that in the code, in the data or at three at night?", &["ARCH", "BUZZ"]),
    };
    let lack = if finding.verdict.score > 0 { MISTAKE_WEIGHT * finding.verdict.expected.max(0.5) } else { 0.0 };
    Weakness { lack, ask, sentence: finding.nearest.unwrap_or_else(|| decision(passage)), groups }
}

fn first_remedy(passage: &Passage) -> usize {
    passage.sentences.iter().position(|sentence| decisions(sentence) > 0).unwrap_or(0)
}

/// The sentence with most of a decision in it.
fn decision(passage: &Passage) -> usize {
    most(passage, decisions)
}

/// The sentence that is most in the conditional.
fn supposed(passage: &Passage) -> usize {
    most(passage, |sentence| sentence.hits_of("HYPO").len())
}

fn decisions(sentence: &Sentence) -> usize {
    DECISION.iter().map(|group| sentence.hits_of(group).len()).sum()
}

/// The first of the sentences with the largest count.
fn most(passage: &Passage, count: impl Fn(&Sentence) -> usize) -> usize {
    let counts = passage.sentences.iter().map(count).enumerate();
    counts.reduce(|a, b| if b.1 > a.1 { b } else { a }).map_or(0, |(index, _)| index)
}
