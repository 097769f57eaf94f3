//! Reads arbitrary bytes as a scenario. Reading must not panic or hang, every problem must lie inside the text it is
//! about, and there is a scenario exactly where there is no problem. What follows a NUL is taken as an override.
#![no_main]

use lab::scenario::{Origin, Override, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (source, sets) = match text.split_once('\0') {
        Some((source, set)) => (source, vec![Override::new(set)]),
        None => (text, Vec::new()),
    };
    let reading = read(source, &sets, &|_| Ok(b"at_s\n0.5\n1\n2.25\n".to_vec()));
    assert_eq!(reading.scenario.is_some(), reading.problems.is_empty());
    for problem in &reading.problems {
        let about = match problem.place.origin {
            Origin::File => source,
            Origin::Override(index) => sets[index].text(),
        };
        assert!(about.get(problem.place.span()).is_some(), "{problem:?}");
    }
});
