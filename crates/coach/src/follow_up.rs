//! What an interviewer would ask next: about the weakest point, in the person's own words.
//!
//! The reading says which gap is the widest and which sentence comes nearest to it; that sentence is quoted, and the bank's
//! probe for this gap is asked. The bank has five for a question, so that some gaps have none: those get a question of
//! the coach's own. Nothing is asked in the order of a list; of gaps that are equally wide a mistake comes first, then a
//! habit.

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
    /// The habit, mistake or point, as the bank's probes name it; none for a challenge.
    gap: &'a str,
    /// How wide it is: 0 for none, about 1 for all that can be missing.
    lack: f64,
    /// What to ask where the bank has no probe.
    ask: &'a str,
    /// Which sentence to quote, and around a phrase of which groups.
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
    asked(&weakest.unwrap_or_else(|| challenge(findings, passage)), question, passage, text)
}

fn asked(weakness: &Weakness, question: &Question, passage: &Passage, text: &str) -> String {
    let sentence = &passage.sentences[weakness.sentence];
    let quote = marked(around(text, sentence, weakness.groups), &text[sentence.place.clone()]);
    match question.probe(weakness.gap) {
        Some(probe) => format!("You said {quote}. {probe}"),
        None => format!("You said {quote}: {}", weakness.ask),
    }
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
        gap: &point.id,
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
    Weakness { gap: "", lack: 0.0, ask, sentence: tradeoff, groups: &["GIVEUP", "ACCEPT", "WORSE", "ALT"] }
}

fn of_habit(habit: &'static str, finding: &Finding, passage: &Passage) -> Weakness<'static> {
    let (ask, sentence, groups): (_, _, &[&str]) = match habit {
        "problem-first" => ("who was hurt by what before you chose that?", first_remedy(passage), &DECISION),
        "tradeoff" => {
            ("what does that give up, against the other thing you could have done?", decision(passage), &DECISION)
        }
        "outcome" => ("what got better because of it, and how would you show that?", decision(passage), &DECISION),
        _ => ("when did you see that yourself, what did you do and what came of it?", supposed(passage), &["HYPO"]),
    };
    Weakness { gap: habit, lack: lack(finding), ask, sentence, groups }
}

fn of_mistake(mistake: &'static str, finding: &Finding, passage: &Passage) -> Weakness<'static> {
    let (ask, groups): (_, &[&str]) = match mistake {
        "tools-without-tradeoff" => ("what do you pay for that, in work or in risk?", &["TOOL", "ARCH", "REMEDY"]),
        "ignores-dependency-risk" => {
            ("what do callers see when that is slow or gone, and who is paged?", &["TOOL", "MOVING"])
        }
        "scale-is-throughput" => ("as it grows, what breaks first besides capacity?", &["SCALE"]),
        _ => ("what follows from that in the code, in the data or at three at night?", &["ARCH", "BUZZ"]),
    };
    let lack = if finding.verdict.score > 0 { MISTAKE_WEIGHT * finding.verdict.expected.max(0.5) } else { 0.0 };
    let sentence = finding.nearest.unwrap_or_else(|| decision(passage));
    Weakness { gap: mistake, lack, ask, sentence, groups }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;
    use crate::rubric;

    const ANSWER: &str = "The price page took nine seconds every evening, because it joined seven tables. \
                          We copied the price into the order row and filled it from a Kafka topic. \
                          It opens in half a second now.";

    fn finding(score: u8, expected: f64, nearest: usize) -> Finding {
        let evidence = if score > 0 { vec![nearest] } else { Vec::new() };
        Finding { verdict: Verdict { score, expected, confidence: 0.9 }, evidence, nearest: Some(nearest) }
    }

    /// Everything is there but for `gap`, to which sentence 1 comes nearest.
    fn all_but(gap: &str, question: &Question) -> Findings {
        let found = |id: &str| if id == gap { finding(0, 0.0, 1) } else { finding(2, 2.0, 0) };
        let mistake = |id: &&str| if *id == gap { finding(1, 0.9, 1) } else { finding(0, 0.1, 0) };
        Findings {
            habits: HABITS.map(found).to_vec(),
            mistakes: MISTAKES.iter().map(mistake).collect(),
            points: question.points.iter().map(|point| found(&point.id)).collect(),
            outcomes: Vec::new(),
        }
    }

    fn follow_up(gap: &str, question: &Question) -> String {
        let passage = Passage::read(ANSWER);
        let assessment = crate::assess(&question.id, ANSWER).expect("the question exists");
        super::question(&assessment, &all_but(gap, question), question, &passage, ANSWER, Adequacy::Enough)
    }

    /// The same answer, and whatever it lacks most is what the bank's probe for that gap asks about.
    #[test]
    fn the_widest_gap_decides_which_probe_is_asked() {
        let asked = rubric::question("denormalize").expect("it is there");
        let gaps: Vec<&str> = asked.probes.iter().map(|probe| probe.gap.as_str()).collect();
        let follow_ups: Vec<String> = gaps.iter().map(|gap| follow_up(gap, asked)).collect();
        for (gap, follow_up) in gaps.iter().zip(&follow_ups) {
            assert!(follow_up.ends_with(asked.probe(gap).expect("one for each")), "{gap}: {follow_up}");
            let quote = follow_up.split(['“', '”']).nth(1).expect("a quote").trim_matches(['…', ' ']);
            assert!(!quote.is_empty() && ANSWER.contains(quote), "{gap}: {follow_up}");
        }
        let different: std::collections::BTreeSet<&String> = follow_ups.iter().collect();
        assert_eq!(different.len(), 5, "{follow_ups:#?}");
    }

    #[test]
    fn a_gap_without_a_probe_gets_a_question_of_the_coach_s_own() {
        let asked = rubric::question("denormalize").expect("it is there");
        assert_eq!(asked.probe("example"), None);
        let follow_up = follow_up("example", asked);
        assert!(follow_up.starts_with("You said “") && follow_up.ends_with("what came of it?"), "{follow_up}");
    }

    #[test]
    fn where_nothing_is_missing_the_choice_is_put_in_question() {
        let asked = rubric::question("denormalize").expect("it is there");
        assert!(follow_up("", asked).ends_with("for you to decide the other way?"));
    }
}
