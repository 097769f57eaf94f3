//! The digest names what is simulated, not how it is written.

use crate::{sample, scenario};
use lab::scenario::read;

#[test]
fn layout_and_comments_do_not_count() {
    let source = sample("minimal.yaml");
    let digest = scenario(&source, &[]).digest;
    assert_eq!(digest.len(), 16);
    assert!(digest.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()));
    let other = source.replace("rate: 10/s", "rate:   '10/s'  # a comment").replace("buy: []", "buy:\n        []");
    assert_eq!(scenario(&other, &[]).digest, digest);
    assert_ne!(scenario(&source.replace("10/s", "11/s"), &[]).digest, digest);
}

#[test]
fn an_override_counts_like_the_same_change_in_the_file() {
    let source = sample("minimal.yaml");
    let changed = scenario(&source.replace("10/s", "20/s"), &[]).digest;
    assert_eq!(scenario(&source, &["workload.users.rate=20/s"]).digest, changed);
}

#[test]
fn a_variant_has_the_digest_of_its_changes_and_adds_none_to_its_base() {
    let source = sample("checkout.yaml");
    let base = scenario(&source, &[]);
    let set = "services.gateway.endpoints.checkout[1].retry.budget=10%";
    assert_eq!(base.variant("budget").unwrap().digest, scenario(&source, &[set]).digest);
    let without = source.split("variants:").next().unwrap();
    assert_eq!(scenario(without, &[]).digest, base.digest);
}

#[test]
fn the_bytes_of_files_count() {
    let source = sample("minimal.yaml").replace("rate: 10/s", "replay: t.csv");
    let digest = |bytes: &'static [u8]| read(&source, &[], &|_| Ok(bytes.to_vec())).scenario.unwrap().digest;
    assert_ne!(digest(b"1\n2\n"), digest(b"1\n3\n"));
    assert_eq!(digest(b"1\n2\n"), digest(b"1\n2\n"));
}
