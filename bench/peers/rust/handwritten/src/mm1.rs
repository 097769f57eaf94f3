//! M/M/1.

use crate::{
    agenda::{Agenda, Event},
    luck::{Arrivals, Luck},
};
use harness::{
    Recorder, Run,
    mm1::{GAP_NS, SERVICE_NS},
};
use std::collections::VecDeque;

const ARRIVE: Event = 0;
const LEAVE: Event = 1;

pub(crate) fn simulate(run: Run) -> (u64, Recorder) {
    let mut luck = Luck::new(run.seed);
    let mut arrivals = Arrivals { to_come: run.customers, gap_ns: GAP_NS };
    let mut agenda = Agenda::default();
    let mut latencies = Recorder::default();
    // When those in the system came, the one in service first.
    let mut present: VecDeque<u64> = VecDeque::new();
    let mut events = 0;

    if let Some(at) = arrivals.next(0, &mut luck) {
        agenda.add((at, ARRIVE));
    }
    while let Some((now, event)) = agenda.peek() {
        events += 1;
        if event == ARRIVE {
            agenda.replace_next(arrivals.next(now, &mut luck).map(|at| (at, ARRIVE)));
            present.push_back(now);
            if present.len() == 1 {
                agenda.add((now + luck.exp(SERVICE_NS), LEAVE));
            }
        } else {
            let came = present.pop_front().expect("who leaves was present");
            latencies.record(now - came);
            agenda.replace_next((!present.is_empty()).then(|| (now + luck.exp(SERVICE_NS), LEAVE)));
        }
    }
    (events, latencies)
}
