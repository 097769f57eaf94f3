//! The terminal: how wide it is, whether to colour, and where results and remarks go.

use crate::cli::When;
use crate::diagnostic::Colour;
use crate::failure::Failure;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Where a command prints.
pub(crate) struct Terminal {
    when: When,
    quiet: bool,
}

impl Terminal {
    pub(crate) fn new(when: When, quiet: bool) -> Self {
        Terminal { when, quiet }
    }

    /// Columns of standard output; 100 where it is no terminal.
    pub(crate) fn width(&self) -> usize {
        terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
    }

    /// Whether results are coloured.
    pub(crate) fn colours_results(&self) -> bool {
        self.colours(io::stdout().is_terminal())
    }

    /// Columns of standard error; 100 where it is no terminal.
    pub(crate) fn width_of_remarks(&self) -> usize {
        terminal_size::terminal_size_of(io::stderr()).map_or(100, |(width, _)| usize::from(width.0))
    }

    /// Whether remarks are coloured.
    pub(crate) fn colour_of_remarks(&self) -> Colour {
        if self.colours(io::stderr().is_terminal()) { Colour::Ansi } else { Colour::Plain }
    }

    fn colours(&self, is_terminal: bool) -> bool {
        match self.when {
            When::Always => true,
            When::Never => false,
            When::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Prints a result.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::Output)
    }

    /// Prints what must be seen even by those who want no remarks.
    pub(crate) fn warn(&self, text: &str) {
        eprintln!("{text}");
    }

    /// Prints what is neither result nor error.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// As [`Terminal::progress`], of so many runs that end on several threads.
    pub(crate) fn progress_of(&self, runs: usize) -> Runs {
        Runs { state: Mutex::new((self.progress(), 0)), all: runs.max(1) }
    }

    /// Shows progress where it takes longer than a second and somebody may be watching.
    pub(crate) fn progress(&self) -> Progress {
        Progress { began: Instant::now(), bar: None, allowed: !self.quiet && io::stderr().is_terminal() }
    }
}

/// A progress bar that comes into being only when it is worth it.
pub(crate) struct Progress {
    began: Instant,
    bar: Option<ProgressBar>,
    allowed: bool,
}

impl Progress {
    const WORTH_IT: Duration = Duration::from_secs(1);

    /// So much is done, from 0 to 1.
    pub(crate) fn reach(&mut self, share: f64) {
        if self.allowed && self.bar.is_none() && self.began.elapsed() > Self::WORTH_IT {
            self.bar = Some(bar());
        }
        if let Some(bar) = &self.bar {
            bar.set_position((share * 1_000.0) as u64);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The progress of many runs.
pub(crate) struct Runs {
    state: Mutex<(Progress, usize)>,
    all: usize,
}

impl Runs {
    /// One more run has ended.
    pub(crate) fn one_more(&self) {
        self.more(1);
    }

    /// So many more have ended.
    pub(crate) fn more(&self, runs: usize) {
        // A poisoned lock only means that a bar is not drawn.
        if let Ok(mut state) = self.state.lock() {
            state.1 += runs;
            let share = state.1 as f64 / self.all as f64;
            state.0.reach(share.min(1.0));
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(1_000), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("simulating {bar:40} {percent:>3}%  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
