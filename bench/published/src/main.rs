//! Prints what was published and what the engine makes of it, as Markdown. `published [SEEDS]`, by default 20; exits with 1
//! where they disagree.

use published::{Published, Reproduced, results};
use std::process::ExitCode;

fn main() -> ExitCode {
    let seeds = std::env::args().nth(1).map_or(Some(20), |argument| argument.parse().ok());
    let Some(seeds @ 2..) = seeds else {
        eprintln!("error: expected at least 2 seeds\nhint: published 20");
        return ExitCode::from(2);
    };
    let mut agreed = true;
    for result in results::ALL {
        let rows = result.reproduce(1..seeds + 1);
        agreed &= rows.iter().all(Reproduced::agrees);
        print(result, &rows);
    }
    ExitCode::from(u8::from(!agreed))
}

fn print(result: &Published, rows: &[Reproduced]) {
    println!("### {}\n\n{} (`models/{}`)\n", result.title, result.source, result.model);
    println!("| measure | published | measured, 95 % interval |\n|---|---|---|");
    for row in rows {
        println!("{}", line(row));
    }
    println!("\n{}\n", result.differs);
}

fn line(reproduced: &Reproduced) -> String {
    let Reproduced { row, measured } = reproduced;
    let half = (measured.high - measured.low) / 2.0;
    let verdict = if reproduced.agrees() { "" } else { " (disagrees)" };
    let [mean, half] = [measured.mean, half].map(|value| format!("{value:.*}", decimals(measured.mean)));
    format!("| {} | {} | {mean} ± {half}{verdict} |", row.what, row.published)
}

/// Four significant digits, roughly.
fn decimals(value: f64) -> usize {
    match value.abs() {
        large if large >= 1_000.0 => 0,
        large if large >= 100.0 => 1,
        large if large >= 10.0 => 2,
        _ => 3,
    }
}
