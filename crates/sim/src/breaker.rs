//! Circuit breakers: whether a callee that has failed is asked again.
//!
//! A circuit is closed, open, or half-open; it half-opens when it is asked after its time, never by itself. Each state
//! begins a new *era*, and an attempt holds a ticket of the era that let it through: what becomes of attempts from before
//! says nothing about the callee now, and is ignored. A probe may never end: its message is lost, and its caller waits for
//! ever. As long after the last probe as a circuit stays open another one is let through in any case, so that silence
//! delays the next question and does not forbid it; an answer that comes late counts all the same. M. Nygard, "Release It!", 2007, describes the pattern.

use crate::model::{Breaker, Trip};
use crate::rolling::Rolling;
use crate::time::Time;

/// Which era let an attempt through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ticket(u32);

/// One breaker.
#[derive(Clone, Debug)]
pub(crate) struct Circuit {
    rule: Breaker,
    state: State,
    era: u32,
}

#[derive(Clone, Debug)]
enum State {
    Closed(Experience),
    Open {
        until: Time,
    },
    HalfOpen {
        /// Probes that are under way or have succeeded.
        let_through: u32,
        succeeded: u32,
        /// When the last of them was let through.
        last: Time,
    },
}

/// What a closed circuit counts.
#[derive(Clone, Debug)]
enum Experience {
    InARow(u32),
    /// Successes and failures.
    Rate(Box<Rolling>),
}

impl Circuit {
    pub(crate) fn new(rule: Breaker) -> Self {
        Circuit { rule, state: State::Closed(experience(&rule)), era: 0 }
    }

    /// Whether it lets everything through.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed(_))
    }

    /// Whether an attempt would be let through now.
    pub(crate) fn admits(&self, now: Time) -> bool {
        match &self.state {
            State::Closed(_) => true,
            State::Open { until } => now >= *until,
            State::HalfOpen { let_through, last, .. } => {
                *let_through < self.rule.probes || now >= *last + self.rule.open
            }
        }
    }

    /// Lets an attempt through that it [`admits`](Self::admits).
    pub(crate) fn enter(&mut self, now: Time) -> Ticket {
        debug_assert!(self.admits(now));
        match &mut self.state {
            State::Closed(_) => {}
            State::Open { .. } => self.turn(State::HalfOpen { let_through: 1, succeeded: 0, last: now }),
            State::HalfOpen { let_through, last, .. } => (*let_through, *last) = (*let_through + 1, now),
        }
        Ticket(self.era)
    }

    /// An attempt that was let through has ended, well or not. Says whether that opened the circuit.
    pub(crate) fn after(&mut self, now: Time, ticket: Ticket, well: bool) -> bool {
        if ticket.0 != self.era {
            return false;
        }
        let trips = match &mut self.state {
            State::Closed(experience) => trips(&self.rule, experience, now, well),
            State::HalfOpen { .. } if !well => true,
            State::HalfOpen { succeeded, .. } => {
                *succeeded += 1;
                if *succeeded >= self.rule.probes {
                    self.turn(State::Closed(experience(&self.rule)));
                }
                false
            }
            State::Open { .. } => false,
        };
        if trips {
            self.turn(State::Open { until: now + self.rule.open });
        }
        trips
    }

    /// Nobody will know how an attempt ended that was let through; another probe may take its place.
    pub(crate) fn forget(&mut self, ticket: Ticket) {
        if let State::HalfOpen { let_through, .. } = &mut self.state
            && ticket.0 == self.era
        {
            *let_through -= 1;
        }
    }

    fn turn(&mut self, state: State) {
        self.state = state;
        self.era = self.era.wrapping_add(1);
    }
}

fn experience(rule: &Breaker) -> Experience {
    match rule.trip {
        Trip::InARow(_) => Experience::InARow(0),
        Trip::Rate { window, .. } => Experience::Rate(Box::new(Rolling::over(window))),
    }
}

/// Takes note of how an attempt ended. Only a failure opens a circuit.
fn trips(rule: &Breaker, experience: &mut Experience, now: Time, well: bool) -> bool {
    match (experience, rule.trip) {
        (Experience::InARow(failures), Trip::InARow(most)) => {
            *failures = if well { 0 } else { *failures + 1 };
            *failures >= most
        }
        (Experience::Rate(rolling), Trip::Rate { share, least, .. }) => {
            rolling.add(now, usize::from(!well));
            let [successes, failures] = rolling.sums(now);
            let attempts = successes + failures;
            !well && attempts >= u64::from(least) && failures as f64 >= share * attempts as f64
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BreakerScope;
    use crate::time::Span;

    fn at(ms: u64) -> Time {
        Time::ZERO + Span::millis(ms)
    }

    fn circuit(trip: Trip, probes: u32) -> Circuit {
        Circuit::new(Breaker { trip, open: Span::millis(100), probes, scope: BreakerScope::Callee })
    }

    /// Lets one attempt through and tells how it ended; says whether it opened.
    fn attempt(circuit: &mut Circuit, ms: u64, well: bool) -> bool {
        let ticket = circuit.enter(at(ms));
        circuit.after(at(ms), ticket, well)
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_starts_over() {
        let mut circuit = circuit(Trip::InARow(3), 1);
        let ends = [false, false, true, false, false, false];
        let opened: Vec<bool> = ends.iter().map(|well| attempt(&mut circuit, 0, *well)).collect();
        assert_eq!(opened, [false, false, false, false, false, true]);
        assert!(!circuit.admits(at(99)) && circuit.admits(at(100)));
    }

    #[test]
    fn a_rate_needs_enough_attempts_within_the_window() {
        let rate = Trip::Rate { share: 0.5, window: Span::secs(1), least: 4 };
        let mut circuit = circuit(rate, 1);
        assert!(
            !attempt(&mut circuit, 0, false) && !attempt(&mut circuit, 0, false) && !attempt(&mut circuit, 0, false)
        );
        // The three are forgotten by now.
        assert!(!attempt(&mut circuit, 1_000, true) && !attempt(&mut circuit, 1_100, true));
        assert!(!attempt(&mut circuit, 1_200, false), "a third of three");
        assert!(attempt(&mut circuit, 1_300, false), "half of four");
    }

    #[test]
    fn half_open_lets_so_many_probes_through_and_closes_when_all_succeed() {
        let mut circuit = circuit(Trip::InARow(1), 2);
        assert!(attempt(&mut circuit, 0, false));
        let probes = [circuit.enter(at(100)), circuit.enter(at(101))];
        assert!(!circuit.admits(at(102)), "two are enough to know");
        assert!(!circuit.after(at(110), probes[0], true) && !circuit.admits(at(110)));
        assert!(!circuit.after(at(120), probes[1], true) && circuit.admits(at(120)));
    }

    #[test]
    fn a_failed_probe_opens_it_again_for_as_long() {
        let mut circuit = circuit(Trip::InARow(1), 2);
        attempt(&mut circuit, 0, false);
        assert!(attempt(&mut circuit, 150, false));
        assert!(!circuit.admits(at(249)) && circuit.admits(at(250)));
    }

    #[test]
    fn attempts_from_before_say_nothing() {
        let mut circuit = circuit(Trip::InARow(1), 1);
        let (slow, slower) = (circuit.enter(at(0)), circuit.enter(at(0)));
        attempt(&mut circuit, 1, false);
        assert!(!circuit.after(at(2), slow, true) && !circuit.admits(at(2)));
        let probe = circuit.enter(at(101));
        assert!(!circuit.after(at(102), slower, false), "a failure from before the outage");
        assert!(!circuit.after(at(103), probe, true) && circuit.admits(at(103)));
    }

    #[test]
    fn a_probe_without_an_end_holds_up_the_next_one_for_as_long_as_the_circuit_is_open() {
        let mut circuit = circuit(Trip::InARow(1), 1);
        attempt(&mut circuit, 0, false);
        let (lost, opened) = (circuit.enter(at(150)), at(250));
        assert!(!circuit.admits(at(249)) && circuit.admits(opened));
        let next = circuit.enter(opened);
        assert!(!circuit.admits(at(349)) && circuit.admits(at(350)));
        circuit.forget(lost);
        assert!(!circuit.admits(at(260)), "the other one is still under way");
        assert!(!circuit.after(at(270), next, true) && circuit.admits(at(270)));
        // Slow is not lost: an answer after that time is an answer.
        attempt(&mut circuit, 300, false);
        let slow = circuit.enter(at(400));
        circuit.enter(at(500));
        assert!(!circuit.after(at(510), slow, true) && circuit.admits(at(510)) && circuit.admits(at(511)));
    }

    #[test]
    fn a_probe_that_nobody_waits_for_makes_room_for_another() {
        let mut circuit = circuit(Trip::InARow(1), 1);
        attempt(&mut circuit, 0, false);
        let probe = circuit.enter(at(100));
        assert!(!circuit.admits(at(100)));
        circuit.forget(probe);
        assert!(circuit.admits(at(100)));
    }
}
