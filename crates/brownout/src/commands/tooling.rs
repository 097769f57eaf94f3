//! What editors, shells and manual readers need: the schema, completions, manual pages.

use super::Done;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::CommandFactory;
use clap_complete::Shell;
use std::path::Path;
use std::process::ExitCode;

/// The OpenAPI document.
pub(crate) fn openapi(terminal: &Terminal) -> Done {
    terminal.print(&server::openapi())?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn schema(terminal: &Terminal) -> Done {
    terminal.print(&(serde_json::to_string_pretty(&app::scenario::schema())? + "\n"))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(shell: Shell, terminal: &Terminal) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "brownout", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn man(folder: &Path, terminal: &Terminal) -> Done {
    clap_mangen::generate_to(Cli::command(), folder).map_err(|error| Failure::File(folder.to_owned(), error))?;
    terminal.remark(&format!("manual pages written to {}", folder.display()));
    Ok(ExitCode::SUCCESS)
}
