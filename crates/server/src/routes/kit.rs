//! The kit: what is in its slots, and taking it along.

use crate::extract::{Body, Path, Query};
use crate::problem::Problem;
use crate::state::House;
use app::kit::{Flag, Format, KitStatus, OwnCoach, choose, export, kit_status};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What is to be in a slot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// An answer (`a1`, or its question) or an example (`e1`).
    holds: String,
}

/// How the kit is to be written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Written {
    /// The kind of file.
    #[param(inline)]
    format: Kind,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Markdown,
    Html,
    Json,
}

/// A kit as a file, and what should be looked at before it leaves.
#[derive(Serialize, ToSchema)]
struct ExportedKit {
    /// The file's content.
    text: String,
    /// What to call it.
    file_name: &'static str,
    /// What it is.
    media_type: &'static str,
    /// What may be confidential in it.
    flags: Vec<Flag>,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(status)).routes(routes!(put)).routes(routes!(take_along))
}

/// The kit as it stands, and what each slot still lacks.
#[utoipa::path(get, path = "/api/v1/kit", tag = "kit", responses((status = 200, body = KitStatus), Problem))]
async fn status(State(house): State<House>) -> Result<Json<KitStatus>, Problem> {
    house.records(|records| Ok(kit_status(records)?)).await.map(Json)
}

/// Puts an answer or an example into a slot: `1`, `2`, `3`, `example-1`, `example-2`.
#[utoipa::path(put, path = "/api/v1/kit/slots/{slot}", tag = "kit", params(("slot" = String, Path)),
    request_body = Choice, responses((status = 200, body = KitStatus), Problem))]
async fn put(
    State(house): State<House>,
    Path(slot): Path<String>,
    Body(choice): Body<Choice>,
) -> Result<Json<KitStatus>, Problem> {
    house.records(move |records| Ok(choose(records, &slot, &choice.holds)?)).await.map(Json)
}

/// The kit as a file. Nothing is left out of it: what may be confidential is listed beside it.
#[utoipa::path(get, path = "/api/v1/kit/export", tag = "kit", params(Written),
    responses((status = 200, body = ExportedKit), Problem))]
async fn take_along(State(house): State<House>, Query(written): Query<Written>) -> Result<Json<ExportedKit>, Problem> {
    let (format, file_name, media_type) = match written.format {
        Kind::Markdown => (Format::Markdown, "kit.md", "text/markdown"),
        Kind::Html => (Format::Html, "kit.html", "text/html"),
        Kind::Json => (Format::Json, "kit.json", "application/json"),
    };
    let exported = house.records(move |records| Ok(export(records, &OwnCoach, format)?)).await?;
    Ok(Json(ExportedKit { text: exported.text, file_name, media_type, flags: exported.flags }))
}
