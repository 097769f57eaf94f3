//! Commands that a person pastes to look closer: the file as it was read, with a change that shows the point.

use sim::model::Model;
use sim::{Span, Time};

/// How a scenario was selected, as it is repeated in commands.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    /// The scenario file, as given.
    pub file: String,
    /// The overrides, written `path=value`.
    pub sets: Vec<String>,
    /// The variant taken.
    pub variant: Option<String>,
}

impl Commands {
    /// `brownout run`, with these overrides beside the given ones.
    pub(super) fn run(&self, sets: &[String]) -> String {
        self.command("run", sets)
    }

    /// `brownout find` for the least value of a path, between two, with which an objective holds.
    pub(super) fn find(&self, path: &str, low: u64, high: u64, until: &str) -> String {
        let range = quoted(&format!("{path}={low}..{high}"));
        format!("{} --vary {range} --until {} --replications 3", self.command("find", &[]), quoted(until))
    }

    fn command(&self, command: &str, sets: &[String]) -> String {
        let mut text = format!("brownout {command} {}", quoted(&self.file));
        if let Some(variant) = &self.variant {
            text += &format!(" --variant {}", quoted(variant));
        }
        self.sets.iter().chain(sets).for_each(|set| text += &format!(" --set {}", quoted(set)));
        text
    }
}

/// An override that replaces the faults by one: `kind` as a fault is written, without its times, for a fifth of the
/// measured part of the run, after a quarter of it.
pub(super) fn fault(kind: &str, model: &Model) -> String {
    let measured = model.duration - model.warmup;
    let at = Time::ZERO + model.warmup + measured.scaled(0.25);
    format!("faults=[{{{kind}, at: {}, for: {}}}]", rounded(at.since(Time::ZERO)), rounded(measured.scaled(0.2)))
}

/// Whole seconds where that is precise enough, and milliseconds below.
fn rounded(span: Span) -> Span {
    let unit = if span < Span::secs(10) { Span::millis(1) } else { Span::secs(1) };
    if span < unit { span } else { Span((span.0 + unit.0 / 2) / unit.0 * unit.0) }
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_repeat_how_the_scenario_was_selected_and_survive_a_shell() {
        let commands = Commands {
            file: "my shop.yaml".to_owned(),
            sets: vec!["services.shop.cores=2".to_owned()],
            variant: Some("it's".to_owned()),
        };
        assert_eq!(
            commands.run(&["faults=[{pause: shop}]".to_owned()]),
            r"brownout run 'my shop.yaml' --variant 'it'\''s' --set services.shop.cores=2 --set 'faults=[{pause: shop}]'"
        );
    }

    #[test]
    fn a_fault_lies_within_the_measured_part_whatever_its_length() {
        for (duration, expected) in [
            (Span::secs(180), "faults=[{pause: a, at: 53s, for: 34s}]"),
            (Span::secs(11), "faults=[{pause: a, at: 10s, for: 200ms}]"),
            (Span::secs(20), "faults=[{pause: a, at: 13s, for: 2s}]"),
        ] {
            let model = Model { duration, warmup: Span::secs(10), ..Model::default() };
            assert_eq!(fault("pause: a", &model), expected);
        }
    }
}
