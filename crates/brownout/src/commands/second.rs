//! `--llm`: a second reading by a model, beside the coach's own. Whatever becomes of it, the command has done its work.

use super::answer::data;
use crate::cli::kit::Place;
use crate::failure::warning;
use crate::terminal::Terminal;
use app::second_reading::{LlmFailure, LlmSettings, SecondReading, second_reading};

/// Asks the model that is set, and says on standard error who is sent the answer, and why there is no reading.
pub(super) fn ask(
    question: &str,
    answer: &str,
    place: &Place,
    terminal: &Terminal,
) -> Result<SecondReading, LlmFailure> {
    let read = LlmSettings::ambient(data(place.data.as_deref()).as_deref()).map_err(LlmFailure::from);
    let read = read.and_then(|settings| {
        terminal.remark(&sent(&settings));
        second_reading(&settings, question, answer)
    });
    if let Err(failure) = &read {
        let said = format!("no second reading: {failure}; the coach's own reading is complete without it");
        terminal.warn(warning(&said, failure.hint().as_deref(), terminal).trim_end());
    }
    read
}

fn sent(settings: &LlmSettings) -> String {
    let open = if settings.is_readable_on_the_way() { ", unencrypted" } else { "" };
    format!("sending the question and your answer to {} at {}{open}", settings.model(), settings.endpoint())
}
