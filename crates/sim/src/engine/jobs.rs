//! The callee's side: admission, workers, operations, cores.

use super::calls::Caller;
use super::*;
use crate::fact::{Refusal, Stage};
use crate::queue::Waiting;

impl Simulation {
    /// An attempt reaches its replica.
    #[inline(always)]
    pub(super) fn on_deliver<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let Some(state) = self.jobs.get(job) else { return };
        let replica = &self.replicas[state.replica as usize];
        if !replica.up && state.serial > replica.takes_up_to {
            self.refuse(job, Failure::Unreachable, observer);
            return;
        }
        if replica.paused_until > self.now {
            self.agenda.push(replica.paused_until, Event::Deliver { job });
            return;
        }
        state.entered = self.now;
        let Job { call, attempt, service, original, sent_at, replica: index, .. } = *state;
        observer.see(self.now, Fact::Reached { job, call, attempt, service, replica: index, original, sent_at });
        if replica.defence.is_some()
            && let Some(by) = self.refusal(job)
        {
            self.turn_away(job, Some(by), Stage::Refused, observer);
            return;
        }
        let replica = &self.replicas[index as usize];
        if replica.busy_workers < replica.workers {
            self.start(job, false, observer);
        } else if replica.room.is_full() && !self.makes_room(job, observer) {
            self.turn_away(job, None, Stage::Refused, observer);
        } else {
            self.queue(job, observer);
        }
    }

    #[inline(always)]
    fn queue<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let state = &mut self.jobs[job];
        state.phase = Phase::Queued;
        let tenant = self.requests[state.request].tenant;
        let priority = self.plan.tenants[tenant as usize].priority;
        let service = state.service;
        let replica = &mut self.replicas[state.replica as usize];
        let ahead = replica.room.len();
        replica.room.push(self.now, Waiting { job, tenant, priority });
        if replica.defence.is_some() {
            self.grant_patience(job, ahead);
        }
        observer.see(self.now, Fact::Queued { job, service });
    }

    /// Sends a failure back for an attempt that no worker has taken.
    pub(super) fn refuse<O: Observer>(&mut self, job: Ref, failure: Failure, observer: &mut O) {
        let Job { call, attempt, request, replica, .. } = self.jobs[job];
        self.jobs.free(job);
        self.replicas[replica as usize].outstanding -= 1;
        self.answer(call, attempt, Answer::Failed(failure), observer);
        self.release(request, observer);
        self.notice_drained(replica as usize, observer);
    }

    /// Sends the answer to an attempt to whoever made it.
    #[inline(always)]
    fn answer<O: Observer>(&mut self, call: Ref, attempt: u8, answer: Answer, observer: &mut O) {
        // Nobody waits for an abandoned attempt, so its answer need not travel.
        let Some(state) = self.calls.get(call) else { return };
        let from_tenant = state.parent.is_none();
        match self.plan.sites[state.site as usize].path.transit() {
            // A tenant sends nothing in response, so a direct hand-over goes no further.
            Transit::Now if from_tenant => self.on_reply(call, attempt, answer, observer),
            transit => self.post(transit, Event::Reply { call, attempt, answer }),
        }
    }

    /// A worker takes the job, out of the queue or at once.
    #[inline(always)]
    fn start<O: Observer>(&mut self, job: Ref, queued: bool, observer: &mut O) {
        let state = &mut self.jobs[job];
        state.phase = Phase::Running;
        state.began = self.now;
        let service = state.service;
        let replica = &mut self.replicas[state.replica as usize];
        replica.busy_workers += 1;
        let error_rate = replica.error_rate;
        if replica.defence.is_some() {
            self.note_start(job);
        }
        let errs = error_rate > 0.0 && self.error_streams[service as usize].chance(error_rate);
        observer.see(self.now, Fact::HandlerBegan { job, service, queued });
        if errs {
            self.end_job(job, Answer::Failed(Failure::Error), observer);
        } else {
            self.advance(job, observer);
        }
    }

    /// Runs operations until one takes time, or the handler ends.
    #[inline(always)]
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
                _ if state.is_too_late(self.now, &self.plan) => {
                    self.end_job(job, Answer::Failed(Failure::Timeout), observer);
                    return;
                }
                Op::Effect { effect, idempotent } => {
                    let applied = &mut self.requests[state.request].applied[usize::from(effect)];
                    if !idempotent || *applied == 0 {
                        *applied = applied.saturating_add(1);
                    }
                }
                Op::KeptEffect { effect, retention } => {
                    let request = state.request;
                    self.apply_kept(request, effect, retention);
                }
                Op::Lock => {
                    if !self.lock_row(job, observer) {
                        return;
                    }
                }
                Op::Commit => self.commit(job, observer),
                Op::Read { follower } => self.read_copy(job, follower, observer),
                Op::Fork { branches: 0 } => {}
                Op::Fork { branches } => {
                    self.fork(job, branches, observer);
                    return;
                }
                // As below, but most operations are work: one question less.
                Op::Work { draw } => {
                    state.pending = 1;
                    self.begin_work(job, draw, observer);
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

    #[inline(never)]
    fn fork<O: Observer>(&mut self, job: Ref, branches: u32, observer: &mut O) {
        let state = &mut self.jobs[job];
        state.pending = branches;
        let first = state.op as usize;
        state.op += branches;
        for index in first..first + branches as usize {
            // Forks within forks multiply, all within one event.
            if self.excess.is_some() {
                return;
            }
            self.begin_op(job, self.plan.ops[index], observer);
        }
    }

    #[inline(always)]
    fn begin_op<O: Observer>(&mut self, job: Ref, op: Op, observer: &mut O) {
        match op {
            Op::Work { draw } => self.begin_work(job, draw, observer),
            Op::Wait { draw } => {
                let span = self.plan.draws[draw as usize].sample();
                let pauses = self.replicas[self.jobs[job].replica as usize].pauses;
                self.agenda.push(self.now + span, Event::Finish { job, pauses, core: false });
            }
            Op::Call { site } => self.call_from(job, site, 0, observer),
            Op::Ask { site } => self.ask(job, site, observer),
            Op::Publish { publication } => self.publish(job, publication, observer),
            Op::Fork { .. }
            | Op::Effect { .. }
            | Op::KeptEffect { .. }
            | Op::Lock
            | Op::Commit
            | Op::Read { .. }
            | Op::End => {
                unreachable!("not an operation that takes time")
            }
        }
    }

    #[inline(never)]
    pub(super) fn call_from<O: Observer>(&mut self, job: Ref, site: u32, key: u64, observer: &mut O) {
        let Job { request, sent_at, replica, service, deadline, original, .. } = self.jobs[job];
        let inherits = self.plan.services[service as usize].propagates_deadlines;
        let deadline = if inherits { deadline } else { Time::NEVER };
        let life = self.replicas[replica as usize].life;
        let caller = Caller { parent: job, request, sent_at, replica, life, deadline, original, key };
        self.begin_call(site, caller, observer);
    }

    #[inline(always)]
    fn begin_work<O: Observer>(&mut self, job: Ref, draw: u32, observer: &mut O) {
        let state = &mut self.jobs[job];
        let (service, index) = (state.service, state.replica);
        let replica = &mut self.replicas[index as usize];
        let mut span = self.plan.draws[draw as usize].sample();
        if replica.stretch != 1.0 {
            span = span.scaled(replica.stretch);
        }
        let pauses = replica.pauses;
        if replica.cores == u32::MAX {
            self.agenda.push(self.now + span, Event::Finish { job, pauses, core: false });
        } else if let Some(sharing) = &mut replica.sharing {
            let before = sharing.busy();
            sharing.join(self.now, job, span);
            let change = (sharing.busy() - before) as i32;
            replica.note_load(self.now);
            observer.see(self.now, Fact::Computing { service, change });
            self.schedule_share(index);
        } else if replica.busy_cores < replica.cores {
            replica.busy_cores += 1;
            replica.note_load(self.now);
            observer.see(self.now, Fact::Computing { service, change: 1 });
            self.agenda.push(self.now + span, Event::Finish { job, pauses, core: true });
        } else {
            replica.ready.push_back((job, span));
            state.stalled += 1;
            see_if_stalled(state, self.now, observer);
        }
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
        if replica.paused_until > self.now {
            return;
        }
        let service = replica.service;
        loop {
            let Some(sharing) = &mut self.replicas[index as usize].sharing else { return };
            let before = sharing.busy();
            let Some(job) = sharing.take_ended(self.now) else { break };
            let change = sharing.busy() as i32 - before as i32;
            self.replicas[index as usize].note_load(self.now);
            observer.see(self.now, Fact::Computing { service, change });
            self.step_ended(job, Answer::Ok, false, observer);
        }
        self.schedule_share(index);
    }

    /// A piece of work, or a wait, ends.
    #[inline(always)]
    pub(super) fn on_finish<O: Observer>(&mut self, job: Ref, pauses: u32, core: bool, observer: &mut O) {
        let Some(state) = self.jobs.get(job) else { return };
        let index = state.replica as usize;
        if pauses != self.replicas[index].pauses {
            self.make_up_for_pauses(job, pauses, core);
            return;
        }
        if core {
            self.free_core(index, observer);
        }
        self.step_ended(job, Answer::Ok, false, observer);
    }

    /// The replica stood still since the work was begun: it ends that much later.
    fn make_up_for_pauses(&mut self, job: Ref, pauses: u32, core: bool) {
        let replica = &self.replicas[self.jobs[job].replica as usize];
        let debt = replica.lost[replica.pauses as usize] - replica.lost[pauses as usize];
        self.agenda.push(self.now + debt, Event::Finish { job, pauses: replica.pauses, core });
    }

    /// The core takes the next piece of work, or idles.
    #[inline(always)]
    fn free_core<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &mut self.replicas[index];
        let (service, pauses) = (replica.service, replica.pauses);
        let Some((job, span)) = replica.ready.pop_front() else {
            replica.busy_cores -= 1;
            replica.note_load(self.now);
            observer.see(self.now, Fact::Computing { service, change: -1 });
            return;
        };
        let state = &mut self.jobs[job];
        if state.is_stalled() {
            observer.see(self.now, Fact::CoreAwaited { service, waits: false });
        }
        state.stalled -= 1;
        self.agenda.push(self.now + span, Event::Finish { job, pauses, core: true });
    }

    /// An operation of a handler has ended.
    #[inline(always)]
    pub(super) fn step_ended<O: Observer>(&mut self, job: Ref, answer: Answer, optional: bool, observer: &mut O) {
        let state = &mut self.jobs[job];
        match answer {
            Answer::Ok => {}
            Answer::Failed(failure) if !optional => state.failure = state.failure.or(Some(failure)),
            Answer::Degraded | Answer::Failed(_) => state.degraded = true,
        }
        state.pending -= 1;
        if state.pending > 0 {
            see_if_stalled(state, self.now, observer);
            return;
        }
        match state.failure {
            Some(failure) => self.end_job(job, Answer::Failed(failure), observer),
            None => self.advance(job, observer),
        }
    }

    /// The handler is done: answers, and lets the worker go on.
    #[inline(always)]
    fn end_job<O: Observer>(&mut self, job: Ref, answer: Answer, observer: &mut O) {
        let Job { call, request, service, entered, replica: index, attempt, .. } = self.jobs[job];
        let replica = &mut self.replicas[index as usize];
        replica.outstanding -= 1;
        replica.busy_workers -= 1;
        let has_waiting = replica.room.len() > 0;
        let has_locks = replica.locks.is_some();
        let defended = replica.defence.is_some();
        if defended {
            self.note_end(job, answer, observer);
        }
        self.jobs.free(job);
        let stage = Stage::Serving;
        observer.see(self.now, Fact::HandlerEnded { job, service, entered, stage, answer });
        self.answer(call, attempt, answer, observer);
        self.release(request, observer);
        if has_locks {
            self.unlock(job, index as usize, observer);
        }
        if has_waiting {
            self.admit(index as usize, observer);
        }
        if defended {
            self.replicas[index as usize].note_load(self.now);
            self.notice_drained(index as usize, observer);
        }
    }

    /// Free workers take waiting requests.
    #[inline(never)]
    pub(super) fn admit<O: Observer>(&mut self, index: usize, observer: &mut O) {
        // The loop further up the stack goes on when this returns.
        if std::mem::replace(&mut self.replicas[index].admitting, true) {
            return;
        }
        loop {
            let replica = &mut self.replicas[index];
            if replica.busy_workers >= replica.workers {
                break;
            }
            let Some(next) = replica.room.pop(self.now) else { break };
            if replica.defence.is_some() && self.is_shed(next) {
                self.turn_away(next, Some(Refusal::Shed), Stage::Waiting, observer);
            } else {
                self.start(next, true, observer);
            }
        }
        self.replicas[index].admitting = false;
    }
}

/// A handler that can do nothing but wait for a core counts as waiting.
#[inline(always)]
fn see_if_stalled<O: Observer>(state: &Job, now: Time, observer: &mut O) {
    if state.is_stalled() {
        observer.see(now, Fact::CoreAwaited { service: state.service, waits: true });
    }
}
