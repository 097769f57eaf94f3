//! Whether there is enough to judge: an answer, in English, to a question about software.

use crate::lexicon::Lexicon;
use crate::passage::{Passage, Sentence};
use crate::rubric::Question;
use crate::words::count;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Fewer words than this are no answer.
const FEWEST_WORDS: usize = 12;
/// Fewer different words than this say nothing new.
const FEWEST_DIFFERENT: usize = 10;
/// The share of the words that English cannot do without, below which a text is none.
const LEAST_ENGLISH: f64 = 0.12;
/// How many words of the trade, per hundred, an answer has at least.
const LEAST_TRADE: f64 = 0.7;
/// The share of an answer's telling words that may come from the question.
const MOST_ECHO: f64 = 0.7;

/// What a text is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adequacy {
    /// It can be judged.
    Enough,
    /// There are hardly any words.
    TooShort,
    /// It is written in another language than English, or in none.
    NotEnglish,
    /// It says the question, or one thing, again.
    Repetition,
    /// It has nothing to do with software.
    OffTopic,
    /// It talks about its rating.
    AboutTheRating,
}

/// What `passage` is good for as an answer to `question`.
pub fn of(passage: &Passage, question: &Question) -> Adequacy {
    let words: Vec<&str> =
        passage.sentences.iter().flat_map(|sentence| &sentence.words).map(|word| word.text.as_str()).collect();
    let different: HashSet<&str> = words.iter().copied().collect();
    let spoken: usize = passage.sentences.iter().map(|sentence| count(&sentence.words)).sum();
    if spoken < FEWEST_WORDS {
        return Adequacy::TooShort;
    }
    if is_about_the_rating(passage) {
        return Adequacy::AboutTheRating;
    }
    if !is_english(&words) {
        return Adequacy::NotEnglish;
    }
    if different.len() < FEWEST_DIFFERENT || echoes(&different, question) {
        return Adequacy::Repetition;
    }
    if trade_words(passage) * 100.0 < LEAST_TRADE * spoken as f64 { Adequacy::OffTopic } else { Adequacy::Enough }
}

/// Whether English function words carry the text, and no other language's do so better.
fn is_english(words: &[&str]) -> bool {
    let count = |known: &[&str]| words.iter().filter(|word| known.binary_search(word).is_ok()).count();
    let english = count(ENGLISH);
    let foreign = FOREIGN.iter().map(|known| count(known)).max().unwrap_or(0);
    let latin = words.iter().filter(|word| word.is_ascii()).count();
    foreign <= english && latin * 10 >= words.len() * 7 && english as f64 >= LEAST_ENGLISH * words.len() as f64
}

fn echoes(different: &HashSet<&str>, question: &Question) -> bool {
    let asked: HashSet<String> = crate::words::words(&question.text, 0).into_iter().map(|word| word.text).collect();
    let telling = different.iter().filter(|word| ENGLISH.binary_search(word).is_err());
    let (echoed, own): (Vec<&&str>, Vec<&&str>) = telling.partition(|word| asked.contains(**word));
    echoed.len() as f64 > MOST_ECHO * (echoed.len() + own.len()) as f64
}

/// Most of it asks for a rating or recites one.
fn is_about_the_rating(passage: &Passage) -> bool {
    let about = (0..passage.sentences.len()).filter(|&at| crate::scores::is_about_the_rating(passage, at)).count();
    about * 2 >= passage.sentences.len()
}

fn trade_words(passage: &Passage) -> f64 {
    let known = |sentence: &Sentence| {
        let learned: usize = ["TOPIC", "TOOL", "ARCH"].iter().map(|group| sentence.hits_of(group).len()).sum();
        learned + TRADE.hits(&sentence.words)[0].len()
    };
    passage.sentences.iter().map(known).sum::<usize>() as f64
}

/// More words of the trade than the learned groups have.
static TRADE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("../patterns/trade.txt")));

const ENGLISH: &[&str] = &[
    "'d", "'ll", "'m", "'re", "'s", "'ve", "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at",
    "be", "because", "been", "before", "but", "by", "can", "could", "did", "do", "does", "each", "every", "for",
    "from", "get", "had", "has", "have", "he", "how", "i", "if", "in", "into", "is", "it", "its", "like", "make",
    "may", "me", "more", "most", "must", "my", "no", "not", "of", "on", "one", "only", "or", "other", "our", "out",
    "over", "she", "should", "so", "some", "than", "that", "the", "their", "them", "then", "there", "they", "this",
    "to", "too", "up", "us", "use", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will",
    "with", "would", "you", "your",
];

/// What German, Spanish and Portuguese, French, Italian and Dutch cannot do without and English does not have.
const FOREIGN: &[&[&str]] = &[
    &[
        "aber", "als", "auch", "auf", "aus", "bei", "dann", "das", "dass", "dem", "den", "der", "des", "die", "durch",
        "ein", "eine", "einen", "einer", "es", "für", "haben", "hatte", "hatten", "ich", "im", "ist", "kann", "mit",
        "nach", "nicht", "noch", "nur", "oder", "sich", "sie", "sind", "um", "und", "uns", "von", "war", "waren",
        "wenn", "werden", "wie", "wir", "wird", "wurde", "zu", "zum", "zur", "über",
    ],
    &[
        "al", "as", "com", "como", "con", "cuando", "da", "de", "del", "do", "el", "em", "en", "era", "es", "esta",
        "estaba", "este", "foi", "la", "las", "lo", "los", "mas", "muy", "más", "na", "no", "nos", "não", "o", "os",
        "para", "pero", "por", "porque", "que", "se", "si", "sin", "su", "sus", "también", "tem", "todo", "um", "uma",
        "un", "una", "y", "ya",
    ],
    &[
        "au", "aux", "avec", "ce", "cela", "cette", "dans", "de", "des", "du", "elle", "en", "est", "et", "il", "je",
        "la", "le", "les", "leur", "mais", "nous", "on", "ou", "par", "pas", "pour", "qu", "que", "qui", "sans", "ses",
        "son", "sont", "sur", "un", "une", "vous", "à", "était", "été",
    ],
    &[
        "al", "alla", "anche", "che", "ci", "come", "con", "da", "dal", "dalla", "dei", "del", "della", "delle", "di",
        "e", "era", "gli", "ha", "hanno", "i", "il", "in", "la", "le", "lo", "ma", "nel", "nella", "non", "per", "più",
        "quando", "questo", "se", "si", "sono", "su", "un", "una", "è",
    ],
    &[
        "aan", "als", "bij", "dan", "dat", "de", "deze", "die", "dit", "door", "een", "en", "er", "geen", "had",
        "hadden", "heb", "hebben", "het", "hij", "ik", "in", "is", "kan", "maar", "met", "naar", "niet", "nog", "of",
        "om", "onze", "ook", "op", "over", "te", "tot", "uit", "van", "voor", "was", "wat", "we", "wel", "werd", "wij",
        "worden", "wordt", "ze", "zijn",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(ENGLISH.is_sorted());
        assert!(FOREIGN.iter().all(|words| words.is_sorted()));
    }
}
