//! The decoder's common ground: reporting problems, looking keys up in the tables, reading values of each kind.
//!
//! Every method that reads returns None after it has reported why. Decoding then goes on with a stand-in, because a
//! scenario with a problem is never handed out.

use super::files::Files;
use super::keys::{Cases, Key, Kind, Need, Object, Zero};
use super::names::Names;
use super::network::Networks;
use super::problem::{Place, Problem, Problems, either, nearest, quoted};
use super::units::{self, Wrong};
use super::yaml::{self, Node};
use super::{dist, graph, keyspace, load, stores};
use crate::telemetry::Emission;
use sim::Span;
use sim::model::{Dist, Keys, MessageQueue};

/// Decodes one tree into one model.
pub(super) struct Reader<'a> {
    pub(super) names: Names,
    pub(super) files: &'a Files<'a>,
    pub(super) problems: Problems,
    /// What has no effect.
    pub(super) remarks: Problems,
    pub(super) networks: Networks,
    pub(super) effects: Vec<String>,
    /// By service, in the order of the file.
    pub(super) emissions: Vec<Option<Emission>>,
    pub(super) sites: Vec<graph::Site>,
    /// Where the first call with guards stands.
    pub(super) guarded: Option<Place>,
    /// Whether some call leads nowhere: then nobody is told that something is not called.
    pub(super) unresolved: bool,
    /// Calls that a queue makes: their publisher does not wait for them.
    pub(super) published: Vec<graph::Site>,
    pub(super) stores: stores::Stores,
    pub(super) queues: Vec<MessageQueue>,
    /// Where each tenant says how much it sends.
    pub(super) loads: Vec<Place>,
    /// What services do again and again.
    pub(super) recurring: Vec<load::Recurring>,
    /// The files that this tree refers to.
    pub(super) used: std::collections::BTreeSet<String>,
}

/// An object's keys and values, checked against its table.
pub(super) struct Fields<'n> {
    object: &'static Object,
    /// Where to point when something is missing.
    pub(super) owner: Place,
    entries: Vec<(&'static Key, &'n Node, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// None of an object's keys, so that the defaults of its table hold.
    pub(super) fn none(object: &'static Object, owner: Place) -> Self {
        Fields { object, owner, entries: Vec::new() }
    }

    /// The value under a key, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, ..)| key.name == name).map(|(.., value)| *value)
    }

    /// A key and its value, if it is there.
    pub(super) fn entry(&self, name: &str) -> Option<(&'n Node, &'n Node)> {
        self.entries.iter().find(|(key, ..)| key.name == name).map(|(_, key, value)| (*key, *value))
    }

    /// Where to point for a key: its value, or the object where it is absent.
    pub(super) fn place(&self, name: &str) -> Place {
        self.get(name).map_or(self.owner, Node::head)
    }

    /// Where a key itself stands.
    pub(super) fn key_place(&self, name: &str) -> Place {
        self.entries.iter().find(|(key, ..)| key.name == name).map_or(self.owner, |(_, at, _)| at.place)
    }

    /// What may stand under a key.
    pub(super) fn kind(&self, name: &str) -> &'static Kind {
        &self.key(name).kind
    }

    /// The name of the object's first key: for one of several cases, which.
    pub(super) fn tag(&self) -> &'static str {
        self.object.keys[0].name
    }

    fn key(&self, name: &str) -> &'static Key {
        // A name that the table lacks is a mistake in this crate that the first test of the object shows.
        self.object.key(name).unwrap_or_else(|| panic!("a {} has no key {name} in its table", self.object.name))
    }
}

impl Reader<'_> {
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn wrong(&mut self, node: &Node, wrong: Wrong) {
        let place = node.part(wrong.span.start, wrong.span.end);
        self.report(Problem { place, message: wrong.message, expected: wrong.expected, hint: wrong.hint });
    }

    fn misfit(&mut self, node: &Node, expected: impl Into<String>) {
        let message = match node.is_empty() {
            true => "there is no value here".to_owned(),
            false => format!("{} does not belong here", node.describe()),
        };
        self.report(Problem::new(node.head(), message).expected(expected));
    }

    /// The text of a scalar.
    pub(super) fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        match &node.kind {
            yaml::Kind::Scalar(scalar) if !scalar.text.is_empty() || scalar.quoted => Some(&scalar.text),
            _ => {
                self.misfit(node, expected);
                None
            }
        }
    }

    pub(super) fn list<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [Node]> {
        match &node.kind {
            yaml::Kind::List(items) => Some(items),
            _ => {
                self.misfit(node, expected);
                None
            }
        }
    }

    /// A list that is not longer than anybody would write it.
    pub(super) fn list_of_at_most<'n>(&mut self, most: usize, node: &'n Node, expected: &str) -> &'n [Node] {
        let items = self.list(node, expected).unwrap_or_default();
        if let Some(beyond) = items.get(most) {
            self.report(Problem::new(beyond.head(), "this list is too long").expected(format!("at most {most} items")));
        }
        &items[..items.len().min(most)]
    }

    pub(super) fn map<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [(Node, Node)]> {
        match &node.kind {
            yaml::Kind::Map(entries) => Some(entries),
            _ => {
                self.misfit(node, expected);
                None
            }
        }
    }

    /// Reads a scalar; what is wrong with it is reported at the part of the text that shows it.
    pub(super) fn parsed<'n, T>(
        &mut self,
        node: &'n Node,
        expected: &str,
        parse: impl FnOnce(&'n str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let text = self.text(node, expected)?;
        parse(text).map_err(|wrong| self.wrong(node, wrong)).ok()
    }

    /// An object's fields, after its unknown, missing and contradicting keys have been reported.
    pub(super) fn fields<'n>(&mut self, owner: Place, node: &'n Node, object: &'static Object) -> Option<Fields<'n>> {
        let mut entries = Vec::new();
        for (name, value) in self.map(node, &Kind::Object(object).expected())? {
            match object.key(name.text()) {
                Some(_) if value.is_null() => {}
                Some(key) => entries.push((key, name, value)),
                None => self.unknown_key(name, object),
            }
        }
        let fields = Fields { object, owner, entries };
        self.check_needs(&fields);
        Some(fields)
    }

    fn unknown_key(&mut self, name: &Node, object: &'static Object) {
        if self.problems.full() {
            return;
        }
        let known = object.keys.iter().map(|key| key.name);
        let problem = Problem::new(name.place, format!("a {} has no key {}", object.name, quoted(name.text())));
        let expected = known.clone().collect::<Vec<_>>().join(", ");
        let expected = if object.keys.len() > 1 { format!("one of {expected}") } else { format!("only {expected}") };
        self.report(problem.expected(expected).suggest(name.text(), known));
    }

    fn check_needs(&mut self, fields: &Fields<'_>) {
        let object = fields.object;
        for key in object.keys {
            let given = fields.get(key.name).is_some();
            match key.need {
                Need::Required if !given => self.missing(fields, key),
                Need::RequiredWith(other) if !given && fields.get(other).is_some() => self.missing(fields, key),
                Need::With(other) | Need::RequiredWith(other) if given && fields.get(other).is_none() => {
                    let message = format!("`{}` means something only with `{other}`", key.name);
                    self.report(Problem::new(fields.key_place(key.name), message));
                }
                _ => {}
            }
        }
        let choices: Vec<&Key> = object.keys.iter().filter(|key| key.need == Need::Choice).collect();
        let given: Vec<&&Key> = choices.iter().filter(|key| fields.get(key.name).is_some()).collect();
        let names = either(choices.iter().map(|key| key.name));
        match given[..] {
            [] if !choices.is_empty() => {
                let problem = Problem::new(fields.owner, format!("this {} needs {names}", object.name));
                self.report(
                    problem.expected(format!(
                        "exactly one of them, such as `{}: {}`",
                        choices[0].name, choices[0].example
                    )),
                );
            }
            [first, second, ..] => {
                let message = format!("`{}` and `{}` exclude each other", first.name, second.name);
                self.report(Problem::new(fields.key_place(second.name), message).expected(format!("one of {names}")));
            }
            _ => {}
        }
    }

    fn missing(&mut self, fields: &Fields<'_>, key: &Key) {
        let problem = Problem::new(fields.owner, format!("this {} needs `{}`", fields.object.name, key.name));
        self.report(problem.expected(key.kind.expected()).hint(format!("add `{}: {}`", key.name, key.example)));
    }

    /// The fields of an object that comes in several cases.
    pub(super) fn case<'n>(&mut self, node: &'n Node, cases: &'static Cases) -> Option<Fields<'n>> {
        let entries = self.map(node, &Kind::Cases(cases).expected())?;
        let given = |case: &&Object| entries.iter().find(|(name, _)| name.text() == case.keys[0].name);
        // What tells one case may be a further key of another one that is told already.
        let told = |case: &Object| {
            let mut others = cases.cases.iter().filter(|other| other.name != case.name && given(other).is_some());
            others.any(|other| other.key(case.keys[0].name).is_some())
        };
        let mut present =
            cases.cases.iter().filter_map(|case| Some((*case, &given(case)?.0))).filter(|(case, _)| !told(case));
        let Some((case, tag)) = present.next() else {
            self.no_case(node, entries, cases);
            return None;
        };
        if let Some((other, name)) = present.next() {
            let message = format!("`{}` and `{}` exclude each other", tag.text(), other.keys[0].name);
            self.report(Problem::new(name.place, message).hint(format!("make it two {}s", cases.name)));
            return None;
        }
        self.fields(tag.place, node, case)
    }

    fn no_case(&mut self, node: &Node, entries: &[(Node, Node)], cases: &'static Cases) {
        let near = entries.iter().take(20).find_map(|(name, _)| Some((name, nearest(name.text(), cases.tags())?)));
        let expected = Kind::Cases(cases).expected();
        self.report(match near {
            Some((name, near)) => {
                Problem::new(name.place, format!("a {} has no key {}", cases.name, quoted(name.text())))
                    .expected(expected)
                    .hint(format!("did you mean `{near}`?"))
            }
            None => Problem::new(node.head(), format!("this is no {}", cases.name)).expected(expected),
        });
    }

    /// The value under a key, or its default where the table has one, by a reader of texts.
    fn value<T>(&mut self, fields: &Fields<'_>, name: &str, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        let key = fields.key(name);
        match fields.get(name) {
            Some(node) => self.parsed(node, &key.kind.expected(), read),
            None => key.default.and_then(|text| read(text).ok()),
        }
    }

    pub(super) fn duration(&mut self, fields: &Fields<'_>, name: &str) -> Option<Span> {
        let kind = &fields.key(name).kind;
        self.value(fields, name, |text| checked_duration(text, kind))
    }

    pub(super) fn percent(&mut self, fields: &Fields<'_>, name: &str) -> Option<f64> {
        let kind = &fields.key(name).kind;
        self.value(fields, name, |text| checked_percent(text, kind))
    }

    pub(super) fn count(&mut self, fields: &Fields<'_>, name: &str) -> Option<u32> {
        let kind = &fields.key(name).kind;
        self.value(fields, name, |text| checked_count(text, kind))
    }

    /// A whole number that may end with `k`, `M` or `G`.
    pub(super) fn size(&mut self, fields: &Fields<'_>, name: &str) -> Option<u32> {
        let Kind::Size { least, most } = fields.key(name).kind else { return None };
        let size = self.value(fields, name, |text| keyspace::sized(text, least, most))?;
        u32::try_from(size).ok()
    }

    pub(super) fn keyspace(&mut self, fields: &Fields<'_>, name: &str) -> Option<Keys> {
        self.value(fields, name, keyspace::keyspace)
    }

    pub(super) fn rate(&mut self, fields: &Fields<'_>, name: &str) -> Option<f64> {
        self.value(fields, name, units::rate)
    }

    /// A factor over zero.
    pub(super) fn factor(&mut self, fields: &Fields<'_>, name: &str) -> Option<f64> {
        self.value(fields, name, positive_factor)
    }

    pub(super) fn flag(&mut self, fields: &Fields<'_>, name: &str) -> Option<bool> {
        self.value(fields, name, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Wrong::new(0..text.len(), format!("{} is neither", quoted(text))).expected("true or false")),
        })
    }

    /// One of the words that the table lists, as it stands there.
    pub(super) fn word(&mut self, fields: &Fields<'_>, name: &str) -> Option<&'static str> {
        let Kind::Word(words) = fields.key(name).kind else { return None };
        self.value(fields, name, |text| checked_word(text, words, name))
    }

    /// One of the words of a list, as it stands in the table.
    pub(super) fn listed_word(&mut self, node: &Node, words: &[&'static str], name: &str) -> Option<&'static str> {
        self.parsed(node, &either(words.iter().copied()), |text| checked_word(text, words, name))
    }

    /// A word that stands alone where the table allows either a word or a map.
    pub(super) fn short_word(&mut self, fields: &Fields<'_>, name: &str) -> Option<&'static str> {
        let (Kind::Either([Kind::Word(words), ..]), Some(node)) = (&fields.key(name).kind, fields.get(name)) else {
            return None;
        };
        self.parsed(node, &fields.key(name).kind.expected(), |text| checked_word(text, words, name))
    }

    /// A distribution, or the default where the table has one.
    pub(super) fn distribution(&mut self, fields: &Fields<'_>, name: &str) -> Option<Dist> {
        let Some(node) = fields.get(name) else {
            return fields.key(name).default.and_then(|text| units::duration(text).ok()).map(Dist::Constant);
        };
        match self.parsed(node, dist::A_DISTRIBUTION, dist::distribution)? {
            dist::Read::Dist(dist) => Some(dist),
            dist::Read::Empirical(file) => {
                let place = node.part(file.span().start, file.span().end);
                self.column(place, file.text).map(|column| Dist::Empirical(column.values))
            }
        }
    }

    /// A number that stands alone where the table allows either a number or a map.
    pub(super) fn short_count(&mut self, fields: &Fields<'_>, name: &str) -> Option<u32> {
        let (Kind::Either([kind @ Kind::Count { .. }, ..]), Some(node)) = (&fields.key(name).kind, fields.get(name))
        else {
            return None;
        };
        self.parsed(node, &fields.key(name).kind.expected(), |text| checked_count(text, kind))
    }

    /// A percentage that stands alone where the table allows either a percentage or a map.
    pub(super) fn short_percent(&mut self, fields: &Fields<'_>, name: &str) -> Option<f64> {
        let (Kind::Either([kind @ Kind::Percent { .. }, ..]), Some(node)) = (&fields.key(name).kind, fields.get(name))
        else {
            return None;
        };
        self.parsed(node, &fields.key(name).kind.expected(), |text| checked_percent(text, kind))
    }

    /// A duration where the table allows that or a word.
    pub(super) fn either_duration(&mut self, fields: &Fields<'_>, name: &str) -> Option<Span> {
        let (Kind::Either([_, kind @ Kind::Duration { .. }]), Some(node)) = (&fields.key(name).kind, fields.get(name))
        else {
            return None;
        };
        self.parsed(node, &fields.key(name).kind.expected(), |text| checked_duration(text, kind))
    }

    /// The price under a key, if it is there.
    pub(super) fn plain_price(&mut self, fields: &Fields<'_>, name: &str) -> Option<f64> {
        self.value(fields, name, units::price)
    }

    /// A price for each name.
    pub(super) fn price(&mut self, fields: &Fields<'_>, name: &str, node: &Node) -> Option<f64> {
        let Kind::Names { value, .. } = fields.key(name).kind else { return None };
        self.parsed(node, &value.expected(), units::price)
    }

    /// A number for each name, such as a pool's size.
    pub(super) fn named_count(&mut self, fields: &Fields<'_>, name: &str, node: &Node) -> Option<u32> {
        let Kind::Names { value, .. } = fields.key(name).kind else { return None };
        self.parsed(node, &value.expected(), |text| checked_count(text, value))
    }
}

/// A factor that changes something by at most a million times.
pub(super) fn positive_factor(text: &str) -> Result<f64, Wrong> {
    const LEAST: f64 = 1e-6;
    const MOST: f64 = 1e6;
    match units::factor(text)? {
        value if (LEAST..=MOST).contains(&value) => Ok(value),
        _ => {
            Err(Wrong::new(0..text.len(), format!("`{text}` is no possible factor"))
                .expected("from 0.000001x to 1000000x"))
        }
    }
}

/// A word as the table has it; otherwise the nearest is suggested.
pub(super) fn checked_word(text: &str, words: &[&'static str], name: &str) -> Result<&'static str, Wrong> {
    words.iter().find(|word| **word == text).copied().ok_or_else(|| {
        let wrong = Wrong::new(0..text.len(), format!("{} is no value of `{name}`", quoted(text)));
        let wrong = wrong.expected(either(words.iter().copied()));
        match nearest(text, words.iter().copied()) {
            Some(near) => wrong.hint(format!("did you mean `{near}`?")),
            None => wrong,
        }
    })
}

fn checked_duration(text: &str, kind: &Kind) -> Result<Span, Wrong> {
    let span = units::duration(text)?;
    match kind {
        Kind::Duration { zero: Zero::Refused } if span == Span::ZERO => {
            Err(Wrong::new(0..text.len(), "this must be over zero").expected(units::A_DURATION))
        }
        _ => Ok(span),
    }
}

fn checked_percent(text: &str, kind: &Kind) -> Result<f64, Wrong> {
    let share = units::percent(text)?;
    match kind {
        Kind::Percent { zero: Zero::Refused, most } if share <= 0.0 => {
            Err(Wrong::new(0..text.len(), "this must be over zero").expected(format!("over 0% and at most {most}%")))
        }
        Kind::Percent { most, .. } if share > most / 100.0 => {
            Err(Wrong::new(0..text.len(), format!("`{text}` is too much")).expected(format!("at most {most}%")))
        }
        _ => Ok(share),
    }
}

fn checked_count(text: &str, kind: &Kind) -> Result<u32, Wrong> {
    let value = units::count(text)?;
    match kind {
        Kind::Count { least, most } if value < u64::from(*least) || value > u64::from(*most) => {
            let size = if value < u64::from(*least) { "few" } else { "many" };
            Err(Wrong::new(0..text.len(), format!("`{text}` is too {size}")).expected(kind.expected()))
        }
        _ => u32::try_from(value).map_err(|_| Wrong::new(0..text.len(), "this number is too large")),
    }
}
