//! Faults: what holds at the moment is recomputed from the list of active faults, so that overlapping ones compose and
//! nothing is left behind when one ends.

use super::*;
use crate::fact::Stage;
use crate::guards::Process;
use crate::model::{Capacity, Fault, FaultKind, Party, ServiceId};
use std::ops::Range;

/// The model's faults, and which of them hold now.
#[derive(Debug)]
pub(super) struct Faults {
    all: Vec<Fault>,
    active: Vec<bool>,
}

impl Faults {
    pub(super) fn new(model: &Model) -> Self {
        Faults { all: model.faults.clone(), active: vec![false; model.faults.len()] }
    }

    fn active(&self) -> impl Iterator<Item = &FaultKind> {
        self.all.iter().zip(&self.active).filter(|(_, active)| **active).map(|(fault, _)| &fault.kind)
    }
}

impl Simulation {
    pub(super) fn schedule_faults(&mut self) {
        for (index, fault) in self.faults.all.iter().enumerate() {
            // Spikes bend the arrival processes instead.
            if !matches!(fault.kind, FaultKind::Spike { .. }) {
                self.agenda.push(fault.at, Event::Begin { fault: index as u32 });
                self.agenda.push(fault.at + fault.lasts, Event::End { fault: index as u32 });
            }
        }
    }

    pub(super) fn on_fault_begin<O: Observer>(&mut self, fault: u32, observer: &mut O) {
        self.faults.active[fault as usize] = true;
        let Fault { kind, lasts, .. } = self.faults.all[fault as usize].clone();
        match kind {
            FaultKind::Crash { service, share } => {
                self.crash(self.hit(service, share), observer);
            }
            FaultKind::Pause { service, share } => {
                for index in self.hit(service, share) {
                    self.pause(index, self.now + lasts);
                }
            }
            FaultKind::Flush { cache } => self.flush(cache),
            other => self.recompute(&other),
        }
    }

    pub(super) fn on_fault_end<O: Observer>(&mut self, fault: u32, observer: &mut O) {
        self.faults.active[fault as usize] = false;
        match self.faults.all[fault as usize].kind.clone() {
            FaultKind::Crash { service, share } => {
                self.hit(service, share).for_each(|index| self.restart(index, observer));
            }
            FaultKind::Pause { service, share } => {
                self.hit(service, share).for_each(|index| self.resume(index, observer));
            }
            FaultKind::Shrink { service, what, to, share } => {
                self.recompute(&FaultKind::Shrink { service, what, to, share });
                for index in self.hit(service, share) {
                    self.use_capacity(index, observer);
                }
            }
            other => self.recompute(&other),
        }
    }

    /// The replicas that a fault on a share of a service hits: the first ones.
    fn hit(&self, service: ServiceId, share: f64) -> Range<usize> {
        let plan = &self.plan.services[service.0 as usize];
        let first = plan.first_replica as usize;
        let count = match share {
            1.0 => plan.replicas as usize,
            // A tenth of thirty is three, whatever floats make of it.
            part => (f64::from(plan.started) * part - 1e-9).ceil() as usize,
        };
        first..first + count
    }

    /// Brings what a kind of fault changes into line with the faults that hold now.
    fn recompute(&mut self, kind: &FaultKind) {
        match kind {
            FaultKind::Slow { service, .. } | FaultKind::Errors { service, .. } | FaultKind::Shrink { service, .. } => {
                self.recompute_service(*service);
            }
            FaultKind::Partition { .. } | FaultKind::Loss { .. } => self.recompute_paths(),
            FaultKind::Crash { .. } | FaultKind::Pause { .. } | FaultKind::Spike { .. } | FaultKind::Flush { .. } => {}
        }
    }

    pub(super) fn recompute_service(&mut self, service: ServiceId) {
        for index in self.hit(service, 1.0) {
            let version = self.version(index);
            let (mut slowness, mut healthy) = (version.slow, 1.0 - version.errors);
            let (mut workers, mut pool) = (self.plan.services[service.0 as usize].workers, u32::MAX);
            for kind in self.faults.active() {
                match kind {
                    FaultKind::Slow { service: s, by, share } if self.is_hit(index, *s, *share) => slowness *= by,
                    FaultKind::Errors { service: s, rate, share } if self.is_hit(index, *s, *share) => {
                        healthy *= 1.0 - rate;
                    }
                    FaultKind::Shrink { service: s, what, to, share } if self.is_hit(index, *s, *share) => match what {
                        Capacity::Workers => workers = workers.min(*to),
                        Capacity::Pool => pool = pool.min(*to),
                    },
                    _ => {}
                }
            }
            let sizes = &self.plan.services[service.0 as usize].pools;
            let replica = &mut self.replicas[index];
            replica.stretch = slowness / replica.speed;
            replica.error_rate = 1.0 - healthy;
            replica.workers = workers;
            for (state, size) in replica.pools.iter_mut().zip(sizes) {
                state.size = pool.min(*size);
            }
        }
    }

    fn is_hit(&self, index: usize, service: ServiceId, share: f64) -> bool {
        self.hit(service, share).contains(&index)
    }

    fn recompute_paths(&mut self) {
        for site in &mut self.plan.sites {
            let (mut cut, mut intact) = (false, 1.0);
            for kind in self.faults.active() {
                match kind {
                    FaultKind::Partition { between } if joins(between, site.path.ends) => cut = true,
                    FaultKind::Loss { between, rate } if joins(between, site.path.ends) => intact *= 1.0 - rate,
                    _ => {}
                }
            }
            site.path.set_faults(cut, 1.0 - intact);
        }
    }

    /// Processes die at once with all they hold; whoever waits for them learns so.
    pub(super) fn crash<O: Observer>(&mut self, indices: Range<usize>, observer: &mut O) {
        let lost = self.jobs_at(&indices);
        for index in indices {
            self.stop(index, observer);
        }
        for job in lost {
            self.kill(job, observer);
        }
    }

    fn stop<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &mut self.replicas[index];
        replica.up = false;
        let life = replica.life;
        replica.life += 1;
        let service = replica.service;
        let computing = replica.sharing.as_ref().map_or(replica.busy_cores, |sharing| sharing.busy());
        observer.see(self.now, Fact::Computing { service, change: -(computing as i32) });
        self.clear(index);
        self.lose_caches(index);
        self.forget(index, observer);
        self.state_readiness(index, observer);
        self.state_lost_breakers(Process { replica: index as u32, life }, observer);
        self.end_drain(index, observer);
    }

    fn jobs_at(&self, indices: &Range<usize>) -> Vec<Ref> {
        let here = |job: &Job| indices.contains(&(job.replica as usize)) && job.phase != Phase::Travelling;
        let mut found: Vec<(u64, Ref)> =
            self.jobs.iter().filter(|(_, job)| here(job)).map(|(id, job)| (job.serial, id)).collect();
        found.sort_unstable_by_key(|(serial, _)| *serial);
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// What a new process starts with.
    fn clear(&mut self, index: usize) {
        let replica = &mut self.replicas[index];
        replica.busy_workers = 0;
        replica.busy_cores = 0;
        replica.room.clear(self.now);
        replica.ready.clear();
        replica.share_due = Time::NEVER;
        replica.share_version = replica.share_version.wrapping_add(1);
        if let Some(sharing) = &mut replica.sharing {
            sharing.clear();
        }
        if let Some(locks) = &mut replica.locks {
            locks.clear();
        }
        for pool in &mut replica.pools {
            pool.used = 0;
            pool.waiting.clear();
        }
        replica.note_load(self.now);
    }

    fn kill<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let state = &self.jobs[job];
        let (service, entered) = (state.service, state.entered);
        let waits = state.phase == Phase::Queued || state.is_stalled();
        let stage = if waits { Stage::Waiting } else { Stage::Serving };
        let answer = Answer::Failed(Failure::Unreachable);
        observer.see(self.now, Fact::HandlerEnded { job, service, entered, stage, answer });
        self.refuse(job, Failure::Unreachable, observer);
    }

    /// A process starts where one should be, unless a crash holds it down.
    pub(super) fn restart<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let held_down = self.faults.active().any(|kind| match kind {
            FaultKind::Crash { service, share } => self.is_hit(index, *service, *share),
            _ => false,
        });
        let replica = &self.replicas[index];
        if held_down || !matches!(replica.standing, Standing::Starting | Standing::InService) {
            return;
        }
        let startup = self.plan.services[replica.service as usize].startup;
        let event = Event::Ready { replica: index as u32, life: replica.life };
        if startup == Span::ZERO {
            self.on_ready(index as u32, replica.life, observer);
        } else {
            self.agenda.push(self.now + startup, event);
        }
    }

    pub(super) fn on_ready<O: Observer>(&mut self, index: u32, life: u32, observer: &mut O) {
        let replica = &mut self.replicas[index as usize];
        // Another crash may have come before it was ready.
        if replica.life != life {
            return;
        }
        replica.up = true;
        if replica.standing == Standing::Starting {
            self.enter_service(index as usize);
        }
        self.state_readiness(index as usize, observer);
    }

    /// Nothing moves until then. Work that ends meanwhile learns afterwards how much time was lost.
    fn pause(&mut self, index: usize, until: Time) {
        let replica = &mut self.replicas[index];
        let already = replica.paused_until.max(self.now);
        let so_far = replica.lost.last().copied().unwrap_or(Span::ZERO);
        replica.lost.push(so_far + until.since(already));
        replica.pauses += 1;
        replica.paused_until = until.max(already);
        if let Some(sharing) = &mut replica.sharing {
            sharing.set_running(self.now, false);
        }
    }

    fn resume<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &mut self.replicas[index];
        if replica.paused_until > self.now {
            return;
        }
        if let Some(sharing) = &mut replica.sharing {
            sharing.set_running(self.now, true);
            self.schedule_share(index as u32);
        }
        self.use_capacity(index, observer);
    }

    /// Regained workers and connections are put to use; where nothing moves, later.
    fn use_capacity<O: Observer>(&mut self, index: usize, observer: &mut O) {
        if self.replicas[index].paused_until > self.now {
            return;
        }
        self.admit(index, observer);
        for pool in 0..self.replicas[index].pools.len() {
            self.serve_pool(index, pool, observer);
        }
    }
}

/// Whether a path lies between two parties.
fn joins(between: &[Party; 2], ends: [Party; 2]) -> bool {
    *between == ends || *between == [ends[1], ends[0]]
}
