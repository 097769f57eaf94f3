//! One file per command; each turns what was typed into a call of `app` and prints what comes back.

mod answer;
mod assess;
mod check;
mod compare;
mod find;
mod kit;
mod questions;
mod run;
mod second;
mod serve;
mod show;
mod sweep;
mod tooling;

pub(crate) use show::Listed;

use crate::cli::Command;
use crate::cli::kit::Place;
use crate::failure::Failure;
use crate::terminal::Terminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// The exit status, or why there is no answer.
pub(crate) type Done = Result<ExitCode, Failure>;

/// The answer is no.
const NO: u8 = 1;

pub(crate) fn execute(mut command: Command, place: Place, terminal: &Terminal) -> Done {
    if let Some(data) = command.data() {
        data.clone_from(&place.data);
    }
    match command {
        Command::Serve(wanted) => serve::serve(&wanted, place, terminal),
        Command::OpenapiDocument => tooling::openapi(terminal),
        Command::Run(run) => run::run(run, terminal),
        Command::Check(check) => check::check(check, terminal),
        Command::Compare(compare) => compare::compare(compare, terminal),
        Command::Sweep(sweep) => sweep::sweep(sweep, terminal),
        Command::Find(find) => find::find(find, terminal),
        Command::Assess(assess) => assess::assess(&assess, place, terminal),
        Command::Ask(ask) => kit::ask::ask(&ask, place, terminal),
        Command::Answers(answers) => kit::answers::answers(&answers, place, terminal),
        Command::Kit(wanted) => kit::kit(&wanted, place, terminal),
        Command::Example(example) => kit::example::example(&example, place, terminal),
        Command::Tradeoff(tradeoff) => kit::tradeoff::tradeoff(&tradeoff, place, terminal),
        Command::Export(export) => kit::files::export(&export, place, terminal),
        Command::Import(import) => kit::files::import(&import, place, terminal),
        Command::Backup(backup) => kit::files::backup(&backup, place, terminal),
        Command::Restore(restore) => kit::files::restore(&restore, place, terminal),
        Command::Show(show) => show::show(show, terminal),
        Command::Questions(questions) => questions::questions(questions, terminal),
        Command::Schema => tooling::schema(terminal),
        Command::Completions { shell } => tooling::completions(shell, terminal),
        Command::Man { folder } => tooling::man(&folder, terminal),
    }
}

impl Command {
    /// Where a command that leaves or reads records of results looks for them, if it is one.
    fn data(&mut self) -> Option<&mut Option<PathBuf>> {
        match self {
            Command::Run(run) => Some(&mut run.keep.data),
            Command::Compare(compare) => Some(&mut compare.keep.data),
            Command::Sweep(sweep) => Some(&mut sweep.keep.data),
            Command::Find(find) => Some(&mut find.keep.data),
            Command::Show(show) => Some(&mut show.data),
            _ => None,
        }
    }
}
