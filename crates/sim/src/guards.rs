//! The guards of one call, ready to be asked: what all replicas of the caller share, and what each process knows.
//!
//! A process that dies takes what it knows along: its successor starts with closed breakers, an empty bulkhead and no last
//! good answer.

use crate::balance::Balancer;
use crate::breaker::{Circuit, Ticket};
use crate::bulkhead::Places;
use crate::event::Answer;
use crate::hedge::Hedging;
use crate::model::{self, Breaker, BreakerScope};
use crate::random::Stream;
use crate::throttle::Throttling;
use crate::time::{Span, Time};

/// What takes the place of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fallback {
    Static,
    /// The last good answer, if it is no older than this.
    Stale(Span),
    /// A call at this site.
    Call(u32),
}

/// A process that calls: its replica, and how often that had restarted when the process began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Process {
    pub(crate) replica: u32,
    pub(crate) life: u32,
}

/// Where an attempt goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sent {
    /// Index among the callee's replicas.
    pub(crate) replica: u32,
    /// From the breaker that let it through.
    ticket: Option<Ticket>,
}

/// What the end of an attempt did to the breaker that had let it through.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Turn {
    /// It opened, or opened again.
    pub(crate) opened: bool,
    /// So many more breakers are not closed, or fewer.
    pub(crate) change: i32,
}

/// The guards at one site.
#[derive(Debug)]
pub(crate) struct SiteGuards {
    rules: model::Guards,
    pub(crate) hedging: Option<Hedging>,
    pub(crate) fallback: Option<Fallback>,
    /// Its answers stand in for those of another call.
    pub(crate) stands_in: bool,
    /// Decides what a throttle refuses.
    stream: Stream,
    /// The caller's first replica, counted over all services; a tenant is the only one of its kind.
    first_caller: u32,
    knowledge: Vec<Option<Knowledge>>,
}

/// What a process knows of its callee.
#[derive(Debug)]
pub(crate) struct Knowledge {
    life: u32,
    breaker: Option<Breaker>,
    /// One for the callee, or one for each of its replicas; made when they are first needed.
    circuits: Vec<Circuit>,
    pub(crate) places: Option<Places>,
    throttling: Option<Throttling>,
    /// When the last whole answer came.
    last_good: Option<Time>,
}

impl SiteGuards {
    /// `first_caller` is the caller's first replica; `stream` decides what a throttle refuses.
    pub(crate) fn new(rules: &model::Guards, hedging: Option<Hedging>, first_caller: u32, stream: Stream) -> Self {
        let (rules, knowledge) = (rules.clone(), Vec::new());
        SiteGuards { rules, hedging, fallback: None, stands_in: false, stream, first_caller, knowledge }
    }

    /// Whether calls take places in a bulkhead.
    #[inline]
    pub(crate) fn has_places(&self) -> bool {
        self.rules.bulkhead.is_some()
    }

    /// What a process knows; nothing, if it is new.
    #[inline]
    pub(crate) fn of(&mut self, process: Process) -> &mut Knowledge {
        let index = (process.replica - self.first_caller) as usize;
        known(&mut self.knowledge, &self.rules, index, process.life)
    }

    /// What a process knows, unless another one has taken its place.
    #[inline]
    pub(crate) fn still_of(&mut self, process: Process) -> Option<&mut Knowledge> {
        let place = self.knowledge.get_mut(process.replica.checked_sub(self.first_caller)? as usize)?;
        place.as_mut().filter(|knowledge| knowledge.life == process.life)
    }

    /// Whether the throttle lets another attempt through.
    #[inline]
    pub(crate) fn throttle_admits(&mut self, now: Time, process: Process) -> bool {
        if self.rules.throttle.is_none() {
            return true;
        }
        let index = (process.replica - self.first_caller) as usize;
        let knowledge = known(&mut self.knowledge, &self.rules, index, process.life);
        knowledge.throttling.as_mut().is_none_or(|throttling| throttling.admits(now, &mut self.stream))
    }

    /// The bulkheads' places that are taken, by process.
    pub(crate) fn taken(&self) -> impl Iterator<Item = (Process, u32)> {
        self.knowledge.iter().enumerate().filter_map(|(index, place)| {
            let knowledge = place.as_ref()?;
            let process = Process { replica: self.first_caller.wrapping_add(index as u32), life: knowledge.life };
            Some((process, knowledge.places.as_ref()?.taken()))
        })
    }
}

#[inline]
fn known<'k>(all: &'k mut Vec<Option<Knowledge>>, rules: &model::Guards, index: usize, life: u32) -> &'k mut Knowledge {
    if index >= all.len() {
        all.resize_with(index + 1, || None);
    }
    let place = &mut all[index];
    if place.as_ref().is_some_and(|knowledge| knowledge.life != life) {
        *place = None;
    }
    place.get_or_insert_with(|| Knowledge::new(rules, life))
}

impl Knowledge {
    fn new(rules: &model::Guards, life: u32) -> Self {
        Knowledge {
            life,
            breaker: rules.breaker,
            circuits: Vec::new(),
            places: rules.bulkhead.map(Places::new),
            throttling: rules.throttle.map(Throttling::new),
            last_good: None,
        }
    }

    /// Where an attempt goes: to a replica of the balancer's choice that the breakers let it go to, and not to the one to
    /// `avoid` where there is another.
    pub(crate) fn send(
        &mut self,
        now: Time,
        balancer: &mut Balancer,
        replicas: u32,
        avoid: Option<u32>,
        pick: impl Fn(&mut Balancer, &dyn Fn(u32) -> bool) -> u32,
    ) -> Option<Sent> {
        // The only one there is: no choice, and no turn to take.
        if replicas == 1 {
            return self.admits(now, 0).then(|| Sent { replica: 0, ticket: self.enter(now, 0) });
        }
        let avoid = avoid.filter(|_| balancer.choices() > 1);
        let admits = |replica| Some(replica) != avoid && self.admits(now, replica);
        let replica = first_admitted(balancer, replicas, |balancer| pick(balancer, &admits), &admits)?;
        Some(Sent { replica, ticket: self.enter(now, replica) })
    }

    fn circuit_of(&self, replica: u32) -> usize {
        match self.breaker.map(|breaker| breaker.scope) {
            Some(BreakerScope::Replica) => replica as usize,
            _ => 0,
        }
    }

    fn admits(&self, now: Time, replica: u32) -> bool {
        self.circuits.get(self.circuit_of(replica)).is_none_or(|circuit| circuit.admits(now))
    }

    fn enter(&mut self, now: Time, replica: u32) -> Option<Ticket> {
        let (breaker, index) = (self.breaker?, self.circuit_of(replica));
        if index >= self.circuits.len() {
            self.circuits.resize_with(index + 1, || Circuit::new(breaker));
        }
        Some(self.circuits[index].enter(now))
    }

    /// An attempt was answered, or given up.
    pub(crate) fn after(&mut self, now: Time, sent: Sent, answer: Answer) -> Turn {
        if let Some(throttling) = &mut self.throttling {
            throttling.after(now, answer);
        }
        if answer == Answer::Ok {
            self.last_good = Some(now);
        }
        let index = self.circuit_of(sent.replica);
        let well = !matches!(answer, Answer::Failed(_));
        let Some(ticket) = sent.ticket else { return Turn::default() };
        let circuit = &mut self.circuits[index];
        let was_closed = circuit.is_closed();
        let opened = circuit.after(now, ticket, well);
        Turn { opened, change: i32::from(was_closed) - i32::from(circuit.is_closed()) }
    }

    /// How many breakers are open or half-open.
    pub(crate) fn not_closed(&self) -> usize {
        self.circuits.iter().filter(|circuit| !circuit.is_closed()).count()
    }

    /// Nobody will know what became of an attempt.
    pub(crate) fn forget(&mut self, sent: Sent) {
        let index = self.circuit_of(sent.replica);
        if let Some(ticket) = sent.ticket {
            self.circuits[index].forget(ticket);
        }
    }

    /// How old the last good answer is, if there is one.
    pub(crate) fn age(&self, now: Time) -> Option<Span> {
        self.last_good.map(|came| now.since(came))
    }
}

/// The balancer is asked again a few times, so that who is passed over does not double the share of the one behind; then
/// the next in order and in rotation is taken.
fn first_admitted(
    balancer: &mut Balancer,
    replicas: u32,
    pick: impl Fn(&mut Balancer) -> u32,
    admits: &dyn Fn(u32) -> bool,
) -> Option<u32> {
    const PICKS: u32 = 4;
    let mut picked = 0;
    for _ in 0..PICKS {
        picked = pick(balancer);
        if admits(picked) {
            return Some(picked);
        }
    }
    (1..replicas).map(|step| (picked + step) % replicas).find(|replica| balancer.may_pick(*replica) && admits(*replica))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Failure;
    use crate::model::{Balance, Guards, Trip};

    fn guards(scope: BreakerScope) -> SiteGuards {
        let breaker = Breaker { trip: Trip::InARow(1), open: Span::secs(1), probes: 1, scope };
        let rules = Guards { breaker: Some(breaker), ..Guards::default() };
        SiteGuards::new(&rules, None, 5, Stream::new(1, "throttle", "test"))
    }

    fn balancer(rule: Balance) -> Balancer {
        Balancer::new(rule, 3, 3, Stream::new(1, "balance", "test"))
    }

    fn send(knowledge: &mut Knowledge, balancer: &mut Balancer, avoid: Option<u32>) -> Option<Sent> {
        send_to(knowledge, balancer, avoid, [0; 3])
    }

    fn send_to(known: &mut Knowledge, balancer: &mut Balancer, avoid: Option<u32>, load: [u32; 3]) -> Option<Sent> {
        known.send(Time::ZERO, balancer, 3, avoid, |balancer, admits| {
            balancer.pick(0, |replica| if admits(replica) { load[replica as usize] } else { u32::MAX })
        })
    }

    const FAILED: Answer = Answer::Failed(Failure::Error);
    const FIRST: Process = Process { replica: 5, life: 0 };

    #[test]
    fn a_replica_whose_breaker_is_open_is_passed_over_and_the_others_share_its_load() {
        for rule in [Balance::RoundRobin, Balance::LeastOutstanding, Balance::PowerOfTwo, Balance::Random] {
            let (mut guards, mut balancer) = (guards(BreakerScope::Replica), balancer(rule));
            let knowledge = guards.of(FIRST);
            let bad = send(knowledge, &mut balancer, None).expect("all are closed");
            assert!(knowledge.after(Time::ZERO, bad, FAILED).opened, "one failure opens it");
            let mut counts = [0; 3];
            for _ in 0..300 {
                let sent = send_to(knowledge, &mut balancer, None, counts).expect("two are closed");
                counts[sent.replica as usize] += 1;
            }
            assert_eq!(counts[bad.replica as usize], 0, "{rule:?}");
            assert!(counts.iter().all(|count| *count == 0 || (110..=190).contains(count)), "{rule:?}: {counts:?}");
        }
    }

    #[test]
    fn with_all_breakers_open_nothing_is_sent() {
        let (mut guards, mut balancer) = (guards(BreakerScope::Replica), balancer(Balance::RoundRobin));
        let knowledge = guards.of(FIRST);
        for _ in 0..3 {
            let sent = send(knowledge, &mut balancer, None).expect("one is closed");
            knowledge.after(Time::ZERO, sent, FAILED);
        }
        assert_eq!(send(knowledge, &mut balancer, None), None);
    }

    #[test]
    fn each_process_has_breakers_of_its_own() {
        let (mut guards, mut balancer) = (guards(BreakerScope::Callee), balancer(Balance::RoundRobin));
        let sent = send(guards.of(FIRST), &mut balancer, None).expect("it is closed");
        guards.of(FIRST).after(Time::ZERO, sent, FAILED);
        assert_eq!(send(guards.of(FIRST), &mut balancer, None), None);
        assert!(send(guards.of(Process { replica: 6, life: 0 }), &mut balancer, None).is_some());
        // The next process at the same replica knows nothing, and what the first one did no longer matters.
        assert!(send(guards.of(Process { replica: 5, life: 1 }), &mut balancer, None).is_some());
        assert!(guards.still_of(FIRST).is_none());
    }

    #[test]
    fn a_second_attempt_goes_elsewhere_where_there_is_an_elsewhere() {
        let mut guards = guards(BreakerScope::Replica);
        for rule in [Balance::RoundRobin, Balance::Hash, Balance::Random] {
            let mut balancer = balancer(rule);
            let first = send(guards.of(FIRST), &mut balancer, None).expect("it is closed").replica;
            let second = send(guards.of(FIRST), &mut balancer, Some(first)).expect("it is closed").replica;
            assert_ne!(first, second, "{rule:?}");
        }
        let mut only = Balancer::new(Balance::RoundRobin, 1, 1, Stream::new(1, "balance", "test"));
        let sent = guards.of(FIRST).send(Time::ZERO, &mut only, 1, Some(0), |balancer, _| balancer.pick(0, |_| 0));
        assert_eq!(sent.map(|sent| sent.replica), Some(0));
    }
}
