//! Reading the risks of a scenario without running it.

use crate::scenarios::{Failure, Selection, open_scenario};
use lab::risk::{Assessment, Commands, Source, assess};
use lab::scenario::{Outline, Scenario};

/// A sound scenario with what its design risks, and the text that the findings point into.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The scenario.
    pub scenario: Scenario,
    /// What the rules found.
    pub assessment: Assessment,
    /// The file's text.
    pub source: String,
}

/// Reads a scenario and its risks.
///
/// # Errors
/// If the file cannot be read, has problems, or lacks the variant.
pub fn review_scenario(selection: &Selection) -> Result<Reviewed, Failure> {
    let selection = selection.clone().hold()?;
    let scenario = open_scenario(&selection)?;
    let source = selection.bundle.as_ref().map(|bundle| bundle.contents().0).unwrap_or_default();
    let commands = Commands {
        file: selection.file.display().to_string(),
        sets: selection.sets.iter().map(|set| set.text().to_owned()).collect(),
        variant: selection.variant.clone(),
    };
    let outline = Outline::of(&source, &selection.sets, selection.variant.as_deref()).unwrap_or_default();
    let assessment = assess(&scenario, Source { text: &source, outline: &outline }, &commands);
    Ok(Reviewed { scenario, assessment, source })
}
