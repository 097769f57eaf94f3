//! One request to an endpoint, and what came of it. Time and size are bounded; nobody is redirected.

use super::failure::LlmFailure;
use super::request;
use super::settings::LlmSettings;
use coach::bank::Question;
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, Instant};
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};

/// A reading has some 4 KiB; who sends more sends something else.
const MOST_BYTES: u64 = 256 << 10;
/// As many characters of what an endpoint says as a person would read.
const SHOWN: usize = 200;

/// What the model writes about an answer. An endpoint that cannot keep a model to a schema is asked once more without: what
/// comes back is checked here in any case.
pub(super) fn complete(settings: &LlmSettings, question: &Question, answer: &str) -> Result<String, LlmFailure> {
    let until = Instant::now() + settings.limit;
    let ask = |constrained| {
        let body = request::body(&settings.model, question, answer, constrained);
        exchange(settings, &body, until.saturating_duration_since(Instant::now()))
    };
    let reply = match ask(true)? {
        (400 | 422, said) if is_about_the_schema(&said) => ask(false)?,
        reply => reply,
    };
    match reply {
        (200, text) => content(settings, &text),
        (status, said) => Err(refused(settings, status, &said)),
    }
}

/// Sends a request and gives the status with the whole reply.
fn exchange(settings: &LlmSettings, body: &Value, limit: Duration) -> Result<(u16, String), LlmFailure> {
    if limit.is_zero() {
        return Err(failed(settings, ureq::Error::Timeout(ureq::Timeout::Global)));
    }
    let mut request = agent(settings, limit).post(&settings.endpoint.url).content_type("application/json");
    if let Some(authorization) = settings.key.as_ref().and_then(|key| key.authorization()) {
        request = request.header("authorization", authorization);
    }
    let response = request.send(body.to_string()).map_err(|error| failed(settings, error))?;
    let status = response.status();
    if status.is_redirection() {
        return Err(LlmFailure::Redirected { endpoint: settings.endpoint().to_owned(), status: status.as_u16() });
    }
    Ok((status.as_u16(), text(response).map_err(|error| failed(settings, error))?))
}

fn agent(settings: &LlmSettings, limit: Duration) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .timeout_global(Some(limit))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(tls)
        // What stays on this machine has no business at a proxy.
        .proxy(if settings.endpoint.loopback { None } else { Proxy::try_from_env() });
    config.build().new_agent()
}

fn text(mut response: Response<Body>) -> Result<String, ureq::Error> {
    let bytes = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn failed(settings: &LlmSettings, error: ureq::Error) -> LlmFailure {
    let endpoint = settings.endpoint().to_owned();
    let said = match error {
        ureq::Error::Timeout(_) => return LlmFailure::TimedOut { endpoint, limit: settings.limit },
        ureq::Error::BodyExceedsLimit(_) => return LlmFailure::TooMuch(MOST_BYTES),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    LlmFailure::Unreachable { endpoint, said: settings.shown(&said, SHOWN) }
}

fn is_about_the_schema(said: &str) -> bool {
    ["response_format", "json_schema", "structured"].iter().any(|word| said.contains(word))
}

fn refused(settings: &LlmSettings, status: u16, said: &str) -> LlmFailure {
    let said = settings.shown(&message(said), SHOWN);
    LlmFailure::Status { endpoint: settings.endpoint().to_owned(), status, said }
}

/// What an endpoint says in its error: `{"error": {"message": …}}`, or nearly that. Nothing of what is no JSON, which is a
/// web page mostly.
fn message(said: &str) -> String {
    let value: Value = serde_json::from_str(said).unwrap_or_default();
    let texts = [&value["error"]["message"], &value["error"], &value["message"], &value["detail"]];
    texts.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned()
}

/// A chat completion, as far as it matters: <https://platform.openai.com/docs/api-reference/chat/object>.
#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

fn content(settings: &LlmSettings, text: &str) -> Result<String, LlmFailure> {
    let garbled = |said: &str| LlmFailure::NoCompletion(settings.shown(said, SHOWN));
    let completion: Completion = serde_json::from_str(text).map_err(|error| garbled(&error.to_string()))?;
    let choice = completion.choices.into_iter().next().ok_or_else(|| garbled("it has no choices"))?;
    if let Some(said) = choice.message.refusal.filter(|said| !said.trim().is_empty()) {
        return Err(LlmFailure::Refused(settings.shown(&said, SHOWN)));
    }
    match choice.finish_reason.as_deref() {
        Some("length") => Err(LlmFailure::CutOff),
        Some("content_filter") => Err(LlmFailure::Refused("a filter of the endpoint stopped it".to_owned())),
        _ => choice.message.content.ok_or_else(|| garbled("its message has no content")),
    }
}
