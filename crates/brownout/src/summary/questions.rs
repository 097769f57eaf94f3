//! Questions as a person reads them: a list, the prompt alone, or everything.

use super::{FAINT, HEADING, LEAST_WIDTH, Page, Paint, flowed, stacked};
use app::bank::{LABS, Question};

const INDENT: usize = 2;
/// Longer lines are hard to read.
const WIDEST: usize = 100;

/// Each question below its id, level and topic.
pub(crate) fn listed(questions: &[Question], width: usize, colour: bool) -> String {
    let page = Page::of(width, colour);
    let entry = |question| [vec![page.facts(question)], page.paragraph(&question.question)].concat();
    stacked(&[questions.iter().flat_map(entry).collect()])
}

/// What is asked, and what it tests.
pub(crate) fn prompt(question: &Question, width: usize, colour: bool) -> String {
    stacked(&Page::of(width, colour).prompt(question))
}

/// The prompt, and what is better opened after an answer.
pub(crate) fn opened(question: &Question, width: usize, colour: bool) -> String {
    let page = Page::of(width, colour);
    let points = question.points.iter().map(|point| (format!("{}. ", point.name), &point.covered));
    let mistakes = question.mistakes.iter().map(|mistake| (format!("{} ", mistake.what), &mistake.why));
    let probes = question.probes.iter().map(|probe| (String::new(), &probe.ask));
    let anchors = question.anchors.iter().map(|anchor| (format!("{}  ", anchor.rating), &anchor.shows));
    let rest = [
        page.list("Strong answers cover", points),
        page.list("Common mistakes", mistakes),
        page.titled("How it fails", &question.failure_mode),
        page.titled("What to watch", &question.metric),
        page.titled("What it costs", &question.cost),
        page.titled("What it does to the team", &question.team),
        page.list("To ask back", probes),
        page.list("An answer that is rated", anchors),
    ];
    stacked(&[page.prompt(question), rest.to_vec()].concat())
}

/// A scenario by its name, a lab by what it is called.
fn shown_by(name: &str) -> String {
    match LABS.iter().find(|(id, _)| *id == name) {
        Some((id, lab)) => format!("{lab} ({id})"),
        None => name.to_owned(),
    }
}

impl Page {
    fn of(width: usize, colour: bool) -> Page {
        Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } }
    }

    fn prompt(&self, question: &Question) -> Vec<Vec<String>> {
        let asked = self.hanging("", &question.question, 0);
        let see: Vec<String> = question.see.iter().map(|name| shown_by(name)).collect();
        vec![
            asked.iter().map(|line| self.paint.with(HEADING, line)).collect(),
            vec![self.facts(question)],
            self.titled("What it tests", &question.tests),
            self.titled("What shows it", &see.join(", ")),
        ]
    }

    fn facts(&self, question: &Question) -> String {
        let rest = format!(" · {} · {}", question.level.name(), question.topic);
        question.id.clone() + &self.paint.with(FAINT, &rest)
    }

    fn titled(&self, title: &str, text: &str) -> Vec<String> {
        [vec![self.paint.with(HEADING, title)], self.paragraph(text)].concat()
    }

    /// A title, and items below it whose further lines are indented.
    fn list<'a>(&self, title: &str, items: impl Iterator<Item = (String, &'a String)>) -> Vec<String> {
        let margin = " ".repeat(INDENT);
        let item = |(label, text): (String, &String)| self.hanging(&margin, &format!("{label}{text}"), 2 * INDENT);
        std::iter::once(self.paint.with(HEADING, title)).chain(items.flat_map(item)).collect()
    }

    fn paragraph(&self, text: &str) -> Vec<String> {
        self.hanging(&" ".repeat(INDENT), text, INDENT)
    }

    /// Text after `first`, with `indent` spaces before its further lines.
    fn hanging(&self, first: &str, text: &str, indent: usize) -> Vec<String> {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if let Some(word) = words.first_mut() {
            word.insert_str(0, first);
        }
        flowed(words.iter().map(String::as_str), " ", self.width.min(WIDEST), indent)
    }
}
