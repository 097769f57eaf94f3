//! From notes to an example: quoted, numbered, nothing invented.

use practice::example::Part;
use practice::notes::{self, Proposals};

const NOTES: &str = "# Post-mortem: slow exports

Our service handles exports for 40 partners.
In March the exports timed out every night; two partners complained.

We considered a bigger database, and an alternative was to cut exports into pages.
We decided to cut them into pages.
The price was that a partner now has to call us several times.
First, we measured; then we changed the smallest partner.
Behind a flag, with a canary on one partner.
According to the dashboard, export time fell from 45 min to 4 min.
In the simulator it had been 3 min.
I wrote the paging and led the rollout.
Lunch was good.
";

fn lines(proposals: &Proposals, part: &str) -> Vec<usize> {
    let of = proposals.parts.iter().find(|proposal| proposal.part == part);
    of.map_or_else(Vec::new, |proposal| proposal.lines.iter().map(|line| line.line).collect())
}

#[test]
fn lines_go_where_their_words_point() {
    let proposals = notes::read(NOTES);
    let title = proposals.title.as_ref().map(|title| (title.line, title.text.as_str()));
    assert_eq!(title, Some((1, "Post-mortem: slow exports")));
    for (part, expected) in [
        ("system", 3),
        ("problem", 4),
        ("options", 6),
        ("decision", 7),
        ("gave-up", 8),
        ("sequence", 9),
        ("risk-control", 10),
        ("result", 11),
        ("own-part", 13),
    ] {
        assert_eq!(lines(&proposals, part), [expected], "{part}");
    }
}

#[test]
fn nothing_is_invented() {
    let proposals = notes::read(NOTES);
    let whole: Vec<&str> = NOTES.lines().collect();
    for line in proposals.parts.iter().flat_map(|proposal| &proposal.lines) {
        assert_eq!(whole[line.line - 1], line.text);
    }
    let example = proposals.example();
    for part in Part::ALL {
        assert!(example.part(part).lines().all(|line| whole.contains(&line)), "{part:?}");
    }
    assert_eq!(notes::read("nothing of note").example(), Default::default());
}

#[test]
fn a_lab_number_is_left_out_with_the_reason() {
    let proposals = notes::read(NOTES);
    let left: Vec<(usize, bool)> =
        proposals.left_out.iter().map(|out| (out.line, out.why.contains("lab number"))).collect();
    assert_eq!(left, [(12, true), (14, false)]);
    assert!(!proposals.example().result.contains("3 min"));
}

#[test]
fn a_source_is_taken_from_the_line_that_names_it() {
    let proposals = notes::read(NOTES);
    let found: Vec<String> =
        proposals.numbers.iter().map(|number| format!("{} {}", number.line, number.figure)).collect();
    assert_eq!(found, ["11 45 min = dashboard", "11 4 min = dashboard"]);
    assert_eq!(proposals.example().unsourced(), ["40"], "what no line speaks for is asked for");
}

#[test]
fn headings_take_the_lines_below_them() {
    let text = "# Title\n\n## Action items\nsomething\n\n## Impact\nA queue filled up.\n\nLessons:\n**Rollback**\nby hand\n\n## Result of it all\n3 s\n";
    let proposals = notes::read(text);
    assert_eq!(lines(&proposals, "problem"), [7, 9]);
    assert_eq!(lines(&proposals, "risk-control"), [11]);
    assert_eq!(lines(&proposals, "result"), [14], "a heading may say more than the part's name");
    assert_eq!(proposals.left_out.iter().map(|out| out.line).collect::<Vec<_>>(), [4]);
}
