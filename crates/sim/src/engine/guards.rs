//! The caller's guards: where they are asked, and what they learn.
//!
//! A try asks for a place in the bulkhead, where it may have to wait, then the throttle, then the breakers, which also
//! decide where it may go; nothing refuses it after that. What is refused ends as an attempt that failed at once. A hedge
//! shares the place of its try and is simply not made where it is refused.

use super::calls::{Caller, pause};
use super::*;
use crate::bulkhead::Entry;
use crate::guards::{Fallback, Process, Sent, Turn};
use std::collections::BTreeMap;

/// What guards remember of a call under way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guarded {
    place: Place,
    /// Which attempt is the hedge; 0 while there is none.
    hedge: u8,
    /// When the try under way began, until it is known how long it took.
    tried_at: Option<Time>,
    /// Where the try and the hedge went; none once that attempt is over.
    sent: [Option<Sent>; 2],
}

impl Guarded {
    /// The callee's replica that an attempt was sent to.
    pub(super) fn asked(&mut self, attempt: u8) -> Option<u32> {
        self.sent(attempt).map(|sent| sent.replica)
    }

    fn sent(&mut self, attempt: u8) -> &mut Option<Sent> {
        &mut self.sent[usize::from(attempt == self.hedge)]
    }
}

/// Whether a call has a place in its caller's bulkhead.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Place {
    #[default]
    None,
    InLine,
    Held,
}

impl Call {
    fn process(&self) -> Process {
        Process { replica: self.caller, life: self.life }
    }
}

impl Simulation {
    /// Begins the first try of a call.
    #[inline(never)]
    pub(super) fn begin_guarded<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        if call.index() >= self.guarded.len() {
            self.guarded.resize(call.index() + 1, Guarded::default());
        }
        self.guarded[call.index()] = Guarded::default();
        if let Some(hedging) = self.site_guards(call).and_then(|guards| guards.hedging.as_mut()) {
            hedging.call_begins();
        }
        self.try_guarded(call, observer);
    }

    #[inline]
    fn site_guards(&mut self, call: Ref) -> Option<&mut SiteGuards> {
        self.plan.sites[self.calls[call].site as usize].guards.as_deref_mut()
    }

    /// Begins a try, or goes on with one that has waited for its place.
    pub(super) fn try_guarded<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        match self.take_place(call) {
            Entry::Enters if !self.throttle_admits(call) => self.shed(call, Failure::Rejected, observer),
            Entry::Enters => match self.target(call, None) {
                Some(sent) => self.send_try(call, sent, observer),
                None => self.shed(call, Failure::Breaker, observer),
            },
            Entry::Waits(wait) => self.wait_in_line(call, wait),
            Entry::Refused => self.shed(call, Failure::Rejected, observer),
        }
    }

    #[inline]
    fn take_place(&mut self, call: Ref) -> Entry {
        let needs_one = self.site_guards(call).is_some_and(|guards| guards.has_places());
        if needs_one { self.enter_bulkhead(call) } else { Entry::Enters }
    }

    #[inline(never)]
    fn enter_bulkhead(&mut self, call: Ref) -> Entry {
        if self.guarded[call.index()].place == Place::Held {
            return Entry::Enters;
        }
        let process = self.calls[call].process();
        let places = self.site_guards(call).and_then(|guards| guards.of(process).places.as_mut());
        let Some(places) = places else { return Entry::Enters };
        let entry = places.enter(call);
        self.guarded[call.index()].place = match entry {
            Entry::Enters => Place::Held,
            Entry::Waits(_) => Place::InLine,
            Entry::Refused => Place::None,
        };
        entry
    }

    fn wait_in_line(&mut self, call: Ref, wait: Span) {
        let state = &self.calls[call];
        let due = self.now + wait;
        let due = if state.parent.is_none() { due } else { due.min(state.deadline) };
        self.agenda.push(due, Event::LeaveLine { call, attempt: state.attempt });
    }

    pub(super) fn on_leave_line<O: Observer>(&mut self, call: Ref, attempt: u8, observer: &mut O) {
        let Some(state) = self.calls.get(call).filter(|state| state.attempt == attempt) else { return };
        if self.guarded[call.index()].place != Place::InLine {
            return;
        }
        if let Some(resumes) = pause(&self.replicas, state.caller, self.now) {
            self.agenda.push(resumes, Event::LeaveLine { call, attempt });
            return;
        }
        let failure = if state.is_in_time(self.now) { Failure::Rejected } else { Failure::Timeout };
        self.guarded[call.index()].place = Place::None;
        self.shed(call, failure, observer);
    }

    /// Gives a call's place to the next in line.
    fn leave_place(&mut self, call: Ref) {
        let place = std::mem::take(&mut self.guarded[call.index()].place);
        if place != Place::Held {
            return;
        }
        let process = self.calls[call].process();
        let Some(guards) = &mut self.plan.sites[self.calls[call].site as usize].guards else { return };
        let Some(places) = guards.still_of(process).and_then(|known| known.places.as_mut()) else { return };
        let (calls, guarded) = (&self.calls, &self.guarded);
        let next = places.leave(|next| calls.contains(next) && guarded[next.index()].place == Place::InLine);
        if let Some(next) = next {
            self.guarded[next.index()].place = Place::Held;
            // Not from here: the next one may end at once as well, and the one after it.
            self.at_once.push_back(Event::Retry { call: next }.wait());
        }
    }

    #[inline]
    fn throttle_admits(&mut self, call: Ref) -> bool {
        let (now, process) = (self.now, self.calls[call].process());
        self.site_guards(call).is_none_or(|guards| guards.throttle_admits(now, process))
    }

    /// The replica that an attempt goes to; none where breakers refuse.
    fn target(&mut self, call: Ref, avoid: Option<u32>) -> Option<Sent> {
        let state = &self.calls[call];
        let site = &mut self.plan.sites[state.site as usize];
        let (first, replicas, key) = (site.first_replica, &self.replicas, self.requests[state.request].key);
        let known = site.guards.as_mut()?.of(state.process());
        known.send(self.now, &mut site.balancer, site.callee_replicas, avoid, |balancer, admits| {
            let load = |index| replicas[(first + index) as usize].outstanding;
            balancer.pick(key, |index| if admits(index) { load(index) } else { u32::MAX })
        })
    }

    fn send_try<O: Observer>(&mut self, call: Ref, sent: Sent, observer: &mut O) {
        let guarded = &mut self.guarded[call.index()];
        guarded.sent[0] = Some(sent);
        guarded.tried_at = Some(self.now);
        if guarded.hedge == 0 {
            self.schedule_hedge(call);
        }
        // Last, for the answer may be here before it returns.
        self.make_attempt(call, Some(sent.replica), false, observer);
    }

    fn schedule_hedge(&mut self, call: Ref) {
        let state = &self.calls[call];
        let guards = &self.plan.sites[state.site as usize].guards;
        let Some(hedging) = guards.as_ref().and_then(|guards| guards.hedging.as_ref()) else { return };
        let event = Event::Hedge { call, attempt: state.attempt + 1 };
        match (hedging.delay(), hedging.lane) {
            (Some(delay), Some(lane)) => self.agenda.push_lane(lane, self.now + delay, event),
            (Some(delay), None) => self.agenda.push(self.now + delay, event),
            (None, _) => {}
        }
    }

    /// A try has no answer yet: it gets company, unless that is of no use to anybody, too much, or refused.
    pub(super) fn on_hedge<O: Observer>(&mut self, call: Ref, attempt: u8, observer: &mut O) {
        let under_way = |state: &&mut Call| (state.awaiting & !state.in_line) & 1 << attempt != 0;
        let Some(state) = self.calls.get(call).filter(under_way) else { return };
        if let Some(resumes) = pause(&self.replicas, state.caller, self.now) {
            self.agenda.push(resumes, Event::Hedge { call, attempt });
            return;
        }
        let waits = state.parent.is_none() || state.is_in_time(self.now) && self.jobs.contains(state.parent);
        let number = state.attempt + 1;
        let hedging = self.site_guards(call).and_then(|guards| guards.hedging.as_ref());
        if !waits || !hedging.is_some_and(|hedging| hedging.affords()) || !self.throttle_admits(call) {
            return;
        }
        let other = self.guarded[call.index()].sent[0].map(|sent| sent.replica);
        let Some(sent) = self.target(call, other) else { return };
        if let Some(hedging) = self.site_guards(call).and_then(|guards| guards.hedging.as_mut()) {
            hedging.sent();
        }
        let guarded = &mut self.guarded[call.index()];
        (guarded.hedge, guarded.sent[1]) = (number, Some(sent));
        self.make_attempt(call, Some(sent.replica), true, observer);
    }

    /// How many of a call's attempts so far were hedges.
    pub(super) fn hedges(&self, call: Ref) -> u8 {
        let guarded = self.plan.sites[self.calls[call].site as usize].guards.is_some();
        u8::from(guarded && self.guarded[call.index()].hedge != 0)
    }

    /// An attempt is refused before it is sent.
    fn shed<O: Observer>(&mut self, call: Ref, failure: Failure, observer: &mut O) {
        let state = &mut self.calls[call];
        state.attempt += 1;
        state.awaiting |= 1 << state.attempt;
        let (site, attempt, sent_at) = (state.site, state.attempt, state.sent_at);
        observer.see(self.now, Fact::AttemptShed { call, site, attempt, sent_at });
        // Not from here: a handler whose many calls are all refused would nest as deep.
        let answer = Answer::Failed(failure);
        self.at_once.push_back(Event::Reply { call, attempt, answer }.wait());
    }

    /// An attempt was answered, given up or refused.
    #[inline(never)]
    pub(super) fn end_guarded_attempt<O: Observer>(
        &mut self,
        call: Ref,
        attempt: u8,
        answer: Answer,
        observer: &mut O,
    ) {
        self.learn(call, attempt, answer, observer);
        match answer {
            // The other attempt may do better.
            Answer::Failed(_) if self.calls[call].awaiting != 0 => self.return_connection(call, attempt, observer),
            Answer::Failed(failure) => {
                self.leave_place(call);
                self.attempt_failed(call, attempt, failure, observer);
            }
            answer => {
                self.let_go(call);
                let stands_in = self.site_guards(call).is_some_and(|guards| guards.stands_in);
                self.end_call(call, if stands_in { Answer::Degraded } else { answer }, observer);
            }
        }
    }

    fn learn<O: Observer>(&mut self, call: Ref, attempt: u8, answer: Answer, observer: &mut O) {
        let guarded = &mut self.guarded[call.index()];
        let is_try = attempt != guarded.hedge;
        // One that was refused was never sent.
        let Some(sent) = guarded.sent(attempt).take() else { return };
        let answered = !matches!(answer, Answer::Failed(_));
        let over = answered || is_try && answer == Answer::Failed(Failure::Timeout);
        let tried_at = if over { guarded.tried_at.take() } else { None };
        let (now, site, process) = (self.now, self.calls[call].site, self.calls[call].process());
        let Some(guards) = self.site_guards(call) else { return };
        if let (Some(began), Some(hedging)) = (tried_at, &mut guards.hedging) {
            hedging.took(now.since(began));
        }
        let turn = guards.still_of(process).map_or_else(Turn::default, |known| known.after(now, sent, answer));
        if turn.opened {
            observer.see(now, Fact::BreakerOpened { site });
        }
        // What a dead process knew was lost with it, though its attempts still end.
        let lives = self.replicas.get(process.replica as usize).is_none_or(|replica| replica.life == process.life);
        if turn.change != 0 && lives {
            observer.see(now, Fact::BreakersMoved { site, change: turn.change });
        }
    }

    /// A process has died, and its breakers with it.
    pub(super) fn state_lost_breakers<O: Observer>(&mut self, process: Process, observer: &mut O) {
        for (site, plan) in self.plan.sites.iter_mut().enumerate() {
            let guards = plan.guards.as_deref_mut();
            let lost = guards.and_then(|guards| guards.still_of(process)).map_or(0, |known| known.not_closed());
            if lost > 0 {
                observer.see(self.now, Fact::BreakersMoved { site: site as u32, change: -(lost as i32) });
            }
        }
    }

    /// A call needs its guards no longer. Attempts under way go on, and nobody will know how they end.
    fn let_go(&mut self, call: Ref) {
        self.leave_place(call);
        // Mostly nothing: the attempt that was answered is known to be over.
        for sent in std::mem::take(&mut self.guarded[call.index()].sent).into_iter().flatten() {
            let process = self.calls[call].process();
            if let Some(known) = self.site_guards(call).and_then(|guards| guards.still_of(process)) {
                known.forget(sent);
            }
        }
    }

    /// A call ends without another attempt, because there is nobody any more who waits for it.
    pub(super) fn give_up_call<O: Observer>(&mut self, call: Ref, failure: Failure, observer: &mut O) {
        if self.site_guards(call).is_some() {
            self.let_go(call);
        }
        self.end_call(call, Answer::Failed(failure), observer);
    }

    /// All attempts have failed, and somebody still waits: something may take the place of the answer.
    pub(super) fn fail_call<O: Observer>(&mut self, call: Ref, failure: Failure, observer: &mut O) {
        let (now, process) = (self.now, self.calls[call].process());
        let Some(guards) = self.site_guards(call) else {
            return self.end_call(call, Answer::Failed(failure), observer);
        };
        let age = guards.of(process).age(now);
        match (guards.fallback, age) {
            (Some(Fallback::Static), _) => self.fall_back(call, None, observer),
            (Some(Fallback::Stale(most)), Some(age)) if age <= most => self.fall_back(call, Some(age), observer),
            (Some(Fallback::Call(site)), _) => self.call_instead(call, site, failure, observer),
            _ => self.end_call(call, Answer::Failed(failure), observer),
        }
    }

    fn fall_back<O: Observer>(&mut self, call: Ref, age: Option<Span>, observer: &mut O) {
        let Call { site, sent_at, .. } = self.calls[call];
        observer.see(self.now, Fact::FellBack { call, site, age, sent_at });
        self.end_call(call, Answer::Degraded, observer);
    }

    /// Another call begins where one has failed; its answer is the step's.
    fn call_instead<O: Observer>(&mut self, call: Ref, instead: u32, failure: Failure, observer: &mut O) {
        let Call { site, parent, request, sent_at, caller: replica, life, deadline, original, key, .. } =
            self.calls[call];
        observer.see(self.now, Fact::FellBack { call, site, age: None, sent_at });
        self.close_call(call, Answer::Failed(failure), observer);
        // The key goes along where a cache's waiters wait for it.
        let key = if self.plan.sites[instead as usize].data.is_some() { key } else { 0 };
        let caller = Caller { parent, request, sent_at, replica, life, deadline, original, key };
        self.begin_call(instead, caller, observer);
        // The handler that waits keeps the request, so this was not the last to let go.
        self.release(request, observer);
    }

    /// Every place in a bulkhead has its call.
    pub(super) fn assert_places(&self) {
        let mut held: BTreeMap<(u32, u32, u32), u32> = BTreeMap::new();
        let guarded = |call: &Call| self.plan.sites[call.site as usize].guards.is_some();
        for (id, call) in self.calls.iter().filter(|(_, call)| guarded(call)) {
            let count = held.entry((call.site, call.caller, call.life)).or_default();
            *count += u32::from(self.guarded[id.index()].place == Place::Held);
        }
        for (index, site) in self.plan.sites.iter().enumerate() {
            for (process, taken) in site.guards.iter().flat_map(|guards| guards.taken()) {
                let key = (index as u32, process.replica, process.life);
                assert_eq!(taken, held.get(&key).copied().unwrap_or(0), "a bulkhead lost track of its places");
            }
        }
    }
}
