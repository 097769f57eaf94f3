//! YAML text to a small tree that remembers where everything was written.
//!
//! The parser's events are folded into [`Node`]s; nothing is typed here, since what `64` or `10%` means depends on the
//! key it stands under. A hostile file costs no more than an honest one of the largest size: text, depth and the number
//! of nodes after aliases are expanded are bounded, and nothing recurses deeper than that bound. Left out on purpose:
//! several documents, tags, merge keys and keys that are not text.

use super::problem::{Origin, Place, Problem, Problems, position, quoted};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::collections::HashMap;
use std::sync::Arc;

/// The largest text that is read, in bytes.
pub(super) const MAX_TEXT: usize = 4 << 20;
/// Lists and maps nest at most this deep.
pub(super) const MAX_DEPTH: usize = 64;
/// Values, keys and copies that aliases make.
const MAX_NODES: usize = 200_000;

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    /// Keys are scalars and differ.
    Map(Vec<(Node, Node)>),
}

#[derive(Clone, Debug)]
pub(super) struct Scalar {
    /// Quotes and escapes resolved. Shared, because an alias may repeat a long text often.
    pub(super) text: Arc<str>,
    pub(super) quoted: bool,
    /// Where `text` starts in its source, if it stands there letter by letter.
    at: Option<usize>,
}

impl Node {
    pub(super) fn scalar(text: &str, place: Place) -> Node {
        let at = (text.len() == place.end - place.start).then_some(place.start);
        Node { place, kind: Kind::Scalar(Scalar { text: text.into(), quoted: false, at }) }
    }

    pub(super) fn map(entries: Vec<(Node, Node)>, place: Place) -> Node {
        Node { place, kind: Kind::Map(entries) }
    }

    /// The text of a scalar, empty for anything else: keys are scalars always.
    pub(super) fn text(&self) -> &str {
        match &self.kind {
            Kind::Scalar(scalar) => &scalar.text,
            _ => "",
        }
    }

    /// An explicit null: the same as leaving the key out.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if !scalar.quoted && matches!(&*scalar.text, "null" | "~"))
    }

    /// The value under a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(name, _)| name.text() == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The place of a part of a scalar's text, or of all of it where quotes or escapes blur the parts.
    pub(super) fn part(&self, start: usize, end: usize) -> Place {
        match &self.kind {
            Kind::Scalar(Scalar { at: Some(at), .. }) => Place { start: at + start, end: at + end, ..self.place },
            _ => self.place,
        }
    }

    /// Where to point when the whole is wrong: a scalar itself, the first key of a map, the first item of a list.
    pub(super) fn head(&self) -> Place {
        match &self.kind {
            Kind::Map(entries) if !entries.is_empty() => entries[0].0.place,
            Kind::List(items) if !items.is_empty() => items[0].head(),
            _ => self.place,
        }
    }

    /// A key with nothing after it.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if !scalar.quoted && scalar.text.is_empty())
    }

    /// What a person would call it.
    pub(super) fn describe(&self) -> String {
        match &self.kind {
            Kind::Scalar(scalar) => quoted(&scalar.text),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
        }
    }

    /// Nodes in this tree, keys included.
    pub(super) fn size(&self) -> usize {
        match &self.kind {
            Kind::Scalar(_) => 1,
            Kind::List(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Kind::Map(entries) => 1 + entries.iter().map(|(_, value)| 1 + value.size()).sum::<usize>(),
        }
    }

    fn height(&self) -> usize {
        match &self.kind {
            Kind::Scalar(_) => 0,
            Kind::List(items) => 1 + items.iter().map(Node::height).max().unwrap_or(0),
            Kind::Map(entries) => 1 + entries.iter().map(|(_, value)| value.height()).max().unwrap_or(0),
        }
    }
}

/// Reads one document. `base` is where `text` starts in its origin. No tree and no problem: there was no document.
pub(super) fn parse(text: &str, origin: Origin, base: usize, problems: &mut Problems) -> Option<Node> {
    match Builder::new(text, origin, base, problems).build() {
        Ok(root) => root,
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// Ends the reading of a text.
type Fatal = Box<Problem>;

/// Byte offsets of characters: the parser counts characters.
enum Offsets {
    Ascii,
    Table(Vec<u32>),
}

impl Offsets {
    fn of(text: &str) -> Offsets {
        match text.is_ascii() {
            true => Offsets::Ascii,
            false => Offsets::Table(text.char_indices().map(|(at, _)| at as u32).collect()),
        }
    }

    /// The byte where character `index` starts; the end of the text for one past it.
    fn byte(&self, index: usize, len: usize) -> usize {
        match self {
            Offsets::Ascii => index.min(len),
            Offsets::Table(table) => table.get(index).map_or(len, |at| *at as usize),
        }
    }
}

/// A list or map that is still open.
struct Open {
    start: usize,
    anchor: usize,
    block: bool,
    body: Body,
}

enum Body {
    List(Vec<Node>),
    Map { entries: Vec<(Node, Node)>, key: Option<Node> },
}

/// A value that aliases may repeat.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

struct Builder<'t, 'p> {
    /// The text as given, and what of it the parser sees.
    whole: &'t str,
    text: &'t str,
    origin: Origin,
    base: usize,
    offsets: Offsets,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    root: Option<Node>,
    nodes: usize,
    problems: &'p mut Problems,
}

impl<'t, 'p> Builder<'t, 'p> {
    fn new(whole: &'t str, origin: Origin, base: usize, problems: &'p mut Problems) -> Self {
        let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        let base = base + whole.len() - text.len();
        let (open, anchors) = (Vec::new(), HashMap::new());
        let offsets = Offsets::Ascii;
        Builder { whole, text, origin, base, offsets, open, anchors, root: None, nodes: 0, problems }
    }

    fn build(mut self) -> Result<Option<Node>, Fatal> {
        self.refuse_unreadable()?;
        self.offsets = Offsets::of(self.text);
        let mut parser = Parser::new(StrInput::new(self.text));
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| self.syntax(&error))?;
            if self.event(event, span)? == Stream::Ended {
                break;
            }
        }
        Ok(self.root)
    }

    /// Too much text, or characters that no YAML file may hold. The parser would take a NUL for the end.
    fn refuse_unreadable(&self) -> Result<(), Fatal> {
        if self.text.len() > MAX_TEXT {
            let size = format!("this is larger than a scenario may be: {} bytes", self.text.len());
            return Err(Box::new(Problem::new(self.place(0, 0), size).expected(format!("at most {MAX_TEXT} bytes"))));
        }
        let meaningful = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
        if let Some(line) = self.text.lines().find(meaningful).filter(|line| line.starts_with('%')) {
            let start = line.as_ptr() as usize - self.text.as_ptr() as usize;
            let problem = Problem::new(self.place(start, start + line.len()), "a YAML directive has no use here");
            return Err(Box::new(problem.hint("take the line out")));
        }
        match self.text.char_indices().find(|(_, c)| !printable(*c)) {
            None => Ok(()),
            Some((at, c)) => {
                let message = format!("the character U+{:04X} has no place in a scenario", c as u32);
                Err(Box::new(Problem::new(self.place(at, at + c.len_utf8()), message).expected("text")))
            }
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Stream, Fatal> {
        match event {
            Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            Event::StreamEnd => return Ok(Stream::Ended),
            Event::DocumentStart(_) if self.root.is_some() => {
                let place = self.place_of(span);
                return Err(Box::new(Problem::new(place, "a second document starts here").expected("one scenario")));
            }
            Event::DocumentStart(_) => {}
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span)?;
                let node = self.scalar(&text, style, span);
                self.complete(node, anchor)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span)?;
                self.begin(span, anchor, Body::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span)?;
                self.begin(span, anchor, Body::Map { entries: Vec::new(), key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
        }
        Ok(Stream::GoesOn)
    }

    fn begin(&mut self, span: Span, anchor: usize, body: Body) -> Result<(), Fatal> {
        let place = self.place_of(span);
        if self.open.len() == MAX_DEPTH {
            return Err(too_deep(place));
        }
        let start = place.start - self.base;
        let block = !self.text[start..].starts_with(['[', '{', '&']);
        self.open.push(Open { start, anchor, block, body });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Fatal> {
        let Some(Open { start, anchor, block, body }) = self.open.pop() else { return Ok(()) };
        let end = self.place_of(span).end - self.base;
        let mut place = self.place(start, end.max(start));
        let kind = match body {
            Body::List(items) => Kind::List(items),
            Body::Map { entries, .. } => Kind::Map(self.without_duplicates(entries)),
        };
        // A block ends where the next thing starts; its own text ends with its last value.
        let last = match &kind {
            Kind::List(items) => items.last(),
            Kind::Map(entries) => entries.last().map(|(_, value)| value),
            Kind::Scalar(_) => None,
        };
        if let (true, Some(last)) = (block, last) {
            place.end = last.place.end.clamp(place.start, place.end.max(place.start));
        }
        self.complete(Node { place, kind }, anchor)
    }

    fn without_duplicates(&mut self, entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
        let mut seen: HashMap<Arc<str>, usize> = HashMap::with_capacity(entries.len());
        let mut kept = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Kind::Scalar(name) = &key.kind else { continue };
            match seen.get(&name.text) {
                None => {
                    seen.insert(name.text.clone(), key.place.start);
                    kept.push((key, value));
                }
                Some(first) => {
                    let line = position(self.text, first.saturating_sub(self.base)).line;
                    let message = format!("{} is given twice, first on line {line}", quoted(&name.text));
                    self.problems.push(Problem::new(key.place, message).hint("remove one of the two"));
                }
            }
        }
        kept
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span) -> Node {
        let place = self.place_of(span);
        let written = &self.text[place.start - self.base..place.end - self.base];
        let quoted = style != ScalarStyle::Plain;
        // The parser's span takes in an anchor and a tag.
        let before = match quoted {
            false => written.strip_suffix(text),
            true => written
                .strip_suffix(['"', '\''])
                .and_then(|inner| inner.strip_suffix(text))
                .filter(|before| before.ends_with(['"', '\''])),
        };
        let at = before.map(|before| place.start + before.len());
        let start = at.map_or(place.start, |at| at - usize::from(quoted));
        let place = Place { start, ..place };
        // An empty plain value has no letters of its own.
        let place = if text.is_empty() && !quoted { Place { start: place.end, ..place } } else { place };
        Node { place, kind: Kind::Scalar(Scalar { text: text.into(), quoted, at }) }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Fatal> {
        let place = self.place_of(span);
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Box::new(Problem::new(place, "this alias stands inside the value that it repeats")));
        };
        if self.open.len() + anchored.height > MAX_DEPTH {
            return Err(too_deep(place));
        }
        let size = anchored.size;
        self.count(size, place)?;
        // Fetched again only after the count: a bomb is never copied.
        let node = self.anchors[&anchor].node.clone();
        self.attach(node, place)
    }

    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), Fatal> {
        let place = node.place;
        self.count(1, place)?;
        if anchor != 0 {
            let (size, height) = (node.size(), node.height());
            self.count(size, place)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
        }
        self.attach(node, place)
    }

    /// Puts a finished value where it belongs.
    fn attach(&mut self, mut node: Node, place: Place) -> Result<(), Fatal> {
        match self.open.last_mut().map(|open| &mut open.body) {
            None => self.root = Some(node),
            Some(Body::List(items)) => items.push(node),
            Some(Body::Map { entries, key }) => match key.take() {
                None if matches!(node.kind, Kind::Scalar(_)) => *key = Some(node),
                None => return Err(Box::new(Problem::new(place, "a key is a list or a map").expected("a name"))),
                Some(name) => {
                    if node.is_empty() {
                        node.place = name.place;
                    }
                    entries.push((name, node));
                }
            },
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, place: Place) -> Result<(), Fatal> {
        self.nodes += nodes;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let problem = Problem::new(place, "there are too many values here, those that aliases repeat included");
        Err(Box::new(problem.expected(format!("at most {MAX_NODES}"))))
    }

    fn refuse_tag(&self, tag: Option<&saphyr_parser::Tag>, span: Span) -> Result<(), Fatal> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() => {
                let message = format!("the tag {} means nothing in a scenario", quoted(&tag.to_string()));
                Err(Box::new(Problem::new(self.place_of(span), message).hint("leave it out")))
            }
            _ => Ok(()),
        }
    }

    fn syntax(&self, error: &ScanError) -> Fatal {
        let start = self.byte(error.marker());
        let end = start + self.text[start..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        let problem = Problem::new(self.place(start, end), format!("this is not YAML: {}", error.info()));
        Box::new(match error.info() {
            info if info.contains("tab") => problem.hint("indent with spaces"),
            info if info.contains("mapping values") => problem.hint("put quotes around a text that holds a `: `"),
            _ => problem,
        })
    }

    fn byte(&self, marker: &Marker) -> usize {
        self.offsets.byte(marker.index(), self.text.len())
    }

    fn place_of(&self, span: Span) -> Place {
        let start = self.byte(&span.start);
        self.place(start, self.byte(&span.end).max(start))
    }

    /// From offsets in the parsed text to a place in the whole.
    fn place(&self, start: usize, end: usize) -> Place {
        debug_assert!(end <= self.whole.len());
        Place { origin: self.origin, start: self.base + start, end: self.base + end }
    }
}

#[derive(PartialEq, Eq)]
enum Stream {
    GoesOn,
    Ended,
}

fn too_deep(place: Place) -> Fatal {
    Box::new(Problem::new(place, "this is nested too deep").expected(format!("at most {MAX_DEPTH} levels")))
}

/// YAML 1.2.2, production 1, and the byte order mark.
fn printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tree(text: &str) -> Option<Node> {
        parse(text, Origin::File, 0, &mut Problems::default())
    }

    fn each(node: &Node, see: &mut impl FnMut(&Node)) {
        see(node);
        match &node.kind {
            Kind::Scalar(_) => {}
            Kind::List(items) => items.iter().for_each(|item| each(item, see)),
            Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
                each(key, see);
                each(value, see);
            }),
        }
    }

    proptest! {
        /// The parser counts characters, in places bytes; whatever it does, a plain word lies where it is said to.
        #[test]
        fn a_plain_scalar_lies_where_its_place_says(
            pieces in prop::collection::vec(
                prop::sample::select(&[
                    "a", "ü", "日本", "😀", " ", "\n", "\n  ", "- ", ": ", "b: ", "# é\n", "&ä ", "*ä", "!!str ", "!!ü ", "'é'", "\"\\u00e9\"",
                    "[", "]", "{", "}", ", ", "? ", "|\n  é\n", "\r\n", "\u{85}", "\u{2028}", "\u{feff}", "...\n", "---\n", "\t",
                ][..]),
                0..40,
            )
        ) {
            let text: String = pieces.concat();
            if let Some(root) = tree(&text) {
                each(&root, &mut |node| {
                    let Kind::Scalar(scalar) = &node.kind else { return };
                    // A text over several lines is folded; an alias repeats what stands elsewhere.
                    if !scalar.quoted && !scalar.text.is_empty() && !scalar.text.contains([' ', '\n']) {
                        assert_eq!(text.get(node.place.span()), Some(&*scalar.text), "in {text:?}");
                    }
                });
            }
        }
    }

    #[test]
    fn parts_of_a_text_have_places_where_it_is_written_letter_by_letter() {
        let source = "a: exp(1ms)\nb: 'exp(1ms)'\nc: \"\\u0065xp(1ms)\"\n";
        let root = tree(source).unwrap();
        let part = |key: &str| &source[root.get(key).unwrap().part(4, 7).span()];
        assert_eq!((part("a"), part("b"), part("c")), ("1ms", "1ms", "\"\\u0065xp(1ms)\""));
    }

    #[test]
    fn a_block_ends_with_its_last_value() {
        let source = "a:\n  b: 1\n  c: [2,\n    3]\n\n\nd: 4\n";
        let root = tree(source).unwrap();
        assert_eq!(&source[root.get("a").unwrap().place.span()], "b: 1\n  c: [2,\n    3]");
    }
}
