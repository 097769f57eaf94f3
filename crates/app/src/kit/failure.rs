//! Why an action on the kit came to nothing, and what to do about it.

use practice::bundle::BundleError;
use practice::example::ExampleError;
use practice::figure::FigureError;
use practice::form::FormProblem;
use practice::kit::ChoiceError;
use std::io;
use std::path::PathBuf;
use store::Obstacle;

/// Why an action on the kit came to nothing. What was stored before is kept.
#[derive(Debug, thiserror::Error)]
pub enum KitFailure {
    /// The records could not be read or written.
    #[error(transparent)]
    Records(#[from] store::Error),
    /// A stored document is not of the shape that this version writes.
    #[error("{what} is stored in a shape that this version of Brownout does not know: {source}")]
    Shape {
        /// Which document.
        what: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The platform names no folder for a person's data.
    #[error("there is no folder for your records: the platform names none")]
    NoFolder,
    /// There is no such question.
    #[error("there is no question called `{wanted}`")]
    NoQuestion {
        /// What was asked for.
        wanted: String,
        /// What was probably meant.
        near: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// There is no such answer, example or part.
    #[error("there is no {kind} `{wanted}`")]
    NoSuch {
        /// What it would be.
        kind: &'static str,
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// There is nothing to store.
    #[error("the text is empty: nothing was stored, and what was there before is kept")]
    Empty,
    /// It is too much to store as one document.
    #[error("the text has {0} bytes, and {LONGEST} are the most: nothing was stored")]
    TooLong(usize),
    /// A form is no example.
    #[error(transparent)]
    Example(#[from] ExampleError),
    /// A form makes no sense.
    #[error(transparent)]
    Form(#[from] FormProblem),
    /// A number is not taken.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// It cannot be in that slot.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// A file is no exported kit.
    #[error("{} is no kit: {source}", file.display())]
    NoKit {
        /// Which.
        file: PathBuf,
        /// Why not.
        source: BundleError,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something could not be put into JSON.
    #[error("cannot put it into JSON: {0}")]
    Json(serde_json::Error),
}

/// More bytes than anybody says in an interview.
pub(crate) const LONGEST: usize = 1 << 20;

impl KitFailure {
    /// What to do, where that can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            KitFailure::Records(error) => records_hint(error),
            KitFailure::Shape { .. } => Some("use the version of Brownout that wrote it".to_owned()),
            KitFailure::NoFolder => Some("name one with --data DIR or BROWNOUT_DATA".to_owned()),
            KitFailure::NoQuestion { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            KitFailure::NoQuestion { known, .. } => Some(format!("there is {}", known.join(", "))),
            KitFailure::NoSuch { kind: "answer", known, .. } if known.is_empty() => {
                Some("answer a question first: brownout ask".to_owned())
            }
            KitFailure::NoSuch { kind: "example", known, .. } if known.is_empty() => {
                Some("tell an example first: brownout example new".to_owned())
            }
            KitFailure::NoSuch { known, .. } => Some(format!("there is {}", known.join(", "))),
            KitFailure::Example(ExampleError::Form(problem)) | KitFailure::Form(problem) => problem.hint.clone(),
            KitFailure::Example(ExampleError::NoHeadings) => {
                Some("for notes or a post-mortem: brownout example import FILE.md".to_owned())
            }
            KitFailure::Example(ExampleError::Figure { why, .. }) | KitFailure::Figure(why) => figure_hint(why),
            KitFailure::NoKit { source: BundleError::Newer(_), .. } => Some("update Brownout".to_owned()),
            KitFailure::NoKit { source: BundleError::NoKit, .. } => {
                Some("import what `brownout export --json` wrote; notes go to `brownout example import`".to_owned())
            }
            _ => None,
        }
    }
}

fn figure_hint(why: &FigureError) -> Option<String> {
    match why {
        FigureError::Lab(_) => Some("say the number that you saw in production and where, or leave it out".to_owned()),
        FigureError::Unknown { .. } => Some("write it as `240 ms = dashboard: which one`".to_owned()),
        FigureError::NoNumber(_) => None,
    }
}

fn records_hint(error: &store::Error) -> Option<String> {
    Some(match error {
        store::Error::Conflict { .. } => "look at what was written meanwhile, then make your change again".to_owned(),
        store::Error::Busy => "close the other Brownout, or try again".to_owned(),
        store::Error::Unreachable { obstacle, .. } => return unreachable_hint(*obstacle).map(str::to_owned),
        store::Error::NoConnection | store::Error::Lost(_) => {
            "look whether the server runs and what was written last, then try again".to_owned()
        }
        store::Error::Full => "make room on the disk, then try again".to_owned(),
        store::Error::Damaged { copy: Some(copy), .. } => format!(
            "nothing was changed, and a copy is in {}; move the file away and restore a backup: brownout restore FILE",
            copy.display()
        ),
        store::Error::Damaged { .. } => {
            "nothing was changed; copy the file, move it away and restore a backup: brownout restore FILE".to_owned()
        }
        store::Error::Newer { .. } => "update Brownout, or name other records with --data DIR".to_owned(),
        store::Error::Altered(_) => "restore a backup into new records: brownout restore FILE --data DIR".to_owned(),
        store::Error::NoUrl(_) => "write postgres://USER@HOST/DATABASE; for a folder use --data DIR".to_owned(),
        store::Error::NotEmpty(_) => "add --replace: what is there is written into a backup first".to_owned(),
        store::Error::NoBackup { .. } => "name a file that `brownout backup` wrote".to_owned(),
        store::Error::File { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
            "name another file: nothing is overwritten".to_owned()
        }
        _ => return None,
    })
}

fn unreachable_hint(obstacle: Obstacle) -> Option<&'static str> {
    Some(match obstacle {
        Obstacle::Login => "give the password in the URL (@ as %40, / as %2F, % as %25), in PGPASSWORD or in ~/.pgpass",
        Obstacle::NoDatabase => "make it with `createdb`: Brownout makes its tables in it, not the database",
        Obstacle::NoServer => "look whether PostgreSQL runs there; in a password write @ as %40, / as %2F and % as %25",
        Obstacle::Encryption => "write ?sslmode=disable behind the URL if the network is yours, or go through a tunnel",
        Obstacle::Url => {
            "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with what is no letter or digit in a password as %40 for @"
        }
        Obstacle::Other => return None,
    })
}
