//! Questions: first the prompt alone; what strong answers cover comes after an attempt.

use crate::extract::{Path, Query};
use crate::page::{Page, Wanted};
use crate::problem::Problem;
use crate::state::House;
use app::bank::{Level, Question};
use app::kit::{Answer, Stored, answers};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A question, as it is asked.
#[derive(Clone, Serialize, ToSchema)]
struct Prompt {
    /// Its id, such as `reliable-api`.
    id: String,
    /// Whom it is asked.
    level: Level,
    /// What it is about, in a word or three.
    topic: String,
    /// The question.
    question: String,
    /// The id of the answer, if there is one.
    answer: Option<String>,
    /// The answer's newest version; 0 where there is none.
    version: i64,
}

impl Prompt {
    fn of(question: &Question, answer: Option<(String, i64)>) -> Prompt {
        let (answer, version) = answer.map_or((None, 0), |(id, version)| (Some(id), version));
        Prompt {
            id: question.id.clone(),
            level: question.level,
            topic: question.topic.clone(),
            question: question.question.clone(),
            answer,
            version,
        }
    }
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(questions)).routes(routes!(question)).routes(routes!(guide))
}

/// All questions, in the order in which a person meets them.
#[utoipa::path(get, path = "/api/v1/questions", tag = "questions", params(Wanted),
    responses((status = 200, body = Page<Prompt>), Problem))]
async fn questions(State(house): State<House>, Query(wanted): Query<Wanted>) -> Result<Json<Page<Prompt>>, Problem> {
    let answered = house.records(|records| Ok(answers(records)?)).await?;
    let mut known: HashMap<String, (String, i64)> =
        answered.into_iter().map(|answer| (answer.question, (answer.id, answer.version))).collect();
    let all = app::list_questions().iter().map(|question| Prompt::of(question, known.remove(&question.id)));
    wanted.of(all.collect()).map(Json)
}

/// One question, as it is asked.
#[utoipa::path(get, path = "/api/v1/questions/{id}", tag = "questions", params(("id" = String, Path)),
    responses((status = 200, body = Prompt), Problem))]
async fn question(State(house): State<House>, Path(id): Path<String>) -> Result<Json<Prompt>, Problem> {
    let question = app::find_question(&id)?;
    let answer = answer_to(&house, id).await?;
    Ok(Json(Prompt::of(question, answer.map(|answer| (format!("a{}", answer.number), answer.version)))))
}

/// What strong answers cover. There is none before an answer is stored: an attempt comes first.
#[utoipa::path(get, path = "/api/v1/questions/{id}/guide", tag = "questions", params(("id" = String, Path)),
    responses((status = 200, body = Question), Problem))]
async fn guide(State(house): State<House>, Path(id): Path<String>) -> Result<Json<&'static Question>, Problem> {
    let question = app::find_question(&id)?;
    match answer_to(&house, id).await? {
        Some(_) => Ok(Json(question)),
        None => Err(Problem::conflict("what strong answers cover opens after an attempt")
            .hint("store an answer to this question first")),
    }
}

async fn answer_to(house: &House, question: String) -> Result<Option<Stored<Answer>>, Problem> {
    house.records(move |records| Ok(records.answer_to(&question)?)).await
}
