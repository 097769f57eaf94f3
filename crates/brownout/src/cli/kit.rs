//! What can be typed about the kit and its records.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Where records are. Given once, wherever it stands in the command.
#[derive(Args, Clone, Default)]
pub(crate) struct Place {
    /// The folder of your records; else BROWNOUT_DATA, else the platform's folder for data
    #[arg(long, global = true, value_name = "DIR", help_heading = "Records")]
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database for your records; else BROWNOUT_DATABASE, else a file in the folder
    #[arg(long, global = true, value_name = "URL", help_heading = "Records", conflicts_with = "data")]
    pub(crate) database: Option<String>,
}

impl Place {
    pub(crate) fn whereabouts(self) -> app::kit::Whereabouts {
        app::kit::Whereabouts { data: self.data, database: self.database }
    }
}

/// Answer a question: in your editor, or from standard input
#[derive(Args)]
#[command(after_help = "Examples:
  brownout ask
  brownout ask reliable-api
  brownout ask reliable-api < answer.txt

The editor is VISUAL or EDITOR. Each answer to a question is kept as a new version; what could not be stored stays in a
draft, and the same command goes on with it.")]
pub(crate) struct Ask {
    /// The question's id; without it, all questions are shown
    #[arg(value_name = "ID")]
    pub(crate) question: Option<String>,
    /// Print what was stored as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) depth: super::Depth,
}

/// Show your answers, or one answer's versions and what changed between them
#[derive(Args)]
#[command(after_help = "Examples:\n  brownout answers\n  brownout answers a1\n  brownout answers reliable-api --json")]
pub(crate) struct Answers {
    /// An answer, such as a1, or its question's id
    #[arg(value_name = "ID")]
    pub(crate) answer: Option<String>,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show the kit: three answers, two examples, one tradeoff, and what each still lacks
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  brownout kit
  brownout kit set 1 a2
  brownout kit set example-1 e3 --json"
)]
pub(crate) struct Kit {
    #[command(subcommand)]
    pub(crate) action: Option<KitAction>,
    /// Print as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum KitAction {
    /// Put an answer or an example into a slot
    #[command(
        after_help = "Examples:\n  brownout kit set 1 a2\n  brownout kit set 2 reliable-api\n  brownout kit set example-1 e3"
    )]
    Set {
        /// 1, 2 or 3 for answers; example-1 or example-2
        slot: String,
        /// An answer (a1, or its question's id) or an example (e1)
        #[arg(value_name = "ANSWER")]
        document: String,
    },
}

/// Tell production examples: something that really happened, with numbers that say where they come from
#[derive(Args)]
#[command(after_help = "Examples:
  brownout example new
  brownout example import post-mortem.md
  brownout example edit e1 --ask
  brownout example edit e1 --set 'decision=We cut the batch into pieces.' --number '240 ms=dashboard: checkout board'")]
pub(crate) struct Example {
    #[command(subcommand)]
    pub(crate) action: ExampleAction,
    /// Print as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum ExampleAction {
    /// Tell a new example: asked part by part, or as a form from standard input
    #[command(after_help = "Examples:
  brownout example new --title 'Checkout without the lock'
  brownout example new < example.md
  brownout example new --set 'system=Checkout of a shop.' --set 'problem=Releases blocked it.'

A form has a heading for each part: ## System, ## Problem, ## Options, ## Decision, ## Gave up, ## Sequence,
## Risk control, ## Result, ## Own part, ## Numbers.")]
    New {
        #[command(flatten)]
        parts: Parts,
    },
    /// Change an example: in your editor, as a form from standard input, or part by part
    #[command(after_help = "Examples:
  brownout example edit e1
  brownout example edit e1 --ask
  brownout example edit e1 --number '240 ms=dashboard: checkout board'")]
    Edit {
        /// The example, such as e1
        #[arg(value_name = "ID")]
        id: String,
        /// Ask for what is missing, one question at a time; an answer is a line, an empty line skips
        #[arg(long, conflicts_with_all = ["set", "number", "title"])]
        ask: bool,
        #[command(flatten)]
        parts: Parts,
    },
    /// List examples, and what each still lacks
    #[command(after_help = "Example:\n  brownout example list --json")]
    List,
    /// Show an example whole
    #[command(after_help = "Example:\n  brownout example show e1")]
    Show {
        /// The example, such as e1
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Make an example of notes or a post-mortem: which line goes where, and what is not there
    #[command(after_help = "Examples:
  brownout example import post-mortem.md
  brownout example import notes.md --dry-run")]
    Import {
        /// The notes
        #[arg(value_name = "FILE.md")]
        file: PathBuf,
        /// Only show what would go where
        #[arg(long)]
        dry_run: bool,
    },
}

/// Parts of an example, typed.
#[derive(Args, Clone)]
pub(crate) struct Parts {
    /// What it is called in lists
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// What a part says, such as `problem=Releases blocked checkouts.`; may be given again
    #[arg(long, value_name = "PART=TEXT")]
    pub(crate) set: Vec<String>,
    /// Where a number comes from, such as `240 ms=dashboard: checkout board`; may be given again
    #[arg(long, value_name = "NUMBER=SOURCE")]
    pub(crate) number: Vec<String>,
}

impl Parts {
    pub(crate) fn is_empty(&self) -> bool {
        self.title.is_none() && self.set.is_empty() && self.number.is_empty()
    }
}

/// Show the tradeoff that you would optimise for first, or say it
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  brownout tradeoff
  brownout tradeoff set
  brownout tradeoff set --set 'first=Fewer moving parts.' --set 'gives-up=Some latency.'"
)]
pub(crate) struct Tradeoff {
    #[command(subcommand)]
    pub(crate) action: Option<TradeoffAction>,
    /// Print as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum TradeoffAction {
    /// Say it: in your editor, from standard input, or part by part
    #[command(after_help = "Examples:
  brownout tradeoff set
  echo 'Fewer moving parts.' | brownout tradeoff set
  brownout tradeoff set --set 'unless=Latency is what we sell.'

Its parts: first, gives-up, because, unless. A text without headings is what comes first.")]
    Set {
        /// What a part says; may be given again
        #[arg(long, value_name = "PART=TEXT")]
        set: Vec<String>,
    },
}

/// Write the kit as Markdown, JSON or HTML, after a look for what may be confidential
#[derive(Args)]
#[command(after_help = "Examples:
  brownout export --md
  brownout export --html -o kit.html
  brownout export --json -o kit.json --yes-share

Where something may be confidential nothing is written, what was found is quoted, and the status is 1; --yes-share writes
it all the same. The format follows the name of -o unless it is given; otherwise it is Markdown.")]
pub(crate) struct Export {
    /// As Markdown
    #[arg(long, group = "format")]
    pub(crate) md: bool,
    /// As JSON, for `brownout import`
    #[arg(long, group = "format")]
    pub(crate) json: bool,
    /// As one HTML file that prints on two pages
    #[arg(long, group = "format")]
    pub(crate) html: bool,
    /// Write into a file, which only you can read, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// You have looked at what was flagged and share it
    #[arg(long)]
    pub(crate) yes_share: bool,
}

/// Bring in a kit that `brownout export --json` wrote; what is there is kept
#[derive(Args)]
#[command(after_help = "Example:\n  brownout import kit.json")]
pub(crate) struct Import {
    /// The exported kit
    #[arg(value_name = "FILE.json")]
    pub(crate) file: PathBuf,
    /// Print what was brought in as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Write all records, with every version, into one new file
#[derive(Args)]
#[command(after_help = "Example:\n  brownout backup brownout-backup.db")]
pub(crate) struct Backup {
    /// The file to write, which must not exist
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print what it holds as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Take all records of a backup over
#[derive(Args)]
#[command(
    after_help = "Examples:\n  brownout restore brownout-backup.db\n  brownout restore brownout-backup.db --replace"
)]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace the records that are there, after writing them into a backup of their own
    #[arg(long)]
    pub(crate) replace: bool,
    /// Print what was taken over as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
