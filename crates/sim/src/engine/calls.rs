//! The caller's side: requests, calls, attempts, timeouts, retries, connections.

use super::*;
use crate::plan::NO_REPLICA;
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
            key: 0,
        };
        let site = plan.site;
        observer.see(self.now, Fact::RequestSent { request, tenant });
        self.begin_call(site, caller, observer);
    }

    /// Begins a call and makes its first attempt.
    #[inline(always)]
    pub(super) fn begin_call<O: Observer>(&mut self, site: u32, caller: Caller, observer: &mut O) {
        let call = self.open_call(site, caller, observer);
        self.first_try(call, site, observer);
    }

    #[inline(always)]
    pub(super) fn first_try<O: Observer>(&mut self, call: Ref, site: u32, observer: &mut O) {
        let plan = &mut self.plan.sites[site as usize];
        if let Some(retries) = &mut plan.retries {
            retries.first_try();
        }
        if plan.guards.is_some() {
            self.begin_guarded(call, observer);
        } else {
            self.make_attempt(call, None, false, observer);
        }
    }

    /// Begins a call that has made no attempt yet.
    #[inline(always)]
    pub(super) fn open_call<O: Observer>(&mut self, site: u32, caller: Caller, observer: &mut O) -> Ref {
        let call = self.calls.insert(Call {
            parent: caller.parent,
            request: caller.request,
            sent_at: caller.sent_at,
            began: self.now,
            deadline: caller.deadline,
            key: caller.key,
            awaiting: 0,
            connected: 0,
            in_line: 0,
            site,
            replica: NO_REPLICA,
            caller: caller.replica,
            life: caller.life,
            previous_wait: Span::ZERO,
            attempt: 0,
            original: caller.original,
        });
        self.requests[caller.request].refs += 1;
        if self.calls.len() > self.limits.in_flight {
            self.excess = Some(Excess::InFlight);
        }
        observer.see(self.now, Fact::CallBegan { call, parent: caller.parent, request: caller.request, site });
        call
    }

    /// Makes the next attempt: to this of the callee's replicas, or to one that is picked when it is sent.
    #[inline(always)]
    pub(super) fn make_attempt<O: Observer>(&mut self, call: Ref, to: Option<u32>, hedge: bool, observer: &mut O) {
        let state = &mut self.calls[call];
        state.replica = NO_REPLICA;
        state.attempt += 1;
        state.awaiting |= 1 << state.attempt;
        let (site, attempt, sent_at) = (state.site, state.attempt, state.sent_at);
        observer.see(self.now, Fact::AttemptMade { call, site, attempt, hedge, sent_at });
        let plan = &mut self.plan.sites[site as usize];
        let own = plan.timeout.map_or(Time::NEVER, |timeout| self.now + timeout);
        let gives_up = own.min(state.deadline);
        // A tenant's patience makes an answer late; only a handler's deadline cuts its calls short.
        let due = if state.parent.is_none() { own } else { gives_up };
        if due != Time::NEVER {
            let event = Event::Timeout { call, site, attempt };
            match plan.timeout_lane {
                Some(lane) if due == own => self.agenda.push_lane(lane, own, event),
                _ => self.agenda.push(due, event),
            }
        }
        let attempt = Attempt { call, number: attempt, gives_up, to };
        if plan.pool.is_some() {
            self.send_connected(attempt, observer);
        } else {
            self.send_attempt(attempt, observer);
        }
    }

    /// Sends an attempt if one of the caller's connections is free.
    // Apart, so that what the compiler knows of the call above is still known where most attempts are sent.
    #[inline(never)]
    fn send_connected<O: Observer>(&mut self, attempt: Attempt, observer: &mut O) {
        if self.take_connection(attempt) {
            self.send_attempt(attempt, observer);
        }
    }

    /// Takes one of the caller's connections, or waits for one.
    fn take_connection(&mut self, attempt: Attempt) -> bool {
        let state = &mut self.calls[attempt.call];
        let Some(pool) = self.plan.sites[state.site as usize].pool else { return true };
        let pool = &mut self.replicas[state.caller as usize].pools[pool as usize];
        if pool.used < pool.size {
            pool.used += 1;
            state.connected |= 1 << attempt.number;
            return true;
        }
        pool.waiting.push_back(attempt);
        state.in_line |= 1 << attempt.number;
        false
    }

    /// Gives the connection of an ended attempt to the first one that still waits for one.
    #[inline(always)]
    pub(super) fn return_connection<O: Observer>(&mut self, call: Ref, attempt: u8, observer: &mut O) {
        let state = &mut self.calls[call];
        state.in_line &= !(1 << attempt);
        if state.connected & 1 << attempt != 0 {
            self.return_taken_connection(call, attempt, observer);
        }
    }

    fn return_taken_connection<O: Observer>(&mut self, call: Ref, attempt: u8, observer: &mut O) {
        let state = &mut self.calls[call];
        state.connected &= !(1 << attempt);
        let (caller, life, site) = (state.caller as usize, state.life, state.site as usize);
        let Some(pool) = self.plan.sites[site].pool else { return };
        if self.replicas[caller].life != life {
            return;
        }
        self.replicas[caller].pools[pool as usize].used -= 1;
        self.serve_pool(caller, pool as usize, observer);
    }

    /// The call is over: whatever its attempts hold goes back.
    #[inline(never)]
    fn return_all_connections<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        self.calls[call].in_line = 0;
        while self.calls[call].connected != 0 {
            let attempt = self.calls[call].connected.trailing_zeros() as u8;
            self.return_taken_connection(call, attempt, observer);
        }
    }

    /// Lets waiting attempts go while there are connections.
    #[inline(never)]
    pub(super) fn serve_pool<O: Observer>(&mut self, caller: usize, pool: usize, observer: &mut O) {
        while self.replicas[caller].pools[pool].used < self.replicas[caller].pools[pool].size {
            let Some(next) = self.replicas[caller].pools[pool].waiting.pop_front() else { return };
            let waits = |call: &&mut Call| call.in_line & 1 << next.number != 0;
            let Some(state) = self.calls.get(next.call).filter(waits) else { continue };
            state.in_line &= !(1 << next.number);
            state.connected |= 1 << next.number;
            self.replicas[caller].pools[pool].used += 1;
            self.send_attempt(next, observer);
        }
    }

    /// Sends an attempt to one of the callee's replicas.
    #[inline(always)]
    fn send_attempt<O: Observer>(&mut self, attempt: Attempt, observer: &mut O) {
        let Attempt { call, number, gives_up, to } = attempt;
        let state = &mut self.calls[call];
        let site = &mut self.plan.sites[state.site as usize];
        let request = &mut self.requests[state.request];
        let (first, replicas) = (site.first_replica, &self.replicas);
        request.reached |= site.effects;
        let load = |index| replicas[(first + index) as usize].outstanding;
        let replica = first
            + match to {
                Some(index) => index,
                None => site.balancer.pick(request.key, load),
            };
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
            deadline: gives_up,
            key: state.key,
            replica,
            service: site.callee_service,
            inside: 0,
            op: site.first_op,
            pending: 0,
            stalled: 0,
            attempt: number,
            original: state.original && number == 1,
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
        let site = &self.plan.sites[state.site as usize];
        let is_guarded = site.guards.is_some();
        if site.ejector.is_some() {
            self.judge_replica(call, attempt, matches!(answer, Answer::Failed(_)), observer);
        }
        match answer {
            _ if is_guarded => self.end_guarded_attempt(call, attempt, answer, observer),
            Answer::Failed(failure) => self.attempt_failed(call, attempt, failure, observer),
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
        if self.plan.sites[site as usize].ejector.is_some() {
            self.judge_replica(call, attempt, true, observer);
        }
        if self.plan.sites[site as usize].guards.is_some() {
            self.end_guarded_attempt(call, attempt, Answer::Failed(Failure::Timeout), observer);
        } else {
            self.attempt_failed(call, attempt, Failure::Timeout, observer);
        }
    }

    /// A caller that ejects outliers hears how the attempt at a replica ended; one that was never sent tells nothing.
    #[inline(never)]
    fn judge_replica<O: Observer>(&mut self, call: Ref, attempt: u8, failed: bool, observer: &mut O) {
        let site = self.calls[call].site as usize;
        if let Some(replica) = self.replica_asked(call, attempt) {
            self.judge(site, replica, failed, observer);
        }
    }

    /// Where an attempt under way was sent, if it was.
    fn replica_asked(&mut self, call: Ref, attempt: u8) -> Option<u32> {
        let state = &self.calls[call];
        let site = &self.plan.sites[state.site as usize];
        if state.in_line & 1 << attempt != 0 {
            return None;
        }
        if site.guards.is_some() {
            return self.guarded[call.index()].asked(attempt).map(|index| site.first_replica + index);
        }
        (attempt == state.attempt && state.replica != NO_REPLICA).then_some(state.replica)
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

    pub(super) fn attempt_failed<O: Observer>(&mut self, call: Ref, attempt: u8, failure: Failure, observer: &mut O) {
        self.return_connection(call, attempt, observer);
        let hedges = self.hedges(call);
        let state = &mut self.calls[call];
        let tries = u32::from(state.attempt - hedges);
        let waits = state.parent.is_none() || state.is_in_time(self.now) && self.jobs.contains(state.parent);
        let next = match &mut self.plan.sites[state.site as usize].retries {
            Some(retries) if waits => retries.after_failure(self.now, failure, tries, state.previous_wait),
            _ => Next::Fail,
        };
        match next {
            Next::RetryAfter(wait) if state.is_in_time(self.now + wait) => {
                state.previous_wait = wait;
                self.agenda.push(self.now + wait, Event::Retry { call });
            }
            Next::RetryAfter(_) | Next::Fail if waits => self.fail_call(call, failure, observer),
            Next::RetryAfter(_) | Next::Fail => self.end_call(call, Answer::Failed(failure), observer),
        }
    }

    #[inline(never)]
    pub(super) fn on_retry<O: Observer>(&mut self, call: Ref, observer: &mut O) {
        let state = &self.calls[call];
        let (parent, caller, in_time) = (state.parent, state.caller, state.is_in_time(self.now));
        if !parent.is_none() && !self.jobs.contains(parent) {
            // The caller crashed meanwhile.
            self.give_up_call(call, Failure::Unreachable, observer);
        } else if let Some(resumes) = pause(&self.replicas, caller, self.now) {
            self.agenda.push(resumes, Event::Retry { call });
        } else if !in_time {
            // It stood still meanwhile.
            self.give_up_call(call, Failure::Timeout, observer);
        } else if self.plan.sites[state.site as usize].guards.is_some() {
            self.try_guarded(call, observer);
        } else {
            self.make_attempt(call, None, false, observer);
        }
    }

    /// The caller has its final answer.
    #[inline(always)]
    pub(super) fn end_call<O: Observer>(&mut self, call: Ref, answer: Answer, observer: &mut O) {
        let (request, ended) = self.close_call(call, answer, observer);
        if self.plan.sites[ended.site as usize].data.is_some() {
            self.end_data_call(&ended, observer);
        } else if ended.parent.is_none() {
            self.end_request(request, answer, observer);
        } else {
            self.tell_handler(ended.parent, ended.site, answer, observer);
        }
        self.release(request, observer);
    }

    /// A call of this request is over; its caller is not told here.
    #[inline(always)]
    pub(super) fn close_call<O: Observer>(&mut self, call: Ref, answer: Answer, observer: &mut O) -> (Ref, EndedCall) {
        let state = &self.calls[call];
        if state.connected | state.in_line != 0 {
            self.return_all_connections(call, observer);
        }
        let Call { parent, request, site, began, sent_at, key, caller, .. } = self.calls[call];
        self.calls.free(call);
        observer.see(self.now, Fact::CallEnded { call, site, began, answer, sent_at });
        (request, EndedCall { call, site, parent, caller, key, sent_at, answer })
    }

    /// The handler that waits for a call goes on, if it is still there.
    #[inline(always)]
    pub(super) fn tell_handler<O: Observer>(&mut self, job: Ref, site: u32, answer: Answer, observer: &mut O) {
        if self.jobs.contains(job) {
            let optional = self.plan.sites[site as usize].optional;
            self.step_ended(job, answer, optional, observer);
        }
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
pub(super) fn pause(replicas: &[Replica], caller: u32, now: Time) -> Option<Time> {
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
    pub(super) key: u64,
}

/// A call that is over and had to do with data.
pub(super) struct EndedCall {
    pub(super) call: Ref,
    pub(super) site: u32,
    pub(super) parent: Ref,
    pub(super) caller: u32,
    pub(super) key: u64,
    pub(super) sent_at: Time,
    pub(super) answer: Answer,
}
