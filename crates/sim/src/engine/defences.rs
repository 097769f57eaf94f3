//! Policies at the callee's door and queue: what turns an attempt away, and what they learn from those that got an answer.

use super::*;
use crate::autoscale::LoadGauge;
use crate::concurrency::{ConcurrencyLimit, Sample};
use crate::fact::{Refusal, Stage};
use crate::model::Service;
use crate::shed::{Candidate, Shedder};

/// The policies of one replica; there is one wherever its service has any policy on its own side.
#[derive(Debug)]
pub(super) struct Defence {
    concurrency: Option<ConcurrencyLimit>,
    shed: Option<Shedder>,
    /// How busy it was, where the number of replicas follows that.
    load: Option<LoadGauge>,
}

impl Defence {
    /// That of one replica of a service, which may get new versions.
    pub(super) fn of(service: &Service, deployed: bool) -> Option<Box<Self>> {
        let concurrency = service.defences.concurrency.map(ConcurrencyLimit::new);
        let shed = service.queue.shed.and_then(Shedder::new);
        let load = service.defences.autoscale.map(|_| LoadGauge::default());
        let limited = concurrency.is_some() || shed.is_some() || service.defences.limit.is_some();
        let defended = limited || load.is_some() || deployed;
        defended.then(|| Box::new(Defence { concurrency, shed, load }))
    }

    /// So many workers or cores are busy now.
    pub(super) fn note_load(&mut self, now: Time, busy: u32) {
        if let Some(load) = &mut self.load {
            load.set(now, busy);
        }
    }

    /// Busy worker-nanoseconds or core-nanoseconds since it was last asked.
    pub(super) fn take_load(&mut self, now: Time) -> u128 {
        self.load.as_mut().map_or(0, |load| load.take(now))
    }

    /// A handler has answered; gives by how much the concurrency limit moved.
    fn learn(&mut self, now: Time, job: &Job, answer: Answer) -> i32 {
        if !matches!(answer, Answer::Failed(_))
            && let Some(shed) = &mut self.shed
        {
            shed.served(now.since(job.began));
        }
        let (Some(limit), Some(sample)) =
            (&mut self.concurrency, Sample::of(now.since(job.entered), job.inside, answer))
        else {
            return 0;
        };
        let before = limit.limit() as i32;
        limit.ended(now, sample);
        limit.limit() as i32 - before
    }
}

impl Simulation {
    /// Which policy turns an attempt away that has reached its replica.
    #[inline(never)]
    pub(super) fn refusal(&mut self, job: Ref) -> Option<Refusal> {
        let Job { request, service, replica: index, .. } = self.jobs[job];
        let tenant = self.requests[request].tenant;
        let number = index - self.plan.services[service as usize].first_replica;
        let limiter = &mut self.limiters[service as usize];
        if limiter.as_mut().is_some_and(|limiter| !limiter.admit(self.now, tenant, number)) {
            return Some(Refusal::Limited);
        }
        let replica = &self.replicas[index as usize];
        let inside = replica.inside();
        self.jobs[job].inside = inside + 1;
        let limit = replica.defence.as_ref().and_then(|defence| defence.concurrency.as_ref());
        limit.is_some_and(|limit| !limit.admit(inside)).then_some(Refusal::Crowded)
    }

    /// An attempt that no worker has taken, at the door or in the queue, is answered with a rejection.
    pub(super) fn turn_away<O: Observer>(&mut self, job: Ref, by: Option<Refusal>, stage: Stage, observer: &mut O) {
        let Job { service, entered, sent_at, .. } = self.jobs[job];
        if let Some(by) = by {
            observer.see(self.now, Fact::TurnedAway { service, by, sent_at });
        }
        let answer = Answer::Failed(Failure::Rejected);
        observer.see(self.now, Fact::HandlerEnded { job, service, entered, stage, answer });
        self.refuse(job, Failure::Rejected, observer);
    }

    /// Whether somebody of lower priority left the full queue for this attempt.
    #[inline(never)]
    pub(super) fn makes_room<O: Observer>(&mut self, job: Ref, observer: &mut O) -> bool {
        let Job { request, service, replica, .. } = self.jobs[job];
        if self.plan.services[service as usize].queue.shed != Some(Shed::Priority) {
            return false;
        }
        let priority = self.plan.tenants[self.requests[request].tenant as usize].priority;
        let Some(displaced) = self.replicas[replica as usize].room.displace(priority) else { return false };
        self.turn_away(displaced, Some(Refusal::Shed), Stage::Waiting, observer);
        true
    }

    /// A request begins to wait behind so many others.
    #[inline(never)]
    pub(super) fn grant_patience(&mut self, job: Ref, ahead: usize) {
        let state = &mut self.jobs[job];
        let defence = self.replicas[state.replica as usize].defence.as_deref_mut();
        if let Some(shed) = defence.and_then(|defence| defence.shed.as_mut()) {
            state.patience = shed.enqueue(self.now, ahead);
        }
    }

    /// Whether a request is dropped that a worker could take.
    #[inline(never)]
    pub(super) fn is_shed(&mut self, job: Ref) -> bool {
        let state = &self.jobs[job];
        let Some(defence) = self.replicas[state.replica as usize].defence.as_deref() else { return false };
        let waited = self.now.since(state.entered);
        let candidate = Candidate { waited, allowed: state.patience, deadline: state.deadline };
        defence.shed.as_ref().is_some_and(|shed| shed.drops(self.now, candidate))
    }

    /// A worker has taken a request.
    #[inline(never)]
    pub(super) fn note_start(&mut self, job: Ref) {
        let state = &self.jobs[job];
        let replica = &mut self.replicas[state.replica as usize];
        replica.note_load(self.now);
        if let Some(fleet) = &mut self.fleets[replica.service as usize] {
            fleet.note_delay(self.now.since(state.entered));
        }
    }

    /// The replica's policies hear how a handler of theirs ended.
    #[inline(never)]
    pub(super) fn note_end<O: Observer>(&mut self, job: Ref, answer: Answer, observer: &mut O) {
        let job = &self.jobs[job];
        let Some(defence) = self.replicas[job.replica as usize].defence.as_deref_mut() else { return };
        let change = defence.learn(self.now, job, answer);
        if let Some(fleet) = &mut self.fleets[job.service as usize] {
            let release = self.replicas[job.replica as usize].release;
            fleet.note_answer(release, matches!(answer, Answer::Failed(_)));
        }
        if change != 0 {
            observer.see(self.now, Fact::LimitMoved { service: job.service, change });
        }
    }

    /// A new process knows nothing of what the old one learned.
    pub(super) fn forget<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &mut self.replicas[index];
        let service = replica.service;
        let Some(defence) = replica.defence.as_deref_mut() else { return };
        let before = defence.concurrency.as_ref().map_or(0, ConcurrencyLimit::limit) as i32;
        let policies = &self.plan.services[service as usize];
        defence.concurrency = policies.concurrency.map(ConcurrencyLimit::new);
        defence.shed = policies.queue.shed.and_then(Shedder::new);
        let change = defence.concurrency.as_ref().map_or(0, ConcurrencyLimit::limit) as i32 - before;
        if change != 0 {
            observer.see(self.now, Fact::LimitMoved { service, change });
        }
    }
}
