//! The kit as a person reads it in a terminal: what is there, what is missing, what comes next.
//!
//! Everything that somebody wrote passes through [`printable`] first. Colour only repeats what signs and words say.

use super::grid::flowed;
use super::{BAD, FAINT, FAULT, GOOD, HEADING, LEAST_WIDTH, Paint, stacked};
use crate::diagnostic::Colour;
use crate::printable::{moment, printable};
use crate::reading::score_in_words;
use crate::terminal::Terminal;
use app::kit::{
    AnswerHistory, AnswerSummary, AnswerVersion, Change, Example, Flag, Gap, ImportedKit, ImportedNotes, KitStatus,
    Part, Question, Readiness, SavedAnswer, ShownExample, ShownTradeoff, Side, SlotStatus, Stretch, Taken,
};
use std::path::Path;

/// How wide a text may be, and whether it is coloured.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    width: usize,
    paint: Paint,
}

impl Page {
    /// For results.
    pub(crate) fn of(terminal: &Terminal) -> Page {
        Page::new(terminal.width(), terminal.colours_results())
    }

    /// For what goes to standard error.
    pub(crate) fn of_remarks(terminal: &Terminal) -> Page {
        Page::new(terminal.width_of_remarks(), terminal.colour_of_remarks() == Colour::Ansi)
    }

    fn new(width: usize, colour: bool) -> Page {
        Page { width: width.max(LEAST_WIDTH), paint: Paint { on: colour } }
    }

    fn heading(&self, text: &str) -> String {
        self.paint.with(HEADING, &printable(text))
    }

    /// Paragraphs and lines of a text, wrapped, each line behind so many spaces.
    fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        let room = self.width - indent;
        let text = printable(text);
        let lines = text.lines().flat_map(|line| match line.trim() {
            "" => vec![String::new()],
            line => flowed(line.split_whitespace(), " ", room, 0),
        });
        lines.map(|line| if line.is_empty() { line } else { " ".repeat(indent) + &line }).collect()
    }

    /// A sign and a text behind it.
    fn item(&self, sign: &str, text: &str) -> Vec<String> {
        let mut lines = self.wrapped(text, 6);
        if let Some(first) = lines.first_mut() {
            first.replace_range(..6, &format!("    {sign} "));
        }
        lines
    }

    fn readiness(&self, readiness: &Readiness) -> Vec<String> {
        let missing = readiness.missing.iter().flat_map(|words| self.item("–", &format!("lacks {words}")));
        let partial = readiness.partial.iter().flat_map(|words| self.item("~", &format!("not clear yet: {words}")));
        missing.chain(partial).collect()
    }

    fn sign(&self, ready: bool) -> String {
        if ready { self.paint.with(GOOD, "✓ ready") } else { self.paint.with(BAD, "✗ not ready") }
    }

    fn next(&self, next: Option<&String>) -> Vec<String> {
        next.map(|next| self.wrapped(&format!("next: {next}"), 0)).unwrap_or_default()
    }
}

/// Six slots, and what each lacks.
pub(crate) fn kit(status: &KitStatus, page: &Page) -> String {
    let head = format!("your kit: {} of {} slots ready", status.slots_ready, status.slots.len());
    let mut blocks = vec![vec![page.heading(&head)]];
    blocks.extend(status.slots.iter().map(|slot| slot_lines(slot, page)));
    blocks.push(page.next(status.next.as_ref()));
    stacked(&blocks)
}

fn slot_lines(slot: &SlotStatus, page: &Page) -> Vec<String> {
    let about = slot.about.as_deref().unwrap_or_default();
    let about = about.lines().next().unwrap_or_default();
    let held = match slot.holds.as_deref() {
        None => "empty".to_owned(),
        Some(id) if id == slot.slot => about.to_owned(),
        Some(id) => format!("{id} {about}"),
    };
    let held = app::readable::elided(&printable(held.trim()), page.width.saturating_sub(26));
    let mut lines = vec![format!("{:<10} {}  {held}", slot.slot, page.sign(slot.readiness.ready))];
    lines.extend(page.readiness(&slot.readiness));
    lines
}

/// Every question's id and text.
pub(crate) fn questions(questions: &[Question], page: &Page) -> String {
    let lines = questions.iter().flat_map(|question| {
        let mut lines = vec![page.heading(&question.id)];
        lines.extend(page.wrapped(&question.text, 2));
        lines
    });
    stacked(&[lines.collect()])
}

/// A question alone.
pub(crate) fn question(question: &Question, page: &Page) -> String {
    let lines: Vec<String> =
        page.wrapped(&question.text, 0).iter().map(|line| page.paint.with(HEADING, line)).collect();
    stacked(&[lines]) + "\n"
}

/// What was stored of an answer, and what it lacks.
pub(crate) fn saved_answer(saved: &SavedAnswer, page: &Page) -> String {
    let what =
        format!("{} version {}: {} words, {} spoken", saved.id, saved.version, saved.words, spoken(saved.spoken_s));
    let head = if saved.stored { format!("stored {what}") } else { format!("nothing new, so nothing stored; {what}") };
    let next = saved.readiness.next.clone();
    let next = next.unwrap_or_else(|| format!("put it into the kit: brownout kit set 1 {}", saved.id));
    stacked(&[
        vec![page.heading(&head)].into_iter().chain(page.readiness(&saved.readiness)).collect(),
        page.next(Some(&next)),
    ])
}

fn spoken(seconds: usize) -> String {
    format!("{}:{:02} min", seconds / 60, seconds % 60)
}

/// All answers.
pub(crate) fn answers(answers: &[AnswerSummary], page: &Page) -> String {
    if answers.is_empty() {
        return "no answers yet; questions: brownout ask\n".to_owned();
    }
    let blocks: Vec<Vec<String>> = answers
        .iter()
        .map(|answer| {
            let head = format!("{} {}  {}", answer.id, answer.question, page.sign(answer.readiness.ready));
            let facts = format!(
                "version {} of {}, {} words, {} spoken",
                answer.version,
                moment(answer.written_ms),
                answer.words,
                spoken(answer.spoken_s)
            );
            let head = vec![head, format!("    {}", page.paint.with(FAINT, &facts))];
            head.into_iter().chain(page.readiness(&answer.readiness)).collect()
        })
        .collect();
    stacked(&blocks)
}

/// One answer's versions, oldest first, each with what changed.
pub(crate) fn history(history: &AnswerHistory, page: &Page) -> String {
    let mut blocks = vec![vec![page.heading(&format!("{} {}", history.id, history.question.id))]];
    if let Some(head) = blocks.first_mut() {
        head.extend(page.wrapped(&history.question.text, 0));
    }
    blocks.extend(history.versions.iter().map(|version| version_lines(version, page)));
    if history.versions.len() > 1 {
        blocks.push(vec![page.paint.with(FAINT, "[-…-] was taken out, {+…+} was put in")]);
    }
    stacked(&blocks)
}

fn version_lines(version: &AnswerVersion, page: &Page) -> Vec<String> {
    let head = format!(
        "version {}, {}, {} words, {} spoken",
        version.version,
        moment(version.written_ms),
        version.words,
        spoken(version.spoken_s)
    );
    let text =
        if version.changes.is_empty() { page.wrapped(&version.text, 2) } else { changed(&version.changes, page) };
    std::iter::once(page.heading(&head)).chain(text).chain(reading_lines(version, page)).collect()
}

/// What the coach reads differently than in the version before.
fn reading_lines(version: &AnswerVersion, page: &Page) -> Vec<String> {
    if version.changes.is_empty() {
        return Vec::new();
    }
    if version.reading_changes.is_empty() {
        return vec![page.paint.with(FAINT, "    read as the version before")];
    }
    let line = |change: &app::coach::Change| {
        let (style, how) = if change.better { (GOOD, "better") } else { (BAD, "worse ") };
        let [before, after] = [change.before, change.after].map(|score| score_in_words(change.part, score));
        format!("    {}  {}: {before} before, {after} now", page.paint.with(style, how), printable(&change.id))
    };
    version.reading_changes.iter().map(line).collect()
}

/// A text with what was taken out and put in. Marks go around whole stretches, colours around each word of them, so that
/// lines can be broken anywhere.
fn changed(changes: &[Stretch], page: &Page) -> Vec<String> {
    let mut marked = String::new();
    for stretch in changes {
        let text = printable(&stretch.text);
        let (spaces, words) = text.split_at(text.len() - text.trim_start().len());
        let (words, after) = words.split_at(words.trim_end().len());
        let (open, close) = match stretch.change {
            Change::Removed if !words.is_empty() => ("[-", "-]"),
            Change::Added if !words.is_empty() => ("{+", "+}"),
            _ => ("", ""),
        };
        marked += &format!("{spaces}{open}{words}{close}{after}");
    }
    let mut inside = None;
    page.wrapped(&marked, 2).iter().map(|line| painted(line, &mut inside, page)).collect()
}

fn painted(line: &str, inside: &mut Option<anstyle::Style>, page: &Page) -> String {
    if !page.paint.on {
        return line.to_owned();
    }
    let mut out = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        if word.contains("[-") {
            *inside = Some(BAD);
        } else if word.contains("{+") {
            *inside = Some(GOOD);
        }
        match *inside {
            Some(style) if !word.is_empty() => out += &page.paint.with(style, word),
            _ => out += word,
        }
        if word.contains("-]") || word.contains("+}") {
            *inside = None;
        }
    }
    out
}

/// All examples.
pub(crate) fn examples(examples: &[ShownExample], page: &Page) -> String {
    if examples.is_empty() {
        return "no examples yet; tell one: brownout example new\n".to_owned();
    }
    let blocks: Vec<Vec<String>> = examples
        .iter()
        .map(|shown| {
            let head = format!("{} {}  {}", shown.id, title(&shown.example), page.sign(shown.readiness.ready));
            std::iter::once(head).chain(page.readiness(&shown.readiness)).collect()
        })
        .collect();
    stacked(&blocks)
}

fn title(example: &Example) -> String {
    let title = printable(example.title.lines().next().unwrap_or_default());
    if title.trim().is_empty() { "(no title)".to_owned() } else { title }
}

/// One example whole.
pub(crate) fn example(shown: &ShownExample, page: &Page) -> String {
    let example = &shown.example;
    let head = format!("{} version {}: {}", shown.id, shown.version, title(example));
    let mut blocks = vec![vec![page.heading(&head)]];
    for part in Part::ALL.into_iter().filter(|part| !example.part(*part).trim().is_empty()) {
        let text = page.wrapped(example.part(part), 2);
        blocks.push(std::iter::once(page.heading(part.field().heading)).chain(text).collect());
    }
    if !example.numbers.is_empty() {
        let figures = example.numbers.iter().map(|figure| format!("  {}", printable(&figure.to_string())));
        blocks.push(std::iter::once(page.heading("Numbers")).chain(figures).collect());
    }
    blocks.push(page.readiness(&shown.readiness));
    blocks.push(page.next(shown.readiness.next.as_ref()));
    stacked(&blocks)
}

/// What was stored of an example, and what it lacks.
pub(crate) fn stored_example(shown: &ShownExample, page: &Page) -> String {
    let head = format!("stored {} version {}: {}", shown.id, shown.version, title(&shown.example));
    let next = shown.readiness.next.as_ref().map(|asks| format!("{asks} (brownout example edit {} --ask)", shown.id));
    stacked(&[
        vec![page.heading(&head)].into_iter().chain(page.readiness(&shown.readiness)).collect(),
        page.next(next.as_ref()),
    ])
}

/// One question about what is missing.
pub(crate) fn asked(gap: &Gap) -> String {
    printable(&gap.asks)
}

/// Which lines of notes go where.
pub(crate) fn imported_notes(imported: &ImportedNotes, file: &Path, page: &Page) -> String {
    let proposals = &imported.proposals;
    let name = file.display();
    let head = match &imported.stored {
        Some(stored) => format!("{name}: stored as {}, each line as it stands there", stored.id),
        None => format!("{name}: what would go where"),
    };
    let quoted = |line: usize, text: &str| page.item(&format!("{line}:"), text);
    let mut blocks = vec![vec![page.heading(&head)]];
    blocks.extend(proposals.title.iter().map(|title| section(page, "Title", quoted(title.line, &title.text))));
    for proposal in &proposals.parts {
        let lines = proposal.lines.iter().flat_map(|line| quoted(line.line, &line.text)).collect();
        let heading = Part::named(proposal.part).map_or(proposal.part, |part| part.field().heading);
        blocks.push(section(page, heading, lines));
    }
    let numbers = proposals.numbers.iter().flat_map(|number| quoted(number.line, &number.figure.to_string()));
    blocks.push(section(page, "Numbers whose line says where they come from", numbers.collect()));
    let left = proposals.left_out.iter().flat_map(|out| {
        let why = page.paint.with(FAULT, &format!("      {}", out.why));
        quoted(out.line, &out.text).into_iter().chain([why])
    });
    blocks.push(section(page, "Left out", left.collect()));
    blocks.push(section(page, "Not found, so left empty", page.readiness(&imported.readiness)));
    let id = imported
        .stored
        .as_ref()
        .map(|stored| format!("answer what is missing: brownout example edit {} --ask", stored.id));
    blocks.push(page.next(id.filter(|_| !imported.readiness.ready).as_ref()));
    stacked(&blocks)
}

/// A heading over lines; nothing where there are none.
fn section(page: &Page, heading: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() { lines } else { std::iter::once(page.heading(heading)).chain(lines).collect() }
}

/// The tradeoff whole.
pub(crate) fn tradeoff(shown: &ShownTradeoff, page: &Page) -> String {
    if shown.version == 0 {
        return "no tradeoff yet; say it: brownout tradeoff set\n".to_owned();
    }
    let said = Side::ALL.into_iter().filter(|side| !shown.tradeoff.side(*side).trim().is_empty());
    let mut blocks: Vec<Vec<String>> =
        said.map(|side| section(page, side.field().heading, page.wrapped(shown.tradeoff.side(side), 2))).collect();
    blocks.push(page.readiness(&shown.readiness));
    blocks.push(page.next(shown.readiness.next.as_ref()));
    stacked(&blocks)
}

/// What was stored of the tradeoff.
pub(crate) fn stored_tradeoff(shown: &ShownTradeoff, page: &Page) -> String {
    let head = format!("stored the tradeoff, version {}", shown.version);
    stacked(&[
        vec![page.heading(&head)].into_iter().chain(page.readiness(&shown.readiness)).collect(),
        page.next(shown.readiness.next.as_ref()),
    ])
}

fn passages(count: usize) -> String {
    if count == 1 { "1 passage".to_owned() } else { format!("{count} passages") }
}

/// What may be confidential: where, what, why. Without a line break at the end.
pub(crate) fn flags(flags: &[Flag], page: &Page) -> String {
    let mut lines = vec![page.paint.with(FAULT, &format!("{} may be confidential", passages(flags.len())))];
    for flag in flags {
        let place = format!("{}, line {}: {}", flag.place, flag.line, flag.kind.name());
        lines.push(format!("  {place} `{}`", printable(&flag.quote)));
        lines.push(page.paint.with(FAINT, &format!("    {}", flag.why)));
    }
    lines.join("\n")
}

/// What was brought in.
pub(crate) fn imported_kit(imported: &ImportedKit, page: &Page) -> String {
    if imported.documents.is_empty() {
        return "the file's kit is empty: nothing was brought in\n".to_owned();
    }
    let line = |(id, taken): &(String, Taken)| {
        let what = match taken {
            Taken::Added => "is new",
            Taken::Version => "has a new version; its earlier ones are kept",
            Taken::Same => "was there already",
        };
        format!("{} {what}", page.heading(id))
    };
    stacked(&[imported.documents.iter().map(line).collect(), vec!["look at it: brownout kit".to_owned()]])
}
