//! M/M/c stations in a row.

use crate::{exponential, nanoseconds};
use harness::{Recorder, Run};
use rand_distr_for_simcore::Exp;
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};
use std::{cell::RefCell, collections::VecDeque, rc::Rc};

/// The next customer comes.
#[derive(Clone, Serialize)]
struct Arrive {}

/// A station has served a customer.
#[derive(Clone, Serialize)]
struct Served {
    station: usize,
    entered: f64,
}

struct Station {
    idle: usize,
    waiting: VecDeque<f64>,
}

struct Line {
    ctx: SimulationContext,
    gaps: Exp<f64>,
    service: Exp<f64>,
    to_come: u64,
    stations: Vec<Station>,
    latencies: Recorder,
}

impl Line {
    fn await_next(&mut self) {
        if self.to_come > 0 {
            self.to_come -= 1;
            self.ctx.emit_self(Arrive {}, self.ctx.sample_from_distribution(&self.gaps));
        }
    }

    fn enter(&mut self, station: usize, entered: f64, now: f64) {
        match self.stations.get_mut(station) {
            None => self.latencies.record(nanoseconds(now - entered)),
            Some(full) if full.idle == 0 => full.waiting.push_back(entered),
            Some(free) => {
                free.idle -= 1;
                self.serve(station, entered);
            }
        }
    }

    fn on_served(&mut self, station: usize, entered: f64, now: f64) {
        match self.stations[station].waiting.pop_front() {
            Some(waited) => self.serve(station, waited),
            None => self.stations[station].idle += 1,
        }
        self.enter(station + 1, entered, now);
    }

    fn serve(&self, station: usize, entered: f64) {
        self.ctx.emit_self(Served { station, entered }, self.ctx.sample_from_distribution(&self.service));
    }
}

impl EventHandler for Line {
    fn on(&mut self, event: Event) {
        let now = event.time;
        cast!(match event.data {
            Arrive {} => {
                self.await_next();
                self.enter(0, now, now);
            }
            Served { station, entered } => {
                self.on_served(station, entered, now)
            }
        })
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
    let mut sim = Simulation::new(run.seed);
    let line = Rc::new(RefCell::new(Line {
        ctx: sim.create_context("line"),
        gaps: exponential(gap_ns),
        service: exponential(service_ns),
        to_come: run.customers,
        stations: (0..stations).map(|_| Station { idle: servers, waiting: VecDeque::new() }).collect(),
        latencies: Recorder::default(),
    }));
    sim.add_handler("line", line.clone());

    move || {
        line.borrow_mut().await_next();
        sim.step_until_no_events();
        (sim.event_count(), std::mem::take(&mut line.borrow_mut().latencies))
    }
}
