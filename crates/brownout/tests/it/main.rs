//! The binary, from outside: what it prints, writes and answers.

mod assess;
mod check;
mod compare;
#[path = "../../../app/tests/it/endpoint.rs"]
mod endpoint;
mod find;
mod house;
mod kit;
mod questions;
mod run;
mod second_reading;
mod show;
mod sweep;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A service that luck matters for, in runs of milliseconds.
const SHOP: &str = "brownout: 1
name: A shop
duration: 5s
warmup: 1s
workload:
  users: {call: shop.buy, rate: 200/s, patience: 1s}
services:
  shop:
    workers: 32
    cores: 2
    endpoints:
      buy:
        - work: exp(8ms)
        - effect: charge
variants:
  same: {set: {services.shop.workers: 32}}
  bigger: {set: {services.shop.cores: 4}}
  slower: {set: {\"services.shop.endpoints.buy[0].work\": exp(9ms)}}
";

/// A folder of its own for each test, with the shop in it.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn new(name: &str) -> Place {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // What an earlier run of the test left.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let place = Place { folder };
        place.write("shop.yaml", SHOP);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
        // What a test records stays in its folder.
        command.current_dir(&self.folder).args(args).env("BROWNOUT_DATA", self.path("data"));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the binary runs")
    }

    /// What a command that succeeds prints.
    #[track_caller]
    fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.ok(args)).expect("JSON")
    }

    /// Checks that a command answers with status 2, nothing on standard output, and these words.
    #[track_caller]
    fn refuses(&self, args: &[&str], words: &[&str]) {
        let output = self.run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is missing for {args:?} in:\n{said}");
        }
    }
}

/// Checks that a picture was written, and what it says.
#[track_caller]
fn check_drawn(svg: &str, words: &[&str]) {
    assert!(svg.starts_with("<svg"), "{}", &svg[..svg.len().min(60)]);
    for word in words {
        assert!(svg.contains(word), "{word:?} is missing");
    }
}
