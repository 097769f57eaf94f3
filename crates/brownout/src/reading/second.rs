//! A model's reading under the coach's: whose it is, what it quotes, what it claimed without a quote, and at each finding
//! what the coach says.

use super::{HABIT, POINT, Page, made, verdict};
use crate::printable::printable;
use app::coach::{Assessment, SURE, Span};
use app::second_reading::{LlmFailure, SecondReading};

/// The second reading of `text`, or why there is none, as it stands below the page of `local`.
pub(crate) fn second_page(
    read: &Result<SecondReading, LlmFailure>,
    local: &Assessment,
    text: &str,
    width: usize,
    colours: bool,
) -> String {
    let mut page = Page { text: String::new(), answer: text, width: width.clamp(40, 100), colours };
    match read {
        Ok(reading) => page.second(reading, local),
        Err(failure) => {
            page.heading("No second reading");
            page.line(2, &printable(&format!("{failure}. What stands above is the coach's own reading and complete.")));
        }
    }
    page.text
}

impl Page<'_> {
    fn second(&mut self, reading: &SecondReading, local: &Assessment) {
        self.heading(&printable(&format!("Second reading, by {} at {}", reading.model, reading.endpoint)));
        self.line(2, "A language model's opinion, not the coach's. Its quotes were looked up in your answer, its judgments by nobody.");
        self.heading("Habits, to the model");
        for (id, claim) in reading.habits.iter() {
            let said = local.habits.get(id).map(|habit| verdict(HABIT, habit.score, habit.confidence >= SURE));
            self.claim(verdict(HABIT, claim.score, true), id, said, &claim.why, &claim.evidence);
        }
        self.heading("Mistakes, to the model");
        for (id, claim) in reading.mistakes.iter() {
            let said = local.mistakes.get(id).map(|mistake| made(mistake.is, mistake.confidence >= SURE));
            self.claim(made(claim.is, true), id, said, &claim.why, &claim.evidence);
        }
        self.heading("What the question is about, to the model");
        for (id, claim) in reading.coverage.iter() {
            let said = local.coverage.get(id).map(|point| verdict(POINT, point.score, point.confidence >= SURE));
            self.claim(verdict(POINT, claim.score, true), id, said, &claim.why, &claim.evidence);
        }
        self.dropped(&reading.dropped);
        if !reading.follow_up.is_empty() {
            self.heading("The model would ask");
            self.line(2, &printable(&reading.follow_up));
        }
    }

    fn claim(&mut self, said: &str, id: &str, coach: Option<&str>, why: &str, evidence: &[Span]) {
        let beside = coach.map_or_else(|| id.to_owned(), |coach| format!("{id:<24} coach: {coach}"));
        self.finding(said, &beside, &printable(why), evidence);
    }

    fn dropped(&mut self, dropped: &[String]) {
        let what = match dropped.len() {
            0 => return,
            1 => "One claim was dropped, since its quote does not".to_owned(),
            count => format!("{count} claims were dropped, since their quotes do not"),
        };
        self.line(0, "");
        self.line(2, &format!("{what} stand in your answer: {}", dropped.join(", ")));
    }
}
