//! The page that shows an assessment to a person: what is shown, what is possible, what was not found, each with the
//! sentences. No total and no percentage to chase: where the coach is not sure it asks.

mod second;

pub(crate) use second::second_page;

use anstyle::{AnsiColor, Style};
use app::coach::{Assessment, Coverage, Mistake, SURE, Span};

/// The assessment of `text` as a page of at most `width` columns.
pub(crate) fn page(assessment: &Assessment, text: &str, width: usize, colours: bool) -> String {
    let mut page = Page { text: String::new(), answer: text, width: width.clamp(40, 100), colours };
    let (words, seconds) = (assessment.words, assessment.spoken_s);
    page.line(0, &format!("{}: {words} words, {} spoken", assessment.question, duration(seconds)));
    if assessment.enough {
        page.findings(assessment);
        page.common_mistakes(&assessment.question);
    } else {
        page.heading("Too little to judge");
        page.line(2, assessment.habits.iter().next().map_or("", |(_, habit)| &habit.note));
    }
    page.heading("An interviewer would ask");
    page.line(2, &assessment.follow_up);
    if assessment.enough {
        page.line(0, "");
        page.line(0, "Learned from answers that language models rated; it errs. You decide.");
    }
    page.text
}

fn duration(seconds: u64) -> String {
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

struct Page<'a> {
    text: String,
    answer: &'a str,
    width: usize,
    colours: bool,
}

impl Page<'_> {
    fn findings(&mut self, assessment: &Assessment) {
        self.heading("Habits");
        for (id, habit) in assessment.habits.iter() {
            let sure = habit.confidence >= SURE;
            self.finding(verdict(HABIT, habit.score, sure), id, &asked_instead(&habit.note, sure), &habit.evidence);
        }
        self.heading("Mistakes");
        for (id, mistake) in assessment.mistakes.iter() {
            self.mistake(id, mistake);
        }
        self.heading("What the question is about");
        for (id, coverage) in assessment.coverage.iter() {
            self.coverage(id, coverage);
        }
    }

    /// What people do wrong on this very question. The coach cannot tell whether this answer does, so the person is asked,
    /// and only after an attempt.
    fn common_mistakes(&mut self, question: &str) {
        let Ok(question) = app::find_question(question) else { return };
        self.heading("Common on this question: is one of them yours?");
        for mistake in &question.mistakes {
            self.line(2, &format!("{} {}", mistake.what, mistake.why));
        }
    }

    fn mistake(&mut self, id: &str, mistake: &Mistake) {
        let sure = mistake.confidence >= SURE;
        let note = if mistake.is && !sure { "Not sure: does anything you say answer this?" } else { "" };
        self.finding(made(mistake.is, sure), id, note, &mistake.evidence);
    }

    fn coverage(&mut self, id: &str, coverage: &Coverage) {
        let sure = coverage.confidence >= SURE;
        let note = match (coverage.score, sure) {
            (0, true) => "I found no sentence about it.",
            (0, false) => "Not sure that I found nothing: which of your sentences is about it?",
            (_, true) => "",
            (_, false) => "Not sure how much this says: what would you add?",
        };
        self.finding(verdict(POINT, coverage.score, sure), id, note, &coverage.evidence);
    }

    fn finding(&mut self, verdict: &str, id: &str, note: &str, evidence: &[Span]) {
        let label = self.styled(verdict);
        self.text += &format!("  {label}{:pad$} {id}\n", "", pad = 9_usize.saturating_sub(verdict.len()));
        if !note.is_empty() {
            self.line(12, note);
        }
        for span in evidence {
            self.line(12, &format!("“{}”", one_line(span.of(self.answer))));
        }
    }

    fn styled(&self, verdict: &str) -> String {
        let colour = match verdict {
            "clear" | "covered" => AnsiColor::Green,
            "missing" | "made" => AnsiColor::Red,
            "not seen" => AnsiColor::BrightBlack,
            _ => AnsiColor::Yellow,
        };
        let style = Style::new().fg_color(Some(colour.into()));
        if self.colours { format!("{style}{verdict}{style:#}") } else { verdict.to_owned() }
    }

    fn heading(&mut self, heading: &str) {
        let style = Style::new().bold();
        let heading = if self.colours { format!("{style}{heading}{style:#}") } else { heading.to_owned() };
        self.text += &format!("\n{heading}\n");
    }

    /// A paragraph, wrapped, `indent` columns in.
    fn line(&mut self, indent: usize, paragraph: &str) {
        let room = self.width.saturating_sub(indent);
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                self.text += &format!("{:indent$}{line}\n", "");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        self.text += &if line.is_empty() { "\n".to_owned() } else { format!("{:indent$}{line}\n", "") };
    }
}

/// What the scores of a habit are called.
const HABIT: [&str; 3] = ["missing", "partial", "clear"];
/// What the scores of a point are called.
const POINT: [&str; 3] = ["missing", "touched", "covered"];

/// What a score is called; `part` is `habits`, `mistakes` or `coverage`.
pub(crate) fn score_in_words(part: &str, score: u8) -> &'static str {
    match part {
        "habits" => verdict(HABIT, score, true),
        "mistakes" => made(score > 0, true),
        _ => verdict(POINT, score, true),
    }
}

fn made(is: bool, sure: bool) -> &'static str {
    match (is, sure) {
        (true, true) => "made",
        (true, false) => "possible",
        (false, _) => "not seen",
    }
}

fn verdict(words: [&'static str; 3], score: u8, sure: bool) -> &'static str {
    if sure { words[usize::from(score.min(2))] } else { "not sure" }
}

/// The note without the quote, which stands below it in full; a question where the coach is not sure.
fn asked_instead(note: &str, sure: bool) -> String {
    let said = note.split(": “").next().unwrap_or(note).trim_start_matches("Not sure. ").trim_end_matches('.');
    if sure { format!("{said}.") } else { format!("{said}: would you say so?") }
}

/// Control characters would move the cursor of whoever reads this.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
