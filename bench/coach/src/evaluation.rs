//! Leave one file out: trained on the others, read on the one left out, by the very code that ships.

use crate::agreement::{f1, kappa};
use crate::corpus::{Example, FILES, LEARNED_ONLY};
use crate::training::{self, train};
use coach::features::Feature;
use coach::model::Model;
use coach::rubric::QUESTIONS;
use coach::scores::{self, Scores};
use coach::{Finding, HABITS, MISTAKES, OUTCOMES, judge};
use std::collections::BTreeMap;

/// Rated and read, pooled over all files and for each.
#[derive(Default)]
pub(crate) struct Measured {
    /// Habits and mistakes by id, points as `coverage` and as `QUESTION POINT`: (file, rated, read).
    pub(crate) scores: BTreeMap<String, Vec<(char, u8, u8)>>,
    /// The same subjects: (rated, quoted) for each sentence.
    pub(crate) evidence: BTreeMap<String, Vec<(bool, bool)>>,
    /// Kinds of outcome where rating and reading both see one: (rated, read).
    pub(crate) outcomes: Vec<(bool, bool)>,
    /// Confidence, and whether the score was right, by group of subjects.
    pub(crate) trust: BTreeMap<&'static str, Vec<(f64, bool)>>,
}

/// Reads every file with a model that was trained on the others.
pub(crate) fn leave_one_file_out(examples: &[Example]) -> Measured {
    let mut measured = Measured::default();
    for file in FILES {
        let (held_out, seen): (Vec<&Example>, Vec<&Example>) =
            examples.iter().partition(|example| example.file == file);
        let model = train(&seen);
        held_out.into_iter().for_each(|example| measured.read(&model, example));
    }
    measured
}

/// Coverage of each question's points read by their cues alone, with a model that has seen no answer to that question:
/// what to expect of a question that the coach was never trained on. (rated, read).
pub(crate) fn leave_one_question_out(examples: &[Example]) -> Vec<(u8, u8)> {
    let mut pairs = Vec::new();
    for question in QUESTIONS.iter() {
        let (held_out, seen): (Vec<&Example>, Vec<&Example>) =
            examples.iter().partition(|example| example.question.id == question.id);
        let model = train(&seen);
        for example in held_out.into_iter().filter(|example| !LEARNED_ONLY.contains(&example.file)) {
            let scores = Scores::new(&model, question, &example.prepared);
            for (index, point) in question.points.iter().enumerate() {
                let features = scores::of_unlearned(&example.prepared, &scores, index);
                let read = model.judge("unlearned-point").verdict(&features).score;
                pairs.push((example.rating.coverage[&point.id].score, read));
            }
        }
    }
    pairs
}

/// As [`leave_one_file_out`], for judges that see only what `see` gives.
pub(crate) fn baseline(examples: &[Example], see: fn(&Example) -> Vec<Feature>) -> Measured {
    let mut measured = Measured::default();
    for file in FILES {
        let (held_out, seen): (Vec<&Example>, Vec<&Example>) =
            examples.iter().partition(|example| example.file == file);
        let judges = training::baseline(&seen, see);
        for example in held_out {
            let read = |subject: &str| judges[subject].verdict(&see(example)).score;
            for subject in HABITS.iter().chain(&MISTAKES) {
                measured.note(subject, file, example.score(subject), read(subject));
            }
            for point in &example.question.points {
                measured.note("coverage", file, example.rating.coverage[&point.id].score, read("coverage"));
            }
        }
    }
    measured
}

impl Measured {
    fn note(&mut self, subject: &str, file: char, rated: u8, read: u8) {
        self.scores.entry(subject.to_owned()).or_default().push((file, rated, read));
    }

    /// Adds what `model` reads in `example`.
    pub(crate) fn read(&mut self, model: &Model, example: &Example) {
        let findings = judge(model, example.question, example.passage);
        for (subject, finding) in HABITS.iter().zip(&findings.habits).chain(MISTAKES.iter().zip(&findings.mistakes)) {
            let group = if HABITS.contains(subject) { "habits" } else { "mistakes" };
            let marks: Vec<bool> = example.targets(subject).into_iter().map(|target| target > 0.0).collect();
            self.add(subject, group, example, example.score(subject), finding, &marks);
        }
        for (point, finding) in example.question.points.iter().zip(&findings.points) {
            let marks: Vec<bool> = example.point_targets(&point.id).into_iter().map(|target| target > 0.0).collect();
            let rated = example.rating.coverage[&point.id].score;
            self.add("coverage", "coverage", example, rated, finding, &marks);
            let name = format!("{} {}", example.question.id, point.id);
            self.note(&name, example.file, rated, finding.verdict.score);
        }
        let rated = &example.rating.habits["outcome"];
        if rated.score == 2 && findings.habits[2].verdict.score == 2 {
            let kind =
                |kind: &&str| (rated.outcomes.iter().any(|outcome| outcome == kind), findings.outcomes.contains(kind));
            self.outcomes.extend(OUTCOMES.iter().map(kind));
        }
    }

    fn add(
        &mut self,
        subject: &str,
        group: &'static str,
        example: &Example,
        rated: u8,
        finding: &Finding,
        marks: &[bool],
    ) {
        let read = finding.verdict.score;
        self.note(subject, example.file, rated, read);
        let quoted = marks.iter().enumerate().map(|(at, &mark)| (mark, finding.evidence.contains(&at)));
        self.evidence.entry(subject.to_owned()).or_default().extend(quoted);
        self.trust.entry(group).or_default().push((finding.verdict.confidence, rated == read));
    }

    /// Agreement on `subject`, over all files or in one: F1 for mistakes, kappa for the rest.
    pub(crate) fn agreement(&self, subject: &str, file: Option<char>) -> f64 {
        let scores = self.scores[subject].iter().filter(|(of, _, _)| file.is_none_or(|file| *of == file));
        let pairs: Vec<(u8, u8)> = scores.map(|&(_, rated, read)| (rated, read)).collect();
        if MISTAKES.contains(&subject) {
            f1(&pairs.into_iter().map(|(rated, read)| (rated > 0, read > 0)).collect::<Vec<_>>())
        } else {
            kappa(&pairs)
        }
    }

    /// F1 of quoted sentences over `subjects` together.
    pub(crate) fn evidence_f1(&self, subjects: &[&str]) -> f64 {
        f1(&subjects.iter().flat_map(|subject| self.evidence[*subject].iter().copied()).collect::<Vec<_>>())
    }

    /// For each tenth of confidence: how many verdicts, their mean confidence, and the share that is right.
    pub(crate) fn reliability(&self, group: &str) -> Vec<(usize, f64, f64)> {
        let bins = (0..10).map(|tenth| {
            let inside = |confidence: f64| ((confidence * 10.0) as usize).min(9) == tenth;
            let verdicts: Vec<_> = self.trust[group].iter().filter(|(confidence, _)| inside(*confidence)).collect();
            let count = verdicts.len();
            let mean = verdicts.iter().map(|(confidence, _)| confidence).sum::<f64>() / count.max(1) as f64;
            (count, mean, verdicts.iter().filter(|(_, right)| *right).count() as f64 / count.max(1) as f64)
        });
        bins.filter(|(count, _, _)| *count > 0).collect()
    }
}
