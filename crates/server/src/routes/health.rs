//! Whether the server is up, and whether it can work.

use crate::problem::Problem;
use crate::state::House;
use app::kit::kit_status;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How the server is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `up`.
    status: &'static str,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// The server is there.
#[utoipa::path(get, path = "/api/live", tag = "health", responses((status = 200, body = Health), Problem))]
async fn live() -> Json<Health> {
    Json(Health { status: "up" })
}

/// The records can be read.
#[utoipa::path(get, path = "/api/ready", tag = "health", responses((status = 200, body = Health), Problem))]
async fn ready(State(house): State<House>) -> Result<Json<Health>, Problem> {
    house.records(|records| Ok(kit_status(records).map(drop)?)).await?;
    Ok(Json(Health { status: "up" }))
}
