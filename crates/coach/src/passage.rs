//! A text prepared for reading: its sentences, their words, and the groups of phrases that come up in them.

use crate::lexicon::{Hits, Lexicon};
use crate::sentences::sentences;
use crate::words::{Word, is_number, is_past, words};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Everything the house knows about single words and phrases.
pub static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("../patterns/lexicon.txt")));

/// Groups whose words count as one word each when n-grams are taken; the first that has a word wins.
const CLASSES: [&str; 5] = ["TOOL", "ARCH", "DAY", "WHO", "UNIT"];

/// A text, sentence by sentence.
pub struct Passage {
    /// In the order of the text; a sentence that says again what one before it said word for word is left out.
    pub sentences: Vec<Sentence>,
    /// How many sentences were left out as repetitions.
    pub repeated: usize,
}

/// One sentence.
pub struct Sentence {
    /// Bytes of the text.
    pub place: Range<usize>,
    /// As typed, in lower case.
    pub words: Vec<Word>,
    /// The words with tools, people, units and numbers replaced by what they are.
    pub general: Vec<String>,
    hits: Vec<Hits>,
}

impl Passage {
    /// Reads `text`, cutting it into sentences.
    pub fn read(text: &str) -> Passage {
        Passage::of_sentences(text, sentences(text))
    }

    /// Reads `text` with sentences that are known already, as in a corpus.
    pub fn of_sentences(text: &str, places: Vec<Range<usize>>) -> Passage {
        let mut seen = HashSet::new();
        let mut passage = Passage { sentences: Vec::new(), repeated: 0 };
        for place in places {
            let sentence = Sentence::read(text, place);
            if seen.insert(sentence.general.join(" ")) {
                passage.sentences.push(sentence);
            } else {
                passage.repeated += 1;
            }
        }
        passage
    }

    /// The share of sentences in which `group` comes up; 0 of none.
    pub fn share(&self, group: usize) -> f64 {
        let having = self.sentences.iter().filter(|sentence| sentence.count(group) > 0).count();
        having as f64 / self.sentences.len().max(3) as f64
    }
}

impl Sentence {
    fn read(text: &str, place: Range<usize>) -> Sentence {
        let words = words(&text[place.clone()], place.start);
        let hits = LEXICON.hits(&words);
        Sentence { general: generalized(&words, &hits), place, words, hits }
    }

    /// How often `group` comes up.
    pub fn count(&self, group: usize) -> usize {
        self.hits[group].len()
    }

    /// Where the group called `name` comes up, as indices into the words.
    pub fn hits_of(&self, name: &str) -> &[(usize, usize)] {
        LEXICON.group(name).map_or(&[], |group| &self.hits[group])
    }

    /// How many verbs stand in the past.
    pub fn past_verbs(&self) -> usize {
        self.words.iter().filter(|word| is_past(&word.text)).count()
    }

    /// How many numbers there are.
    pub fn numbers(&self) -> usize {
        self.words.iter().filter(|word| is_number(&word.text)).count()
    }
}

fn generalized(words: &[Word], hits: &[Hits]) -> Vec<String> {
    let mut class_at: Vec<Option<(usize, &str)>> = vec![None; words.len()];
    for class in CLASSES.iter().rev() {
        let group = LEXICON.group(class).expect("the lexicon has the classes");
        hits[group].iter().for_each(|&(start, end)| class_at[start] = Some((end, class)));
    }
    let mut general = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (end, word) = match class_at[at] {
            Some((end, class)) => (end, format!("<{class}>")),
            None if is_number(&words[at].text) => (at + 1, "<N>".to_owned()),
            None => (at + 1, words[at].text.clone()),
        };
        general.push(word);
        at = end;
    }
    general
}
