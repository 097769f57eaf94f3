//! Who may ask: only pages of this server, under the name that it listens on.
//!
//! A page of another site can make a browser send requests here, and can give its own name this machine's address (DNS
//! rebinding). The first shows in `Origin` and `Sec-Fetch-Site`, the second in `Host`.

use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::Arc;

/// The names under which this server may be asked, `localhost:7117` among them.
#[derive(Clone, Debug)]
pub(crate) struct Names(Arc<[String]>);

impl Names {
    pub(crate) fn of(address: SocketAddr) -> Names {
        let port = address.port();
        let mut names = vec![address.to_string(), format!("localhost:{port}"), format!("127.0.0.1:{port}")];
        names.push(format!("[::1]:{port}"));
        if port == 80 {
            names.extend(["localhost".to_owned(), address.ip().to_string()]);
        }
        Names(names.into())
    }

    fn include(&self, name: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Why a request with these headers is refused, if it is.
    fn refusal(&self, headers: &HeaderMap) -> Option<&'static str> {
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        if !text(header::HOST).is_some_and(|host| self.include(host)) {
            return Some("the host it was sent to is not the one that this server listens on");
        }
        let own = |origin: &str| origin.strip_prefix("http://").is_some_and(|host| self.include(host));
        if text(header::ORIGIN).is_some_and(|origin| !own(origin)) {
            return Some("it comes from a page of another site");
        }
        let site = text(HeaderName::from_static("sec-fetch-site"));
        let navigates = text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
        (!navigates && matches!(site, Some("cross-site" | "same-site")))
            .then_some("it comes from a page of another site")
    }
}

/// Refuses what does not come from this server's own pages, and tells the browser how to treat what it gets.
pub(crate) async fn guard(State(names): State<Names>, request: Request, next: Next) -> Response {
    let mut response = match names.refusal(request.headers()) {
        Some(why) => Problem::new(StatusCode::FORBIDDEN, "foreign", "The request is refused", why).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Styles may be inline since the charts' library sets some; scripts may not.
const HEADERS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];
