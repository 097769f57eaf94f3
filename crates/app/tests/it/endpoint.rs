//! An endpoint of one's own that speaks OpenAI's chat completions over real sockets, for tests, with everything that can
//! go wrong at one.

use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What an endpoint does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A completion whose content keeps to the schema of the request: nothing is claimed, but for these places.
    Reading(Vec<(&'static str, Value)>),
    /// A completion with this message and reason to finish.
    Message(Value, &'static str),
    /// A status with this body.
    Status(u16, &'static str),
    /// A status that sends elsewhere.
    Redirect(String),
    /// An error that repeats the key of the request.
    EchoKey,
    /// No byte, until whoever asks has gone.
    Silence,
    /// The head and some of the body, and no more until whoever asks has gone.
    Stall,
    /// The connection is closed instead of an answer.
    Close,
    /// The connection is closed within the body.
    CutShort,
    /// A body without end.
    Endless,
    /// Bytes that are no HTTP.
    Noise,
}

/// A request that came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The request line and the headers, names in lower case.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: Value,
}

/// An endpoint on loopback, which answers so many requests and is gone.
pub(crate) struct Endpoint {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Endpoint {
    /// One that gives these replies, a connection each.
    pub(crate) fn giving(replies: &[Reply]) -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (heard, replies) = (Arc::clone(&requests), replies.to_vec());
        std::thread::spawn(move || {
            for reply in replies {
                let Ok((stream, _)) = listener.accept() else { return };
                // Whoever asked may have gone by now.
                let _ = serve(stream, &reply, &heard);
            }
        });
        Endpoint { port, requests }
    }

    /// For `OPENAI_BASE_URL`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// What has been asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the requests").clone()
    }
}

/// The URL of a port where nobody listens.
pub(crate) fn dead_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}/v1", listener.local_addr().expect("an address"))
}

fn serve(mut stream: TcpStream, reply: &Reply, heard: &Mutex<Vec<Request>>) -> io::Result<()> {
    let request = read(&stream)?;
    let schema = {
        let mut heard = heard.lock().expect("the requests");
        heard.push(request.clone());
        // Of an earlier request where this one has none.
        heard.iter().rev().find_map(|request| request.body.pointer("/response_format/json_schema/schema").cloned())
    };
    match reply {
        Reply::Reading(places) => {
            let mut content = least(&schema.expect("a schema"));
            for (place, value) in places {
                *content.pointer_mut(place).unwrap_or_else(|| panic!("{place} is in the schema")) = value.clone();
            }
            stream.write_all(&completion(&json!({"role": "assistant", "content": content.to_string()}), "stop"))
        }
        Reply::Message(message, reason) => stream.write_all(&completion(message, reason)),
        Reply::Status(status, body) => stream.write_all(&http(*status, "", body)),
        Reply::Redirect(to) => stream.write_all(&http(307, &format!("location: {to}\r\n"), "")),
        Reply::EchoKey => {
            let key = request.head.split("bearer ").nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let error = json!({"error": {"message": format!("Incorrect API key provided: {key}.")}});
            stream.write_all(&http(401, "", &error.to_string()))
        }
        Reply::Silence => until_gone(stream),
        Reply::Stall => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"choices\": ")?;
            until_gone(stream)
        }
        Reply::Close => Ok(()),
        Reply::CutShort => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"choices\": "),
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[b' '; 4096])?;
            }
        }
        Reply::Noise => stream.write_all(b"\x16\x03\x01 what?\r\n\r\n"),
    }
}

fn until_gone(mut stream: TcpStream) -> io::Result<()> {
    io::copy(&mut stream, &mut io::sink()).map(|_| ())
}

fn read(stream: &TcpStream) -> io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        let line = line.split_once(':').map_or(line.clone(), |(name, rest)| format!("{}:{rest}", name.to_lowercase()));
        if let Some(said) = line.strip_prefix("content-length:") {
            length = said.trim().parse().map_err(io::Error::other)?;
        }
        head += &line.replace("Bearer ", "bearer ");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Request { head, body: serde_json::from_slice(&body)? })
}

fn completion(message: &Value, reason: &str) -> Vec<u8> {
    let choice = json!({"index": 0, "message": message, "finish_reason": reason, "logprobs": null});
    let body = json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}});
    http(200, "content-type: application/json\r\n", &body.to_string())
}

fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} So\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

/// The least that keeps to a schema.
pub(crate) fn least(schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("object") => {
            assert_eq!(schema["additionalProperties"], false);
            let properties = schema["properties"].as_object().expect("properties");
            assert_eq!(schema["required"].as_array().map(Vec::len), Some(properties.len()));
            properties.iter().map(|(key, schema)| (key.clone(), least(schema))).collect()
        }
        Some("string") => json!(""),
        Some("boolean") => json!(false),
        Some("integer") => schema["enum"][0].clone(),
        other => panic!("no schema has {other:?}"),
    }
}
