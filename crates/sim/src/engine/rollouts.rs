//! Which version each replica runs: replicas with another one than they should have are replaced, batch by batch.

use super::*;
use crate::event::Duty;
use crate::fact::RolloutStep;
use crate::rollout::{Rollout, Verdict};

/// The versions of one service. What its replicas start with is the one wanted at that time.
#[derive(Debug)]
pub(super) struct Releases {
    /// All so far; the first is what was there at the start.
    versions: Vec<Version>,
    wanted: u32,
    /// What comes back if the wanted one is bad.
    former: u32,
    /// The deploy that is under way, or was the last, by its index in the model.
    rollout: Option<(u32, Rollout)>,
    /// The next batch is planned.
    planned: bool,
    /// The new version is being watched.
    watched: bool,
}

/// How a version differs from that at the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    pub(super) slow: f64,
    pub(super) errors: f64,
}

const FIRST: Version = Version { slow: 1.0, errors: 0.0 };

impl Default for Releases {
    fn default() -> Self {
        Releases { versions: vec![FIRST], wanted: 0, former: 0, rollout: None, planned: false, watched: false }
    }
}

impl Fleet {
    /// A handler of a replica with this version has answered.
    pub(super) fn note_answer(&mut self, release: u32, failed: bool) {
        let releases = &mut self.releases;
        if let Some((_, rollout)) = &mut releases.rollout
            && release == releases.wanted
        {
            rollout.answered(failed);
        }
    }
}

impl Simulation {
    fn releases(&mut self, service: usize) -> Option<&mut Releases> {
        self.fleets[service].as_mut().map(|fleet| &mut fleet.releases)
    }

    /// The version that a replica runs.
    pub(super) fn version(&self, index: usize) -> Version {
        let replica = &self.replicas[index];
        let fleet = self.fleets[replica.service as usize].as_ref();
        fleet.map_or(FIRST, |fleet| fleet.releases.versions[replica.release as usize])
    }

    /// A process with the version that is wanted now starts at a place.
    pub(super) fn start_release<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let service = self.replicas[index].service;
        let wanted = self.releases(service as usize).map_or(0, |releases| releases.wanted);
        let replica = &mut self.replicas[index];
        (replica.standing, replica.release) = (Standing::Starting, wanted);
        self.recompute_service(crate::model::ServiceId(service));
        self.restart(index, observer);
    }

    pub(super) fn on_deploy<O: Observer>(&mut self, deploy: u32, observer: &mut O) {
        let described = &self.deploys[deploy as usize];
        let service = described.service.0 as usize;
        let (version, rollout) = (Version { slow: described.slow, errors: described.errors }, Rollout::new(described));
        observer.see(self.now, Fact::Deploying { deploy, step: RolloutStep::Began });
        let Some(releases) = self.releases(service) else { return };
        releases.former = releases.wanted;
        releases.wanted = releases.versions.len() as u32;
        releases.versions.push(version);
        releases.rollout = Some((deploy, rollout));
        (releases.planned, releases.watched) = (false, false);
        self.on_roll(deploy, observer);
    }

    /// The next batch drains, unless the one before is still on its way.
    pub(super) fn on_roll<O: Observer>(&mut self, deploy: u32, observer: &mut O) {
        let service = self.deploys[deploy as usize].service.0 as usize;
        let now = self.now;
        let unsettled = self.is_unsettled(service);
        let in_service = self.in_service(service);
        let Some(releases) = self.releases(service) else { return };
        let wanted = releases.wanted;
        let Some((_, rollout)) = releases.rollout.as_mut().filter(|(current, _)| *current == deploy) else { return };
        releases.planned = false;
        if unsettled || rollout.is_over() {
            return;
        }
        let all = in_service.len() as u32;
        let outdated: Vec<usize> =
            in_service.into_iter().filter(|index| self.replicas[*index].release != wanted).collect();
        let Some((_, rollout)) = self.releases(service).and_then(|releases| releases.rollout.as_mut()) else { return };
        let batch = rollout.next_batch(now, outdated.len() as u32, all);
        if batch == 0 {
            observer.see(now, Fact::Deploying { deploy, step: RolloutStep::Ended });
        }
        for index in outdated.into_iter().take(batch as usize) {
            self.drain(index, true, observer);
        }
        self.rotate(service);
    }

    /// Replicas are being replaced or started.
    fn is_unsettled(&self, service: usize) -> bool {
        self.table(service).any(|index| {
            let replica = &self.replicas[index];
            replica.standing == Standing::Starting || replica.standing == Standing::Draining && replica.returns
        })
    }

    /// Whether some replica already answers with the version that all should have.
    fn serves_wanted(&self, service: usize) -> bool {
        let Some(fleet) = &self.fleets[service] else { return false };
        self.in_service(service).into_iter().any(|index| self.replicas[index].release == fleet.releases.wanted)
    }

    /// A replica has come into service or gone: if it was the last that a rollout waited for, the next batch is planned.
    pub(super) fn go_on_rolling(&mut self, service: usize) {
        let now = self.now;
        let (unsettled, serves) = (self.is_unsettled(service), self.serves_wanted(service));
        let Some(releases) = self.releases(service) else { return };
        let Some((deploy, rollout)) = &releases.rollout else { return };
        let (deploy, next, window) = (*deploy, now + rollout.pause(), rollout.first_window());
        let plans = !unsettled && !rollout.is_over() && !releases.planned;
        let watches = serves && !releases.watched;
        releases.watched |= watches;
        releases.planned |= plans;
        if plans {
            self.tend(next, Duty::Roll, deploy as usize);
        }
        if let Some(window) = window.filter(|_| watches) {
            self.tend(now + window, Duty::Judge, deploy as usize);
        }
    }

    pub(super) fn on_judge<O: Observer>(&mut self, deploy: u32, observer: &mut O) {
        let service = self.deploys[deploy as usize].service.0 as usize;
        let now = self.now;
        let Some(releases) = self.releases(service) else { return };
        let Some((_, rollout)) = releases.rollout.as_mut().filter(|(current, _)| *current == deploy) else { return };
        match rollout.judge(now) {
            Verdict::RollBack => {
                releases.wanted = releases.former;
                observer.see(now, Fact::Deploying { deploy, step: RolloutStep::RolledBack });
                self.on_roll(deploy, observer);
            }
            Verdict::Watch(window) => self.tend(now + window, Duty::Judge, deploy as usize),
            Verdict::Enough => {}
        }
    }
}
