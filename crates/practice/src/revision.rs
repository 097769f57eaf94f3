//! What changed between two versions of a text, word by word.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

/// What happened to a stretch of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is in both.
    Same,
    /// It is only in the earlier version.
    Removed,
    /// It is only in the later version.
    Added,
}

/// A stretch of text that was kept, removed or added.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stretch {
    /// Which.
    pub change: Change,
    /// The text, with the spaces in it.
    pub text: String,
}

/// The stretches that lead from one text to the other: without those added they make up the earlier, without those removed
/// the later one.
pub fn changes(earlier: &str, later: &str) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for change in TextDiff::from_words(earlier, later).iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Change::Same,
            ChangeTag::Delete => Change::Removed,
            ChangeTag::Insert => Change::Added,
        };
        match stretches.last_mut().filter(|last| last.change == kind) {
            Some(last) => last.text.push_str(change.value()),
            None => stretches.push(Stretch { change: kind, text: change.value().to_owned() }),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_that_changed() {
        let stretch = |change, text: &str| Stretch { change, text: text.to_owned() };
        assert_eq!(
            changes("we add a cache", "we add a small cache"),
            [stretch(Change::Same, "we add a "), stretch(Change::Added, "small "), stretch(Change::Same, "cache"),]
        );
        assert_eq!(changes("same", "same"), [stretch(Change::Same, "same")]);
        assert!(changes("", "").is_empty());
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_off(earlier in "[ab \\n]{0,30}", later in "[ab \\n]{0,30}") {
            let all = changes(&earlier, &later);
            let without = |left_out| all.iter().filter(|s| s.change != left_out).map(|s| s.text.as_str()).collect::<String>();
            prop_assert_eq!(without(Change::Added), earlier);
            prop_assert_eq!(without(Change::Removed), later);
        }
    }
}
