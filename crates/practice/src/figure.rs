//! Where a number in a production example comes from.
//!
//! There is no way to say "from the lab": a [`Source`] has no such value, and whatever text names the lab is refused with
//! the reason. A simulator shows what a design does under stated assumptions, not what production did.

use crate::number::normal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a number was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Source {
    /// A dashboard or monitor.
    Dashboard,
    /// Logs or traces.
    Logs,
    /// A report, a post-mortem, a review.
    Report,
    /// A ticket or a change request.
    Ticket,
    /// A bill or a contract.
    Invoice,
    /// The code, its configuration or its repository.
    Code,
    /// What one remembers; it may be asked about.
    Memory,
}

/// Why a number was not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FigureError {
    /// It comes from a simulation.
    #[error(
        "`{0}` is a lab number, and a lab number can never stand in a production example: it shows what a model does, \
         not what your system did"
    )]
    Lab(String),
    /// The source is none that is known.
    #[error("`{found}` is no source of a number: say {}", names().join(", "))]
    Unknown {
        /// What was given.
        found: String,
    },
    /// The value is no number.
    #[error("`{0}` has no digit: a figure is a number as it stands in the text, such as `240 ms`")]
    NoNumber(String),
}

impl Source {
    /// All of them.
    pub const ALL: [Source; 7] = [
        Source::Dashboard,
        Source::Logs,
        Source::Report,
        Source::Ticket,
        Source::Invoice,
        Source::Code,
        Source::Memory,
    ];

    /// Its name, as it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Source::Dashboard => "dashboard",
            Source::Logs => "logs",
            Source::Report => "report",
            Source::Ticket => "ticket",
            Source::Invoice => "invoice",
            Source::Code => "code",
            Source::Memory => "memory",
        }
    }

    fn read(text: &str) -> Option<Source> {
        Some(match text {
            "dashboard" | "monitoring" | "metrics" | "grafana" | "datadog" => Source::Dashboard,
            "logs" | "log" | "traces" | "trace" => Source::Logs,
            "report" | "post-mortem" | "postmortem" | "review" => Source::Report,
            "ticket" | "issue" => Source::Ticket,
            "invoice" | "bill" | "contract" => Source::Invoice,
            "code" | "config" | "repository" => Source::Code,
            "memory" | "remembered" => Source::Memory,
            _ => return None,
        })
    }
}

/// Names of all sources.
pub fn names() -> Vec<&'static str> {
    Source::ALL.iter().map(|source| source.name()).collect()
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a text says that what it is about was simulated.
pub(crate) fn names_the_lab(text: &str) -> bool {
    let words = text.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase);
    words
        .into_iter()
        .any(|word| ["lab", "labs", "brownout", "simulator"].contains(&word.as_str()) || word.starts_with("simulat"))
}

/// A number of an example, and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Figure {
    value: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    source: Source,
    detail: String,
}

/// As it is written; read through [`Figure::new`], so that nothing else gets in by a file either.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    value: String,
    source: String,
    #[serde(default)]
    detail: String,
}

impl Figure {
    /// A number as it stands in the text, its source by name, and more about it, which may be empty.
    ///
    /// # Errors
    /// [`FigureError::Lab`] for whatever names a simulation as the source.
    pub fn new(value: &str, source: &str, detail: &str) -> Result<Figure, FigureError> {
        let (value, detail) = (one_line(value), one_line(detail));
        if !value.contains(|character: char| character.is_ascii_digit()) {
            return Err(FigureError::NoNumber(value));
        }
        let named = source.trim().to_lowercase();
        if names_the_lab(&named) || names_the_lab(&detail) {
            return Err(FigureError::Lab(value));
        }
        let source = Source::read(&named).ok_or(FigureError::Unknown { found: source.trim().to_owned() })?;
        Ok(Figure { value, source, detail })
    }

    /// `240 ms = dashboard: the checkout board`, as it is typed.
    ///
    /// # Errors
    /// As [`Figure::new`].
    pub fn read(text: &str) -> Result<Figure, FigureError> {
        let (value, said) = text.split_once('=').unwrap_or((text, ""));
        let (source, detail) = said.split_once(':').unwrap_or((said, ""));
        Figure::new(value, source, detail)
    }

    /// The number, as it stands in the text.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where it comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Which dashboard, which report; may be empty.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether it is about that number.
    pub fn is_of(&self, number: &str) -> bool {
        normal(&self.value) == normal(number)
    }

    /// Its source, with the detail where there is one.
    pub fn origin(&self) -> String {
        match self.detail.as_str() {
            "" => self.source.to_string(),
            detail => format!("{}: {detail}", self.source),
        }
    }
}

/// As it is typed.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.value, self.origin())
    }
}

/// Without line breaks and `=`, which separate figures and their parts where they are typed.
fn one_line(text: &str) -> String {
    let plain = text.replace(['\n', '\r', '='], " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl TryFrom<Stored> for Figure {
    type Error = FigureError;

    fn try_from(stored: Stored) -> Result<Figure, FigureError> {
        Figure::new(&stored.value, &stored.source, &stored.detail)
    }
}

impl From<Figure> for Stored {
    fn from(figure: Figure) -> Stored {
        Stored { value: figure.value, source: figure.source.name().to_owned(), detail: figure.detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_reads_as_it_is_shown() {
        let figure = Figure::read("240 ms = Dashboard: the checkout board").expect("a figure");
        assert_eq!(figure.to_string(), "240 ms = dashboard: the checkout board");
        assert_eq!(Figure::read(&figure.to_string()), Ok(figure.clone()));
        assert!(figure.is_of("240ms") && !figure.is_of("40 ms"));
        assert_eq!(Figure::read("6=memory").map(|figure| figure.to_string()), Ok("6 = memory".to_owned()));
    }

    #[test]
    fn a_lab_number_is_refused_however_it_is_put() {
        for text in [
            "240 ms = lab",
            "240 ms = Lab: checkout.yaml",
            "240 ms = simulation",
            "240 ms = simulator",
            "240 ms = dashboard: brownout run checkout.yaml",
            "240 ms = report: simulated with ten seeds",
        ] {
            assert_eq!(Figure::read(text), Err(FigureError::Lab("240 ms".to_owned())), "{text}");
        }
        let said = FigureError::Lab("240 ms".to_owned()).to_string();
        assert!(said.contains("can never stand in a production example"), "{said}");
        // A label is no lab.
        assert!(Figure::read("240 ms = dashboard: the label of the collaboration board").is_ok());
        let stored = r#"{"value": "240 ms", "source": "lab"}"#;
        let refused = serde_json::from_str::<Figure>(stored).expect_err("no way around").to_string();
        assert!(refused.contains("lab number"), "{refused}");
    }

    #[test]
    fn other_sources_are_told_which_there_are() {
        let refused = Figure::read("240 ms = somewhere").expect_err("no source").to_string();
        assert_eq!(
            refused,
            "`somewhere` is no source of a number: say dashboard, logs, report, ticket, invoice, code, memory"
        );
        assert!(matches!(Figure::read("fast = memory"), Err(FigureError::NoNumber(_))));
    }
}
