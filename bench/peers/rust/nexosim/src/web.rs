//! Two servers behind a round-robin balancer, and a timeout per request that is cancelled by its answer.

use crate::{Exponential, nanoseconds};
use harness::{
    Recorder, Run,
    web::{GAP_NS, SERVERS, SERVICE_NS, TIMEOUT_NS},
};
use nexosim::{
    model::{Context, Model, schedulable},
    ports::{EventSource, QuerySource},
    simulation::{EventKey, Mailbox, SimInit},
    time::MonotonicTime,
};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// When a request was sent, and the timer that waits for its answer.
#[derive(Serialize, Deserialize)]
struct Request {
    sent: u64,
    timer: EventKey,
}

#[derive(Serialize, Deserialize)]
struct Web {
    gaps: Exponential,
    service: Exponential,
    to_come: u64,
    /// Each server's requests, the one in work first.
    servers: Vec<VecDeque<Request>>,
    turn: usize,
    events: u64,
    #[serde(skip)]
    latencies: Recorder,
}

#[Model]
impl Web {
    fn start(&mut self, _: (), cx: &Context<Self>) {
        self.await_next(cx);
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.events += 1;
        self.await_next(cx);
        let server = self.turn;
        self.turn = (server + 1) % SERVERS;
        let timeout = Duration::from_nanos(TIMEOUT_NS);
        let timer = cx.schedule_keyed_event(timeout, schedulable!(Self::time_out), ()).expect("timeouts are positive");
        self.servers[server].push_back(Request { sent: nanoseconds(cx.time()), timer });
        if self.servers[server].len() == 1 {
            self.work(server, cx);
        }
    }

    #[nexosim(schedulable)]
    fn done(&mut self, server: usize, cx: &Context<Self>) {
        self.events += 1;
        let Request { sent, timer } = self.servers[server].pop_front().expect("who is answered was there");
        timer.cancel();
        self.latencies.record(nanoseconds(cx.time()) - sent);
        if !self.servers[server].is_empty() {
            self.work(server, cx);
        }
    }

    /// At load 0.8 no answer takes a second in these runs; one that did would need a client that gave up.
    #[nexosim(schedulable)]
    fn time_out(&mut self) {
        panic!("a request timed out");
    }

    /// Events handled and the latencies recorded.
    async fn outcome(&mut self) -> (u64, Recorder) {
        (self.events, std::mem::take(&mut self.latencies))
    }

    fn await_next(&mut self, cx: &Context<Self>) {
        if self.to_come > 0 {
            self.to_come -= 1;
            cx.schedule_event(self.gaps.sample(), schedulable!(Self::arrive), ()).expect("gaps are positive");
        }
    }

    fn work(&mut self, server: usize, cx: &Context<Self>) {
        cx.schedule_event(self.service.sample(), schedulable!(Self::done), server).expect("service times are positive");
    }
}

/// Builds the balancer and its servers.
pub(crate) fn prepare(run: Run) -> impl FnOnce() -> (u64, Recorder) {
    let web = Web {
        gaps: Exponential::new(GAP_NS, run.seed, 0),
        service: Exponential::new(SERVICE_NS, run.seed, 1),
        to_come: run.customers,
        servers: (0..SERVERS).map(|_| VecDeque::new()).collect(),
        turn: 0,
        events: 0,
        latencies: Recorder::default(),
    };
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let start = EventSource::new().connect(Web::start, &mailbox).register(&mut bench);
    let outcome = QuerySource::new().connect(Web::outcome, &mailbox).register(&mut bench);
    let mut simulation = bench.add_model(web, mailbox, "web").init(MonotonicTime::EPOCH).expect("it is complete");

    move || {
        simulation.process_event(&start, ()).expect("it starts");
        simulation.run().expect("it runs");
        simulation.process_query(&outcome, ()).expect("it answers")
    }
}
