//! Rated answers, read from `bench/coach/data`.

use coach::passage::Passage;
use coach::rubric::{self, Question};
use coach::scores::{self, Prepared};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// The files by their letters. Each was written apart from the others, so that a model trained on three of them has seen
/// nothing of the fourth.
pub(crate) const FILES: [char; 4] = ['a', 'b', 'd', 'e'];

/// What is learned from and never tested on: whoever wrote it knew how the coach reads.
pub(crate) const LEARNED_ONLY: [char; 1] = ['f'];

#[derive(Deserialize)]
struct Answer {
    id: String,
    question: String,
    sentences: Vec<String>,
}

/// A rating as the guide describes it.
#[derive(Deserialize, Clone)]
pub(crate) struct Rating {
    id: String,
    pub(crate) habits: BTreeMap<String, Rated>,
    pub(crate) mistakes: BTreeMap<String, Made>,
    pub(crate) coverage: BTreeMap<String, Rated>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Rated {
    pub(crate) score: u8,
    pub(crate) sentences: Vec<usize>,
    #[serde(default)]
    pub(crate) outcomes: Vec<String>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Made {
    pub(crate) is: bool,
    pub(crate) sentences: Vec<usize>,
}

/// An answer with its rating.
pub(crate) struct Example {
    pub(crate) file: char,
    pub(crate) question: &'static Question,
    /// Its sentences, joined by single spaces.
    #[cfg(test)]
    pub(crate) text: String,
    /// Where the sentences of the corpus are.
    pub(crate) places: Vec<Range<usize>>,
    pub(crate) passage: &'static Passage,
    pub(crate) prepared: Prepared<'static>,
    /// Where the problem is told first: the same answer with it told last.
    pub(crate) late: Option<Late>,
    pub(crate) rating: Rating,
}

/// An answer that tells its problem after its remedies, made of one that does not: by the guide it is rated 1 instead of 2.
pub(crate) struct Late {
    pub(crate) prepared: Prepared<'static>,
    /// The sentences that tell it.
    pub(crate) marks: Vec<bool>,
}

impl Late {
    /// None where the problem is not told first already, or where too little else is there for it to come late.
    fn of(answer: &Answer, rating: &Rating, question: &'static Question) -> Option<Late> {
        /// A problem behind a single sentence is hardly late.
        const LEAST: usize = 2;
        let told = rating.habits.get("problem-first").filter(|rated| rated.score == 2)?;
        let (rest, problem): (Vec<_>, Vec<_>) =
            answer.sentences.iter().enumerate().partition(|(index, _)| !told.sentences.contains(index));
        let sentences: Vec<String> = rest.iter().chain(&problem).map(|(_, sentence)| (*sentence).clone()).collect();
        let passage = passage(&sentences);
        let remedy = scores::first_remedy(passage)?;
        let marks = (0..passage.sentences.len()).map(|index| index >= rest.len()).collect();
        (rest.len() >= LEAST && remedy < rest.len()).then(|| Late { prepared: Prepared::new(passage, question), marks })
    }
}

/// All examples, in the order of the files.
pub(crate) fn load(folder: &Path) -> Vec<Example> {
    FILES.iter().chain(&LEARNED_ONLY).flat_map(|&file| load_file(folder, file)).collect()
}

fn load_file(folder: &Path, file: char) -> Vec<Example> {
    let answers: Vec<Answer> = lines(&folder.join(format!("answers_{file}.jsonl")));
    let ratings: Vec<Rating> = lines(&folder.join(format!("ratings_{file}.jsonl")));
    let mut ratings: BTreeMap<String, Rating> = ratings.into_iter().map(|rating| (rating.id.clone(), rating)).collect();
    let rated = answers.into_iter().map(|answer| {
        let rating = ratings.remove(&answer.id).unwrap_or_else(|| panic!("{} has no rating", answer.id));
        example(file, answer, rating)
    });
    rated.collect()
}

fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter(|line| !line.is_empty()).map(read).collect()
}

fn example(file: char, answer: Answer, rating: Rating) -> Example {
    let question = rubric::question(&answer.question).unwrap_or_else(|| panic!("no question {}", answer.question));
    let passage = passage(&answer.sentences);
    let prepared = Prepared::new(passage, question);
    Example {
        file,
        question,
        #[cfg(test)]
        text: answer.sentences.join(" "),
        places: places(&answer.sentences),
        late: Late::of(&answer, &rating, question),
        passage,
        prepared,
        rating,
    }
}

/// A corpus is read once and lives as long as the program.
fn passage(sentences: &[String]) -> &'static Passage {
    Box::leak(Box::new(Passage::of_sentences(&sentences.join(" "), places(sentences))))
}

fn places(sentences: &[String]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut places = Vec::new();
    for sentence in sentences {
        places.push(start..start + sentence.len());
        start += sentence.len() + 1;
    }
    places
}

impl Example {
    /// The sentences of the passage that the rating names, as marks by index.
    pub(crate) fn marks(&self, sentences: &[usize]) -> Vec<bool> {
        let named =
            |start: usize| sentences.iter().any(|&index| self.places.get(index).is_some_and(|p| p.start == start));
        self.passage.sentences.iter().map(|sentence| named(sentence.place.start)).collect()
    }

    /// How much each sentence shows a habit or mistake, 0 to 1.
    pub(crate) fn targets(&self, subject: &str) -> Vec<f64> {
        match (self.rating.habits.get(subject), self.rating.mistakes.get(subject)) {
            (Some(rated), _) => self.weighted(&rated.sentences, f64::from(rated.score) / 2.0),
            (_, Some(made)) => self.weighted(&made.sentences, f64::from(u8::from(made.is))),
            _ => self.weighted(&[], 0.0),
        }
    }

    /// The sentences that tie a decision to something, by index; none unless it does so clearly.
    pub(crate) fn consequences(&self) -> Vec<usize> {
        let rated = &self.rating.habits["outcome"];
        let marks = self.marks(&rated.sentences).into_iter().enumerate();
        marks.filter(|(_, marked)| *marked && rated.score == 2).map(|(at, _)| at).collect()
    }

    /// Whether a decision is tied to `kind`.
    pub(crate) fn is_tied_to(&self, kind: &str) -> bool {
        self.rating.habits["outcome"].outcomes.iter().any(|outcome| outcome == kind)
    }

    /// How much each sentence covers a point, 0 to 1.
    pub(crate) fn point_targets(&self, point: &str) -> Vec<f64> {
        let rated = &self.rating.coverage[point];
        self.weighted(&rated.sentences, f64::from(rated.score) / 2.0)
    }

    fn weighted(&self, sentences: &[usize], weight: f64) -> Vec<f64> {
        self.marks(sentences).into_iter().map(|named| if named { weight } else { 0.0 }).collect()
    }

    /// The rated score of a habit, or 1 for a mistake that is made.
    pub(crate) fn score(&self, subject: &str) -> u8 {
        let habit = self.rating.habits.get(subject).map(|rated| rated.score);
        habit.unwrap_or_else(|| u8::from(self.rating.mistakes[subject].is))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coach::adequacy::{self, Adequacy};

    /// Rated answers are answers, and the coach cuts them into the sentences that their raters saw.
    #[test]
    fn rated_answers_are_read_as_their_raters_read_them() {
        let mut examples = load(Path::new(crate::DATA));
        // What is spoken without full stops is cut where its writer knew of a pause, and a bare list is no English.
        examples.retain(|example| FILES.contains(&example.file));
        let refused = |example: &&Example| adequacy::of(example.passage, example.question) != Adequacy::Enough;
        let refused: Vec<&str> = examples.iter().filter(refused).map(|example| example.text.as_str()).collect();
        assert!(refused.is_empty(), "{refused:#?}");
        let cut = |example: &Example| {
            coach::sentences(&example.text).iter().filter(|place| example.places.contains(place)).count()
        };
        let (same, all) = (
            examples.iter().map(cut).sum::<usize>(),
            examples.iter().map(|example| example.places.len()).sum::<usize>(),
        );
        assert!(same * 1000 >= all * 985, "{same} of {all}");
    }

    /// In an answer made to tell its problem late, a remedy stands before the problem, and every sentence is still there.
    #[test]
    fn a_problem_told_late_stands_behind_a_remedy() {
        let examples = load(Path::new(crate::DATA));
        let late: Vec<(&Example, &Late)> =
            examples.iter().filter_map(|example| Some((example, example.late.as_ref()?))).collect();
        assert!(late.len() > 100, "{}", late.len());
        for (example, late) in late {
            let remedy = scores::first_remedy(late.prepared.passage).expect("a remedy");
            let problem = late.marks.iter().position(|&marked| marked).expect("a problem");
            assert!(remedy < problem && late.marks[problem..].iter().all(|&marked| marked), "{}", example.text);
            assert_eq!(late.marks.len(), example.passage.sentences.len(), "{}", example.text);
        }
    }
}
