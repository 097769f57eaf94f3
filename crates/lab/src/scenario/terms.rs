//! `name(argument, key=value)`: the little language of distributions, arrivals and shapes.
//!
//! [`term`] splits a text and keeps where each part stood; a [`Form`] declares what may follow a name, and binds the
//! arguments to its parameters, by position or by key. The forms are tables: messages, the reference and the schema for
//! editors are made from them.

use super::problem::{either, nearest, quoted};
use super::units::{self, Wrong};
use sim::Span;

/// A part of a text, without the blanks around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Piece<'t> {
    pub(super) fn trimmed(text: &'t str, at: usize) -> Piece<'t> {
        let start = text.trim_start();
        Piece { text: start.trim_end(), at: at + text.len() - start.len() }
    }

    pub(super) fn span(&self) -> std::ops::Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// Reads this part; what is wrong with it is told about the whole text.
    pub(super) fn read<T>(&self, read: impl FnOnce(&'t str) -> Result<T, Wrong>) -> Result<T, Wrong> {
        read(self.text).map_err(|wrong| wrong.shifted(self.at))
    }
}

/// `value` or `key=value`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argument<'t> {
    pub(super) key: Option<Piece<'t>>,
    pub(super) value: Piece<'t>,
}

/// A name and its arguments; none where there are no parentheses.
#[derive(Debug)]
pub(super) struct Term<'t> {
    pub(super) name: Piece<'t>,
    pub(super) arguments: Option<Vec<Argument<'t>>>,
}

/// Splits `name(argument, key=value)`.
pub(super) fn term(text: &str) -> Result<Term<'_>, Wrong> {
    let Some(open) = text.find('(') else {
        return Ok(Term { name: Piece::trimmed(text, 0), arguments: None });
    };
    let name = Piece::trimmed(&text[..open], 0);
    let inside = &text[open + 1..];
    let Some(length) = inside.find(')') else {
        return Err(Wrong::new(open..text.len(), "this parenthesis is not closed").expected("a `)` at the end"));
    };
    let close = open + 1 + length;
    let after = Piece::trimmed(&text[close + 1..], close + 1);
    if !after.text.is_empty() {
        return Err(Wrong::new(after.span(), "there is something after the closing parenthesis"));
    }
    if inside[..length].trim().is_empty() {
        return Ok(Term { name, arguments: Some(Vec::new()) });
    }
    let mut at = open + 1;
    let mut arguments = Vec::new();
    for part in inside[..length].split(',') {
        arguments.push(argument(part, at)?);
        at += part.len() + 1;
    }
    Ok(Term { name, arguments: Some(arguments) })
}

fn argument(text: &str, at: usize) -> Result<Argument<'_>, Wrong> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (Some(Piece::trimmed(key, at)), Piece::trimmed(value, at + key.len() + 1)),
        None => (None, Piece::trimmed(text, at)),
    };
    if value.text.is_empty() {
        return Err(Wrong::new(at.saturating_sub(1)..at + text.len(), "an argument is missing here"));
    }
    Ok(Argument { key, value })
}

/// A parameter of a form.
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) optional: bool,
}

/// What may be written: a name, its parameters, what it means.
pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) params: &'static [Param],
    /// Takes any number of `key=value` pairs instead of parameters.
    pub(super) pairs: bool,
    pub(super) doc: &'static str,
    pub(super) example: &'static str,
}

/// A parameter that must be given.
pub(super) const fn param(name: &'static str) -> Param {
    Param { name, optional: false }
}

impl Form {
    pub(super) const fn new(
        name: &'static str,
        params: &'static [Param],
        doc: &'static str,
        example: &'static str,
    ) -> Form {
        Form { name, params, pairs: false, doc, example }
    }
}

/// The arguments of a term, by parameter.
pub(super) struct Bound<'t> {
    pub(super) form: &'static Form,
    /// The name with its parentheses, to point at when the arguments contradict each other.
    pub(super) whole: std::ops::Range<usize>,
    values: Vec<Option<Piece<'t>>>,
}

/// Finds the form of a term and binds its arguments.
pub(super) fn bind<'t>(text: &str, term: &Term<'t>, forms: &'static [Form], what: &str) -> Result<Bound<'t>, Wrong> {
    let name = term.name;
    let Some(form) = forms.iter().find(|form| form.name == name.text) else {
        let message = format!("{} is no {what}", quoted(name.text));
        let wrong = Wrong::new(name.span(), message).expected(either(forms.iter().map(|form| form.example)));
        return Err(match nearest(name.text, forms.iter().map(|form| form.name)) {
            Some(near) => wrong.hint(format!("did you mean `{near}`?")),
            None => wrong,
        });
    };
    let mut bound = Bound { form, whole: 0..text.len(), values: vec![None; form.params.len()] };
    if form.pairs {
        return Ok(bound);
    }
    for (index, argument) in term.arguments.iter().flatten().enumerate() {
        bound.put(index, argument)?;
    }
    bound.complete()
}

impl<'t> Bound<'t> {
    fn put(&mut self, index: usize, argument: &Argument<'t>) -> Result<(), Wrong> {
        let params = self.form.params;
        let slot = match argument.key {
            Some(key) => params.iter().position(|param| param.name == key.text).ok_or_else(|| {
                let message = format!("`{}` has no parameter {}", self.form.name, quoted(key.text));
                Wrong::new(key.span(), message).expected(self.form.example)
            })?,
            None if index < params.len() => index,
            None => {
                let message = format!("`{}` takes no further argument", self.form.name);
                return Err(Wrong::new(argument.value.span(), message).expected(self.form.example));
            }
        };
        match self.values[slot].replace(argument.value) {
            None => Ok(()),
            Some(_) => {
                let message = format!("`{}` is given twice", params[slot].name);
                Err(Wrong::new(argument.value.span(), message).expected(self.form.example))
            }
        }
    }

    fn complete(self) -> Result<Bound<'t>, Wrong> {
        let missing =
            self.form.params.iter().zip(&self.values).find(|(param, value)| !param.optional && value.is_none());
        match missing {
            None => Ok(self),
            Some((param, _)) => {
                let message = format!("`{}` needs `{}`", self.form.name, param.name);
                Err(Wrong::new(self.whole.clone(), message).expected(self.form.example))
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Piece<'t>> {
        let index = self.form.params.iter().position(|param| param.name == name)?;
        self.values[index]
    }

    /// The argument of a parameter that [`bind`] made sure of.
    pub(super) fn need<T>(&self, name: &str, read: impl FnOnce(&'t str) -> Result<T, Wrong>) -> Result<T, Wrong> {
        match self.get(name) {
            Some(piece) => piece.read(read),
            None => Err(Wrong::new(self.whole.clone(), format!("`{}` needs `{name}`", self.form.name))),
        }
    }

    pub(super) fn duration(&self, name: &str) -> Result<Span, Wrong> {
        self.need(name, units::duration)
    }

    /// A duration over zero.
    pub(super) fn positive(&self, name: &str) -> Result<Span, Wrong> {
        let span = self.duration(name)?;
        if span == Span::ZERO { Err(self.refuse(name, "must be over zero")) } else { Ok(span) }
    }

    /// Says that an argument's value is impossible.
    pub(super) fn refuse(&self, name: &str, why: &str) -> Wrong {
        let span = self.get(name).map_or(self.whole.clone(), |piece| piece.span());
        Wrong::new(span, format!("`{name}` {why}")).expected(format!("for example `{}`", self.form.example))
    }
}
