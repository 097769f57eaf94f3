//! The pattern layer: groups of phrases kept in a text file, and where a text has them.
//!
//! A phrase is words in order; `a|b` is either, `stem*` any ending, `_` any one word, `..` up to three words, `{num}` a
//! number, `{past}` a verb in the past. People add phrases without touching code. A phrase shows that a subject comes up,
//! never that it is treated well; the learned layer weighs it.

use crate::words::{Word, is_number, is_past, words};
use std::collections::HashMap;

/// How many words `..` may stand for.
const WIDEST_GAP: usize = 3;

/// Characters of the longest stem.
const LONGEST_STEM: usize = 20;

/// Named groups of phrases.
pub struct Lexicon {
    groups: Vec<String>,
    phrases: Vec<Phrase>,
    by_first_word: HashMap<String, Vec<usize>>,
    by_first_stem: HashMap<String, Vec<usize>>,
    by_class: Vec<usize>,
}

struct Phrase {
    group: usize,
    elements: Vec<Element>,
}

enum Element {
    Words(Vec<String>),
    Stems(Vec<String>, Vec<String>),
    Number,
    Past,
    Any,
    Gap,
}

/// Words that a group has, without overlap: indices of the first word and behind the last.
pub type Hits = Vec<(usize, usize)>;

impl Lexicon {
    /// Reads groups from text: `[NAME]` opens one, every other line is a phrase, `#` and a space begin a remark.
    pub fn read(text: &str) -> Lexicon {
        let mut lexicon = Lexicon {
            groups: Vec::new(),
            phrases: Vec::new(),
            by_first_word: HashMap::new(),
            by_first_stem: HashMap::new(),
            by_class: Vec::new(),
        };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                Some(name) => lexicon.groups.push(name.to_owned()),
                None => lexicon.add(line),
            }
        }
        lexicon
    }

    /// A lexicon of one group.
    pub fn of_phrases<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Lexicon {
        let mut lexicon = Lexicon::read("[CUES]");
        phrases.into_iter().map(str::trim).filter(|phrase| !phrase.is_empty()).for_each(|phrase| lexicon.add(phrase));
        lexicon
    }

    /// The names of the groups, in the order of the file.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The index of the group called `name`.
    pub fn group(&self, name: &str) -> Option<usize> {
        self.groups.iter().position(|group| group == name)
    }

    fn add(&mut self, line: &str) {
        let elements: Vec<Element> = line.split_whitespace().flat_map(elements).collect();
        let id = self.phrases.len();
        match elements.first() {
            Some(Element::Words(words)) => words.iter().for_each(|word| push(&mut self.by_first_word, word, id)),
            Some(Element::Stems(words, stems)) => {
                words.iter().for_each(|word| push(&mut self.by_first_word, word, id));
                stems.iter().for_each(|stem| push(&mut self.by_first_stem, stem, id));
            }
            Some(_) => self.by_class.push(id),
            None => return,
        }
        self.phrases.push(Phrase { group: self.groups.len().saturating_sub(1), elements });
    }

    /// For each group, where `sentence` has its phrases: from left to right, the longest first.
    pub fn hits(&self, sentence: &[Word]) -> Vec<Hits> {
        let mut hits = vec![Hits::new(); self.groups.len()];
        for start in 0..sentence.len() {
            for id in self.candidates(&sentence[start].text) {
                let phrase = &self.phrases[id];
                if let Some(end) = end_of_match(&phrase.elements, sentence, start).filter(|&end| end > start) {
                    keep_longest(&mut hits[phrase.group], start, end);
                }
            }
        }
        hits
    }

    fn candidates<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let stems = word.char_indices().take(LONGEST_STEM).map(|(at, c)| &word[..at + c.len_utf8()]);
        let by_stem = stems.filter_map(|stem| self.by_first_stem.get(stem)).flatten();
        self.by_first_word.get(word).into_iter().flatten().chain(by_stem).chain(&self.by_class).copied()
    }
}

fn push(index: &mut HashMap<String, Vec<usize>>, key: &str, id: usize) {
    index.entry(key.to_owned()).or_default().push(id);
}

/// One element for each word of a phrase; a contraction is two, as in the text.
fn elements(piece: &str) -> Vec<Element> {
    match piece {
        "_" => vec![Element::Any],
        ".." => vec![Element::Gap],
        "{num}" => vec![Element::Number],
        "{past}" => vec![Element::Past],
        _ if !piece.contains(['|', '*']) && !piece.starts_with('\'') && piece.contains('\'') => {
            words(piece, 0).into_iter().map(|word| Element::Words(vec![word.text])).collect()
        }
        _ => vec![either(piece)],
    }
}

fn either(piece: &str) -> Element {
    let (stems, words): (Vec<&str>, Vec<&str>) = piece.split('|').partition(|word| word.ends_with('*'));
    let words: Vec<String> = words.into_iter().map(|word| word.replace("{num}", "#")).collect();
    if stems.is_empty() {
        return Element::Words(words);
    }
    Element::Stems(words, stems.into_iter().map(|stem| stem.trim_end_matches('*').to_owned()).collect())
}

impl Element {
    fn matches(&self, word: &str) -> bool {
        match self {
            Element::Words(words) => is_one_of(words, word),
            Element::Stems(words, stems) => {
                is_one_of(words, word) || stems.iter().any(|stem| word.starts_with(stem.as_str()))
            }
            Element::Number => is_number(word),
            Element::Past => is_past(word),
            Element::Any => true,
            Element::Gap => false,
        }
    }
}

/// `#` among the words is any number.
fn is_one_of(words: &[String], word: &str) -> bool {
    words.iter().any(|known| known == word || (known == "#" && is_number(word)))
}

fn end_of_match(elements: &[Element], sentence: &[Word], at: usize) -> Option<usize> {
    let Some((first, rest)) = elements.split_first() else { return Some(at) };
    if matches!(first, Element::Gap) {
        return (0..=WIDEST_GAP).find_map(|gap| end_of_match(rest, sentence, at + gap));
    }
    let word = sentence.get(at)?;
    if first.matches(&word.text) { end_of_match(rest, sentence, at + 1) } else { None }
}

/// Hits come in the order of their first word: one that starts inside the last is left out, a longer one replaces it.
fn keep_longest(hits: &mut Hits, start: usize, end: usize) {
    match hits.last_mut() {
        Some(last) if last.0 == start => last.1 = last.1.max(end),
        Some(last) if start < last.1 => {}
        _ => hits.push((start, end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(phrase: &str, text: &str, expected: &[(usize, usize)]) {
        assert_eq!(Lexicon::of_phrases([phrase]).hits(&words(text, 0))[0], expected, "{phrase} in {text}");
    }

    #[test]
    fn phrases_are_found_as_they_are_written() {
        check("give|gave up", "We gave up speed to give up cost", &[(1, 3), (5, 7)]);
        check("duplicat*", "a duplicated key", &[(1, 2)]);
        check("from {num} .. to", "from 40 calls a week to 3", &[(0, 6)]);
        check("i'd rather", "I\u{2019}d rather not", &[(0, 3)]);
        check("what .. lost", "what did we all ever lose or what we lost", &[(7, 10)]);
        check("'d still", "I'd still pick it", &[(1, 3)]);
        check("_", "two words", &[(0, 1), (1, 2)]);
    }

    #[test]
    fn the_longest_phrase_wins_and_none_overlaps() {
        let lexicon = Lexicon::of_phrases(["a", "a b c", "b"]);
        assert_eq!(lexicon.hits(&words("a b c a b", 0))[0], [(0, 3), (3, 4), (4, 5)]);
    }
}
