//! The caller's side: requests, calls, attempts, timeouts, retries, connections.

use super::*;
use crate::retry::Next;

impl Simulation {
    #[inline(always)]
    pub(super) fn on_arrive<O: Observer>(&mut self, tenant: u32, observer: &mut O) {
        self.schedule_arrival(tenant);
        self.send_request(tenant, 0, observer);
    }

    pub(super) fn on_send<O: Observer>(&mut self, tenant: u32, user: u32, observer: &mut O) {
        self.send_request(tenant, user, observer);
    }

    #[inline(always)]
    fn send_request<O: Observer>(&mut self, tenant: u32, user: u32, observer: &mut O) {
        let plan = &mut self.plan.tenants[tenant as usize];
        let request = self.requests.insert(Request {
            sent_at: self.now,
            key: plan.next_key(user),
            tenant,
            user,
            refs: 0,
            outcome: None,
            reached: 0,
            applied: Applied::default(),
        });
        let caller = Caller {
            parent: Ref::NONE,
            request,
            sent_at: self.now,
            replica: NO_REPLICA,
            life: 0,
            deadline: self.now + plan.patience,
            original: true,
        };
        let site = plan.site;
        observer.see(self.now, Fact::RequestSent { request, tenant });
        self.begin_call(site, caller, observer);
    }

    /// Begins a call and makes its first attempt.
    #[inline(always)]
    pub(super) fn begin_call<O: Observer>(&mut self, site: u32, caller: Caller, observer: &mut O) {
        let call = self.calls.insert(Call {
            parent: caller.parent,
            request: caller.request,
            sent_at: caller.sent_at,
            began: self.now,
            deadline: caller.deadline,
            gives_up: Time::NEVER,
            awaiting: 0,
            site,
            replica: NO_REPLICA,
            caller: caller.replica,
            life: caller.life,
            previous_wait: Span::ZERO,
            attempt: 0,
            original: caller.original,
            connection: Connection::None,
        });
        self.requests[caller.request].refs += 1;
        if self.calls.len() > self.limits.in_flight {
            self.excess = Some(Excess::InFlight);
        }
        observer.see(self.now, Fact::CallBegan { call, parent: caller.parent, request: caller.request, site });
        self.make_attempt(call, observer);
    }

    #[inline(always)]
    fn make_attempt<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let state = &mut self.calls[call];
        state.replica = NO_REPLICA;
        state.attempt += 1;
        state.awaiting |= 1 << state.attempt;
        let (site, attempt, sent_at) = (state.site, state.attempt, state.sent_at);
        observer.see(self.now, Fact::AttemptMade { call, site, attempt, sent_at });
        let plan = &mut self.plan.sites[site as usize];
        if attempt == 1
            && let Some(retries) = &mut plan.retries
        {
            retries.first_try();
        }
        let own = plan.timeout.map_or(Time::NEVER, |timeout| self.now + timeout);
        state.gives_up = own.min(state.deadline);
        // A tenant's patience makes an answer late; only a handler's deadline cuts its calls short.
        let due = if state.parent.is_none() { own } else { state.gives_up };
        if due != Time::NEVER {
            let event = Event::Timeout { call, site, attempt };
            match plan.timeout_lane {
                Some(lane) if due == own => self.agenda.push_lane(lane, own, event),
                _ => self.agenda.push(due, event),
            }
        }
        if plan.pool.is_none() || self.take_connection(call, attempt) {
            self.send_attempt(call, observer);
        }
    }

    /// Takes one of the caller's connections, or waits for one.
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
    #[inline(always)]
    fn return_connection<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        if self.calls[call].connection != Connection::None {
            self.return_taken_connection(call, observer);
        }
    }

    fn return_taken_connection<O: Observer>(&mut self, call: Ref, observer: &mut O) {
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
    #[inline(never)]
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
    #[inline(always)]
    fn send_attempt<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let state = &mut self.calls[call];
        let site = &mut self.plan.sites[state.site as usize];
        let request = &mut self.requests[state.request];
        let (first, replicas) = (site.first_replica, &self.replicas);
        request.reached |= site.effects;
        let replica = first + site.balancer.pick(request.key, |index| replicas[(first + index) as usize].outstanding);
        state.replica = replica;
        let transit = site.path.transit();
        if transit == Transit::Lost {
            return;
        }
        request.refs += 1;
        self.sent += 1;
        let job = self.jobs.insert(Job {
            serial: self.sent,
            call,
            request: state.request,
            sent_at: state.sent_at,
            entered: self.now,
            began: self.now,
            patience: Span::MAX,
            deadline: state.gives_up,
            replica,
            service: site.callee_service,
            inside: 0,
            op: site.first_op,
            pending: 0,
            stalled: 0,
            attempt: state.attempt,
            original: state.original && state.attempt == 1,
            degraded: false,
            phase: Phase::Travelling,
            failure: None,
        });
        self.replicas[replica as usize].outstanding += 1;
        if self.jobs.len() > self.limits.in_flight {
            self.excess = Some(Excess::InFlight);
        }
        match transit {
            // Calls nest at most `Model::MAX_DEPTH` deep, so a direct hand-over is bounded.
            Transit::Now => self.on_deliver(job, observer),
            later => self.post(later, Event::Deliver { job }),
        }
    }

    #[inline(always)]
    pub(super) fn on_reply<O: Observer>(&mut self, call: Ref, attempt: u8, answer: Answer, observer: &mut O) {
        let Some(state) = self.calls.get(call).filter(|state| state.awaiting & 1 << attempt != 0) else { return };
        if let Some(resumes) = pause(&self.replicas, state.caller, self.now) {
            self.agenda.push(resumes, Event::Reply { call, attempt, answer });
            return;
        }
        state.awaiting &= !(1 << attempt);
        observer.see(self.now, Fact::AttemptEnded { call, attempt, answer });
        self.judge_replica(call, attempt, matches!(answer, Answer::Failed(_)), observer);
        match answer {
            Answer::Failed(failure) => self.attempt_failed(call, failure, observer),
            answer => self.end_call(call, answer, observer),
        }
    }

    #[inline]
    pub(super) fn on_timeout<O: Observer>(&mut self, call: Ref, site: u32, attempt: u8, observer: &mut O) {
        let Some(state) = self.calls.get(call).filter(|state| state.awaiting & 1 << attempt != 0) else {
            self.drop_dead_timers(site);
            return;
        };
        if let Some(resumes) = pause(&self.replicas, state.caller, self.now) {
            self.agenda.push(resumes, Event::Timeout { call, site, attempt });
            return;
        }
        state.awaiting &= !(1 << attempt);
        observer.see(self.now, Fact::AttemptTimedOut { call, site, attempt, sent_at: state.sent_at });
        self.judge_replica(call, attempt, true, observer);
        self.attempt_failed(call, Failure::Timeout, observer);
    }

    /// A caller that ejects outliers hears how the attempt at a replica ended; one that was never sent tells nothing.
    #[inline(always)]
    fn judge_replica<O: Observer>(&mut self, call: Ref, attempt: u8, failed: bool, observer: &mut O) {
        let state = &self.calls[call];
        let (site, replica) = (state.site as usize, state.replica);
        if self.plan.sites[site].ejector.is_some() && attempt == state.attempt && replica != NO_REPLICA {
            self.judge(site, replica, failed, observer);
        }
    }

    /// Timers behind a dead one are mostly dead too: they go without ever being due.
    fn drop_dead_timers(&mut self, site: u32) {
        if let Some(lane) = self.plan.sites[site as usize].timeout_lane {
            let calls = &mut self.calls;
            self.agenda.skip_dead(lane, |event| match event {
                Event::Timeout { call, attempt, .. } => {
                    calls.get(call).is_none_or(|state| state.awaiting & 1 << attempt == 0)
                }
                _ => false,
            });
        }
    }

    fn attempt_failed<O: Observer>(&mut self, call: Ref, failure: Failure, observer: &mut O) {
        self.return_connection(call, observer);
        let state = &mut self.calls[call];
        let waits = state.parent.is_none() || state.is_in_time(self.now) && self.jobs.contains(state.parent);
        let next = match &mut self.plan.sites[state.site as usize].retries {
            Some(retries) if waits => retries.after_failure(u32::from(state.attempt), state.previous_wait),
            _ => Next::Fail,
        };
        match next {
            Next::RetryAfter(wait) if state.is_in_time(self.now + wait) => {
                state.previous_wait = wait;
                self.agenda.push(self.now + wait, Event::Retry { call });
            }
            Next::RetryAfter(_) | Next::Fail => self.end_call(call, Answer::Failed(failure), observer),
        }
    }

    #[inline(never)]
    pub(super) fn on_retry<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let state = &self.calls[call];
        let (parent, caller, in_time) = (state.parent, state.caller, state.is_in_time(self.now));
        if !parent.is_none() && !self.jobs.contains(parent) {
            // The caller crashed meanwhile.
            self.end_call(call, Answer::Failed(Failure::Unreachable), observer);
        } else if let Some(resumes) = pause(&self.replicas, caller, self.now) {
            self.agenda.push(resumes, Event::Retry { call });
        } else if !in_time {
            // It stood still meanwhile.
            self.end_call(call, Answer::Failed(Failure::Timeout), observer);
        } else {
            self.make_attempt(call, observer);
        }
    }

    /// The caller has its final answer.
    #[inline(always)]
    fn end_call<O: Observer>(&mut self, call: Ref, answer: Answer, observer: &mut O) {
        self.return_connection(call, observer);
        let state = &self.calls[call];
        let Call { parent, request, site, began, sent_at, .. } = *state;
        self.calls.free(call);
        observer.see(self.now, Fact::CallEnded { call, site, began, answer, sent_at });
        if parent.is_none() {
            self.end_request(request, answer, observer);
        } else if self.jobs.contains(parent) {
            let optional = self.plan.sites[site as usize].optional;
            self.step_ended(parent, answer, optional, observer);
        }
        self.release(request, observer);
    }

    #[inline(always)]
    fn end_request<O: Observer>(&mut self, request: Ref, answer: Answer, observer: &mut O) {
        let state = &mut self.requests[request];
        let (tenant, user, sent_at) = (state.tenant, state.user, state.sent_at);
        let plan = &self.plan.tenants[tenant as usize];
        let late = self.now.since(sent_at) > plan.patience;
        let outcome = match answer {
            Answer::Failed(failure) => Outcome::Failed(failure),
            _ if late => Outcome::Late,
            Answer::Ok => Outcome::Ok,
            Answer::Degraded => Outcome::Degraded,
        };
        state.outcome = Some(outcome);
        let thinks = plan.think.is_some();
        observer.see(self.now, Fact::RequestEnded { request, tenant, sent_at, outcome });
        if thinks {
            self.schedule_think(tenant, user);
        }
    }
}

/// When a caller's replica moves again, if it stands still now.
#[inline]
fn pause(replicas: &[Replica], caller: u32, now: Time) -> Option<Time> {
    let replica = replicas.get(caller as usize)?;
    (replica.paused_until > now).then_some(replica.paused_until)
}

/// Who begins a call.
pub(super) struct Caller {
    pub(super) parent: Ref,
    pub(super) request: Ref,
    pub(super) sent_at: Time,
    pub(super) replica: u32,
    pub(super) life: u32,
    pub(super) deadline: Time,
    pub(super) original: bool,
}

/// A tenant calls from nowhere in particular.
const NO_REPLICA: u32 = u32::MAX;
