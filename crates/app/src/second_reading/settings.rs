//! Whom to ask: the environment, and below it a file in the data folder that holds no key.

use super::key::Key;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::http::Uri;

/// Where OpenAI's own endpoint is, asked where no other is named.
const OPENAI: &str = "https://api.openai.com/v1";
/// The settings' file in the data folder.
const FILE: &str = "config.yaml";
/// How long a model has, from the first byte sent to the last one received.
const PATIENCE: Duration = Duration::from_secs(30);
/// Nobody waits longer.
const LONGEST_S: f64 = 600.0;

/// Whom to ask for a second reading, and how long to wait. Shows no key.
#[derive(Clone, Debug)]
pub struct LlmSettings {
    pub(super) endpoint: Endpoint,
    pub(super) key: Option<Key>,
    pub(super) model: String,
    pub(super) limit: Duration,
}

/// Why it is not known whom to ask.
#[derive(Debug, thiserror::Error)]
pub enum LlmSettingsError {
    /// No model is named.
    #[error("no model is named")]
    NoModel,
    /// OpenAI's own endpoint wants a key.
    #[error("there is no key for {OPENAI}")]
    NoKey,
    /// The key has characters that none has.
    #[error("OPENAI_API_KEY is no key: it has spaces or other characters that none has")]
    UnfitKey,
    /// A URL that cannot be asked.
    #[error("the base URL {why}")]
    Url {
        /// What is wrong with it; not the URL, which may hold a password.
        why: &'static str,
    },
    /// The file has a key in it.
    #[error("{} holds a key, and is not used: keys come from the environment only", .0.display())]
    KeyInFile(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not as it should be.
    #[error("{}:{line}:{column}: this is none of the settings", file.display())]
    Unclear {
        /// Which.
        file: PathBuf,
        /// From 1 on.
        line: u64,
        /// From 1 on.
        column: u64,
    },
    /// The time limit makes no sense.
    #[error("{}: timeout_s is {seconds}, expected more than 0 and at most {LONGEST_S}", file.display())]
    Timeout {
        /// Which file.
        file: PathBuf,
        /// What it says.
        seconds: f64,
    },
}

impl LlmSettingsError {
    /// What to do.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            LlmSettingsError::NoModel => {
                format!("set OPENAI_MODEL, or `llm: {{model: …}}` in {FILE} of the data folder")
            }
            LlmSettingsError::NoKey => {
                "set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint, such as http://127.0.0.1:11434/v1"
                    .to_owned()
            }
            LlmSettingsError::UnfitKey => "set it to the key alone".to_owned(),
            LlmSettingsError::Url { .. } => format!("write it as {OPENAI}"),
            LlmSettingsError::KeyInFile(_) => "remove it there, and set OPENAI_API_KEY".to_owned(),
            LlmSettingsError::Unreadable { .. } => return None,
            LlmSettingsError::Unclear { .. } | LlmSettingsError::Timeout { .. } => {
                "the file has `llm:` with base_url, model and timeout_s below it, each at most once".to_owned()
            }
        })
    }
}

impl LlmSettings {
    /// The settings of this process: `OPENAI_BASE_URL`, `OPENAI_MODEL` and `OPENAI_API_KEY`, else `config.yaml` in the data
    /// folder, where there is one.
    ///
    /// # Errors
    /// As [`LlmSettingsError`] says.
    pub fn ambient(folder: Option<&Path>) -> Result<LlmSettings, LlmSettingsError> {
        LlmSettings::read(folder, &|name| std::env::var(name).ok())
    }

    /// As [`LlmSettings::ambient`], of an environment given as a function.
    ///
    /// # Errors
    /// As [`LlmSettingsError`] says.
    pub fn read(
        folder: Option<&Path>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<LlmSettings, LlmSettingsError> {
        let set = |name: &str| variable(name).map(|said| said.trim().to_owned()).filter(|said| !said.is_empty());
        let written = folder.map_or(Ok(Written::default()), |folder| Written::read(&folder.join(FILE)))?;
        let named = set("OPENAI_BASE_URL").or(written.base_url);
        let key = set("OPENAI_API_KEY").map(|said| Key::new(&said).ok_or(LlmSettingsError::UnfitKey)).transpose()?;
        if named.is_none() && key.is_none() {
            return Err(LlmSettingsError::NoKey);
        }
        Ok(LlmSettings {
            endpoint: Endpoint::new(named.as_deref().unwrap_or(OPENAI))?,
            key,
            model: set("OPENAI_MODEL").or(written.model).ok_or(LlmSettingsError::NoModel)?,
            limit: written.limit.unwrap_or(PATIENCE),
        })
    }

    /// The model, as the endpoint knows it.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Who is asked: scheme, host and port.
    pub fn endpoint(&self) -> &str {
        &self.endpoint.shown
    }

    /// Whether the answer, and the key, travel over a network where others can read them.
    pub fn is_readable_on_the_way(&self) -> bool {
        !self.endpoint.encrypted && !self.endpoint.loopback
    }

    /// Words of the endpoint or the model as they may be shown: on one line, at most so many characters, without the key.
    pub(super) fn shown(&self, said: &str, most: usize) -> String {
        let said = self.key.as_ref().map_or_else(|| said.to_owned(), |key| key.hidden_in(said));
        let visible: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(most) {
            Some((cut, _)) => format!("{}…", &line[..cut]),
            None => line,
        }
    }
}

/// Where a model is asked.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// Where chats are completed.
    pub(super) url: String,
    /// What of it is shown.
    pub(super) shown: String,
    encrypted: bool,
    /// It is this machine.
    pub(super) loopback: bool,
}

impl Endpoint {
    fn new(base: &str) -> Result<Endpoint, LlmSettingsError> {
        let wrong = |why| LlmSettingsError::Url { why };
        let uri: Uri = base.parse().map_err(|_| wrong("is no URL"))?;
        let encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("begins with neither https:// nor http://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("has a user or a password in it"));
        }
        if uri.query().is_some() || base.contains('#') {
            return Err(wrong("has a query or a fragment behind it"));
        }
        Ok(Endpoint {
            url: format!("{}/chat/completions", base.trim_end_matches('/')),
            shown: format!("{}://{authority}", uri.scheme_str().unwrap_or_default()),
            encrypted,
            loopback: is_loopback(authority.host()),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// What the file says.
#[derive(Default)]
struct Written {
    base_url: Option<String>,
    model: Option<String>,
    limit: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    llm: Section,
    #[serde(alias = "key", alias = "token", alias = "OPENAI_API_KEY")]
    api_key: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Section {
    base_url: Option<String>,
    model: Option<String>,
    timeout_s: Option<f64>,
    /// Under the names that people use, to be told apart from a slip.
    #[serde(alias = "key", alias = "token", alias = "OPENAI_API_KEY")]
    api_key: Option<IgnoredAny>,
}

impl Written {
    fn read(file: &Path) -> Result<Written, LlmSettingsError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Written::default()),
            Err(source) => return Err(LlmSettingsError::Unreadable { file: file.to_owned(), source }),
        };
        if text.trim().is_empty() {
            return Ok(Written::default());
        }
        // Only the place is passed on: what is wrong may be a key that stands where none may.
        let written: File = serde_saphyr::from_str(&text).map_err(|error| {
            let (line, column) = error.location().map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
            LlmSettingsError::Unclear { file: file.to_owned(), line, column }
        })?;
        let Section { base_url, model, timeout_s, api_key } = written.llm;
        if api_key.or(written.api_key).is_some() {
            return Err(LlmSettingsError::KeyInFile(file.to_owned()));
        }
        let limit = timeout_s.map(|seconds| limit(seconds, file)).transpose()?;
        Ok(Written { base_url, model, limit })
    }
}

fn limit(seconds: f64, file: &Path) -> Result<Duration, LlmSettingsError> {
    let sensible = seconds > 0.0 && seconds <= LONGEST_S;
    let limit = Duration::try_from_secs_f64(seconds).ok().filter(|_| sensible);
    limit.ok_or_else(|| LlmSettingsError::Timeout { file: file.to_owned(), seconds })
}
