//! Two servers behind a round-robin balancer, and a timeout per request that is cancelled by its answer.

use crate::{exponential, nanoseconds};
use harness::{
    Recorder, Run,
    web::{GAP_NS, SERVERS, SERVICE_NS, TIMEOUT_NS},
};
use rand_distr_for_simcore::Exp;
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast, event::EventId};
use std::{cell::RefCell, collections::VecDeque, rc::Rc};

/// The next request is sent.
#[derive(Clone, Serialize)]
struct Arrive {}

/// A client has waited long enough.
#[derive(Clone, Serialize)]
struct Timeout {}

/// A server has worked its first request off.
#[derive(Clone, Serialize)]
struct Done {
    server: usize,
}

/// When a request was sent, and the timer that waits for its answer.
struct Request {
    sent: f64,
    timer: EventId,
}

struct Web {
    ctx: SimulationContext,
    gaps: Exp<f64>,
    service: Exp<f64>,
    to_come: u64,
    /// Each server's requests, the one in work first.
    servers: Vec<VecDeque<Request>>,
    turn: usize,
    latencies: Recorder,
}

impl Web {
    fn await_next(&mut self) {
        if self.to_come > 0 {
            self.to_come -= 1;
            self.ctx.emit_self(Arrive {}, self.ctx.sample_from_distribution(&self.gaps));
        }
    }

    fn send(&mut self, now: f64) {
        let server = self.turn;
        self.turn = (server + 1) % self.servers.len();
        let timer = self.ctx.emit_ordered_self(Timeout {}, TIMEOUT_NS as f64 / 1e9);
        self.servers[server].push_back(Request { sent: now, timer });
        if self.servers[server].len() == 1 {
            self.work(server);
        }
    }

    fn on_done(&mut self, server: usize, now: f64) {
        let Request { sent, timer } = self.servers[server].pop_front().expect("who is answered was there");
        self.ctx.cancel_event(timer);
        self.latencies.record(nanoseconds(now - sent));
        if !self.servers[server].is_empty() {
            self.work(server);
        }
    }

    fn work(&self, server: usize) {
        self.ctx.emit_self(Done { server }, self.ctx.sample_from_distribution(&self.service));
    }
}

impl EventHandler for Web {
    fn on(&mut self, event: Event) {
        let now = event.time;
        cast!(match event.data {
            Arrive {} => {
                self.await_next();
                self.send(now);
            }
            Done { server } => {
                self.on_done(server, now)
            }
            Timeout {} => {
                // At load 0.8 no answer takes a second in these runs; one that did would need a client that gave up.
                panic!("a request timed out")
            }
        })
    }
}

/// Builds the balancer and its servers.
pub(crate) fn prepare(run: Run) -> impl FnOnce() -> (u64, Recorder) {
    let mut sim = Simulation::new(run.seed);
    let web = Rc::new(RefCell::new(Web {
        ctx: sim.create_context("web"),
        gaps: exponential(GAP_NS),
        service: exponential(SERVICE_NS),
        to_come: run.customers,
        servers: (0..SERVERS).map(|_| VecDeque::new()).collect(),
        turn: 0,
        latencies: Recorder::default(),
    }));
    sim.add_handler("web", web.clone());

    move || {
        web.borrow_mut().await_next();
        sim.step_until_no_events();
        (sim.event_count() - run.customers, std::mem::take(&mut web.borrow_mut().latencies))
    }
}
