//! The binary: a file per command.

#[cfg_attr(not(test), expect(dead_code, reason = "no command prints a report yet"))]
mod summary;

fn main() {}
