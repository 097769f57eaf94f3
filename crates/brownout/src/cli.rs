//! What can be typed: one declaration for parsing, help, completions and manual pages.

pub(crate) mod kit;

use app::scenario::Override;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
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
    #[command(flatten)]
    pub(crate) place: kit::Place,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Serve(Serve),
    Run(Run),
    Check(Check),
    Compare(Compare),
    Sweep(Sweep),
    Find(Find),
    Assess(Assess),
    Show(Show),
    Questions(Questions),
    Ask(kit::Ask),
    Answers(kit::Answers),
    Kit(kit::Kit),
    Example(kit::Example),
    Tradeoff(kit::Tradeoff),
    Export(kit::Export),
    Import(kit::Import),
    Backup(kit::Backup),
    Restore(kit::Restore),
    /// Print the JSON Schema of scenario files, for editors
    #[command(after_help = "Example:\n  brownout schema > scenario.schema.json")]
    Schema,
    /// Print the OpenAPI document of what `serve` answers
    #[command(name = "openapi", after_help = "Example:\n  brownout openapi > openapi.json")]
    OpenapiDocument,
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

impl Default for Command {
    /// What `brownout` does on its own.
    fn default() -> Self {
        Command::Serve(Serve { addr: Serve::ADDRESS, no_open: false, log_json: false })
    }
}

/// Open Brownout in a browser: the web app and its API, on this machine only. `brownout` alone does the same
#[derive(Args)]
#[command(after_help = "Examples:
  brownout serve
  brownout serve --addr 127.0.0.1:8080 --no-open --data work

It ends on Ctrl-C or SIGTERM; what is written is stored by then. BROWNOUT_LOG=debug shows each request.")]
pub(crate) struct Serve {
    /// The address to listen on, which must be of this machine alone; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value_t = Serve::ADDRESS)]
    pub(crate) addr: SocketAddr,
    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Log as JSON, a line an event
    #[arg(long)]
    pub(crate) log_json: bool,
}

impl Serve {
    const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7117);
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
    /// Show only what the services tell about themselves, once per scrape of their metrics
    #[arg(long, conflicts_with = "replications")]
    pub(crate) as_emitted: bool,
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
    #[command(flatten)]
    pub(crate) keep: Keep,
}

/// Say whether a scenario file can be run, what is wrong with it, and what its design risks
#[derive(Args)]
#[command(after_help = "Examples:
  brownout check checkout.yaml
  brownout check checkout.yaml --variant budget --deny retry-amplification
  brownout check checkout.yaml --sarif --deny all > risks.sarif
  brownout check --list-rules

Nothing is run. Exit status: 1 where a rule of --deny finds something, 2 where the file cannot be run.")]
pub(crate) struct Check {
    /// The scenario file
    #[arg(value_name = "FILE", required_unless_present = "list_rules")]
    pub(crate) file: Option<PathBuf>,
    /// Take one of the scenario's variants
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Change a value of the file: `services.gateway.workers=32`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the findings as SARIF 2.1.0, for code hosts
    #[arg(long, conflicts_with = "json")]
    pub(crate) sarif: bool,
    /// Exit with status 1 where this rule finds something; may be given again; `all` for every rule
    #[arg(long, value_name = "RULE|all", value_delimiter = ',')]
    pub(crate) deny: Vec<String>,
    /// List the rules and what each finds
    #[arg(long, visible_alias = "rules", conflicts_with_all = ["file", "variant", "sets", "sarif", "deny"])]
    pub(crate) list_rules: bool,
}

/// Put a scenario and its variants side by side, on the same seeds
#[derive(Args)]
#[command(after_help = "Examples:
  brownout compare checkout.yaml
  brownout compare checkout.yaml --variant budget --variant no-retries --replications 30
  brownout compare checkout.yaml --plot choices.png --pareto 'p99(gateway.checkout),amplification(inventory)'")]
pub(crate) struct Compare {
    /// The scenario file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A variant to compare with the scenario as it is; may be given again; all variants unless given
    #[arg(long = "variant", value_name = "NAME")]
    pub(crate) variants: Vec<String>,
    /// Change a value of the file first: `services.gateway.workers=32`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,
    #[command(flatten)]
    pub(crate) replicate: Replicate,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw the measures of each variant, and two of them against each other
    #[arg(long, value_name = "FILE.svg|.png")]
    pub(crate) plot: Option<PathBuf>,
    /// What the picture has panels of, such as `p99(gateway.checkout)`; may be given again
    #[arg(long = "measure", value_name = "MEASURE", requires = "plot")]
    pub(crate) measures: Vec<String>,
    /// Which two measures to weigh against each other; p99 and goodput of the first endpoint unless given
    #[arg(long, value_name = "MEASURE,MEASURE")]
    pub(crate) pareto: Option<String>,
    #[command(flatten)]
    pub(crate) keep: Keep,
}

/// Run a scenario at every combination of values, and write a table
#[derive(Args)]
#[command(after_help = "Examples:
  brownout sweep checkout.yaml --vary workload.shoppers.rate=400/s..800/s/5 --out rates.csv --plot rates.png
  brownout sweep checkout.yaml --vary services.gateway.workers=8,16,32,64 --vary 'workload.shoppers.rate=200/s,400/s' --out grid.csv
  brownout sweep checkout.yaml --vary services.gateway.workers=8..64/8 --shard 1/4 --out part1.csv

Runs that have ended are kept beside the table, in results.csv.partial: the same command goes on where it was stopped.")]
pub(crate) struct Sweep {
    #[command(flatten)]
    pub(crate) scenario: Scenario,
    /// What varies, and over which values; given again, every combination
    #[arg(long, value_name = "PATH=A,B,C|PATH=FROM..TO/STEPS", required = true)]
    pub(crate) vary: Vec<String>,
    /// The table to write
    #[arg(long, value_name = "FILE.csv|.parquet")]
    pub(crate) out: PathBuf,
    /// Run the i-th of n parts of the grid only, to spread it over machines
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<String>,
    #[command(flatten)]
    pub(crate) replicate: Replicate,
    /// Print means and intervals of every point as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw lines over one varied path, or a heat map over two
    #[arg(long, value_name = "FILE.svg|.png")]
    pub(crate) plot: Option<PathBuf>,
    /// What to draw and print, such as `p99(gateway.checkout)`; may be given again
    #[arg(long = "measure", value_name = "MEASURE")]
    pub(crate) measures: Vec<String>,
    #[command(flatten)]
    pub(crate) keep: Keep,
}

/// Find the largest load, or the smallest capacity, that still meets an objective
#[derive(Args)]
#[command(after_help = "Examples:
  brownout find checkout.yaml --vary workload.shoppers.rate=400/s..900/s --until 'p99(gateway.checkout) < 500ms'
  brownout find checkout.yaml --vary services.gateway.workers=4..128 --until 'goodput(gateway.checkout) >= 99.9%'")]
pub(crate) struct Find {
    #[command(flatten)]
    pub(crate) scenario: Scenario,
    /// What varies, and between which ends
    #[arg(long, value_name = "PATH=LOW..HIGH")]
    pub(crate) vary: String,
    /// The objective, written as in a scenario file
    #[arg(long, value_name = "OBJECTIVE")]
    pub(crate) until: String,
    #[command(flatten)]
    pub(crate) replicate: Replicate,
    /// Print the answer and all probes as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) keep: Keep,
}

/// Have a recorded result again, from what it stood for
#[derive(Args)]
#[command(after_help = "Examples:
  brownout show
  brownout show 00c6cc49
  brownout show 00c6cc4920d6764f-1f0a9e52 --json

`run`, `compare`, `sweep` and `find` leave a record: the scenario's text with its files, overrides, variant, seeds, command
and version, for nobody else to read. The newest 1,000 are kept in the data folder, under evidence/.")]
pub(crate) struct Show {
    /// The digest of a result, or its beginning; without one, the newest records are listed
    #[arg(value_name = "DIGEST")]
    pub(crate) digest: Option<String>,
    /// Print what the command printed as JSON, to the byte
    #[arg(long)]
    pub(crate) json: bool,
    /// Use so many threads; all cores unless given. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub(crate) threads: Option<u32>,
    /// The folder named by the common `--data`.
    #[arg(skip)]
    pub(crate) data: Option<PathBuf>,
}

/// Whether and where what a result stood for is kept.
#[derive(Args, Clone)]
pub(crate) struct Keep {
    /// The folder named by the common `--data`.
    #[arg(skip)]
    pub(crate) data: Option<PathBuf>,
    /// Keep no record of this result for `brownout show`
    #[arg(long)]
    pub(crate) no_record: bool,
}

/// List the questions of the bank, or show one
#[derive(Args)]
#[command(after_help = "Examples:
  brownout questions
  brownout questions reliable-api
  brownout questions reliable-api --points")]
pub(crate) struct Questions {
    /// The question to show: what is asked and what it tests. Answer before you open more
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Open the rest: what strong answers cover, common mistakes, what to ask back, the rating scale
    #[arg(long, requires = "id")]
    pub(crate) points: bool,
    /// Print the list, or everything about the question, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Read an answer to an interview question and say, sentence by sentence, what it shows
#[derive(Args)]
#[command(after_help = "Examples:
  brownout assess --question denormalize answer.txt
  brownout assess --question reliable-api - --json < answer.txt
  OPENAI_MODEL=… OPENAI_BASE_URL=http://127.0.0.1:11434/v1 brownout assess --question denormalize --llm answer.txt")]
pub(crate) struct Assess {
    /// The question's id
    #[arg(long, value_name = "ID")]
    pub(crate) question: String,
    /// The answer as plain text; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) file: PathBuf,
    /// Print the reading as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) depth: Depth,
}

/// Whether a model reads the answer too.
#[derive(Args, Clone, Copy)]
pub(crate) struct Depth {
    /// Also send the answer to a language model: OPENAI_BASE_URL, OPENAI_MODEL and OPENAI_API_KEY, or all but the key in
    /// config.yaml of the data folder, say which
    #[arg(long)]
    pub(crate) llm: bool,
}

/// How often to run, and on what.
#[derive(Args, Clone, Copy)]
pub(crate) struct Replicate {
    /// Run with so many seeds
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) replications: u32,
    /// The first seed: the same seeds give the same results
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Use so many threads; all cores unless given. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub(crate) threads: Option<u32>,
}

impl Replicate {
    pub(crate) fn wanted(self) -> app::Replicate {
        app::Replicate { seed: self.seed, count: self.replications, threads: self.threads }
    }
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
        app::Selection::new(self.file, sets, self.variant)
    }
}
