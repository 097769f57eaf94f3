//! The binary: a file per command.
//!
//! Results go to standard output, everything else to standard error. Exit status: 0 done, 1 the answer is no, 2 it could
//! not be done. A reader that closes the pipe early is no error.

mod cli;
mod commands;
mod diagnostic;
mod failure;
mod input;
mod printable;
mod reading;
mod summary;
mod terminal;

use clap::Parser;
use cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = terminal::Terminal::new(cli.color, cli.quiet);
    match commands::execute(cli.command.unwrap_or_default(), cli.place, &terminal) {
        Ok(status) => status,
        Err(failure) => failure.report(&terminal),
    }
}
