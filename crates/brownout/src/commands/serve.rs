//! `brownout serve`: the web app and its API, on this machine.

use crate::cli::Serve;
use crate::cli::kit::Place;
use crate::commands::Done;
use crate::commands::kit::open;
use crate::failure::Failure;
use crate::terminal::Terminal;
use std::net::SocketAddr;
use std::process::{Command, ExitCode, Stdio};
use tracing_subscriber::EnvFilter;

pub(crate) fn serve(serve: &Serve, place: Place, terminal: &Terminal) -> Done {
    log(serve);
    let records = open(place)?;
    let pages = server::has_pages();
    if !pages {
        terminal.remark("this binary was built without its pages: only the API answers. `make run` builds them");
    }
    let ready = |address: SocketAddr| {
        let url = format!("http://{address}");
        terminal.remark(&format!("listening on {url}"));
        if pages && !serve.no_open {
            show(&url, terminal);
        }
    };
    server::serve(records, serve.addr, ready).map_err(Failure::Serve)?;
    Ok(ExitCode::SUCCESS)
}

/// What the server logs goes to standard error: warnings, unless BROWNOUT_LOG asks for more.
fn log(serve: &Serve) {
    let filter = EnvFilter::try_from_env("BROWNOUT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if serve.log_json { logs.json().init() } else { logs.init() }
}

/// Opens the page in the person's browser; where that cannot be done, the address stands on the terminal.
fn show(url: &str, terminal: &Terminal) {
    let opener = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let opened = Command::new(opener).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if opened.is_err() {
        terminal.remark("open it in a browser");
    }
}
