//! The caller's side: requests, calls, attempts, timeouts, retries, connections.

use super::*;
use crate::retry::Next;

impl Simulation {
    #[inline]
    pub(super) fn on_arrive<O: Observer>(&mut self, tenant: u32, observer: &mut O) {
        self.schedule_arrival(tenant);
        self.send_request(tenant, 0, observer);
    }

    pub(super) fn on_send<O: Observer>(&mut self, tenant: u32, user: u32, observer: &mut O) {
        self.send_request(tenant, user, observer);
    }

    #[inline]
    fn send_request<O: Observer>(&mut self, tenant: u32, user: u32, observer: &mut O) {
        let site = self.plan.tenants[tenant as usize].site;
        let patience = self.plan.tenants[tenant as usize].patience;
        let key = self.key(tenant, user);
        let request = self.requests.insert(Request {
            sent_at: self.now,
            key,
            tenant,
            user,
            refs: 0,
            outcome: None,
            reached: 0,
            applied: Applied::default(),
        });
        observer.see(self.now, Fact::RequestSent { request, tenant });
        let deadline = self.now + patience;
        self.begin_call(
            site,
            Caller { parent: Ref::NONE, request, replica: NO_REPLICA, deadline, original: true },
            observer,
        );
    }

    /// Spread evenly over all keys: a closed tenant's users keep theirs, an open tenant's requests have one each.
    #[inline]
    fn key(&mut self, tenant: u32, user: u32) -> u64 {
        match self.plan.tenants[tenant as usize].think {
            Some(_) => u64::from(user + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            None => self.keys[tenant as usize].bits(),
        }
    }

    /// Begins a call and makes its first attempt.
    #[inline]
    pub(super) fn begin_call<O: Observer>(&mut self, site: u32, caller: Caller, observer: &mut O) {
        let life = self.replicas.get(caller.replica as usize).map_or(0, |replica| replica.life);
        let call = self.calls.insert(Call {
            parent: caller.parent,
            request: caller.request,
            began: self.now,
            deadline: caller.deadline,
            gives_up: Time::NEVER,
            awaiting: 0,
            site,
            caller: caller.replica,
            life,
            previous_wait: Span::ZERO,
            attempt: 0,
            original: caller.original,
            connection: Connection::None,
        });
        self.requests[caller.request].refs += 1;
        observer.see(self.now, Fact::CallBegan { call, parent: caller.parent, request: caller.request, site });
        if let Some(retries) = &mut self.plan.sites[site as usize].retries {
            retries.first_try();
        }
        self.make_attempt(call, observer);
    }

    #[inline]
    fn make_attempt<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let state = &mut self.calls[call];
        state.attempt += 1;
        let attempt = state.attempt;
        state.awaiting |= 1 << attempt;
        let site = state.site;
        let sent_at = self.requests[state.request].sent_at;
        observer.see(self.now, Fact::AttemptMade { call, site, attempt, sent_at });
        self.arm_timeout(call, attempt);
        if self.take_connection(call, attempt) {
            self.send_attempt(call, observer);
        }
    }

    /// Schedules the end of the caller's patience with this attempt.
    #[inline]
    fn arm_timeout(&mut self, call: Ref, attempt: u8) {
        let state = &mut self.calls[call];
        let site = &self.plan.sites[state.site as usize];
        let own = site.timeout.map_or(Time::NEVER, |timeout| self.now + timeout);
        let event = Event::Timeout { call, site: state.site, attempt };
        // A tenant's patience makes an answer late; only a handler's deadline cuts its calls short.
        let inherited = if state.parent.is_none() { Time::NEVER } else { state.deadline };
        match site.timeout_lane {
            Some(lane) if own <= inherited => self.agenda.push_lane(lane, own, event),
            _ => self.agenda.push(own.min(inherited), event),
        }
        state.gives_up = own.min(state.deadline);
    }

    /// Takes one of the caller's connections, or waits for one; calls without a pool need none.
    #[inline]
    fn take_connection(&mut self, call: Ref, attempt: u8) -> bool {
        let state = &mut self.calls[call];
        let Some(pool) = self.plan.sites[state.site as usize].pool else { return true };
        let pool = &mut self.replicas[state.caller as usize].pools[pool as usize];
        if pool.used < pool.size {
            pool.used += 1;
            state.connection = Connection::Held;
            return true;
        }
        pool.waiting.push_back((call, attempt));
        state.connection = Connection::Waiting;
        false
    }

    /// Gives the connection of an ended attempt to the first call that still waits for one.
    #[inline]
    fn return_connection<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let state = &mut self.calls[call];
        let connection = std::mem::replace(&mut state.connection, Connection::None);
        if connection != Connection::Held {
            return;
        }
        let (caller, life, site) = (state.caller as usize, state.life, state.site as usize);
        let Some(pool) = self.plan.sites[site].pool else { return };
        if self.replicas[caller].life != life {
            return;
        }
        self.replicas[caller].pools[pool as usize].used -= 1;
        self.serve_pool(caller, pool as usize, observer);
    }

    /// Lets waiting calls go while there are connections.
    pub(super) fn serve_pool<O: Observer>(&mut self, caller: usize, pool: usize, observer: &mut O) {
        while self.replicas[caller].pools[pool].used < self.replicas[caller].pools[pool].size {
            let Some((next, attempt)) = self.replicas[caller].pools[pool].waiting.pop_front() else { return };
            let waits = |call: &&mut Call| call.connection == Connection::Waiting && call.attempt == attempt;
            let Some(state) = self.calls.get(next).filter(waits) else { continue };
            state.connection = Connection::Held;
            self.replicas[caller].pools[pool].used += 1;
            self.send_attempt(next, observer);
        }
    }

    /// Sends the current attempt of a call to one of the callee's replicas.
    #[inline]
    fn send_attempt<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let state = &self.calls[call];
        let deadline = state.gives_up;
        let (request, attempt, original) = (state.request, state.attempt, state.original && state.attempt == 1);
        let site = &mut self.plan.sites[state.site as usize];
        let first = self.plan.services[site.callee_service as usize].first_replica;
        let endpoint = &self.plan.endpoints[site.callee_endpoint as usize];
        let asked = &mut self.requests[request];
        asked.reached |= endpoint.effects;
        let replicas = &self.replicas;
        let replica = first + site.balancer.pick(asked.key, |index| replicas[(first + index) as usize].outstanding);
        let transit = site.path.transit();
        if transit == Transit::Lost {
            return;
        }
        asked.refs += 1;
        self.replicas[replica as usize].outstanding += 1;
        let job = self.jobs.insert(Job {
            call,
            request,
            entered: self.now,
            deadline,
            replica,
            service: site.callee_service,
            op: endpoint.first_op,
            pending: 0,
            stalled: 0,
            attempt,
            original,
            degraded: false,
            phase: Phase::Travelling,
            failure: None,
        });
        if self.jobs.len() > self.limits.in_flight {
            self.excess = Some(Excess::InFlight);
        }
        match transit {
            // Calls nest at most `Model::MAX_DEPTH` deep, so a direct hand-over is bounded.
            Transit::Now => self.on_deliver(job, observer),
            _ => {
                self.post(transit, Event::Deliver { job });
            }
        }
    }

    #[inline]
    pub(super) fn on_reply<O: Observer>(&mut self, call: Ref, attempt: u8, answer: Answer, observer: &mut O) {
        if !awaits(&mut self.calls, call, attempt) {
            return;
        }
        if let Some(resumes) = self.caller_pause(call) {
            self.agenda.push(resumes, Event::Reply { call, attempt, answer });
            return;
        }
        self.calls[call].awaiting &= !(1 << attempt);
        observer.see(self.now, Fact::AttemptEnded { call, attempt, answer });
        match answer {
            Answer::Failed(failure) => self.attempt_failed(call, failure, observer),
            answer => self.end_call(call, answer, observer),
        }
    }

    #[inline]
    pub(super) fn on_timeout<O: Observer>(&mut self, call: Ref, site: u32, attempt: u8, observer: &mut O) {
        if !awaits(&mut self.calls, call, attempt) {
            self.drop_dead_timers(site);
            return;
        }
        if let Some(resumes) = self.caller_pause(call) {
            self.agenda.push(resumes, Event::Timeout { call, site, attempt });
            return;
        }
        let state = &mut self.calls[call];
        state.awaiting &= !(1 << attempt);
        let sent_at = self.requests[state.request].sent_at;
        observer.see(self.now, Fact::AttemptTimedOut { call, site, attempt, sent_at });
        self.attempt_failed(call, Failure::Timeout, observer);
    }

    /// Timers behind a dead one are mostly dead too: they go without ever being due.
    fn drop_dead_timers(&mut self, site: u32) {
        if let Some(lane) = self.plan.sites[site as usize].timeout_lane {
            let calls = &mut self.calls;
            self.agenda.skip_dead(lane, |event| match event {
                Event::Timeout { call, attempt, .. } => !awaits(calls, call, attempt),
                _ => false,
            });
        }
    }

    /// When the caller's replica moves again, if it stands still now.
    #[inline]
    fn caller_pause(&self, call: Ref) -> Option<Time> {
        let replica = self.replicas.get(self.calls[call].caller as usize)?;
        (replica.paused_until > self.now).then_some(replica.paused_until)
    }

    #[inline]
    fn attempt_failed<O: Observer>(&mut self, call: Ref, failure: Failure, observer: &mut O) {
        self.return_connection(call, observer);
        let state = &mut self.calls[call];
        let waits = state.parent.is_none() || self.now < state.deadline && self.jobs.contains(state.parent);
        let next = match &mut self.plan.sites[state.site as usize].retries {
            Some(retries) if waits => retries.after_failure(u32::from(state.attempt), state.previous_wait),
            _ => Next::Fail,
        };
        match next {
            Next::RetryAfter(wait) => {
                state.previous_wait = wait;
                self.agenda.push(self.now + wait, Event::Retry { call });
            }
            Next::Fail => self.end_call(call, Answer::Failed(failure), observer),
        }
    }

    pub(super) fn on_retry<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let parent = self.calls[call].parent;
        if !parent.is_none() && !self.jobs.contains(parent) {
            // The caller crashed meanwhile.
            self.end_call(call, Answer::Failed(Failure::Unreachable), observer);
        } else if let Some(resumes) = self.caller_pause(call) {
            self.agenda.push(resumes, Event::Retry { call });
        } else {
            self.make_attempt(call, observer);
        }
    }

    /// The caller has its final answer.
    #[inline]
    fn end_call<O: Observer>(&mut self, call: Ref, answer: Answer, observer: &mut O) {
        self.return_connection(call, observer);
        let state = &self.calls[call];
        let (parent, request, site, began) = (state.parent, state.request, state.site, state.began);
        self.calls.free(call);
        let sent_at = self.requests[request].sent_at;
        observer.see(self.now, Fact::CallEnded { call, site, began, answer, sent_at });
        if parent.is_none() {
            self.end_request(request, answer, observer);
        } else if self.jobs.contains(parent) {
            let optional = self.plan.sites[site as usize].optional;
            self.step_ended(parent, answer, optional, observer);
        }
        self.release(request, observer);
    }

    #[inline]
    fn end_request<O: Observer>(&mut self, request: Ref, answer: Answer, observer: &mut O) {
        let state = &mut self.requests[request];
        let (tenant, user, sent_at) = (state.tenant, state.user, state.sent_at);
        let late = self.now.since(sent_at) > self.plan.tenants[tenant as usize].patience;
        let outcome = match answer {
            Answer::Failed(failure) => Outcome::Failed(failure),
            _ if late => Outcome::Late,
            Answer::Ok => Outcome::Ok,
            Answer::Degraded => Outcome::Degraded,
        };
        state.outcome = Some(outcome);
        observer.see(self.now, Fact::RequestEnded { request, tenant, sent_at, outcome });
        self.schedule_think(tenant, user);
    }
}

/// Whether the caller still waits for the answer to an attempt.
#[inline]
fn awaits(calls: &mut Slab<Call>, call: Ref, attempt: u8) -> bool {
    calls.get(call).is_some_and(|state| state.awaiting & 1 << attempt != 0)
}

/// Who begins a call.
pub(super) struct Caller {
    pub(super) parent: Ref,
    pub(super) request: Ref,
    pub(super) replica: u32,
    pub(super) deadline: Time,
    pub(super) original: bool,
}

/// A tenant calls from nowhere in particular.
const NO_REPLICA: u32 = u32::MAX;
