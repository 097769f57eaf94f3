//! What can be typed: one declaration for parsing, help, completions and manual pages.

use app::scenario::Override;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Backend judgment, rehearsed: cause, watch and fix how services behave under load.
#[derive(Parser)]
#[command(name = "brownout", version, propagate_version = true, after_help = "Example:\n  brownout run checkout.yaml")]
pub(crate) struct Cli {
    /// When to colour; the variable NO_COLOR is honoured too
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Run(Run),
    Check(Check),
    /// Print the JSON Schema of scenario files, for editors
    #[command(after_help = "Example:\n  brownout schema > scenario.schema.json")]
    Schema,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  brownout completions bash > /etc/bash_completion.d/brownout")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write manual pages into a folder
    #[command(after_help = "Example:\n  brownout man /usr/local/share/man/man1")]
    Man {
        /// The folder, which must exist
        folder: PathBuf,
    },
}

/// Simulate a scenario and say what happened
#[derive(Args)]
#[command(after_help = "Examples:
  brownout run checkout.yaml
  brownout run checkout.yaml --variant budget --plot checkout.png
  brownout run checkout.yaml --set workload.shoppers.rate=600/s --replications 20 --json")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) scenario: Scenario,
    /// Where all luck comes from: the same seed gives the same run
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Run so many seeds, from --seed on, and give means with 95 % intervals
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) replications: Option<u32>,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw latency, goodput, queues and utilization over time
    #[arg(long, value_name = "FILE.svg|.png", conflicts_with = "replications")]
    pub(crate) plot: Option<PathBuf>,
    /// Sample so many requests and write their traces as OTLP JSON
    #[arg(long, value_name = "N", conflicts_with = "replications", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) traces: Option<u32>,
    /// Where the traces go
    #[arg(long, value_name = "FILE", default_value = "traces.json", requires = "traces")]
    pub(crate) traces_to: PathBuf,
    /// Exit with status 1 if an objective is not met
    #[arg(long, conflicts_with = "replications")]
    pub(crate) enforce: bool,
    /// Use so many threads for replications; all cores unless given. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub(crate) threads: Option<u32>,
}

/// Say whether a scenario file can be run, and what is wrong with it
#[derive(Args)]
#[command(after_help = "Example:\n  brownout check checkout.yaml")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) scenario: Scenario,
    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Clone)]
pub(crate) struct Scenario {
    /// The scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Take one of the scenario's variants
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Change a value of the file: `services.gateway.workers=32`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,
}

impl Scenario {
    pub(crate) fn selection(self) -> app::Selection {
        let sets = self.sets.iter().map(|set| Override::new(set.as_str())).collect();
        app::Selection { file: self.file, sets, variant: self.variant }
    }
}
