//! Production examples, and the tradeoff.

use crate::extract::{Body, Path, Query};
use crate::page::{Page, Wanted};
use crate::problem::Problem;
use crate::state::House;
use app::kit::{
    Base, Example, ShownExample, ShownTradeoff, Tradeoff, examples, save_example, save_tradeoff, show_example, tradeoff,
};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// An example to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewExample {
    /// What it says.
    example: Example,
}

/// An example's next version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedExample {
    /// What it says.
    example: Example,
    /// The version that it changes.
    #[schema(minimum = 0)]
    after: i64,
}

/// The tradeoff's next version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedTradeoff {
    /// What it says.
    tradeoff: Tradeoff,
    /// The version that it changes; 0 where nothing is said yet.
    #[schema(minimum = 0)]
    after: i64,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change))
        .routes(routes!(shown_tradeoff, change_tradeoff))
}

/// The newest version of every example.
#[utoipa::path(get, path = "/api/v1/examples", tag = "examples", params(Wanted),
    responses((status = 200, body = Page<ShownExample>), Problem))]
async fn list(State(house): State<House>, Query(wanted): Query<Wanted>) -> Result<Json<Page<ShownExample>>, Problem> {
    let all = house.records(|records| Ok(examples(records)?)).await?;
    wanted.of(all).map(Json)
}

/// Stores a new example. Sent again with the same key, it is stored once.
#[utoipa::path(post, path = "/api/v1/examples", tag = "examples", request_body = NewExample,
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this creation, so that it happens once")),
    responses((status = 201, body = ShownExample), Problem))]
async fn create(
    State(house): State<House>,
    headers: HeaderMap,
    Body(new): Body<NewExample>,
) -> Result<(StatusCode, Json<ShownExample>), Problem> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let made = house.create(key, new.example).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One example.
#[utoipa::path(get, path = "/api/v1/examples/{id}", tag = "examples", params(("id" = String, Path)),
    responses((status = 200, body = ShownExample), Problem))]
async fn show(State(house): State<House>, Path(id): Path<String>) -> Result<Json<ShownExample>, Problem> {
    house.records(move |records| Ok(show_example(records, &id)?)).await.map(Json)
}

/// Stores an example's next version.
#[utoipa::path(put, path = "/api/v1/examples/{id}", tag = "examples", params(("id" = String, Path)),
    request_body = ChangedExample, responses((status = 200, body = ShownExample), Problem))]
async fn change(
    State(house): State<House>,
    Path(id): Path<String>,
    Body(changed): Body<ChangedExample>,
) -> Result<Json<ShownExample>, Problem> {
    let save = move |records: &app::kit::Records| {
        Ok(save_example(records, &id, &changed.example, Base::Version(changed.after))?)
    };
    house.records(save).await.map(Json)
}

/// The tradeoff as it stands.
#[utoipa::path(get, path = "/api/v1/tradeoff", tag = "examples",
    responses((status = 200, body = ShownTradeoff), Problem))]
async fn shown_tradeoff(State(house): State<House>) -> Result<Json<ShownTradeoff>, Problem> {
    house.records(|records| Ok(tradeoff(records)?)).await.map(Json)
}

/// Stores the tradeoff's next version.
#[utoipa::path(put, path = "/api/v1/tradeoff", tag = "examples", request_body = ChangedTradeoff,
    responses((status = 200, body = ShownTradeoff), Problem))]
async fn change_tradeoff(
    State(house): State<House>,
    Body(changed): Body<ChangedTradeoff>,
) -> Result<Json<ShownTradeoff>, Problem> {
    let save = move |records: &app::kit::Records| Ok(save_tradeoff(records, &changed.tradeoff, changed.after)?);
    house.records(save).await.map(Json)
}
