//! Answers: stored version by version, read by the coach.

use super::drafts::discard_of;
use crate::extract::{Body, Path, Query};
use crate::page::{Page, Wanted};
use crate::problem::Problem;
use crate::state::{House, blocking};
use app::coach::Assessment;
use app::kit::{AnswerHistory, AnswerSummary, Base, OwnCoach, SavedAnswer, answer_history, answers, save_answer};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// An answer to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Attempt {
    /// What it says.
    #[schema(min_length = 1, max_length = 1_048_576)]
    text: String,
    /// The version that it changes; 0 for a first answer.
    #[schema(minimum = 0)]
    after: i64,
}

/// A text to be read and not to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerText {
    /// The question's id.
    question: String,
    /// The answer.
    #[schema(max_length = 1_048_576)]
    text: String,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(store)).routes(routes!(assess)).routes(routes!(list)).routes(routes!(history))
}

/// Stores an answer as the next version and has it read. Sent again it changes nothing: the same text is stored once.
#[utoipa::path(post, path = "/api/v1/questions/{id}/answers", tag = "answers", params(("id" = String, Path)),
    request_body = Attempt, responses((status = 201, body = SavedAnswer), Problem))]
async fn store(
    State(house): State<House>,
    Path(id): Path<String>,
    Body(attempt): Body<Attempt>,
) -> Result<(StatusCode, Json<SavedAnswer>), Problem> {
    let saved = house.records(move |records| {
        let saved = save_answer(records, &OwnCoach, &id, &attempt.text, Base::Version(attempt.after))?;
        // What is stored needs no draft; one that cannot be removed is in nobody's way.
        if let Err(problem) = discard_of(records, &id, attempt.after) {
            tracing::warn!(?problem, "a draft was not removed");
        }
        Ok(saved)
    });
    Ok((StatusCode::CREATED, Json(saved.await?)))
}

/// Reads a text as an answer, as `brownout assess --json` does, and stores nothing.
#[utoipa::path(post, path = "/api/v1/assessments", tag = "answers", request_body = AnswerText,
    responses((status = 200, body = Assessment), Problem))]
async fn assess(Body(text): Body<AnswerText>) -> Result<Json<Assessment>, Problem> {
    let read = move || Ok(app::assess_answer(&text.question, text.text.as_bytes())?.1);
    blocking(read).await.map(Json)
}

/// The newest version of every answer.
#[utoipa::path(get, path = "/api/v1/answers", tag = "answers", params(Wanted),
    responses((status = 200, body = Page<AnswerSummary>), Problem))]
async fn list(State(house): State<House>, Query(wanted): Query<Wanted>) -> Result<Json<Page<AnswerSummary>>, Problem> {
    let all = house.records(|records| Ok(answers(records)?)).await?;
    wanted.of(all).map(Json)
}

/// All versions of an answer, by its id or its question's.
#[utoipa::path(get, path = "/api/v1/answers/{id}", tag = "answers", params(("id" = String, Path)),
    responses((status = 200, body = AnswerHistory), Problem))]
async fn history(State(house): State<House>, Path(id): Path<String>) -> Result<Json<AnswerHistory>, Problem> {
    house.records(move |records| Ok(answer_history(records, &OwnCoach, &id)?)).await.map(Json)
}
