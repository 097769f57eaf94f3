//! The binary: a file per command.
fn main() {}
