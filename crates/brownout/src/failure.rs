//! What stops a command: an error with its place, a hint what to do, and the exit status.

use crate::diagnostic::{Colour, Sources, render};
use crate::printable::printable;
use crate::terminal::Terminal;
use anstyle::{AnsiColor, Style};
use std::io;
use std::process::ExitCode;

/// Why a command could not do what it was asked.
pub(crate) enum Failure {
    App(app::Failure),
    /// The result could not be printed.
    Output(io::Error),
    /// A file or standard input could not be read.
    Unread(String, io::Error),
    /// What was read is no text, from this byte on.
    NotText(String, usize),
    /// A file that a command writes itself could not be written.
    File(std::path::PathBuf, io::Error),
    /// The result could not be put into JSON.
    Json(serde_json::Error),
    /// Nothing says where a person's data lies.
    NoDataFolder,
    /// The server could not serve.
    Serve(server::Failure),
    /// The folder of records could not be read.
    Evidence(io::Error),
    /// There is no such rule.
    Rule(app::risk::UnknownRule),
    /// What was to come in on standard input did not.
    Input(io::Error),
    /// The editor did not end well, or could not be started.
    Editor {
        /// As it is set.
        command: String,
        /// What happened.
        said: String,
    },
    /// Something could not be done, and what was written for it is kept in a file.
    Kept(Box<Failure>, std::path::PathBuf),
    /// An argument has the wrong shape.
    Argument {
        /// Its name.
        name: &'static str,
        /// What is wrong.
        message: String,
        /// What to write instead.
        expected: String,
    },
}

impl Failure {
    pub(crate) fn vary(unclear: app::experiment::vary::Unclear) -> Failure {
        Failure::Argument { name: "--vary", message: unclear.to_string(), expected: unclear.expected.to_owned() }
    }
}

impl From<app::Failure> for Failure {
    fn from(failure: app::Failure) -> Self {
        Failure::App(failure)
    }
}

impl From<app::kit::KitFailure> for Failure {
    fn from(failure: app::kit::KitFailure) -> Self {
        Failure::App(failure.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::Json(error)
    }
}

const COULD_NOT: u8 = 2;

impl Failure {
    /// Says what went wrong and gives the exit status.
    pub(crate) fn report(&self, terminal: &Terminal) -> ExitCode {
        let colour = terminal.colour_of_remarks();
        match self {
            // Whoever read the output has seen enough.
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Failure::App(app::Failure::Invalid(invalid)) => eprint!("{}", problems(invalid, colour)),
            other => eprint!("{}", other.text(colour)),
        }
        ExitCode::from(COULD_NOT)
    }

    fn text(&self, colour: Colour) -> String {
        let (message, hint) = match self {
            Failure::App(failure) => (failure.to_string(), hint(failure)),
            Failure::Output(error) => (format!("cannot print the result: {error}"), None),
            Failure::Unread(source, error) => {
                let hint = (error.kind() == io::ErrorKind::NotFound)
                    .then(|| "name a text file, or `-` to read standard input".to_owned());
                (format!("cannot read {source}: {error}"), hint)
            }
            Failure::NotText(source, at) => (
                format!("{source} is no UTF-8 text: byte {at} begins no character"),
                Some("save it as plain text in UTF-8".to_owned()),
            ),
            Failure::File(file, error) => (format!("cannot write {}: {error}", file.display()), None),
            Failure::Argument { name, message, expected } => {
                (format!("{name}: {message}"), Some(format!("write {expected}")))
            }
            Failure::NoDataFolder => (
                "nothing says where records lie".to_owned(),
                Some("give --data DIR, or set BROWNOUT_DATA or HOME".to_owned()),
            ),
            Failure::Serve(failure) => (failure.to_string(), serve_hint(failure)),
            Failure::Evidence(error) => (format!("cannot read the records: {error}"), None),
            Failure::Rule(unknown) => (format!("--deny: {unknown}"), Some(rule_hint(unknown))),
            Failure::Input(error) => (format!("cannot read standard input: {error}"), None),
            Failure::Editor { command, said } => (
                format!("the editor `{command}` {said}: nothing was stored"),
                Some("name one with VISUAL or EDITOR, or pipe the text in".to_owned()),
            ),
            Failure::Kept(why, file) => {
                let kept = format!("what you wrote is kept in {}", file.display());
                return why.text(colour) + &line("hint", AnsiColor::Cyan, &kept, colour);
            }
            Failure::Json(error) => (format!("cannot put the result into JSON: {error}"), None),
        };
        let mut text = line("error", AnsiColor::Red, &message, colour);
        if let Some(hint) = hint {
            text += &line("hint", AnsiColor::Cyan, &hint, colour);
        }
        text
    }
}

/// What does not stop a command and yet must be known, with a hint what to do.
pub(crate) fn warning(message: &str, hint: Option<&str>, terminal: &Terminal) -> String {
    let colour = terminal.colour_of_remarks();
    let hint = hint.map(|hint| line("hint", AnsiColor::Cyan, hint, colour)).unwrap_or_default();
    line("warning", AnsiColor::Yellow, message, colour) + &hint
}

/// The problems of a scenario file, drawn.
pub(crate) fn problems(invalid: &app::Invalid, colour: Colour) -> String {
    let name = invalid.file.display().to_string();
    render(&invalid.problems, &Sources { file: (&name, &invalid.source), sets: &invalid.sets }, colour)
}

fn hint(failure: &app::Failure) -> Option<String> {
    match failure {
        app::Failure::Kit(failure) => failure.hint(),
        app::Failure::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            Some("name a scenario file, such as one of content/scenarios".to_owned())
        }
        app::Failure::Coach(app::coach::Failure::UnknownQuestion { nearest, .. }) => Some(match nearest {
            Some(near) => format!("did you mean {near}?"),
            None => "`brownout questions` lists them".to_owned(),
        }),
        app::Failure::NotText { .. } => Some("save the answer as plain text in UTF-8".to_owned()),
        app::Failure::NoVariant { known, .. } if known.is_empty() => Some("this scenario has no variants".to_owned()),
        app::Failure::NoVariant { known, .. } => Some(format!("there is {}", known.join(", "))),
        app::Failure::NoEvidence { folder, .. } => Some(format!(
            "`brownout show` lists what is in {}; of compare, sweep and find it is the digest of the scenario as it is",
            folder.display()
        )),
        app::Failure::ManyEvidence { ids, .. } => Some(format!("write more of it: {}", shortened(ids))),
        app::Failure::NoRecord { .. } => Some("remove the file, and run again what it stood for".to_owned()),
        app::Failure::PictureKind(_) => Some("name the picture something.svg or something.png".to_owned()),
        app::Failure::NoQuestion { nearest: Some(near), .. } => Some(format!("did you mean `{near}`?")),
        app::Failure::NoQuestion { nearest: None, .. } => Some("`brownout questions` lists them".to_owned()),
        app::Failure::NoVariants => {
            Some("add `variants:` to the file, or vary a value with `brownout sweep`".to_owned())
        }
        app::Failure::NoMeasure { known, .. } => Some(format!("there is {}", known.join(", "))),
        app::Failure::TableKind(_) => Some("name the table something.csv or something.parquet".to_owned()),
        app::Failure::NoParquet(_) => {
            Some("name the table something.csv, or build with `cargo build --features parquet`".to_owned())
        }
        app::Failure::NotTwo(_) => {
            Some("write two with a comma between them: `p99(gateway.checkout),goodput(gateway.checkout)`".to_owned())
        }
        app::Failure::Journal { file, .. } => {
            Some(format!("repeat the command that began it, name another --out, or delete {}", file.display()))
        }
        app::Failure::Grid(_) => Some("name each path once, and fewer values".to_owned()),
        app::Failure::NothingVaries { .. } => {
            Some("the variant or a later --vary sets the same path: vary something else".to_owned())
        }
        app::Failure::EndsAgree(ends) if ends[0].met => Some("widen the range until the objective breaks".to_owned()),
        app::Failure::EndsAgree(_) => Some("widen the range until the objective holds somewhere".to_owned()),
        app::Failure::NoObjective(_) => Some("write it as `p99(gateway.checkout) < 500ms`".to_owned()),
        app::Failure::Run(_) | app::Failure::At { .. } => {
            Some("lower a rate or the duration, or bound a queue: `queue: 512` on the service that fills up".to_owned())
        }
        _ => None,
    }
}

fn serve_hint(failure: &server::Failure) -> Option<String> {
    match failure {
        server::Failure::Open(_) => Some(
            "name 127.0.0.1, [::1] or localhost's address; to reach it from elsewhere, tunnel with ssh -L".to_owned(),
        ),
        server::Failure::Address { source, .. } if source.kind() == io::ErrorKind::AddrInUse => Some(
            "another program listens there, perhaps another Brownout: name another port with --addr 127.0.0.1:0"
                .to_owned(),
        ),
        _ => None,
    }
}

/// As many as a person would read.
fn shortened(ids: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = ids.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if ids.len() > SHOWN { shown + ", …" } else { shown }
}

fn rule_hint(unknown: &app::risk::UnknownRule) -> String {
    match unknown.nearest {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`brownout check --list-rules` lists them; `all` denies every one".to_owned(),
    }
}

fn line(label: &str, colour: AnsiColor, text: &str, wanted: Colour) -> String {
    let text = printable(text);
    match wanted {
        Colour::Plain => format!("{label}: {text}\n"),
        Colour::Ansi => {
            let style = Style::new().fg_color(Some(colour.into())).bold();
            format!("{style}{label}{style:#}: {text}\n")
        }
    }
}
