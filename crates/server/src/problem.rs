//! What a client is told when something cannot be done: problem details (RFC 9457), with one table from kind to status.
//!
//! What went wrong inside the server is logged and not told; everything else names the place, and what to do.

use crate::routes::drafts::Draft;
use app::Failure;
use app::kit::{KitFailure, StoreError};
use app::scenario::{Origin, position};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Why a request was not done.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is, a path of this server's own.
    #[serde(rename = "type", serialize_with = "as_path")]
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// The kind in words.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// The status of the response.
    pub status: u16,
    /// What happened here.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What is wrong with a scenario, by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub problems: Vec<Diagnostic>,
    /// The draft that somebody else wrote meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Box<Draft>>,
}

fn as_path<S: Serializer>(kind: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("/problems/{kind}"))
}

/// One thing that is wrong with a scenario's text, or of no effect in it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub(crate) struct Diagnostic {
    /// What, in one sentence.
    pub message: String,
    /// What would have been right there.
    pub expected: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The first byte of the text (UTF-8) that it is about.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
    /// Where it is about an override and not the text: which one, from 0.
    pub in_set: Option<usize>,
}

impl Diagnostic {
    /// Of a problem in a text or in one of these overrides.
    pub(crate) fn of(problem: &app::scenario::Problem, text: &str, sets: &[String]) -> Diagnostic {
        let (in_set, source) = match problem.place.origin {
            Origin::File => (None, text),
            Origin::Override(index) => (Some(index), sets.get(index).map_or("", String::as_str)),
        };
        let at = position(source, problem.place.start);
        Diagnostic {
            message: problem.message.clone(),
            expected: problem.expected.clone(),
            hint: problem.hint.clone(),
            line: at.line,
            column: at.column,
            start: problem.place.start,
            end: problem.place.end,
            in_set,
        }
    }
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Problem {
        Problem {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            hint: None,
            problems: Vec::new(),
            theirs: None,
        }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Problem {
        Problem { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail)
    }

    pub(crate) fn unknown(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "unknown", "There is no such thing", detail)
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, "conflict", "It has changed since you read it", detail)
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request makes no sense", detail)
    }

    /// Something that is wrong here and none of the client's business.
    pub(crate) fn internal(what: &dyn std::fmt::Display) -> Problem {
        tracing::error!(%what, "a request failed");
        let detail = "the server could not do it; its log says why, and what was stored before is kept";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

/// Every path may answer so.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let content = || Content::new(Some(Ref::from_schema_name(Problem::name())));
        let response = |said: &str| {
            ResponseBuilder::new().description(said).content("application/problem+json", content()).build().into()
        };
        let said = [
            ("400", "The request cannot be read."),
            ("403", "The request comes from another site."),
            ("404", "There is no such thing."),
            ("405", "The method is not possible here."),
            ("409", "It has changed since it was read, or something comes before it."),
            ("412", "Another tab has written since."),
            ("413", "It is too long."),
            ("415", "The body is no JSON."),
            ("422", "It makes no sense."),
            ("429", "Too much waits already."),
            ("500", "Something went wrong."),
            ("503", "It cannot be done now."),
        ];
        said.into_iter().map(|(status, said)| (status.to_owned(), response(said))).collect()
    }
}

impl From<KitFailure> for Problem {
    fn from(failure: KitFailure) -> Problem {
        let hint = failure.hint();
        let problem = match &failure {
            KitFailure::NoQuestion { .. } | KitFailure::NoSuch { .. } => Problem::unknown(failure.to_string()),
            KitFailure::Records(StoreError::Missing { .. }) => Problem::unknown(failure.to_string()),
            KitFailure::Records(StoreError::Conflict { .. } | StoreError::Taken { .. }) => {
                Problem::conflict(failure.to_string())
            }
            KitFailure::TooLong(_) => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "It is too long", failure.to_string())
            }
            KitFailure::Empty
            | KitFailure::Example(_)
            | KitFailure::Form(_)
            | KitFailure::Figure(_)
            | KitFailure::Choice(_) => Problem::invalid(failure.to_string()),
            KitFailure::Records(StoreError::Busy | StoreError::Full) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "records",
                "The records cannot be written",
                failure.to_string(),
            ),
            _ => return Problem::internal(&failure),
        };
        Problem { hint, ..problem }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Kit(failure) => failure.into(),
            Failure::Coach(_) | Failure::NoQuestion { .. } => Problem::unknown(failure.to_string()),
            Failure::Invalid(invalid) => {
                let sets: Vec<String> = invalid.sets.iter().map(|set| set.text().to_owned()).collect();
                let told = invalid.problems.iter().map(|problem| Diagnostic::of(problem, &invalid.source, &sets));
                let detail = format!("the scenario has {} problem(s)", invalid.problems.len());
                Problem { problems: told.collect(), ..Problem::invalid(detail) }
            }
            Failure::NoVariant { ref known, .. } => {
                let hint = format!("there is {}", known.join(", "));
                Problem::invalid(failure.to_string()).hint(hint)
            }
            Failure::Run(_) => Problem::invalid(failure.to_string())
                .hint("lower a rate or the duration, or bound a queue: `queue: 512` on the service that fills up"),
            other => Problem::internal(&other),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Problem {
        let (status, said) = (rejection.status(), rejection.body_text());
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "too-long", "It is too long", said),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Problem::new(status, "no-json", "The body is no JSON", said).hint("send it as application/json")
            }
            StatusCode::UNPROCESSABLE_ENTITY => Problem::invalid(said),
            _ => Problem::malformed(said),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Problem {
        Problem::malformed(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Problem {
        Problem::malformed(rejection.body_text())
    }
}
