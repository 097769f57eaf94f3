//! The web app as it was built, out of the binary.

use crate::problem::Problem;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `npm run build` left in `web/dist`. A binary that was built without it has no pages.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

const PAGE: &str = "index.html";

/// Whether this binary has pages.
pub(crate) fn are_built() -> bool {
    Built::get(PAGE).is_some()
}

/// A file of the app; for every other path the page, which knows what to show there.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api") {
        return Problem::unknown(format!("there is nothing at {path}")).into_response();
    }
    match find(request.uri()) {
        Some((name, file)) => respond(&name, file, &request),
        None => Problem::unknown("this binary was built without its pages: build them with `make web`").into_response(),
    }
}

fn find(uri: &Uri) -> Option<(String, EmbeddedFile)> {
    let name = uri.path().trim_start_matches('/');
    let found = Built::get(name).map(|file| (name.to_owned(), file));
    found.or_else(|| Built::get(PAGE).map(|file| (PAGE.to_owned(), file)))
}

fn respond(name: &str, file: EmbeddedFile, request: &Request) -> Response {
    let tag = format!("\"{}\"", hexadecimal(&file.metadata.sha256_hash()));
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    // Names under `assets/` change with what is in them.
    let keep = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type(name))),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        (header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, file.data.into_owned()).into_response()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Of the few kinds of file that the app consists of.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json" | "webmanifest") => "application/json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
