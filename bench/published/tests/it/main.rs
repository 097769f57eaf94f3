//! The engine agrees with what was published. Fewer seeds than the printed table has.

use published::{Reproduced, results};

#[test]
fn the_engine_agrees_with_what_was_published() {
    let mut disagreements = Vec::new();
    for result in results::ALL {
        for Reproduced { row, measured } in result.reproduce(1..6).iter().filter(|row| !row.agrees()) {
            disagreements
                .push(format!("{}: {} is {:.4}, not in {:?}", result.title, row.what, measured.mean, row.agrees));
        }
    }
    assert!(disagreements.is_empty(), "{disagreements:#?}");
}
