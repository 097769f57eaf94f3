//! Where a person stands.

use crate::problem::Problem;
use crate::state::House;
use app::kit::{Day, KitStatus, Records, answers, examples, kit_status, plans};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where a person stands.
#[derive(Serialize, ToSchema)]
struct Home {
    /// The kit's six slots, and what comes next.
    kit: KitStatus,
    /// When the interview is, written `2026-12-01`.
    #[schema(value_type = Option<String>, format = Date)]
    interview: Option<Day>,
    /// What was written last, latest first.
    recent: Vec<Recent>,
    /// How many questions there are.
    questions: usize,
    /// How many of them have an answer.
    answered: usize,
}

/// Something that was written.
#[derive(Serialize, ToSchema)]
struct Recent {
    /// What kind of thing.
    kind: Written,
    /// `a1`, `e2`, `tradeoff`.
    id: String,
    /// The question's id, or the title.
    about: String,
    /// Which version is the newest.
    version: i64,
    /// When it was written, in milliseconds since 1970 in UTC.
    written_ms: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Written {
    Answer,
    Example,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(home))
}

/// Where a person stands: the kit, what comes next, what was written last.
#[utoipa::path(get, path = "/api/v1/home", tag = "home", responses((status = 200, body = Home), Problem))]
async fn home(State(house): State<House>) -> Result<Json<Home>, Problem> {
    house.records(stand).await.map(Json)
}

fn stand(records: &Records) -> Result<Home, Problem> {
    const SHOWN: usize = 6;
    let answers = answers(records)?;
    let answered = answers.len();
    let written = answers.into_iter().map(|answer| Recent {
        kind: Written::Answer,
        id: answer.id,
        about: answer.question,
        version: answer.version,
        written_ms: answer.written_ms,
    });
    let told = examples(records)?.into_iter().map(|example| Recent {
        kind: Written::Example,
        id: example.id,
        about: example.example.title,
        version: example.version,
        written_ms: example.written_ms,
    });
    let mut recent: Vec<Recent> = written.chain(told).collect();
    recent.sort_by_key(|one| std::cmp::Reverse(one.written_ms));
    recent.truncate(SHOWN);
    Ok(Home {
        kit: kit_status(records)?,
        interview: plans(records)?.1.interview,
        recent,
        questions: app::list_questions().len(),
        answered,
    })
}
