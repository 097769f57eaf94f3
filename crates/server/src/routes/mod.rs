//! The API's paths, a file per subject.

mod answers;
pub(crate) mod drafts;
mod examples;
mod health;
mod home;
mod kit;
mod questions;
mod runs;
mod scenarios;
mod settings;

use crate::problem::Problem;
use crate::state::House;
use axum::Router;
use axum::http::{Method, StatusCode, Uri, header};
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(crate::problem::Problem)),
    info(
        title = "Brownout",
        description = "What the web app uses, and whatever else wants to: everything that Brownout shows can be fetched here."
    )
)]
struct Document;

pub(crate) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(health::router())
        .merge(home::router())
        .merge(questions::router())
        .merge(drafts::router())
        .merge(answers::router())
        .merge(kit::router())
        .merge(examples::router())
        .merge(settings::router())
        .merge(scenarios::router())
        .merge(runs::router())
}

/// The document, with what no macro knows.
pub(crate) fn described(mut document: OpenApi) -> OpenApi {
    document.info.version = app::VERSION.to_owned();
    for (path, item) in &mut document.paths.paths {
        let operations =
            [("get", &mut item.get), ("put", &mut item.put), ("post", &mut item.post), ("delete", &mut item.delete)];
        for (method, operation) in operations {
            // Handlers of different files have the same names; a path and its method are unique.
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}{}", path.replace(['/', '{', '}', '-', '.'], "_")));
            }
        }
    }
    document
}

/// A path that knows other methods than the one that was used; the response's `Allow` names them.
pub(crate) async fn other_method(method: Method, uri: Uri) -> Problem {
    let detail = format!("{} cannot be done with {}", method, uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "The method is not possible here", detail)
}

/// The whole document.
pub(crate) fn document() -> OpenApi {
    described(router().split_for_parts().1)
}

pub(crate) fn document_route(document: OpenApi) -> Router<House> {
    let text = document.to_json().unwrap_or_default();
    let give = move || std::future::ready(([(header::CONTENT_TYPE, "application/json")], text.clone()));
    Router::new().route("/api/openapi.json", get(give))
}
