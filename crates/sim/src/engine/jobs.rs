//! The callee's side: admission, workers, operations, cores.

use super::calls::Caller;
use super::*;
use crate::queue::Waiting;

impl Simulation {
    /// An attempt reaches its replica.
    #[inline]
    pub(super) fn on_deliver<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let Some(state) = self.jobs.get(job) else { return };
        let replica = &self.replicas[state.replica as usize];
        if !replica.up {
            self.refuse(job, Failure::Unreachable, observer);
            return;
        }
        if replica.paused_until > self.now {
            self.agenda.push(replica.paused_until, Event::Deliver { job });
            return;
        }
        state.entered = self.now;
        let sent_at = self.requests[state.request].sent_at;
        observer.see(
            self.now,
            Fact::Reached {
                job,
                call: state.call,
                attempt: state.attempt,
                service: state.service,
                replica: state.replica,
                original: state.original,
                sent_at,
            },
        );
        if replica.busy_workers < replica.workers {
            self.start(job, observer);
        } else if replica.room.is_full() {
            let (service, entered) = (state.service, state.entered);
            let answer = Answer::Failed(Failure::Rejected);
            observer.see(self.now, Fact::HandlerEnded { job, service, entered, answer });
            self.refuse(job, Failure::Rejected, observer);
        } else {
            self.queue(job, observer);
        }
    }

    fn queue<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let state = &mut self.jobs[job];
        state.phase = Phase::Queued;
        let tenant = self.requests[state.request].tenant;
        let priority = self.plan.tenants[tenant as usize].priority;
        self.replicas[state.replica as usize].room.push(self.now, Waiting { job, tenant, priority });
        observer.see(self.now, Fact::Waiting { service: state.service, change: 1 });
    }

    /// Sends a failure back for an attempt that no worker has taken.
    pub(super) fn refuse<O: Observer>(&mut self, job: Ref, failure: Failure, observer: &mut O) {
        self.answer(job, Answer::Failed(failure));
        self.forget(job, observer);
    }

    /// Sends the answer of a job to whoever made the attempt.
    #[inline]
    fn answer(&mut self, job: Ref, answer: Answer) {
        let (call, attempt) = (self.jobs[job].call, self.jobs[job].attempt);
        // Nobody waits for an abandoned attempt, so its answer need not travel.
        let Some(site) = self.calls.get(call).map(|state| state.site) else { return };
        let transit = self.plan.sites[site as usize].path.transit();
        self.post(transit, Event::Reply { call, attempt, answer });
    }

    #[inline]
    fn forget<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let state = &self.jobs[job];
        let (request, replica) = (state.request, state.replica as usize);
        self.replicas[replica].outstanding -= 1;
        self.jobs.free(job);
        self.release(request, observer);
    }

    /// A worker takes the job.
    #[inline]
    fn start<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let state = &mut self.jobs[job];
        state.phase = Phase::Running;
        let service = state.service;
        let replica = &mut self.replicas[state.replica as usize];
        replica.busy_workers += 1;
        let errs = replica.error_rate > 0.0 && self.error_streams[service as usize].chance(replica.error_rate);
        observer.see(self.now, Fact::Serving { service, change: 1 });
        observer.see(self.now, Fact::HandlerBegan { job, service });
        if errs {
            self.end_job(job, Answer::Failed(Failure::Error), observer);
        } else {
            self.advance(job, observer);
        }
    }

    /// Runs operations until one takes time, or the handler ends.
    #[inline]
    fn advance<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        loop {
            let state = &mut self.jobs[job];
            let op = self.plan.ops[state.op as usize];
            state.op += 1;
            match op {
                Op::End => {
                    let answer = if state.degraded { Answer::Degraded } else { Answer::Ok };
                    self.end_job(job, answer, observer);
                    return;
                }
                Op::Effect { effect, idempotent } => {
                    let applied = &mut self.requests[state.request].applied[usize::from(effect)];
                    if !idempotent || *applied == 0 {
                        *applied = applied.saturating_add(1);
                    }
                }
                Op::Fork { branches: 0 } => {}
                _ if state.is_too_late(self.now, &self.plan) => {
                    self.end_job(job, Answer::Failed(Failure::Timeout), observer);
                    return;
                }
                Op::Fork { branches } => {
                    self.fork(job, branches, observer);
                    return;
                }
                single => {
                    state.pending = 1;
                    self.begin_op(job, single, observer);
                    return;
                }
            }
        }
    }

    fn fork<O: Observer>(&mut self, job: Ref, branches: u32, observer: &mut O) {
        let state = &mut self.jobs[job];
        state.pending = branches;
        let first = state.op as usize;
        state.op += branches;
        for index in first..first + branches as usize {
            self.begin_op(job, self.plan.ops[index], observer);
        }
    }

    #[inline]
    fn begin_op<O: Observer>(&mut self, job: Ref, op: Op, observer: &mut O) {
        match op {
            Op::Work { draw } => self.begin_work(job, draw, observer),
            Op::Wait { draw } => {
                let span = self.plan.draws[draw as usize].sample();
                self.schedule_finish(job, span, false);
            }
            Op::Call { site } => {
                let state = &self.jobs[job];
                let inherits = self.plan.services[state.service as usize].propagates_deadlines;
                let caller = Caller {
                    parent: job,
                    request: state.request,
                    replica: state.replica,
                    deadline: if inherits { state.deadline } else { Time::NEVER },
                    original: state.original,
                };
                self.begin_call(site, caller, observer);
            }
            Op::Fork { .. } | Op::Effect { .. } | Op::End => unreachable!("not an operation that takes time"),
        }
    }

    #[inline]
    fn begin_work<O: Observer>(&mut self, job: Ref, draw: u32, observer: &mut O) {
        let state = &self.jobs[job];
        let (service, index) = (state.service, state.replica);
        let replica = &mut self.replicas[index as usize];
        let mut span = self.plan.draws[draw as usize].sample();
        if replica.stretch != 1.0 {
            span = span.scaled(replica.stretch);
        }
        if replica.cores == u32::MAX {
            self.schedule_finish(job, span, false);
        } else if let Some(sharing) = &mut replica.sharing {
            let before = sharing.busy();
            sharing.join(self.now, job, span);
            let change = (sharing.busy() - before) as i32;
            observer.see(self.now, Fact::Computing { service, change });
            self.schedule_share(index);
        } else if replica.busy_cores < replica.cores {
            replica.busy_cores += 1;
            observer.see(self.now, Fact::Computing { service, change: 1 });
            self.schedule_finish(job, span, true);
        } else {
            replica.ready.push_back((job, span));
            self.jobs[job].stalled += 1;
            self.state_if_stalled(job, observer);
        }
    }

    /// A handler that can do nothing but wait for a core counts as waiting.
    fn state_if_stalled<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let state = &self.jobs[job];
        if state.is_stalled() {
            observer.see(self.now, Fact::Serving { service: state.service, change: -1 });
            observer.see(self.now, Fact::Waiting { service: state.service, change: 1 });
        }
    }

    #[inline]
    fn schedule_finish(&mut self, job: Ref, span: Span, core: bool) {
        let pauses = self.replicas[self.jobs[job].replica as usize].lost.len() as u32 - 1;
        self.agenda.push(self.now + span, Event::Finish { job, pauses, core });
    }

    /// Makes sure that an event is scheduled for when the next piece of shared work ends.
    pub(super) fn schedule_share(&mut self, index: u32) {
        let replica = &mut self.replicas[index as usize];
        let Some(sharing) = &replica.sharing else { return };
        let due = sharing.next_end();
        // One that is due too early will look again; only one that is due too late must be replaced.
        if due < replica.share_due {
            replica.share_due = due;
            replica.share_version = replica.share_version.wrapping_add(1);
            let version = replica.share_version;
            self.agenda.push(due, Event::Share { replica: index, version });
        }
    }

    pub(super) fn on_share<O: Observer>(&mut self, index: u32, version: u32, observer: &mut O) {
        let replica = &mut self.replicas[index as usize];
        if version != replica.share_version {
            return;
        }
        replica.share_due = Time::NEVER;
        let service = replica.service;
        loop {
            let Some(sharing) = &mut self.replicas[index as usize].sharing else { return };
            let before = sharing.busy();
            let Some(job) = sharing.take_ended(self.now) else { break };
            let change = sharing.busy() as i32 - before as i32;
            observer.see(self.now, Fact::Computing { service, change });
            self.step_ended(job, Answer::Ok, false, observer);
        }
        self.schedule_share(index);
    }

    /// A piece of work, or a wait, ends.
    #[inline]
    pub(super) fn on_finish<O: Observer>(&mut self, job: Ref, pauses: u32, core: bool, observer: &mut O) {
        let Some(state) = self.jobs.get(job) else { return };
        let index = state.replica as usize;
        let lost = &self.replicas[index].lost;
        let pauses_now = lost.len() as u32 - 1;
        if pauses != pauses_now {
            let debt = lost[pauses_now as usize] - lost[pauses as usize];
            self.agenda.push(self.now + debt, Event::Finish { job, pauses: pauses_now, core });
            return;
        }
        if core {
            self.free_core(index, observer);
        }
        self.step_ended(job, Answer::Ok, false, observer);
    }

    /// The core takes the next piece of work, or idles.
    #[inline]
    fn free_core<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &mut self.replicas[index];
        let service = replica.service;
        match replica.ready.pop_front() {
            Some((job, span)) => {
                let state = &mut self.jobs[job];
                if state.is_stalled() {
                    observer.see(self.now, Fact::Waiting { service, change: -1 });
                    observer.see(self.now, Fact::Serving { service, change: 1 });
                }
                state.stalled -= 1;
                self.schedule_finish(job, span, true);
            }
            None => {
                replica.busy_cores -= 1;
                observer.see(self.now, Fact::Computing { service, change: -1 });
            }
        }
    }

    /// An operation of a handler has ended.
    #[inline]
    pub(super) fn step_ended<O: Observer>(&mut self, job: Ref, answer: Answer, optional: bool, observer: &mut O) {
        let state = &mut self.jobs[job];
        match answer {
            Answer::Ok => {}
            Answer::Failed(failure) if !optional => state.failure = state.failure.or(Some(failure)),
            Answer::Degraded | Answer::Failed(_) => state.degraded = true,
        }
        state.pending -= 1;
        if state.pending > 0 {
            self.state_if_stalled(job, observer);
            return;
        }
        match state.failure {
            Some(failure) => self.end_job(job, Answer::Failed(failure), observer),
            None => self.advance(job, observer),
        }
    }

    /// The handler is done: answers, and lets the worker go on.
    #[inline]
    fn end_job<O: Observer>(&mut self, job: Ref, answer: Answer, observer: &mut O) {
        let state = &self.jobs[job];
        let (service, entered, index) = (state.service, state.entered, state.replica as usize);
        observer.see(self.now, Fact::Serving { service, change: -1 });
        observer.see(self.now, Fact::HandlerEnded { job, service, entered, answer });
        self.answer(job, answer);
        self.forget(job, observer);
        self.replicas[index].busy_workers -= 1;
        self.admit(index, observer);
    }

    /// Free workers take waiting requests.
    #[inline]
    pub(super) fn admit<O: Observer>(&mut self, index: usize, observer: &mut O) {
        if self.replicas[index].room.len() == 0 || self.replicas[index].admitting {
            return;
        }
        self.replicas[index].admitting = true;
        while self.replicas[index].busy_workers < self.replicas[index].workers {
            let Some(next) = self.replicas[index].room.pop(self.now) else { break };
            observer.see(self.now, Fact::Waiting { service: self.replicas[index].service, change: -1 });
            self.start(next, observer);
        }
        self.replicas[index].admitting = false;
    }
}
