//! What a person plans, and where their records are.

use crate::extract::Body;
use crate::problem::Problem;
use crate::state::House;
use app::kit::{Day, Plans, Records, plans, save_plans};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What is planned, and where everything is.
#[derive(Serialize, ToSchema)]
struct Settings {
    /// When the interview is, written `2026-12-01`.
    #[schema(value_type = Option<String>, format = Date)]
    interview: Option<Day>,
    /// Which version of these plans this is; 0 where nothing was planned yet.
    version: i64,
    /// The folder for drafts and, unless they are in a database of their own, records.
    data_folder: String,
    /// Where the records are, without a password.
    records: String,
    /// Brownout's version.
    brownout: &'static str,
}

/// Plans to be stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedPlans {
    /// When the interview is, written `2026-12-01`; null for none.
    #[schema(value_type = Option<String>, format = Date)]
    interview: Option<Day>,
    /// The version that they change.
    #[schema(minimum = 0)]
    after: i64,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(show, change))
}

/// What is planned, and where everything is.
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings", responses((status = 200, body = Settings), Problem))]
async fn show(State(house): State<House>) -> Result<Json<Settings>, Problem> {
    house.records(|records| told(records, plans(records)?)).await.map(Json)
}

/// Stores plans.
#[utoipa::path(put, path = "/api/v1/settings", tag = "settings", request_body = ChangedPlans,
    responses((status = 200, body = Settings), Problem))]
async fn change(State(house): State<House>, Body(changed): Body<ChangedPlans>) -> Result<Json<Settings>, Problem> {
    let wanted = Plans { interview: changed.interview };
    house.records(move |records| told(records, save_plans(records, wanted, changed.after)?)).await.map(Json)
}

fn told(records: &Records, (version, plans): (i64, Plans)) -> Result<Settings, Problem> {
    Ok(Settings {
        interview: plans.interview,
        version,
        data_folder: records.folder().display().to_string(),
        records: records.place(),
        brownout: app::VERSION,
    })
}
