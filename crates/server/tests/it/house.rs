//! A server of its own for each test, and requests to it by hand, so that no client mends what is wrong.

use app::kit::{Records, Whereabouts};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

pub(crate) struct House {
    address: SocketAddr,
}

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) fn json(answer: &Answered) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

impl House {
    /// With records in a new folder. It serves until the tests end.
    pub(crate) fn open(name: &str) -> House {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("server-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        let records = Records::open(&Whereabouts { data: Some(folder), database: None }).expect("records");
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
            server::serve(records, anywhere, |address| tell.send(address).expect("somebody waits")).expect("it serves");
        });
        House { address: told.recv_timeout(Duration::from_secs(30)).expect("it is ready") }
    }

    pub(crate) fn get(&self, path: &str) -> Answered {
        self.ask("GET", path, &[], None)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Answered {
        self.ask("POST", path, &[], Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Answered {
        self.ask("PUT", path, &[], Some(body))
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answered {
        let mut stream = self.send(method, path, headers, body);
        let mut answer = Vec::new();
        // A refused body may end in a reset after the answer; what came is what counts.
        let _ = stream.read_to_end(&mut answer);
        Answered::read(&answer)
    }

    /// Begins to listen, and goes away after the first bytes.
    pub(crate) fn leave(&self, path: &str) {
        let mut stream = self.send("GET", path, &[], None);
        let mut some = [0; 64];
        let read = stream.read(&mut some).expect("an answer begins");
        assert!(read > 0);
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("host: {}\r\n", self.address);
        }
        headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        let body = body.map(|body| body.to_string());
        if let Some(body) = &body {
            head += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        let sent = format!("{head}\r\n{}", body.unwrap_or_default());
        // A server that refuses a long body may close before it has all of it.
        let _ = stream.write_all(sent.as_bytes());
        stream
    }
}

impl Answered {
    fn read(bytes: &[u8]) -> Answered {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let header = |name: &str| {
            let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
            line.and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned()).unwrap_or_default()
        };
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let whole = if header("transfer-encoding") == "chunked" { unchunked(body) } else { body.to_owned() };
        Answered { status, kind: header("content-type"), head: head.to_owned(), body: whole }
    }
}

fn unchunked(body: &str) -> String {
    let (mut rest, mut whole) = (body, String::new());
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).expect("a size");
        if size == 0 {
            break;
        }
        whole += &after[..size];
        rest = &after[size + 2..];
    }
    whole
}
