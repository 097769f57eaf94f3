//! The kit's commands: asked, stored, exported, brought back.

use crate::Place;
use std::io::Write;
use std::process::{Command, Output, Stdio};

impl Place {
    /// A command on records of this place's own, with nobody's environment.
    fn kit_command(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.env("BROWNOUT_DATA", self.path("data")).env("NO_COLOR", "1");
        for variable in ["BROWNOUT_DATABASE", "VISUAL", "EDITOR"] {
            command.env_remove(variable);
        }
        command
    }

    fn fed(&self, args: &[&str], input: &str) -> Output {
        let mut command = self.kit_command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("it reads");
        child.wait_with_output().expect("an end")
    }

    /// What a command that succeeds prints.
    #[track_caller]
    fn says(&self, args: &[&str], input: &str) -> String {
        let output = self.fed(args, input);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    #[track_caller]
    fn kit_json(&self, args: &[&str], input: &str) -> serde_json::Value {
        serde_json::from_str(&self.says(args, input)).expect("JSON")
    }

    /// Checks that a command answers with this status and, on standard error, these words.
    #[track_caller]
    fn declines(&self, args: &[&str], input: &str, status: i32, words: &[&str]) {
        let output = self.fed(args, input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is missing for {args:?} in:\n{said}");
        }
    }
}

const ANSWER: &str = "Before I add a cache I ask who is hurt. At my last place the reports were slow on Mondays, so we kept a \
    second table for them, which cost us a nightly job that somebody has to watch, and in return Mondays were quiet.";

#[test]
fn a_question_is_shown_and_its_answer_stored() {
    let place = Place::new("kit-ask");
    let said = place.says(&["ask", "denormalize"], ANSWER);
    assert!(said.contains("When would you denormalize data?") && said.contains("stored a1 version 1"), "{said}");
    assert!(said.contains("next: "), "{said}");
    let again = place.kit_json(&["ask", "denormalize", "--json"], &ANSWER.replace("slow", "very slow"));
    assert_eq!((&again["id"], &again["version"], &again["stored"]), (&"a1".into(), &2.into(), &true.into()));
    let history = place.says(&["answers", "a1"], "");
    assert!(history.contains("version 2") && history.contains("{+very+}"), "{history}");
    assert!(history.contains("read as the version before"), "{history}");
    let list = place.kit_json(&["answers", "--json"], "");
    assert_eq!((&list[0]["question"], &list[0]["version"]), (&"denormalize".into(), &2.into()));
    let questions = place.kit_json(&["ask", "--json"], "");
    assert_eq!(questions.as_array().map(Vec::len), Some(app::bank::Bank::embedded().questions().len()));
    place.declines(
        &["ask", "denormalise"],
        "x",
        2,
        &["no question called `denormalise`", "hint: did you mean `denormalize`?"],
    );
    place.declines(&["ask", "denormalize"], " \n", 2, &["the text is empty: nothing was stored"]);
    place.declines(&["answers", "a7"], "", 2, &["there is no answer `a7`", "there is a1"]);
    assert_eq!(place.kit_json(&["answers", "a1", "--json"], "")["versions"].as_array().map(Vec::len), Some(2));
    assert_eq!(std::fs::read_dir(place.path("data/drafts")).expect("the drafts' folder").count(), 0);
}

#[test]
fn a_version_is_compared_with_the_one_before() {
    let place = Place::new("kit-versions");
    let without = ANSWER.replace("which cost us a nightly job that somebody has to watch, and in return", "and then");
    place.says(&["ask", "denormalize"], &without);
    place.says(&["ask", "denormalize"], ANSWER);
    let history = place.says(&["answers", "a1"], "");
    assert!(history.contains("{+which cost us a nightly job that somebody has to watch,+}"), "{history}");
    let versions = place.kit_json(&["answers", "a1", "--json"], "")["versions"].clone();
    assert_eq!(versions[0]["reading_changes"], serde_json::json!([]));
    let changes = versions[1]["reading_changes"].as_array().expect("changes");
    let tradeoff = changes.iter().find(|change| change["id"] == "tradeoff").expect("the tradeoff reads better");
    assert!(tradeoff["better"] == true && tradeoff["before"].as_u64() < tradeoff["after"].as_u64(), "{tradeoff}");
    assert!(history.contains("    better  tradeoff: "), "{history}");
}

#[test]
fn the_kit_says_what_is_missing() {
    let place = Place::new("kit-status");
    let empty = place.says(&["kit"], "");
    assert!(empty.contains("0 of 6 slots ready") && empty.contains("lacks a tradeoff"), "{empty}");
    place.says(&["ask", "denormalize"], ANSWER);
    let set = place.kit_json(&["kit", "set", "2", "denormalize", "--json"], "");
    assert_eq!((&set["slots"][1]["slot"], &set["slots"][1]["holds"]), (&"answer-2".into(), &"a1".into()));
    place.declines(&["kit", "set", "1", "a1"], "", 2, &["is in slot answer-2 already"]);
    place.declines(&["kit", "set", "7", "a1"], "", 2, &["there is no slot `7`"]);
}

#[test]
fn an_example_is_asked_for_part_by_part() {
    let place = Place::new("kit-example");
    let stored = place.says(&["example", "new", "--title", "Quiet Mondays", "--set", "system=Reports."], "");
    assert!(
        stored.contains("stored e1 version 1: Quiet Mondays") && stored.contains("lacks the real problem"),
        "{stored}"
    );
    let answers = "They were slow.\na cache: stale\n\nA second table.\nA nightly job.\nmeasured, then moved\nA flag.\n\
        From 9 s to 200 ms.\nI wrote the job.\ndashboard: reports\nlab\nlogs\n";
    let output = place.fed(&["example", "edit", "e1", "--ask"], answers);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("a lab number can never stand in a production example"), "{said}");
    let shown = place.kit_json(&["example", "show", "e1", "--json"], "");
    assert_eq!(shown["example"]["numbers"][1]["source"], "logs");
    assert_eq!(shown["readiness"]["missing"], serde_json::json!(["a second option: what else was weighed"]));
    place.says(&["example", "edit", "e1", "--set", "options=a cache: stale\na table: a job"], "");
    assert_eq!(place.kit_json(&["example", "list", "--json"], "")[0]["readiness"]["ready"], true);
    place.declines(
        &["example", "edit", "e1", "--number", "9 s=lab"],
        "",
        2,
        &["a lab number can never stand", "hint: "],
    );
    place.declines(&["example", "edit", "e1", "--ask"], "", 0, &[]);
    place.declines(&["example", "edit", "e1", "--set", "sistem=x"], "", 2, &["no part of an example `sistem`"]);
    place.declines(&["example", "edit", "e1"], "## Sistem\nx", 2, &["did you mean `## System`?", "kept in"]);
    let form = place.says(&["example", "edit", "e1"], "## Result\nFrom 9 s to 150 ms.");
    assert!(form.contains("lacks where `150 ms` comes from"), "{form}");
}

#[test]
fn notes_become_an_example_by_quoting() {
    let place = Place::new("kit-notes");
    place.write("notes.md", "# Slow Mondays\nThe reports timed out every Monday.\nIn the simulator it took 3 s.\n");
    let dry = place.says(&["example", "import", "notes.md", "--dry-run"], "");
    assert!(dry.contains("2: The reports timed out") && dry.contains("lab number"), "{dry}");
    assert!(!place.path("data").exists());
    let stored = place.kit_json(&["example", "import", "notes.md", "--json"], "");
    assert_eq!(stored["stored"]["example"]["problem"], "The reports timed out every Monday.");
    assert_eq!(stored["stored"]["example"]["system"], "");
    place.declines(&["example", "import", "missing.md"], "", 2, &["cannot read missing.md"]);
}

#[test]
fn an_export_waits_for_a_second_look() {
    let place = Place::new("kit-export");
    place.says(&["ask", "denormalize"], &format!("{ANSWER} Ask jo.doe@acme-shop.com about db-prod-03."));
    place.says(&["kit", "set", "1", "a1"], "");
    let words = ["`jo.doe@acme-shop.com`", "`db-prod-03`", "answer a1 (denormalize), line 1", "--yes-share"];
    place.declines(&["export", "--md", "-o", "kit.md"], "", 1, &words);
    assert!(!place.path("kit.md").exists());
    place.says(&["export", "--html", "-o", "kit.html", "--yes-share"], "");
    let page = place.read("kit.html");
    assert!(page.contains("jo.doe@acme-shop.com") && !page.contains("<script"), "{page}");
    place.says(&["tradeoff", "set"], "Fewer moving parts.");
    let json = place.says(&["export", "--json", "--yes-share"], "");
    place.write("kit.json", &json);
    place.says(&["import", "kit.json", "--data", "other"], "");
    assert_eq!(place.says(&["export", "--json", "--yes-share", "--data", "other"], ""), json);
    place.declines(&["import", "kit.html"], "", 2, &["kit.html is no kit: line 1, column 1"]);
    let markdown = place.says(&["export", "--yes-share"], "");
    assert!(markdown.starts_with("# Interview kit\n"), "{markdown}");
}

#[test]
fn backups_and_damage() {
    let place = Place::new("kit-backup");
    place.says(&["ask", "denormalize"], ANSWER);
    let backup = place.says(&["backup", "b.db"], "");
    assert!(backup.contains("1 document with 1 version and 1 reading"), "{backup}");
    place.declines(&["backup", "b.db"], "", 2, &["cannot write b.db", "nothing is overwritten"]);
    place.declines(&["restore", "b.db"], "", 2, &["there are records already", "--replace"]);
    place.says(&["restore", "b.db", "--replace"], "");
    place.write("data/brownout.db", "no database any more, whatever its name says, and long enough to be one");
    place.declines(&["kit"], "", 2, &["brownout.db is damaged", "a copy is in"]);
    place.says(&["restore", "b.db", "--data", "new"], "");
    assert_eq!(place.kit_json(&["answers", "--json", "--data", "new"], "").as_array().map(Vec::len), Some(1));
    place.declines(
        &["kit", "--database", "mysql://a:b@c/d"],
        "",
        2,
        &["names no database", "postgres://USER@HOST/DATABASE"],
    );
}

#[test]
fn processes_at_once_lose_nothing() {
    let place = Place::new("kit-at-once");
    // They make the records, too, at once.
    let children: Vec<_> = (0..4)
        .map(|n| {
            let mut command = place.kit_command(&["ask", "denormalize", "--json"]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("the binary runs");
            let text = format!("{ANSWER} {n}");
            child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("it reads");
            child
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let history = place.kit_json(&["answers", "a1", "--json"], "");
    let mut ends: Vec<String> = history["versions"]
        .as_array()
        .expect("versions")
        .iter()
        .map(|version| version["text"].as_str().expect("a text").chars().next_back().into_iter().collect())
        .collect();
    ends.sort();
    assert_eq!(ends, ["0", "1", "2", "3"]);
}

/// In a terminal of its own, since only there an editor is opened.
#[cfg(target_os = "linux")]
#[test]
fn an_editor_that_fails_loses_nothing() {
    let place = Place::new("kit-editor");
    let in_a_terminal = |editor: &str| {
        let command = format!("{} ask denormalize", env!("CARGO_BIN_EXE_brownout"));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &command, "/dev/null"]).current_dir(&place.folder);
        script.env("BROWNOUT_DATA", place.path("data")).env("VISUAL", editor).stdin(Stdio::null());
        let output = script.output().expect("script(1) of util-linux");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    place.write("write.sh", "echo 'Half of an answer, written before it failed.' > \"$1\"; exit 3\n");
    place.write("more.sh", "echo 'And the rest.' >> \"$1\"\n");
    let (status, said) = in_a_terminal("sh write.sh");
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("nothing was stored") && said.contains("what you wrote is kept in"), "{said}");
    assert_eq!(place.kit_json(&["answers", "--json"], ""), serde_json::json!([]));
    let (status, said) = in_a_terminal("sh more.sh");
    assert!(status == Some(0) && said.contains("stored a1 version 1"), "{said}");
    let text = place.kit_json(&["answers", "a1", "--json"], "")["versions"][0]["text"].clone();
    assert_eq!(text, "Half of an answer, written before it failed.\nAnd the rest.");
    let (status, said) = in_a_terminal("false");
    assert!(status == Some(2) && !said.contains("kept in"), "{said}");
    let (status, said) = in_a_terminal("true");
    assert!(status == Some(0) && said.contains("nothing new"), "{said}");
}
