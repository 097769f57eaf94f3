//! Runs: asked for, then watched as they go.

use super::scenarios::Text;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::runs::{Place, Wanted};
use crate::state::{House, blocking};
use app::report::RunReport;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What to run.
#[derive(Deserialize, ToSchema)]
struct Order {
    #[serde(flatten)]
    text: Text,
    /// Where all luck comes from; 1 unless given.
    #[serde(default = "one")]
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    seed: u64,
}

fn one() -> u64 {
    1
}

/// A run that was taken into the books.
#[derive(Serialize, ToSchema)]
struct Asked {
    /// Its number. It starts when its events are listened to.
    id: u64,
}

/// A run's place in line.
#[derive(Serialize, ToSchema)]
struct Queued {
    /// How many are ahead, this one included.
    position: usize,
}

/// How a run goes.
#[derive(Serialize, ToSchema)]
struct Frame {
    /// Which share of it is done, from 0 to 1.
    progress: f64,
    /// What was found so far, as if it ended here.
    report: RunReport,
}

/// What an event stream may carry: `queued`, `frame` again and again, then `done` or `failed`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code)]
enum RunEvent {
    Queued(Queued),
    Frame(Box<Frame>),
    Done(Box<RunReport>),
    Failed(Problem),
}

pub(super) fn router() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(ask)).routes(routes!(cancel)).routes(routes!(events))
}

/// Asks for a run. It starts when its events are listened to, and is forgotten if nobody does.
#[utoipa::path(post, path = "/api/v1/runs", tag = "lab", request_body = Order,
    responses((status = 202, body = Asked), Problem))]
async fn ask(
    State(house): State<House>,
    Body(order): Body<Order>,
) -> Result<(StatusCode, HeaderMap, Json<Asked>), Problem> {
    let Order { text, seed } = order;
    let scenario = blocking(move || text.open()).await?;
    let id = house.runs.ask(scenario, seed)?;
    let place = HeaderValue::from_str(&format!("/api/v1/runs/{id}")).map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::ACCEPTED, HeaderMap::from_iter([(header::LOCATION, place)]), Json(Asked { id })))
}

/// Forgets a run that has not started. One that has ends when its events are no longer listened to.
#[utoipa::path(delete, path = "/api/v1/runs/{id}", tag = "lab", params(("id" = u64, Path)),
    responses((status = 204, description = "It will not start."), Problem))]
async fn cancel(State(house): State<House>, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    if house.runs.cancel(id) { Ok(StatusCode::NO_CONTENT) } else { Err(no_run(id)) }
}

/// Starts a run and tells how it goes, as server-sent events. Whoever stops listening ends it.
#[utoipa::path(get, path = "/api/v1/runs/{id}/events", tag = "lab", params(("id" = u64, Path)),
    responses((status = 200, body = RunEvent, content_type = "text/event-stream"), Problem))]
async fn events(
    State(house): State<House>,
    Path(id): Path<u64>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let wanted = house.runs.claim(id).ok_or_else(|| no_run(id))?;
    // Few enough that a slow listener slows the run and does not pile up its frames.
    let (tell, told) = channel(4);
    tokio::spawn(run(house, id, wanted, tell));
    Ok(Sse::new(ReceiverStream::new(told)).keep_alive(KeepAlive::default()))
}

fn no_run(id: u64) -> Problem {
    Problem::unknown(format!("no run {id} waits to be listened to")).hint("ask for it again")
}

type Told = Result<Event, Infallible>;

async fn run(house: House, id: u64, wanted: Wanted, tell: Sender<Told>) {
    let mut place = house.runs.queue(id);
    if wait(&mut place, &house, &tell).await.is_break() {
        return;
    }
    let closing = house.closing.clone();
    let teller = tell.clone();
    let ran = blocking(move || {
        let mut pace = Pace::default();
        let report = app::show_scenario(&wanted.scenario, wanted.seed, &mut |progress, so_far| {
            if *closing.borrow() || teller.is_closed() {
                return ControlFlow::Break(());
            }
            if pace.is_due() {
                let frame = event("frame", &Frame { progress, report: so_far() });
                if teller.blocking_send(Ok(frame)).is_err() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        Ok(report?)
    });
    let last = match ran.await {
        Ok(report) => event("done", &report),
        Err(problem) => event("failed", &problem),
    };
    // Whoever has left does not need to know.
    let _ = tell.send(Ok(last)).await;
}

/// Until it is this run's turn; breaks off where nobody listens any more.
async fn wait(place: &mut Place<'_>, house: &House, tell: &Sender<Told>) -> ControlFlow<()> {
    let mut told = 0;
    loop {
        let position = place.ahead();
        if position == 0 {
            return ControlFlow::Continue(());
        }
        if *house.closing.borrow() || tell.is_closed() {
            return ControlFlow::Break(());
        }
        if position != told {
            told = position;
            if tell.send(Ok(event("queued", &Queued { position }))).await.is_err() {
                return ControlFlow::Break(());
            }
        }
        place.moved().await;
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    let text = serde_json::to_string(data).unwrap_or_else(|_| "null".to_owned());
    Event::default().event(name).data(text)
}

/// When the next frame is due: the first soon, then as often as an eye follows and a line carries.
struct Pace {
    next: Instant,
    between: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { next: Instant::now() + Duration::from_millis(40), between: Duration::from_millis(120) }
    }
}

impl Pace {
    fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let due = now >= self.next;
        if due {
            self.next = now + self.between;
        }
        due
    }
}
