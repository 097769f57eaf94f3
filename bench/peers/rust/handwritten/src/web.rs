//! Two servers behind a round-robin balancer, and a timeout per request that is cancelled by its answer.
//!
//! All timeouts are equally long, so they are due in the order in which they were set: a queue, not a heap.

use crate::{
    agenda::{Agenda, Event},
    luck::{Arrivals, Luck},
};
use harness::{
    Recorder, Run,
    web::{GAP_NS, SERVERS, SERVICE_NS, TIMEOUT_NS},
};
use std::collections::VecDeque;

/// Lower numbers are servers that finish.
const ARRIVE: Event = Event::MAX;

/// A request at a server: its number, and when it came.
type Request = (u64, u64);

/// The clients' timers, oldest first; numbers of requests count from the first.
#[derive(Default)]
struct Timers {
    first: u64,
    /// When each is due, and whether it still stands.
    due: VecDeque<(u64, bool)>,
}

impl Timers {
    /// Sets a timer and returns the number of its request.
    #[inline]
    fn set(&mut self, at: u64) -> u64 {
        self.due.push_back((at, true));
        self.first + self.due.len() as u64 - 1
    }

    /// Takes a timer back; false where it has rung already.
    #[inline]
    fn cancel(&mut self, request: u64) -> bool {
        let Some(index) = request.checked_sub(self.first) else { return false };
        self.due[index as usize].1 = false;
        while let Some((_, false)) = self.due.front() {
            self.drop_first();
        }
        true
    }

    /// Rings the oldest timer if it is due by then.
    #[inline]
    fn ring(&mut self, now: u64) -> bool {
        let rings = matches!(self.due.front(), Some((at, true)) if *at <= now);
        if rings {
            self.drop_first();
            while let Some((_, false)) = self.due.front() {
                self.drop_first();
            }
        }
        rings
    }

    #[inline]
    fn drop_first(&mut self) {
        self.due.pop_front();
        self.first += 1;
    }
}

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
            let request = timers.set(now + TIMEOUT_NS);
            servers[turn].push_back((request, now));
            if servers[turn].len() == 1 {
                agenda.add((now + luck.exp(SERVICE_NS), turn as Event));
            }
            turn = (turn + 1) % SERVERS;
        } else {
            let server = &mut servers[usize::from(event)];
            let (request, came) = server.pop_front().expect("who is answered was there");
            agenda.replace_next((!server.is_empty()).then(|| (now + luck.exp(SERVICE_NS), event)));
            if timers.cancel(request) {
                latencies.record(now - came);
            }
        }
    }
    (events, latencies)
}
