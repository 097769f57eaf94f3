//! What identifies a scenario: a hash of what it says, not of how it is written.

use super::files::Files;
use super::yaml::{Kind, Node};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The first 16 hexadecimal digits of SHA-256 over the tree and the files it refers to. Keys keep their order, since the
/// report does too; variants are left out, since they are other scenarios.
pub(super) fn of(root: &Node, used: &BTreeSet<String>, files: &Files<'_>) -> String {
    let mut hash = Sha256::new();
    node(root, &mut hash, 0);
    used.iter().for_each(|name| files.digest(name, &mut hash));
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Every value starts with its kind and its length, so that no two trees give the same bytes.
fn node(node_: &Node, hash: &mut Sha256, depth: usize) {
    match &node_.kind {
        Kind::Scalar(scalar) => text(&scalar.text, hash),
        Kind::List(items) => {
            start(b'l', items.len(), hash);
            items.iter().for_each(|item| node(item, hash, depth + 1));
        }
        Kind::Map(entries) => {
            let counts = |key: &Node, value: &Node| !value.is_null() && (depth > 0 || key.text() != "variants");
            let entries: Vec<_> = entries.iter().filter(|(key, value)| counts(key, value)).collect();
            start(b'm', entries.len(), hash);
            for (key, value) in entries {
                text(key.text(), hash);
                node(value, hash, depth + 1);
            }
        }
    }
}

fn text(text: &str, hash: &mut Sha256) {
    start(b's', text.len(), hash);
    hash.update(text);
}

fn start(kind: u8, length: usize, hash: &mut Sha256) {
    hash.update([kind]);
    hash.update((length as u64).to_le_bytes());
}
