//! Prints the table of the engine beside theory, as Markdown. `theory [SEEDS] [CUSTOMERS]`, by default 10 seeds of two
//! million customers each; exits with 1 where they disagree.

use std::process::ExitCode;
use theory::cases::{Comparison, all};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().unwrap_or(f64::NAN));
    let seeds = arguments.next().unwrap_or(10.0);
    let customers = arguments.next().unwrap_or(2e6);
    if !(seeds >= 2.0 && customers >= 1e3) {
        eprintln!("error: expected at least 2 seeds and 1000 customers\nhint: theory 10 2000000");
        return ExitCode::from(2);
    }
    println!("| model | measure | theory | measured, 95 % interval | error |\n|---|---|---|---|---|");
    let mut agreed = true;
    for case in all(customers) {
        for comparison in case.compare(1..seeds as u64 + 1) {
            println!("{}", row(&comparison));
            agreed &= comparison.agrees();
        }
    }
    ExitCode::from(u8::from(!agreed))
}

fn row(comparison: &Comparison) -> String {
    let Comparison { case, what, theory, measured, .. } = comparison;
    let half = (measured.high - measured.low) / 2.0;
    let verdict = if comparison.agrees() { "" } else { " (disagrees)" };
    format!(
        "| {case} | {what} | {theory:.4} | {:.4} ± {half:.4} | {:.2} %{verdict} |",
        measured.mean,
        comparison.error() * 100.0
    )
}
