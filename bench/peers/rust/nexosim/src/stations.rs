//! M/M/c stations in a row.

use crate::{Exponential, nanoseconds};
use harness::{Recorder, Run};
use nexosim::{
    model::{Context, Model, schedulable},
    ports::{EventSource, QuerySource},
    simulation::{Mailbox, SimInit},
    time::MonotonicTime,
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

#[derive(Serialize, Deserialize)]
struct Station {
    idle: usize,
    waiting: VecDeque<u64>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    gaps: Exponential,
    service: Exponential,
    to_come: u64,
    stations: Vec<Station>,
    events: u64,
    #[serde(skip)]
    latencies: Recorder,
}

#[Model]
impl Line {
    fn start(&mut self, _: (), cx: &Context<Self>) {
        self.await_next(cx);
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.events += 1;
        self.await_next(cx);
        self.enter(0, nanoseconds(cx.time()), cx);
    }

    #[nexosim(schedulable)]
    fn served(&mut self, (station, entered): (usize, u64), cx: &Context<Self>) {
        self.events += 1;
        match self.stations[station].waiting.pop_front() {
            Some(waited) => self.serve(station, waited, cx),
            None => self.stations[station].idle += 1,
        }
        self.enter(station + 1, entered, cx);
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

    fn enter(&mut self, station: usize, entered: u64, cx: &Context<Self>) {
        match self.stations.get_mut(station) {
            None => self.latencies.record(nanoseconds(cx.time()) - entered),
            Some(full) if full.idle == 0 => full.waiting.push_back(entered),
            Some(free) => {
                free.idle -= 1;
                self.serve(station, entered, cx);
            }
        }
    }

    fn serve(&mut self, station: usize, entered: u64, cx: &Context<Self>) {
        let served = schedulable!(Self::served);
        cx.schedule_event(self.service.sample(), served, (station, entered)).expect("service times are positive");
    }
}

/// Builds the line.
pub(crate) fn prepare(
    run: Run,
    gap_ns: f64,
    service_ns: f64,
    stations: usize,
    servers: usize,
) -> impl FnOnce() -> (u64, Recorder) {
    let line = Line {
        gaps: Exponential::new(gap_ns, run.seed, 0),
        service: Exponential::new(service_ns, run.seed, 1),
        to_come: run.customers,
        stations: (0..stations).map(|_| Station { idle: servers, waiting: VecDeque::new() }).collect(),
        events: 0,
        latencies: Recorder::default(),
    };
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let start = EventSource::new().connect(Line::start, &mailbox).register(&mut bench);
    let outcome = QuerySource::new().connect(Line::outcome, &mailbox).register(&mut bench);
    let mut simulation = bench.add_model(line, mailbox, "line").init(MonotonicTime::EPOCH).expect("it is complete");

    move || {
        simulation.process_event(&start, ()).expect("the line starts");
        simulation.run().expect("the line runs");
        simulation.process_query(&outcome, ()).expect("the line answers")
    }
}
