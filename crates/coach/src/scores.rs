//! The learned scores of every sentence of an answer, and what a judge of the whole answer sees of them.

use crate::assessment::{HABITS, MISTAKES};
use crate::features::{self, Feature, pooled};
use crate::model::Model;
use crate::passage::{LEXICON, Passage, Sentence};
use crate::rubric::{Point, Question};

/// The table of what can be said of a sentence whatever the question.
pub const SENTENCES: &str = "sentences";
/// The table that finds problems, wherever they are told.
pub const PROBLEM: &str = "problem";
/// The table that tells what a consequence is about, with a column for each of [`crate::OUTCOMES`].
pub const KINDS: &str = "kinds-of-outcome";
/// The table of points that are known by their cues.
pub const ANY_POINT: &str = "any-point";

/// Groups that name a remedy.
const REMEDIES: [&str; 3] = ["REMEDY", "TOOL", "ARCH"];

/// The columns of the table [`SENTENCES`].
pub fn columns() -> Vec<String> {
    HABITS.iter().chain(&MISTAKES).map(|subject| (*subject).to_owned()).collect()
}

/// The name of the table with a column for each point of `question`.
pub fn points_table(question: &Question) -> String {
    format!("points-of-{}", question.id)
}

/// The features of an answer's sentences, taken once.
pub struct Prepared<'a> {
    /// The answer.
    pub passage: &'a Passage,
    /// What the whole is like.
    pub answer: Vec<Feature>,
    /// What comes up in it at all.
    pub presence: Vec<Feature>,
    /// Features of each sentence by itself.
    pub alone: Vec<Vec<Feature>>,
    /// Features of each sentence in its place.
    pub sentences: Vec<Vec<Feature>>,
    /// For each point of the question, features of each sentence by its cues.
    pub cued: Vec<Vec<Vec<Feature>>>,
}

impl<'a> Prepared<'a> {
    /// Takes the features of `passage` as an answer to `question`.
    pub fn new(passage: &'a Passage, question: &Question) -> Prepared<'a> {
        let answer = features::of_answer(passage);
        let indices = 0..passage.sentences.len();
        let sentences = indices.map(|index| features::of_sentence(passage, index, &answer)).collect();
        let cued = question.points.iter().map(|point| features::of_cues(passage, &point.cues)).collect();
        let alone = passage.sentences.iter().map(features::of_sentence_alone).collect();
        Prepared { passage, answer, presence: features::presence(passage), alone, sentences, cued }
    }

    /// The features of one sentence for a point with a table of its own.
    pub fn of_point(&self, point: usize, sentence: usize) -> Vec<Feature> {
        let cues = self.cued[point][sentence].iter().filter(|(name, _)| name.starts_with("cue:"));
        self.sentences[sentence].iter().chain(cues).cloned().collect()
    }
}

/// Scores of each sentence.
pub struct Scores {
    /// By column of [`columns`], then sentence.
    pub subjects: Vec<Vec<f64>>,
    /// For each sentence, what its consequence would be about: a score for each kind.
    pub kinds: Vec<Vec<f64>>,
    /// How much each sentence tells a problem, wherever it stands.
    pub problem: Vec<f64>,
    /// For each point, by its cues.
    pub by_cues: Vec<Vec<f64>>,
    /// For each point, by weights of its own; as by cues where there are none.
    pub by_point: Vec<Vec<f64>>,
}

impl Scores {
    /// The scores that `model` gives to the sentences of an answer.
    pub fn new(model: &Model, question: &Question, prepared: &Prepared) -> Scores {
        let count = prepared.sentences.len();
        let mut subjects = vec![Vec::with_capacity(count); columns().len()];
        for features in &prepared.sentences {
            let scores = model.table(SENTENCES).map_or_else(Vec::new, |table| table.scores(features));
            subjects.iter_mut().zip(scores).for_each(|(subject, score)| subject.push(score.clamp(-6.0, 6.0)));
        }
        let points = 0..question.points.len();
        let by_cues: Vec<Vec<f64>> = points.clone().map(|point| by_cues(model, prepared, point)).collect();
        let by_point = points.map(|point| by_point(model, question, prepared, point, &by_cues[point])).collect();
        let problem = |features: &Vec<Feature>| model.table(PROBLEM).map_or(-6.0, |table| table.scores(features)[0]);
        let problem = prepared.alone.iter().map(problem).collect();
        let kinds = |features: &Vec<Feature>| model.table(KINDS).map_or_else(Vec::new, |table| table.scores(features));
        let kinds = prepared.alone.iter().map(kinds).collect();
        let mut scores = Scores { subjects, kinds, problem, by_cues, by_point };
        scores.silence(prepared.passage);
        scores
    }

    /// Sentences about the rating itself show nothing.
    fn silence(&mut self, passage: &Passage) {
        let silent: Vec<usize> = (0..passage.sentences.len()).filter(|&at| is_about_the_rating(passage, at)).collect();
        for scores in
            self.subjects.iter_mut().chain([&mut self.problem]).chain(&mut self.by_cues).chain(&mut self.by_point)
        {
            silent.iter().for_each(|&at| scores[at] = -6.0);
        }
    }

    /// The scores of each sentence for a point: both readings together.
    pub fn of_point(&self, point: usize) -> Vec<f64> {
        self.by_cues[point].iter().zip(&self.by_point[point]).map(|(cues, own)| cues + own).collect()
    }
}

fn by_cues(model: &Model, prepared: &Prepared, point: usize) -> Vec<f64> {
    let score = |features: &Vec<Feature>| model.table(ANY_POINT).map_or(-6.0, |table| table.scores(features)[0]);
    prepared.cued[point].iter().map(|features| score(features).clamp(-6.0, 6.0)).collect()
}

fn by_point(model: &Model, question: &Question, prepared: &Prepared, point: usize, cues: &[f64]) -> Vec<f64> {
    let known = &question.points[point];
    let Some(table) = model.table(&points_table(question)).filter(|_| known.learned) else { return cues.to_vec() };
    let Some(column) = table.columns.iter().position(|column| *column == known.id) else { return cues.to_vec() };
    let features = (0..prepared.sentences.len()).map(|sentence| prepared.of_point(point, sentence));
    features.map(|features| table.scores(&features)[column].clamp(-6.0, 6.0)).collect()
}

/// What the judge of a habit or mistake, the column `subject` of [`columns`], sees.
pub fn of_subject(prepared: &Prepared, scores: &Scores, subject: usize) -> Vec<Feature> {
    let mut features = pooled(&scores.subjects[subject], "");
    features.extend_from_slice(&prepared.answer);
    features.extend_from_slice(&prepared.presence);
    if HABITS.get(subject) == Some(&"problem-first") {
        features.extend(order(prepared.passage, &scores.problem));
    }
    features
}

/// The first sentence that names a remedy.
pub fn first_remedy(passage: &Passage) -> Option<usize> {
    let is_remedy = |sentence: &Sentence| REMEDIES.iter().any(|group| !sentence.hits_of(group).is_empty());
    passage.sentences.iter().position(is_remedy)
}

/// Whether the problem is told before the first remedy.
fn order(passage: &Passage, problem: &[f64]) -> Vec<Feature> {
    let remedy = first_remedy(passage).unwrap_or(passage.sentences.len());
    let most = |scores: &[f64]| scores.iter().copied().fold(-4.0, f64::max);
    let (until, behind) = problem.split_at((remedy + 1).min(problem.len()));
    let (before, after) = (most(until), most(behind));
    let count = problem.len().max(1) as f64;
    vec![
        ("order:before".to_owned(), before),
        ("order:after".to_owned(), after),
        ("order:late".to_owned(), (after - before).max(0.0)),
        ("order:first".to_owned(), problem.first().copied().unwrap_or(-4.0)),
        ("order:remedy".to_owned(), remedy as f64 / count),
        ("order:any".to_owned(), most(problem)),
    ]
}

/// What the judge of a point sees.
pub fn of_point(prepared: &Prepared, scores: &Scores, point: usize) -> Vec<Feature> {
    let mut features = of_unlearned(prepared, scores, point);
    features.extend(pooled(&scores.of_point(point), "both "));
    features.extend(pooled(&scores.by_point[point], "own "));
    features
}

/// What the judge of a point that nothing was learned about sees.
pub fn of_unlearned(prepared: &Prepared, scores: &Scores, point: usize) -> Vec<Feature> {
    let mut features = pooled(&scores.by_cues[point], "cues ");
    let counts = prepared.cued[point].iter().map(|features| value_of(features, "cue:count"));
    features.push(("cues most".to_owned(), counts.clone().fold(0.0, f64::max)));
    features.push(("cues all".to_owned(), counts.sum::<f64>().min(6.0)));
    for name in ["all:past", "all:digits", "all:BUZZ", "all:HYPO", "all:TOOL", "all:WE"] {
        features.push((name.to_owned(), value_of(&prepared.answer, name)));
    }
    features
}

fn value_of(features: &[Feature], name: &str) -> f64 {
    features.iter().find(|(known, _)| known == name).map_or(0.0, |(_, value)| *value)
}

/// The name of the judge of a point.
pub fn judge_of(point: &Point) -> &'static str {
    if point.learned { "point" } else { "unlearned-point" }
}

/// Whether a sentence talks about its own rating rather than about the question.
pub fn is_about_the_rating(passage: &Passage, sentence: usize) -> bool {
    LEXICON.group("META").is_some_and(|group| passage.sentences[sentence].count(group) > 0)
}
