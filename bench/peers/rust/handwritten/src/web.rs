//! Two servers behind a round-robin balancer, and a timeout per request that is cancelled by its answer.

use crate::{
    agenda::{Agenda, Event},
    luck::{Arrivals, Luck},
    timers::Timers,
};
use harness::{
    Recorder, Run,
    web::{GAP_NS, SERVERS, SERVICE_NS, TIMEOUT_NS},
};
use std::collections::VecDeque;

/// Lower numbers are servers that finish.
const ARRIVE: Event = Event::MAX;

/// A request at a server: its timer, and when it came.
type Request = (u64, u64);

pub(crate) fn simulate(run: Run) -> (u64, Recorder) {
    let mut luck = Luck::new(run.seed);
    let mut arrivals = Arrivals { to_come: run.customers, gap_ns: GAP_NS };
    let mut agenda = Agenda::default();
    let mut timers = Timers::default();
    let mut latencies = Recorder::default();
    let mut servers: [VecDeque<Request>; SERVERS] = Default::default();
    let mut turn = 0;
    let mut events = 0;

    if let Some(at) = arrivals.next(0, &mut luck) {
        agenda.add((at, ARRIVE));
    }
    while let Some((now, event)) = agenda.peek() {
        while timers.ring(now) {
            events += 1;
        }
        events += 1;
        if event == ARRIVE {
            agenda.replace_next(arrivals.next(now, &mut luck).map(|at| (at, ARRIVE)));
            let timer = timers.set(now + TIMEOUT_NS);
            servers[turn].push_back((timer, now));
            if servers[turn].len() == 1 {
                agenda.add((now + luck.exp(SERVICE_NS), turn as Event));
            }
            turn = (turn + 1) % SERVERS;
        } else {
            let server = &mut servers[usize::from(event)];
            let (timer, came) = server.pop_front().expect("who is answered was there");
            agenda.replace_next((!server.is_empty()).then(|| (now + luck.exp(SERVICE_NS), event)));
            if timers.cancel(timer) {
                latencies.record(now - came);
            }
        }
    }
    (events, latencies)
}
