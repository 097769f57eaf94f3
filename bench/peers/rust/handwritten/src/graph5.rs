//! A call graph of five services. Work that ends is in the heap, by service and core; messages take one constant time,
//! so they are a queue, and so are the timers.

use crate::{
    agenda::{Agenda, Event},
    luck::{Arrivals, LogNormalTimes, Luck},
    timers::Timers,
};
use harness::{
    Recorder, Run,
    graph5::{CORES, GAP_NS, HOP_NS, TIMEOUT_NS, WORK_NS},
};
use std::collections::VecDeque;

/// Lower numbers are work that ends: service × cores + core.
const ARRIVE: Event = Event::MAX;

const GATEWAY: usize = 0;
const AUTH: usize = 1;
const CATALOG: usize = 2;
const PRICING: usize = 3;
const STORE: usize = 4;
const SERVICES: usize = WORK_NS.len();

/// Index of a request.
type Id = u32;

#[derive(Clone, Copy)]
enum Message {
    /// A request to a service.
    Ask(usize),
    /// A service's answer to whoever calls it.
    Answer(usize),
}

#[derive(Clone, Copy, Default)]
struct Request {
    sent: u64,
    /// Of the call to each service.
    timers: [u64; SERVICES],
    /// Of catalog and pricing, those that have not answered.
    branches: u8,
}

#[derive(Default)]
struct Service {
    waiting: VecDeque<Id>,
    worked_on: [Id; CORES],
    /// One bit per busy core.
    busy: u8,
}

struct Graph {
    now: u64,
    luck: Luck,
    work: [LogNormalTimes; SERVICES],
    agenda: Agenda,
    messages: VecDeque<(u64, Message, Id)>,
    timers: Timers,
    services: [Service; SERVICES],
    requests: Vec<Request>,
    free: Vec<Id>,
    latencies: Recorder,
}

pub(crate) fn simulate(run: Run) -> (u64, Recorder) {
    let mut arrivals = Arrivals { to_come: run.customers, gap_ns: GAP_NS };
    let mut graph = Graph::new(run.seed);
    let mut events = 0;

    if let Some(at) = arrivals.next(0, &mut graph.luck) {
        graph.agenda.add((at, ARRIVE));
    }
    loop {
        let (work, message) = (graph.agenda.peek(), graph.messages.front().copied());
        match (work, message) {
            (None, None) => return (events, graph.latencies),
            (Some((now, ARRIVE)), message) if message.is_none_or(|(at, ..)| now <= at) => {
                graph.now = now;
                graph.agenda.replace_next(arrivals.next(now, &mut graph.luck).map(|at| (at, ARRIVE)));
                graph.arrive();
            }
            (Some((now, event)), message) if message.is_none_or(|(at, ..)| now <= at) => {
                graph.now = now;
                graph.finish(event);
            }
            (_, Some((now, message, request))) => {
                graph.now = now;
                graph.messages.pop_front();
                graph.deliver(message, request);
            }
            (Some(_), None) => unreachable!("the guards above take it"),
        }
        events += 1;
        // At these loads no call takes a quarter of a second; one that did would need a caller that handles it.
        assert!(!graph.timers.ring(graph.now), "a call timed out");
    }
}

impl Graph {
    fn new(seed: u64) -> Self {
        Graph {
            now: 0,
            luck: Luck::new(seed),
            work: WORK_NS.map(|(p50, p99)| LogNormalTimes::new(p50, p99)),
            agenda: Agenda::default(),
            messages: VecDeque::new(),
            timers: Timers::default(),
            services: Default::default(),
            requests: Vec::new(),
            free: Vec::new(),
            latencies: Recorder::default(),
        }
    }

    fn send(&mut self, message: Message, request: Id) {
        self.messages.push_back((self.now + HOP_NS, message, request));
    }

    fn call(&mut self, service: usize, request: Id) {
        self.requests[request as usize].timers[service] = self.timers.set(self.now + TIMEOUT_NS);
        self.send(Message::Ask(service), request);
    }

    fn arrive(&mut self) {
        let new = Request { sent: self.now, ..Request::default() };
        let request = match self.free.pop() {
            Some(id) => {
                self.requests[id as usize] = new;
                id
            }
            None => {
                self.requests.push(new);
                self.requests.len() as Id - 1
            }
        };
        self.send(Message::Ask(GATEWAY), request);
    }

    fn deliver(&mut self, message: Message, request: Id) {
        match message {
            Message::Ask(service) => self.ask(service, request),
            Message::Answer(GATEWAY) => {
                self.latencies.record(self.now - self.requests[request as usize].sent);
                self.free.push(request);
            }
            Message::Answer(service) => {
                self.timers.cancel(self.requests[request as usize].timers[service]);
                self.answered(service, request);
            }
        }
    }

    fn answered(&mut self, service: usize, request: Id) {
        match service {
            AUTH => {
                self.requests[request as usize].branches = 2;
                self.call(CATALOG, request);
                self.call(PRICING, request);
            }
            STORE => self.send(Message::Answer(PRICING), request),
            _ => {
                let branches = &mut self.requests[request as usize].branches;
                *branches -= 1;
                if *branches == 0 {
                    self.send(Message::Answer(GATEWAY), request);
                }
            }
        }
    }

    fn ask(&mut self, service: usize, request: Id) {
        let asked = &mut self.services[service];
        let core = asked.busy.trailing_ones() as usize;
        if core == CORES {
            asked.waiting.push_back(request);
            return;
        }
        asked.busy |= 1 << core;
        asked.worked_on[core] = request;
        let ends = self.now + self.work[service].sample(&mut self.luck);
        self.agenda.add((ends, (service * CORES + core) as Event));
    }

    /// Work ends; the event is the next on the agenda.
    fn finish(&mut self, event: Event) {
        let (service, core) = (usize::from(event) / CORES, usize::from(event) % CORES);
        let worker = &mut self.services[service];
        let request = worker.worked_on[core];
        match worker.waiting.pop_front() {
            Some(next) => {
                worker.worked_on[core] = next;
                let ends = self.now + self.work[service].sample(&mut self.luck);
                self.agenda.replace_next(Some((ends, event)));
            }
            None => {
                worker.busy &= !(1 << core);
                self.agenda.replace_next(None);
            }
        }
        match service {
            GATEWAY => self.call(AUTH, request),
            PRICING => self.call(STORE, request),
            leaf => self.send(Message::Answer(leaf), request),
        }
    }
}
