//! Scenarios: those that come along, and what is wrong with a text.

use crate::extract::{Body, Path, Query};
use crate::page::{Page, Wanted};
use crate::problem::{Diagnostic, Problem};
use crate::state::{House, blocking};
use app::scenario::{Opened, Override, Scenario};
use app::topology::{Topology, topology};
use app::{Selection, library, open_scenario};
use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A scenario that comes along.
#[derive(Serialize, ToSchema)]
struct Listed {
    /// Its name in the library.
    id: String,
    /// What it is called.
    name: String,
    /// What to look at.
    about: Option<String>,
    /// The names of its variants.
    variants: Vec<String>,
}

/// A scenario that comes along, with its text.
#[derive(Serialize, ToSchema)]
struct Shown {
    #[serde(flatten)]
    listed: Listed,
    /// The file.
    text: String,
}

/// A scenario's text with changes.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    /// The file.
    #[schema(max_length = 1_048_576)]
    text: String,
    /// The variant to take instead of the scenario itself.
    #[serde(default)]
    variant: Option<String>,
    /// Overrides, as `--set` takes them: `services.gateway.workers=32`.
    #[serde(default)]
    #[schema(max_items = 100)]
    sets: Vec<String>,
}

/// What a scenario's text says.
#[derive(Serialize, ToSchema)]
struct Checked {
    /// What is wrong, by place.
    problems: Vec<Diagnostic>,
    /// What is no problem and yet has no effect.
    remarks: Vec<Diagnostic>,
    /// What it describes; nothing where something is wrong.
    scenario: Option<Described>,
}

/// What a scenario describes.
#[derive(Serialize, ToSchema)]
struct Described {
    /// What it is called.
    name: String,
    /// What to look at.
    about: Option<String>,
    /// Identifies what is simulated.
    digest: String,
    /// How long tenants send, in simulated seconds.
    duration_s: f64,
    /// What is sent before is not counted.
    warmup_s: f64,
    /// Who calls whom.
    topology: Topology,
    /// The names of its variants.
    variants: Vec<String>,
    /// Its objectives, as the file has them.
    objectives: Vec<String>,
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(check))
}

impl Text {
    /// The selection that it is.
    pub(super) fn selection(&self) -> Selection {
        let sets = self.sets.iter().map(|set| Override::of("sets", set.clone())).collect();
        Selection::of_text(self.text.clone(), sets, self.variant.clone())
    }

    /// The scenario.
    pub(super) fn open(&self) -> Result<Scenario, Problem> {
        Ok(open_scenario(&self.selection())?)
    }
}

fn listed(id: String) -> Option<(Listed, String)> {
    let text = library::text(&id)?;
    let scenario = open_scenario(&Selection::of_text(text.clone(), Vec::new(), None)).ok()?;
    let variants = variants(&scenario);
    Some((Listed { id, name: scenario.name, about: scenario.about, variants }, text))
}

fn variants(scenario: &Scenario) -> Vec<String> {
    scenario.variants.iter().map(|variant| variant.name.clone()).collect()
}

/// The scenarios that come along.
#[utoipa::path(get, path = "/api/v1/scenarios", tag = "lab", params(Wanted),
    responses((status = 200, body = Page<Listed>), Problem))]
async fn list(Query(wanted): Query<Wanted>) -> Result<Json<Page<Listed>>, Problem> {
    let all = blocking(|| Ok(library::names().into_iter().filter_map(listed).map(|(listed, _)| listed).collect()));
    wanted.of(all.await?).map(Json)
}

/// A scenario that comes along, with its text.
#[utoipa::path(get, path = "/api/v1/scenarios/{id}", tag = "lab", params(("id" = String, Path)),
    responses((status = 200, body = Shown), Problem))]
async fn show(Path(id): Path<String>) -> Result<Json<Shown>, Problem> {
    let unknown = || Problem::unknown(format!("no scenario called `{id}` comes along"));
    let (listed, text) = listed(id.clone()).ok_or_else(unknown)?;
    Ok(Json(Shown { listed, text }))
}

/// Reads a scenario's text: what is wrong with it, or what it describes.
#[utoipa::path(post, path = "/api/v1/scenarios/check", tag = "lab", request_body = Text,
    responses((status = 200, body = Checked), Problem))]
async fn check(Body(text): Body<Text>) -> Result<Json<Checked>, Problem> {
    blocking(move || checked(&text)).await.map(Json)
}

fn checked(text: &Text) -> Result<Checked, Problem> {
    let Opened { source, reading } = text.selection().read()?;
    let told = |problem| Diagnostic::of(problem, &source, &text.sets);
    let problems: Vec<Diagnostic> = reading.problems.iter().map(told).collect();
    let Some(base) = reading.scenario else {
        return Ok(Checked { problems, remarks: Vec::new(), scenario: None });
    };
    let remarks = base.remarks.iter().map(told).collect();
    let chosen = text.open()?;
    let described = Described {
        topology: topology(&chosen),
        duration_s: chosen.duration_s(),
        warmup_s: chosen.warmup_s(),
        variants: variants(&base),
        objectives: chosen.objectives.iter().map(|objective| objective.text.clone()).collect(),
        name: chosen.name,
        about: chosen.about,
        digest: chosen.digest,
    };
    Ok(Checked { problems, remarks, scenario: Some(described) })
}
