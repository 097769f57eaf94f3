//! What somebody is writing, kept on every pause and shared with the terminal.

use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::state::House;
use app::kit::{self, Records};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A text under way.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Draft {
    /// What it says.
    #[schema(max_length = 1_048_576)]
    pub text: String,
    /// Which state of it this is: empty where there is none. Whoever writes names the state that they started from.
    pub revision: String,
    /// The answer's version that it changes; 0 for a first answer.
    #[schema(minimum = 0)]
    pub after: i64,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(read, write, discard))
}

/// The draft of an answer; where there is none, the newest answer itself, to be changed.
#[utoipa::path(get, path = "/api/v1/questions/{id}/draft", tag = "questions", params(("id" = String, Path)),
    responses((status = 200, body = Draft), Problem))]
async fn read(State(house): State<House>, Path(id): Path<String>) -> Result<Json<Draft>, Problem> {
    app::find_question(&id)?;
    house.records(move |records| current(records, &id)).await.map(Json)
}

/// Keeps a draft. A draft that somebody else has written since is not overwritten but given back.
#[utoipa::path(put, path = "/api/v1/questions/{id}/draft", tag = "questions", params(("id" = String, Path)),
    request_body = Draft, responses((status = 200, body = Draft), Problem))]
async fn write(
    State(house): State<House>,
    Path(id): Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<Draft>, Problem> {
    app::find_question(&id)?;
    let keep = move |records: &Records| {
        let there = current(records, &id)?;
        if there.after != draft.after {
            return Err(Problem::conflict(format!(
                "the draft changes version {} of the answer, and version {} has been stored",
                draft.after, there.after
            )));
        }
        if there.revision != draft.revision && there.text != draft.text {
            let theirs = Some(Box::new(there));
            return Err(Problem { theirs, ..stale() });
        }
        file(records, &id, draft.after).write(&draft.text)?;
        Ok(Draft { revision: revision(&draft.text), ..draft })
    };
    house.records(keep).await.map(Json)
}

/// Throws the draft away.
#[utoipa::path(delete, path = "/api/v1/questions/{id}/draft", tag = "questions", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone, or there was none."), Problem))]
async fn discard(State(house): State<House>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    app::find_question(&id)?;
    house.records(move |records| discard_of(records, &id, newest(records, &id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Throws the draft of a change away that is stored by now.
pub(super) fn discard_of(records: &Records, question: &str, after: i64) -> Result<(), Problem> {
    Ok(file(records, question, after).discard()?)
}

fn stale() -> Problem {
    let detail = "this draft was written elsewhere since you read it; both texts are kept until you choose";
    Problem::new(StatusCode::PRECONDITION_FAILED, "stale", "Another tab has written since", detail)
}

fn newest(records: &Records, question: &str) -> Result<i64, Problem> {
    Ok(records.answer_to(question)?.map_or(0, |answer| answer.version))
}

fn current(records: &Records, question: &str) -> Result<Draft, Problem> {
    let answer = records.answer_to(question)?;
    let (after, stored) = answer.map_or((0, String::new()), |answer| (answer.version, answer.value.text));
    Ok(match file(records, question, after).text()? {
        Some(text) => Draft { revision: revision(&text), text, after },
        None => Draft { text: stored, revision: String::new(), after },
    })
}

/// The file that `brownout ask` uses too.
fn file(records: &Records, question: &str, after: i64) -> kit::Draft {
    kit::Draft::of(records.folder(), &format!("ask-{question}"), after)
}

/// Tells states of a text apart; nobody has a reason to forge one.
fn revision(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
