//! One file per command; each turns what was typed into a call of `app` and prints what comes back.

mod answer;
mod assess;
mod check;
mod compare;
mod find;
mod questions;
mod run;
mod show;
mod sweep;
mod tooling;

pub(crate) use show::Listed;

use crate::cli::Command;
use crate::failure::Failure;
use crate::terminal::Terminal;
use std::process::ExitCode;

/// The exit status, or why there is no answer.
pub(crate) type Done = Result<ExitCode, Failure>;

/// The answer is no.
const NO: u8 = 1;

pub(crate) fn execute(command: Command, terminal: &Terminal) -> Done {
    match command {
        Command::Run(run) => run::run(run, terminal),
        Command::Check(check) => check::check(check, terminal),
        Command::Compare(compare) => compare::compare(compare, terminal),
        Command::Sweep(sweep) => sweep::sweep(sweep, terminal),
        Command::Find(find) => find::find(find, terminal),
        Command::Assess(assess) => assess::assess(assess, terminal),
        Command::Show(show) => show::show(show, terminal),
        Command::Questions(questions) => questions::questions(questions, terminal),
        Command::Schema => tooling::schema(terminal),
        Command::Completions { shell } => tooling::completions(shell, terminal),
        Command::Man { folder } => tooling::man(&folder, terminal),
    }
}
