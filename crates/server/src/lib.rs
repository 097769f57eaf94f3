//! Brownout over HTTP: an API under `/api/v1`, its document at `/api/openapi.json`, and the web app, which uses nothing else.
//!
//! Each handler turns a request into a call of `app` and what comes back into JSON. It listens on loopback only: there is
//! one person at this machine, and no password.

mod assets;
mod extract;
mod guard;
mod page;
mod problem;
mod routes;
mod runs;
mod state;

use app::kit::Records;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use guard::{Names, guard};
use state::House;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;
use tower_http::trace::TraceLayer;

/// More bytes than any request needs.
const LONGEST_BODY: usize = 2 << 20;

/// How long requests that are under way may take to end when the server is told to.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the server could not serve.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The address is not of this machine alone.
    #[error("{0} can be reached from other machines, and Brownout serves whoever asks: it listens on loopback only")]
    Open(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The system gave no threads, or broke a connection off for good.
    #[error("cannot serve: {0}")]
    System(#[from] io::Error),
}

/// Whether this binary has the web app in it; the API is there either way.
pub fn has_pages() -> bool {
    assets::are_built()
}

/// The OpenAPI document, as it is served.
pub fn openapi() -> String {
    routes::document().to_pretty_json().unwrap_or_default() + "\n"
}

/// Serves until it is told to end by an interrupt or SIGTERM. `ready` is told the address once requests are taken.
///
/// # Errors
/// If the address is not on loopback or is taken.
pub fn serve(records: Records, address: SocketAddr, ready: impl FnOnce(SocketAddr)) -> Result<(), Failure> {
    if !address.ip().is_loopback() {
        return Err(Failure::Open(address));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let records = Arc::new(Mutex::new(records));
    // Held until the runtime has ended: records have a runtime of their own, which must not be dropped within another.
    let held = records.clone();
    let served = runtime.block_on(async {
        let listen = async || {
            let listener = TcpListener::bind(address).await?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = listen().await.map_err(|source| Failure::Address { address, source })?;
        ready(address);
        listen_until(told_to_end(), records, address, listener).await
    });
    runtime.shutdown_timeout(PATIENCE);
    drop(held);
    served
}

async fn listen_until(
    end: impl Future<Output = ()> + Send + 'static,
    records: Arc<Mutex<Records>>,
    address: SocketAddr,
    listener: TcpListener,
) -> Result<(), Failure> {
    let (close, closing) = watch::channel(false);
    let ended = async move {
        end.await;
        // Runs are told, or the streams that show them would keep the server up.
        close.send_replace(true);
    };
    let app = router(House::new(records, closing), Names::of(address));
    Ok(axum::serve(listener, app).with_graceful_shutdown(ended).await?)
}

fn router(house: House, names: Names) -> Router {
    let (api, document) = routes::router().split_for_parts();
    let document = routes::described(document);
    api.merge(routes::document_route(document))
        .with_state(house)
        .method_not_allowed_fallback(routes::other_method)
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn_with_state(names, guard))
        .layer(CompressionLayer::new())
        .layer(TraceLayer::new_for_http())
}

async fn told_to_end() {
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
