//! Three M/M/4 stations in a row.

use crate::{
    agenda::{Agenda, Event},
    luck::{Arrivals, Luck},
};
use harness::{
    Recorder, Run,
    tandem::{GAP_NS, SERVERS, SERVICE_NS, STATIONS},
};
use std::collections::VecDeque;

/// Lower numbers are servers that finish: station × servers + server.
const ARRIVE: Event = Event::MAX;

/// A station's customers, each known by when it entered the system.
#[derive(Default)]
struct Station {
    waiting: VecDeque<u64>,
    served: [u64; SERVERS],
    /// One bit per busy server.
    busy: u8,
}

impl Station {
    /// Takes a customer in; returns the server that begins with it, unless it has to wait.
    #[inline]
    fn enter(&mut self, entered: u64) -> Option<usize> {
        let server = self.busy.trailing_ones() as usize;
        if server == SERVERS {
            self.waiting.push_back(entered);
            return None;
        }
        self.busy |= 1 << server;
        self.served[server] = entered;
        Some(server)
    }

    /// Ends a service; returns who was served, and whether the server goes on with another.
    #[inline]
    fn finish(&mut self, server: usize) -> (u64, bool) {
        let entered = self.served[server];
        let waited = self.waiting.pop_front();
        match waited {
            Some(next) => self.served[server] = next,
            None => self.busy &= !(1 << server),
        }
        (entered, waited.is_some())
    }
}

pub(crate) fn simulate(run: Run) -> (u64, Recorder) {
    let mut luck = Luck::new(run.seed);
    let mut arrivals = Arrivals { to_come: run.customers, gap_ns: GAP_NS };
    let mut agenda = Agenda::default();
    let mut latencies = Recorder::default();
    let mut stations: [Station; STATIONS] = Default::default();
    let mut events = 0;

    if let Some(at) = arrivals.next(0, &mut luck) {
        agenda.add((at, ARRIVE));
    }
    while let Some((now, event)) = agenda.peek() {
        events += 1;
        let (again, next, entered) = if event == ARRIVE {
            (arrivals.next(now, &mut luck).map(|at| (at, ARRIVE)), 0, now)
        } else {
            let station = usize::from(event) / SERVERS;
            let (entered, goes_on) = stations[station].finish(usize::from(event) % SERVERS);
            (goes_on.then(|| (now + luck.exp(SERVICE_NS), event)), station + 1, entered)
        };
        let begun = match stations.get_mut(next) {
            Some(station) => station.enter(entered),
            None => {
                latencies.record(now - entered);
                None
            }
        };
        let begun = begun.map(|server| (now + luck.exp(SERVICE_NS), (next * SERVERS + server) as Event));
        match (again, begun) {
            (Some(_), Some(also)) => {
                agenda.replace_next(again);
                agenda.add(also);
            }
            _ => agenda.replace_next(again.or(begun)),
        }
    }
    (events, latencies)
}
