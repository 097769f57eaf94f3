//! From rated answers to a model: sentences first, then whole answers on top of scores from models that had not seen them.

use crate::agreement::{f1, kappa};
use crate::corpus::{Example, Late};
use crate::logistic::{Fit, Matrix, fit};
use coach::features::{Feature, PRESENCE, pooled};
use coach::model::{Judge, Model, Table, chance};
use coach::rubric::QUESTIONS;
use coach::scores::{self, Scores};
use coach::{HABITS, MISTAKES, OUTCOMES, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// Sentence weights: n-grams are many, so they are held small.
const SENTENCES: Fit = Fit { strength: 0.1, standardize: false };
/// Weights of whole answers.
const ANSWERS: Fit = Fit { strength: 0.03, standardize: true };
/// A word must be in so many sentences to count; fewer for one question's points.
const RAREST: usize = 3;
const RAREST_OF_POINT: usize = 2;

/// The habit that depends on order: its judge learns from answers that tell their problem late, too.
const PROBLEM_FIRST: &str = "problem-first";
/// Habits that a few sentences earn, so that the answer without them has none.
const WITH_TWINS: [&str; 2] = ["tradeoff", "example"];
/// Differences in agreement below this decide nothing between cuts.
const LUCK: f64 = 0.01;

/// Learns from `examples`.
pub(crate) fn train(examples: &[&Example]) -> Model {
    let tables = tables(examples);
    let (scores, mut late) = unseen(examples);
    let mut model = tables;
    for (index, subject) in HABITS.iter().chain(&MISTAKES).enumerate() {
        let twins = if *subject == PROBLEM_FIRST { std::mem::take(&mut late) } else { Vec::new() };
        model.judges.insert((*subject).to_owned(), subject_judge(examples, &scores, twins, index));
    }
    model.judges.insert("point".to_owned(), point_judge(examples, &scores, true));
    model.judges.insert("unlearned-point".to_owned(), point_judge(examples, &scores, false));
    model.judges.insert("outcome-kind".to_owned(), kind_judge(examples, &scores));
    model
}

/// Scores of each example from tables that were learned without its file, and the answers that tell their problem late.
fn unseen(examples: &[&Example]) -> (Vec<Scores>, Vec<Item>) {
    let files: BTreeSet<char> = examples.iter().map(|example| example.file).collect();
    let mut scores: Vec<Option<Scores>> = examples.iter().map(|_| None).collect();
    let mut late = Vec::new();
    for file in files {
        let others: Vec<&Example> = examples.iter().copied().filter(|example| example.file != file).collect();
        let model = tables(&others);
        for (place, example) in scores.iter_mut().zip(examples).filter(|(_, example)| example.file == file) {
            *place = Some(Scores::new(&model, example.question, &example.prepared));
            late.extend(example.late.as_ref().map(|late| late_item(&model, example, late)));
        }
    }
    (scores.into_iter().flatten().collect(), late)
}

fn late_item(model: &Model, example: &Example, late: &Late) -> Item {
    let scores = Scores::new(model, example.question, &late.prepared);
    let subject = HABITS.iter().position(|habit| *habit == PROBLEM_FIRST).expect("it is a habit");
    Item {
        features: scores::of_subject(&late.prepared, &scores, subject),
        score: 1,
        sentences: scores.subjects[subject].clone(),
        marks: late.marks.clone(),
        file: example.file,
    }
}

/// The tables that score sentences.
fn tables(examples: &[&Example]) -> Model {
    let mut model = Model::default();
    model.tables.insert(scores::SENTENCES.to_owned(), sentence_table(examples));
    model.tables.insert(scores::PROBLEM.to_owned(), problem_table(examples));
    model.tables.insert(scores::KINDS.to_owned(), kinds_table(examples));
    model.tables.insert(scores::ANY_POINT.to_owned(), any_point_table(examples));
    for question in QUESTIONS.iter() {
        let ours: Vec<&Example> =
            examples.iter().copied().filter(|example| example.question.id == question.id).collect();
        model.tables.insert(scores::points_table(question), points_table(&ours));
    }
    model
}

fn sentence_table(examples: &[&Example]) -> Table {
    let rows = examples.iter().flat_map(|example| &example.prepared.sentences).map(Vec::as_slice);
    let matrix = Matrix::new(rows, RAREST);
    let columns = scores::columns();
    let targets: Vec<Vec<f64>> = columns.iter().map(|subject| sentence_targets(examples, subject)).collect();
    fit(&matrix, columns, &targets, SENTENCES)
}

/// What tells a problem is learned from all that are told, first or late, clearly or in general words.
fn problem_table(examples: &[&Example]) -> Table {
    let rows = examples.iter().flat_map(|example| &example.prepared.alone).map(Vec::as_slice);
    let matrix = Matrix::new(rows, RAREST);
    let told = examples.iter().flat_map(|example| example.targets("problem-first"));
    fit(
        &matrix,
        vec!["problem".to_owned()],
        &[told.map(|target| f64::from(u8::from(target > 0.0))).collect()],
        SENTENCES,
    )
}

fn sentence_targets(examples: &[&Example], subject: &str) -> Vec<f64> {
    examples.iter().flat_map(|example| example.targets(subject)).collect()
}

fn any_point_table(examples: &[&Example]) -> Table {
    let rows = examples.iter().flat_map(|example| example.prepared.cued.iter().flatten()).map(Vec::as_slice);
    let matrix = Matrix::new(rows, RAREST);
    let points = |example: &&Example| example.question.points.iter().map(|point| point.id.clone()).collect::<Vec<_>>();
    let targets =
        examples.iter().flat_map(|example| points(example).into_iter().flat_map(|point| example.point_targets(&point)));
    fit(&matrix, vec!["covered".to_owned()], &[targets.collect()], SENTENCES)
}

/// One table for the points of a question; each point is fitted alone, since its cues are features of its own.
fn points_table(examples: &[&Example]) -> Table {
    let Some(first) = examples.first() else { return Table::default() };
    let points = &first.question.points;
    let columns: Vec<Table> = (0..points.len())
        .map(|point| {
            let rows: Vec<Vec<Feature>> = examples
                .iter()
                .flat_map(|example| {
                    (0..example.prepared.sentences.len()).map(move |at| example.prepared.of_point(point, at))
                })
                .collect();
            let targets = examples.iter().flat_map(|example| example.point_targets(&points[point].id)).collect();
            let matrix = Matrix::new(rows.iter().map(Vec::as_slice), RAREST_OF_POINT);
            fit(&matrix, vec![points[point].id.clone()], &[targets], SENTENCES)
        })
        .collect();
    Table::beside(columns)
}

/// Judges that see nothing but the features that `see` gives, for comparison: by subject, and `point`.
pub(crate) fn baseline(examples: &[&Example], see: fn(&Example) -> Vec<Feature>) -> BTreeMap<String, Judge> {
    let subjects = HABITS.iter().chain(&MISTAKES).map(|subject| {
        let items: Vec<Item> =
            examples.iter().map(|example| blind_item(example, example.score(subject), see)).collect();
        ((*subject).to_owned(), judge(&items, &[], if HABITS.contains(subject) { 2 } else { 1 }))
    });
    let points = examples.iter().flat_map(|example| {
        let rated = example.question.points.iter().map(|point| example.rating.coverage[&point.id].score);
        rated.map(|score| blind_item(example, score, see))
    });
    let point = judge(&points.collect::<Vec<_>>(), &[], 2);
    subjects.chain([("coverage".to_owned(), point)]).collect()
}

fn blind_item(example: &Example, score: u8, see: fn(&Example) -> Vec<Feature>) -> Item {
    Item { features: see(example), score, sentences: Vec::new(), marks: Vec::new(), file: example.file }
}

/// What a judge is fitted to: for each item its features, rated score, sentence scores, rated sentences, and file.
struct Item {
    features: Vec<Feature>,
    score: u8,
    sentences: Vec<f64>,
    marks: Vec<bool>,
    file: char,
}

impl Item {
    /// The same answer without the sentences that earned its score: it has earned none. Judges learn from these twins
    /// that the rest of an answer, however good, shows nothing by itself.
    fn twin(&self) -> Option<Item> {
        let unmarked = self.sentences.iter().zip(&self.marks).filter(|(_, marked)| !**marked);
        let rest: Vec<f64> = unmarked.map(|(score, _)| *score).collect();
        if self.score == 0 || rest.is_empty() {
            return None;
        }
        let mut features = self.features.clone();
        for (name, value) in pooled(&rest, "") {
            features.iter_mut().filter(|(known, _)| *known == name).for_each(|feature| feature.1 = value);
        }
        Some(Item { features, score: 0, marks: vec![false; rest.len()], sentences: rest, file: self.file })
    }
}

/// The judge of the habit or mistake in column `index`, fitted to the examples and to `twins` of them.
fn subject_judge(examples: &[&Example], scores: &[Scores], mut twins: Vec<Item>, index: usize) -> Judge {
    let subject = *HABITS.iter().chain(&MISTAKES).nth(index).expect("a habit or mistake");
    let items: Vec<Item> = examples
        .iter()
        .zip(scores)
        .map(|(example, scores)| Item {
            features: seen(scores::of_subject(&example.prepared, scores, index), subject),
            score: example.score(subject),
            sentences: scores.subjects[index].clone(),
            marks: example.targets(subject).into_iter().map(|target| target > 0.0).collect(),
            file: example.file,
        })
        .collect();
    twins.extend(items.iter().filter(|_| WITH_TWINS.contains(&subject)).filter_map(Item::twin));
    judge(&items, &twins, if index < HABITS.len() { 2 } else { 1 })
}

/// Where the answer without its sentence shall have nothing, what comes up elsewhere in it is no opinion.
fn seen(features: Vec<Feature>, subject: &str) -> Vec<Feature> {
    let counts = |(name, _): &Feature| !(WITH_TWINS.contains(&subject) && name.starts_with(PRESENCE));
    features.into_iter().filter(counts).collect()
}

fn point_judge(examples: &[&Example], scores: &[Scores], learned: bool) -> Judge {
    let mut items = Vec::new();
    for (example, scores) in examples.iter().zip(scores) {
        for (index, point) in example.question.points.iter().enumerate() {
            let (features, sentences) = if learned {
                (scores::of_point(&example.prepared, scores, index), scores.of_point(index))
            } else {
                (scores::of_unlearned(&example.prepared, scores, index), scores.by_cues[index].clone())
            };
            let marks = example.point_targets(&point.id).into_iter().map(|target| target > 0.0).collect();
            let score = example.rating.coverage[&point.id].score;
            items.push(Item { features, score, sentences, marks, file: example.file });
        }
    }
    judge(&items, &[], 2)
}

/// Fits to items and their twins; cuts, thresholds and confidence come from the items alone.
fn judge(items: &[Item], twins: &[Item], levels: u8) -> Judge {
    let expected = unseen_chances(items, twins, levels);
    let sums: Vec<f64> = expected.iter().map(|reached| reached.iter().sum()).collect();
    let rated: Vec<u8> = items.iter().map(|item| item.score).collect();
    let cuts = if levels == 2 { two_cuts(&rated, &sums) } else { vec![one_cut(&rated, &sums)] };
    let read: Vec<usize> = sums.iter().map(|sum| cuts.iter().filter(|&cut| sum > cut).count()).collect();
    let chances: Vec<(f64, bool)> = expected
        .iter()
        .zip(&read)
        .zip(&rated)
        .map(|((reached, &read), &rated)| (chance(reached, read), read == usize::from(rated)))
        .collect();
    let all: Vec<&Item> = items.iter().chain(twins).collect();
    Judge {
        table: levels_table(&all, levels),
        evidence: evidence_threshold(items, &read),
        cuts,
        trust: trust(&chances),
    }
}

/// Two opinions side by side: one that sees the scores of the sentences, and one that sees only what comes up at all.
fn levels_table(items: &[&Item], levels: u8) -> Table {
    let presence = |(name, _): &Feature| name.starts_with(PRESENCE);
    let seen = |wanted: bool| {
        items.iter().map(|item| item.features.iter().filter(|f| presence(f) == wanted).cloned().collect()).collect()
    };
    let opinions: [Vec<Vec<Feature>>; 2] = [seen(false), seen(true)];
    let informed = opinions.iter().filter(|rows| rows.iter().any(|row| !row.is_empty()));
    Table::beside(informed.map(|rows| opinion(rows, items, levels)).collect())
}

fn opinion(rows: &[Vec<Feature>], items: &[&Item], levels: u8) -> Table {
    let matrix = Matrix::new(rows.iter().map(Vec::as_slice), 1);
    let reached = |level: u8| items.iter().map(|item| f64::from(u8::from(item.score >= level))).collect::<Vec<_>>();
    let targets: Vec<Vec<f64>> = (1..=levels).map(reached).collect();
    fit(&matrix, (1..=levels).map(|level| format!("at-least-{level}")).collect(), &targets, ANSWERS)
}

/// The chances of each level for each item, from a judge that was fitted without its file.
fn unseen_chances(items: &[Item], twins: &[Item], levels: u8) -> Vec<Vec<f64>> {
    let files: BTreeSet<char> = items.iter().map(|item| item.file).collect();
    let mut chances = vec![Vec::new(); items.len()];
    for file in files {
        let others: Vec<&Item> = items.iter().chain(twins).filter(|item| item.file != file).collect();
        let table = levels_table(&others, levels);
        for (place, item) in chances.iter_mut().zip(items).filter(|(_, item)| item.file == file) {
            *place = table.chances(levels.into(), &item.features);
        }
    }
    chances
}

/// Values between which cuts are sought: quantiles, so that each separates some answers.
fn candidates(sums: &[f64]) -> Vec<f64> {
    let mut sorted = sums.to_vec();
    sorted.sort_by(f64::total_cmp);
    (1..40).map(|step| sorted[(sorted.len() - 1) * step / 40]).collect()
}

fn two_cuts(rated: &[u8], sums: &[f64]) -> Vec<f64> {
    let candidates = candidates(sums);
    let above = |low: f64| candidates.iter().copied().filter(move |&high| high >= low);
    let pairs: Vec<(f64, f64)> = candidates.iter().flat_map(|&low| above(low).map(move |high| (low, high))).collect();
    let agreement = |&(low, high): &(f64, f64)| {
        let read = |sum: f64| u8::from(sum > low) + u8::from(sum > high);
        kappa(&rated.iter().zip(sums).map(|(&rated, &sum)| (rated, read(sum))).collect::<Vec<_>>())
    };
    let near = nearly_best(&pairs, agreement);
    let mean = |part: fn(&(f64, f64)) -> f64| near.iter().map(part).sum::<f64>() / near.len() as f64;
    vec![mean(|pair| pair.0), mean(|pair| pair.1)]
}

fn one_cut(rated: &[u8], sums: &[f64]) -> f64 {
    let agreement =
        |&cut: &f64| f1(&rated.iter().zip(sums).map(|(&rated, &sum)| (rated > 0, sum > cut)).collect::<Vec<_>>());
    let cuts: Vec<f64> = (10..=70).step_by(2).map(|percent| f64::from(percent) / 100.0).collect();
    let near = nearly_best(&cuts, agreement);
    near.iter().sum::<f64>() / near.len() as f64
}

/// The sentence score from which on to quote: the best F1 where something is quoted at all.
fn evidence_threshold(items: &[Item], read: &[usize]) -> f64 {
    let agreement = |&threshold: &f64| {
        let pairs = items.iter().zip(read).flat_map(|(item, &read)| quotes(item, read, threshold));
        f1(&pairs.collect::<Vec<_>>())
    };
    best((-40..=20).map(|tenth| f64::from(tenth) / 10.0), agreement)
}

fn quotes(item: &Item, read: usize, threshold: f64) -> Vec<(bool, bool)> {
    let quoted = if read == 0 || item.sentences.is_empty() { Vec::new() } else { quoted(&item.sentences, threshold) };
    item.marks.iter().enumerate().map(|(at, &mark)| (mark, quoted.contains(&at))).collect()
}

/// Only the threshold of this judge is used: from which score on a sentence speaks for a kind of outcome.
fn kind_judge(examples: &[&Example], scores: &[Scores]) -> Judge {
    let mut pairs = Vec::new();
    for (example, scores) in examples.iter().zip(scores) {
        let sentences = example.consequences();
        for (kind, name) in OUTCOMES.iter().enumerate().filter(|_| !sentences.is_empty()) {
            let best = sentences.iter().map(|&at| scores.kinds[at][kind]).fold(f64::MIN, f64::max);
            pairs.push((example.is_tied_to(name), best));
        }
    }
    let agreement =
        |&threshold: &f64| f1(&pairs.iter().map(|(tied, best)| (*tied, *best >= threshold)).collect::<Vec<_>>());
    let evidence = best((-40..=20).map(|tenth| f64::from(tenth) / 10.0), agreement);
    Judge { evidence, ..Judge::default() }
}

/// What a consequence is about is learned from consequences only.
fn kinds_table(examples: &[&Example]) -> Table {
    let of = |example: &&Example| {
        example.consequences().into_iter().map(|at| example.prepared.alone[at].clone()).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<Feature>> = examples.iter().flat_map(of).collect();
    let matrix = Matrix::new(rows.iter().map(Vec::as_slice), RAREST);
    let tied = |kind: &&str| {
        let targets = examples.iter().flat_map(|example| {
            let target = f64::from(u8::from(example.is_tied_to(kind)));
            example.consequences().into_iter().map(move |_| target)
        });
        targets.collect()
    };
    let targets: Vec<Vec<f64>> = OUTCOMES.iter().map(tied).collect();
    fit(&matrix, OUTCOMES.iter().map(|kind| (*kind).to_owned()).collect(), &targets, SENTENCES)
}

/// Platt scaling of the chance that a verdict is right (Platt 1999), on verdicts of judges that had not seen the answer.
fn trust(chances: &[(f64, bool)]) -> (f64, f64) {
    let log_odds = |chance: f64| libm::log(chance.clamp(1e-6, 1.0 - 1e-6) / (1.0 - chance.clamp(1e-6, 1.0 - 1e-6)));
    let rows: Vec<Vec<Feature>> =
        chances.iter().map(|(chance, _)| vec![("odds".to_owned(), log_odds(*chance))]).collect();
    let targets = chances.iter().map(|(_, right)| f64::from(u8::from(*right))).collect();
    let matrix = Matrix::new(rows.iter().map(Vec::as_slice), 1);
    let how = Fit { strength: 1.0, standardize: false };
    let table = fit(&matrix, vec!["right".to_owned()], &[targets], how);
    let offset = table.scores(&[])[0];
    (table.scores(&[("odds".to_owned(), 1.0)])[0] - offset, offset)
}

/// All candidates as good as the best but for luck: their middle moves less from one set of answers to the next.
fn nearly_best<T: Copy>(candidates: &[T], value: impl Fn(&T) -> f64) -> Vec<T> {
    let values: Vec<f64> = candidates.iter().map(value).collect();
    let most = values.iter().copied().fold(f64::MIN, f64::max);
    candidates.iter().zip(values).filter(|(_, value)| *value >= most - LUCK).map(|(candidate, _)| *candidate).collect()
}

/// The first of the candidates with the highest value.
fn best<T>(candidates: impl Iterator<Item = T>, value: impl Fn(&T) -> f64) -> T {
    let valued = candidates.map(|candidate| (value(&candidate), candidate));
    valued.reduce(|a, b| if b.0 > a.0 { b } else { a }).expect("there are candidates").1
}
