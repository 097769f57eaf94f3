//! From sentences to named numbers: the only place where what is learned meets what is read.
//!
//! The trainer under `bench/coach` and the reading both call these functions, so that the two cannot diverge. Features
//! are named in words to keep the learned weights readable. Length by itself is none of them.

use crate::lexicon::Lexicon;
use crate::passage::{LEXICON, Passage, Sentence};
use crate::words::is_past;

/// A feature's name and value.
pub type Feature = (String, f64);

/// How the names of the features of [`presence`] begin.
pub const PRESENCE: &str = "any:";

/// How often a group may count within one sentence.
const MOST: usize = 3;

/// What comes up in one sentence together says more than both apart.
const PAIRS: &[(&str, &str)] = &[
    ("COST", "VERSUS"),
    ("GIVEUP", "ALT"),
    ("WORSE", "ALT"),
    ("GRUMBLE", "ALT"),
    ("ACCEPT", "WORSE"),
    ("ACCEPT", "ALT"),
    ("WE", "PAIN"),
    ("WHO", "PAIN"),
    ("FIRM", "PAIN"),
    ("REAL", "WHO"),
    ("REAL", "UNIT"),
    ("REMEDY", "TOOL"),
    ("HYPO", "TOOL"),
    ("HYPO", "GIVEUP"),
    ("FAILMODE", "RESULT"),
    ("WE", "REAL"),
];

/// Groups whose coming up in an earlier sentence matters.
const EARLIER: [&str; 8] = ["TOOL", "ARCH", "REMEDY", "PAIN", "PROBLEM", "ASK", "GIVEUP", "REAL"];

/// The features of sentence `index`: its n-grams, its groups, its neighbours' groups, its place, and what the whole
/// answer is like.
pub fn of_sentence(passage: &Passage, index: usize, answer: &[Feature]) -> Vec<Feature> {
    let sentence = &passage.sentences[index];
    let mut features = of_sentence_alone(sentence);
    features.extend(neighbours(passage, index));
    features.extend(position(passage, index));
    features.extend(earlier(passage, index));
    features.extend_from_slice(answer);
    features
}

/// What the whole answer is like: shares of its sentences, so that saying more of the same changes nothing.
pub fn of_answer(passage: &Passage) -> Vec<Feature> {
    let groups = LEXICON.groups().iter().enumerate();
    let mut features: Vec<Feature> =
        groups.map(|(group, name)| (format!("all:{name}"), passage.share(group).min(1.0))).collect();
    let count = passage.sentences.len().max(1) as f64;
    let past: f64 = passage.sentences.iter().map(|sentence| (sentence.past_verbs() as f64 / 2.0).min(1.0)).sum();
    let digits = passage.sentences.iter().filter(|sentence| sentence.words.iter().any(|word| word.text == "#")).count();
    features.push(("all:past".to_owned(), past / count));
    features.push(("all:digits".to_owned(), digits as f64 / count));
    features
}

/// The features of a sentence for itself, wherever it stands.
pub fn of_sentence_alone(sentence: &Sentence) -> Vec<Feature> {
    let mut features = ngrams(sentence);
    features.extend(style(sentence));
    features
}

/// In how many sentences each group comes up, up to three: what is absent altogether is another thing than what is rare.
pub fn presence(passage: &Passage) -> Vec<Feature> {
    let having = |group| passage.sentences.iter().filter(|sentence| sentence.count(group) > 0).take(MOST).count();
    let groups = LEXICON.groups().iter().enumerate();
    groups.map(|(group, name)| (format!("{PRESENCE}{name}"), having(group) as f64 / MOST as f64)).collect()
}

fn ngrams(sentence: &Sentence) -> Vec<Feature> {
    let words = &sentence.general;
    let mut names: Vec<String> = words.iter().map(|word| format!("w:{word}")).collect();
    names.extend(words.windows(2).map(|pair| format!("b:{} {}", pair[0], pair[1])));
    for pair in words.windows(2) {
        match (is_past(&pair[0]), is_past(&pair[1])) {
            (_, true) => names.push(format!("b:{} <PAST>", pair[0])),
            (true, _) => names.push(format!("b:<PAST> {}", pair[1])),
            _ => {}
        }
    }
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| (name, 1.0)).collect()
}

/// What kind of sentence it is, whatever its subject.
pub fn style(sentence: &Sentence) -> Vec<Feature> {
    let mut features = Vec::new();
    for (group, name) in LEXICON.groups().iter().enumerate() {
        push(&mut features, &format!("g:{name}"), sentence.count(group).min(MOST) as f64 * 2.0 / MOST as f64);
    }
    for (one, other) in PAIRS {
        let both = !sentence.hits_of(one).is_empty() && !sentence.hits_of(other).is_empty();
        push(&mut features, &format!("x:{one}+{other}"), f64::from(u8::from(both)));
    }
    let past = sentence.past_verbs();
    let ours = !sentence.hits_of("WE").is_empty() || !sentence.hits_of("I").is_empty();
    push(&mut features, "s:past", past.min(4) as f64 / 2.0);
    push(&mut features, "s:numbers", sentence.numbers().min(MOST) as f64 / 2.0);
    push(&mut features, "s:we-past", f64::from(u8::from(ours && past > 0)));
    push(&mut features, "s:hypothetical", f64::from(u8::from(past == 0 && !sentence.hits_of("HYPO").is_empty())));
    push(&mut features, "s:question", f64::from(u8::from(sentence.words.iter().any(|word| word.text == "?"))));
    push(&mut features, "s:long", sentence.words.len().min(40) as f64 / 20.0);
    features
}

fn neighbours(passage: &Passage, index: usize) -> Vec<Feature> {
    let mut features = Vec::new();
    let before = index.checked_sub(1).and_then(|at| passage.sentences.get(at));
    for (name, neighbour) in [("before", before), ("after", passage.sentences.get(index + 1))] {
        let Some(neighbour) = neighbour else { continue };
        for (group, group_name) in LEXICON.groups().iter().enumerate() {
            push(&mut features, &format!("{name}:{group_name}"), f64::from(neighbour.count(group).min(1) as u8) / 2.0);
        }
        push(&mut features, &format!("{name}:past"), neighbour.past_verbs().min(MOST) as f64 / 4.0);
    }
    features
}

/// What came up in any sentence before: a problem told after the first remedy is another thing than one told first.
fn earlier(passage: &Passage, index: usize) -> Vec<Feature> {
    let before = &passage.sentences[..index];
    let mut features = Vec::new();
    for name in EARLIER {
        let came_up = before.iter().any(|sentence| !sentence.hits_of(name).is_empty());
        push(&mut features, &format!("earlier:{name}"), f64::from(u8::from(came_up)));
    }
    features
}

fn position(passage: &Passage, index: usize) -> Vec<Feature> {
    let last = passage.sentences.len() - 1;
    let mut features = Vec::new();
    push(&mut features, "at:first", f64::from(u8::from(index == 0)));
    push(&mut features, "at:last", f64::from(u8::from(index == last)));
    push(&mut features, "at", index as f64 / last.max(1) as f64);
    features
}

/// The features of sentence `index` in respect of a point known by its cues only.
pub fn of_cues(passage: &Passage, cues: &Lexicon) -> Vec<Vec<Feature>> {
    let counts: Vec<usize> = passage.sentences.iter().map(|sentence| cues.hits(&sentence.words)[0].len()).collect();
    (0..counts.len()).map(|index| cue_features(passage, &counts, index)).collect()
}

fn cue_features(passage: &Passage, counts: &[usize], index: usize) -> Vec<Feature> {
    let sentence = &passage.sentences[index];
    let mut features = cue_counts(counts, index, sentence.words.len());
    for (name, value) in style(sentence) {
        if counts[index] > 0 {
            features.push((format!("cued {name}"), value));
        }
        features.push((name, value * 0.6));
    }
    features
}

fn cue_counts(counts: &[usize], index: usize, words: usize) -> Vec<Feature> {
    let count = counts[index];
    let near = |at: Option<usize>| at.and_then(|at| counts.get(at)).map_or(0.0, |&count| count.min(3) as f64 / 3.0);
    let mut features = Vec::new();
    push(&mut features, "cue:count", count.min(4) as f64 / 2.0);
    push(&mut features, "cue:one", f64::from(u8::from(count > 0)));
    push(&mut features, "cue:two", f64::from(u8::from(count > 1)));
    push(&mut features, "cue:three", f64::from(u8::from(count > 2)));
    push(&mut features, "cue:before", near(index.checked_sub(1)));
    push(&mut features, "cue:after", near(Some(index + 1)));
    push(&mut features, "cue:density", count as f64 * 5.0 / words.max(4) as f64);
    features
}

fn push(features: &mut Vec<Feature>, name: &str, value: f64) {
    if value != 0.0 {
        features.push((name.to_owned(), value));
    }
}

/// What a judge of a whole answer sees of one subject: the scores of its sentences, the best first.
pub fn pooled(scores: &[f64], prefix: &str) -> Vec<Feature> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let best = sorted.first().copied().unwrap_or(-6.0);
    let second = sorted.get(1).copied().unwrap_or(best - 2.0);
    let three: f64 = sorted.iter().take(3).map(|&score| logistic(score)).sum();
    vec![(format!("{prefix}best"), best), (format!("{prefix}second"), second), (format!("{prefix}three"), three)]
}

/// 1 / (1 + e⁻ˣ), the same on every machine.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}
