//! The binary: a file per command.

#[cfg_attr(not(test), expect(dead_code, reason = "the commands that read scenarios are not here yet"))]
mod diagnostic;
#[cfg_attr(not(test), expect(dead_code, reason = "no command prints a report yet"))]
mod summary;

fn main() {}
