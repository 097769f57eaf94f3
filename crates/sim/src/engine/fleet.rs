//! The replicas of a service as its callers are told of them: who is in rotation, and what decides that.
//!
//! Callers balance over the replicas that are in service, taken for healthy, and not ejected by them. Where that leaves
//! nobody they balance over all in service, as if nothing were known (Envoy's panic mode, with a threshold of none).

use super::rollouts::Releases;
use super::*;
use crate::autoscale::{Autoscaler, Observed};
use crate::event::Duty;
use crate::fact::Removal;
use crate::health::HealthChecker;
use crate::model::Health;

/// What keeps the replicas of one service in order, where anything does.
#[derive(Debug)]
pub(super) struct Fleet {
    health: Option<(Health, HealthChecker)>,
    /// Replicas, counted over all services, that stood still when they were last checked.
    unanswered: Vec<usize>,
    scaler: Option<Autoscaler>,
    /// Requests that a worker took in this period, and the sum of their waits.
    taken: u64,
    waits: u128,
    pub(super) releases: Releases,
}

impl Fleet {
    /// That of a service with places for so many replicas, which may get new versions.
    pub(super) fn of(service: &Service, replicas: u32, deployed: bool) -> Option<Box<Self>> {
        let health = service.defences.health.map(|health| (health, HealthChecker::new(health, replicas)));
        let scaler = service.defences.autoscale.map(|autoscale| Autoscaler::new(autoscale, service.replicas));
        let managed = health.is_some() || scaler.is_some() || deployed;
        let (unanswered, releases) = (Vec::new(), Releases::default());
        managed.then(|| Box::new(Fleet { health, unanswered, scaler, taken: 0, waits: 0, releases }))
    }

    /// A worker has taken a request that had waited so long.
    pub(super) fn note_delay(&mut self, waited: Span) {
        self.taken += 1;
        self.waits += u128::from(waited.0);
    }

    /// The mean wait of a period.
    fn take_delay(&mut self) -> Span {
        let (taken, waits) = (std::mem::take(&mut self.taken), std::mem::take(&mut self.waits));
        waits.checked_div(u128::from(taken)).map_or(Span::ZERO, |mean| Span(mean as u64))
    }
}

/// A replica that drains has this long; then it ends with all it holds. Kubernetes' default grace period for a pod.
const GRACE: Span = Span::secs(30);

impl Simulation {
    /// The first of what recurs.
    pub(super) fn schedule_fleets(&mut self) {
        for service in 0..self.fleets.len() {
            let fleet = self.fleets[service].as_deref();
            if let Some((health, _)) = fleet.and_then(|fleet| fleet.health.as_ref()) {
                let first = self.now + health.interval;
                self.tend(first, Duty::Check, service);
            }
            let fleet = self.fleets[service].as_deref();
            if let Some(scaler) = fleet.and_then(|fleet| fleet.scaler.as_ref()) {
                let first = self.now + scaler.fixed.every;
                self.tend(first, Duty::Scale, service);
            }
        }
        for deploy in 0..self.deploys.len() {
            self.tend(self.deploys[deploy].at, Duty::Deploy, deploy);
        }
    }

    pub(super) fn tend(&mut self, at: Time, duty: Duty, whom: usize) {
        self.agenda.push(at, Event::Tend { whom: whom as u32, duty, number: 0 });
    }

    pub(super) fn on_tend<O: Observer>(&mut self, whom: u32, duty: Duty, number: u32, observer: &mut O) {
        match duty {
            Duty::Check => self.on_check(whom as usize, observer),
            Duty::GiveUpChecks => self.on_give_up_checks(whom as usize, observer),
            Duty::Sweep => self.on_sweep(whom as usize),
            Duty::Scale => self.on_scale(whom as usize, observer),
            Duty::EndGrace => self.on_end_grace(whom as usize, number, observer),
            Duty::Deploy => self.on_deploy(whom, observer),
            Duty::Roll => self.on_roll(whom, observer),
            Duty::Judge => self.on_judge(whom, observer),
        }
    }

    /// The replicas of a service, counted over all services.
    pub(super) fn table(&self, service: usize) -> std::ops::Range<usize> {
        let plan = &self.plan.services[service];
        plan.first_replica as usize..(plan.first_replica + plan.replicas) as usize
    }

    pub(super) fn standing(&self, service: usize, standing: Standing) -> Vec<usize> {
        self.table(service).filter(|index| self.replicas[*index].standing == standing).collect()
    }

    pub(super) fn in_service(&self, service: usize) -> Vec<usize> {
        self.standing(service, Standing::InService)
    }

    /// All replicas of a service are checked. Who is down refuses; who stands still has until the timeout.
    fn on_check<O: Observer>(&mut self, service: usize, observer: &mut O) {
        let stands_still = |index: &usize| self.replicas[*index].up && self.replicas[*index].paused_until > self.now;
        let (still, moving): (Vec<usize>, Vec<usize>) = self.in_service(service).into_iter().partition(stands_still);
        let Some(fleet) = &mut self.fleets[service] else { return };
        let Some((Health { interval, timeout, .. }, _)) = fleet.health else { return };
        fleet.unanswered = still;
        if !fleet.unanswered.is_empty() {
            self.tend(self.now + timeout, Duty::GiveUpChecks, service);
        }
        for index in moving {
            self.check_ended(service, index, self.replicas[index].up, observer);
        }
        self.tend(self.now + interval, Duty::Check, service);
    }

    fn on_give_up_checks<O: Observer>(&mut self, service: usize, observer: &mut O) {
        let Some(fleet) = &mut self.fleets[service] else { return };
        for index in std::mem::take(&mut fleet.unanswered) {
            let replica = &self.replicas[index];
            if replica.standing != Standing::InService {
                continue;
            }
            let answered = replica.up && replica.paused_until <= self.now;
            self.check_ended(service, index, answered, observer);
        }
    }

    fn check_ended<O: Observer>(&mut self, service: usize, index: usize, passed: bool, observer: &mut O) {
        let first = self.plan.services[service].first_replica as usize;
        let checker = self.fleets[service].as_mut().and_then(|fleet| fleet.health.as_mut());
        let Some((_, checker)) = checker else { return };
        if !checker.checked(index - first, passed) {
            return;
        }
        if !passed {
            observer.see(self.now, Fact::TakenOut { service: service as u32, by: Removal::Unhealthy });
        }
        self.state_readiness(index, observer);
        self.rotate(service);
    }

    /// Whether a replica may serve: its process is up and callers are to be told of it. Only changes are stated.
    pub(super) fn state_readiness<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &self.replicas[index];
        let service = replica.service as usize;
        let number = index - self.plan.services[service].first_replica as usize;
        let checker = self.fleets[service].as_ref().and_then(|fleet| fleet.health.as_ref());
        let healthy = checker.is_none_or(|(_, checker)| checker.is_healthy(number));
        let ready = replica.up && replica.standing == Standing::InService && healthy;
        if std::mem::replace(&mut self.replicas[index].ready_stated, ready) != ready {
            let change = if ready { 1 } else { -1 };
            observer.see(self.now, Fact::ReadyMoved { service: service as u32, change });
        }
    }

    /// An attempt at a replica ended for its caller, who may have had enough of it.
    #[inline(never)]
    pub(super) fn judge<O: Observer>(&mut self, site: usize, index: u32, failed: bool, observer: &mut O) {
        let plan = &mut self.plan.sites[site];
        let (service, host) = (plan.callee_service, (index - plan.first_replica) as usize);
        if !plan.ejector.as_mut().is_some_and(|ejector| ejector.ended(host, failed)) {
            return;
        }
        let in_service = self.in_service(service as usize).len() as u32;
        let Some(ejector) = &mut self.plan.sites[site].ejector else { return };
        if ejector.eject(self.now, host, in_service) {
            let next_sweep = ejector.next_sweep(self.now);
            observer.see(self.now, Fact::TakenOut { service, by: Removal::Ejected });
            self.rotate_site(site);
            self.plan_sweep(next_sweep, site);
        }
    }

    fn on_sweep(&mut self, site: usize) {
        let Some(ejector) = &mut self.plan.sites[site].ejector else { return };
        let somebody_returns = ejector.sweep(self.now);
        let next_sweep = ejector.next_sweep(self.now);
        self.plan_sweep(next_sweep, site);
        if somebody_returns {
            self.rotate_site(site);
        }
    }

    fn plan_sweep(&mut self, at: Option<Time>, site: usize) {
        if let Some(at) = at {
            self.tend(at, Duty::Sweep, site);
        }
    }

    /// Tells every caller of a service who is in rotation now.
    pub(super) fn rotate(&mut self, service: usize) {
        for site in 0..self.plan.sites.len() {
            if self.plan.sites[site].callee_service as usize == service {
                self.rotate_site(site);
            }
        }
    }

    fn rotate_site(&mut self, site: usize) {
        let plan = &self.plan.sites[site];
        let service = plan.callee_service as usize;
        let checker = self.fleets[service].as_ref().and_then(|fleet| fleet.health.as_ref());
        let healthy = |number: usize| checker.is_none_or(|(_, checker)| checker.is_healthy(number));
        let kept = |number: usize| plan.ejector.as_ref().is_none_or(|ejector| !ejector.is_ejected(number));
        let first = self.plan.services[service].first_replica as usize;
        let told: Vec<u32> = self.in_service(service).into_iter().map(|index| (index - first) as u32).collect();
        let wanted = |number: &u32| healthy(*number as usize) && kept(*number as usize);
        let members: Vec<u32> = told.iter().copied().filter(wanted).collect();
        self.plan.sites[site].balancer.set_members(if members.is_empty() { told } else { members });
    }

    /// The period is over: there may be too few replicas, or too many.
    fn on_scale<O: Observer>(&mut self, service: usize, observer: &mut O) {
        let observed = self.observe(service);
        let Some(scaler) = self.fleets[service].as_mut().and_then(|fleet| fleet.scaler.as_mut()) else { return };
        let (wanted, every) = (scaler.replicas(self.now, observed), scaler.fixed.every);
        let current = observed.serving + observed.starting;
        if wanted > current {
            self.add_replicas(service, wanted - current, observer);
        } else if wanted < current {
            self.remove_replicas(service, current - wanted, observer);
        }
        self.tend(self.now + every, Duty::Scale, service);
    }

    fn observe(&mut self, service: usize) -> Observed {
        let Some(fleet) = &mut self.fleets[service] else { unreachable!("it is being scaled") };
        let every = fleet.scaler.as_ref().map_or(Span::ZERO, |scaler| scaler.fixed.every);
        let delay = fleet.take_delay();
        let plan = &self.plan.services[service];
        let each = if plan.cores == u32::MAX { plan.workers } else { plan.cores };
        let (mut busy, mut there) = (0, 0);
        for index in self.table(service) {
            let replica = &mut self.replicas[index];
            let load = replica.defence.as_mut().map_or(0, |defence| defence.take_load(self.now));
            if replica.standing == Standing::InService {
                busy += load;
                there += u128::from(self.now.since(replica.entered).min(every).0) * u128::from(each);
            }
        }
        let utilization = if there == 0 { 0.0 } else { busy as f64 / there as f64 };
        let count = |standing| self.standing(service, standing).len() as u32;
        Observed { serving: count(Standing::InService), starting: count(Standing::Starting), utilization, delay }
    }

    /// Processes start at the first free places.
    fn add_replicas<O: Observer>(&mut self, service: usize, count: u32, observer: &mut O) {
        for index in self.standing(service, Standing::Off).into_iter().take(count as usize) {
            self.state_scaled(service, 1, observer);
            self.start_release(index, observer);
        }
    }

    /// Those go first that serve nobody yet, then the last.
    fn remove_replicas<O: Observer>(&mut self, service: usize, count: u32, observer: &mut O) {
        let starting = self.standing(service, Standing::Starting).into_iter().rev();
        let leaving = starting.chain(self.in_service(service).into_iter().rev());
        for index in leaving.take(count as usize).collect::<Vec<_>>() {
            self.drain(index, false, observer);
        }
        self.rotate(service);
    }

    /// Takes nothing that is sent from now on, finishes what it holds, and ends.
    pub(super) fn drain<O: Observer>(&mut self, index: usize, returns: bool, observer: &mut O) {
        let sent = self.sent;
        let replica = &mut self.replicas[index];
        (replica.standing, replica.returns) = (Standing::Draining, returns);
        if std::mem::replace(&mut replica.up, false) {
            replica.takes_up_to = sent;
        }
        self.state_readiness(index, observer);
        let replica = &self.replicas[index];
        let event = Event::Tend { whom: index as u32, duty: Duty::EndGrace, number: replica.life };
        self.agenda.push(self.now + GRACE, event);
        self.notice_drained(index, observer);
    }

    /// A replica that drains may hold nothing any more.
    #[inline]
    pub(super) fn notice_drained<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &self.replicas[index];
        if replica.standing == Standing::Draining && replica.outstanding == 0 {
            self.crash(index..index + 1, observer);
        }
    }

    fn on_end_grace<O: Observer>(&mut self, index: usize, life: u32, observer: &mut O) {
        let replica = &self.replicas[index];
        if replica.standing == Standing::Draining && replica.life == life {
            self.crash(index..index + 1, observer);
        }
    }

    /// The process of a replica has ended; if it was to, another one starts, or its place is free.
    pub(super) fn end_drain<O: Observer>(&mut self, index: usize, observer: &mut O) {
        let replica = &mut self.replicas[index];
        replica.takes_up_to = 0;
        if replica.standing != Standing::Draining {
            return;
        }
        if replica.returns {
            self.start_release(index, observer);
            return;
        }
        replica.standing = Standing::Off;
        let service = replica.service as usize;
        self.state_scaled(service, -1, observer);
        self.go_on_rolling(service);
    }

    /// A replica comes or goes, and with it the concurrency limit of a new process.
    fn state_scaled<O: Observer>(&mut self, service: usize, change: i32, observer: &mut O) {
        let limit = self.plan.services[service].concurrency.map(|concurrency| concurrency.start as i32);
        let service = service as u32;
        observer.see(self.now, Fact::Scaled { service, change });
        if let Some(limit) = limit {
            observer.see(self.now, Fact::LimitMoved { service, change: limit * change });
        }
    }

    /// A process that was started is ready, and callers are told of it.
    pub(super) fn enter_service(&mut self, index: usize) {
        let replica = &mut self.replicas[index];
        (replica.standing, replica.entered) = (Standing::InService, self.now);
        let service = replica.service as usize;
        let number = index - self.plan.services[service].first_replica as usize;
        if let Some((_, checker)) = self.fleets[service].as_mut().and_then(|fleet| fleet.health.as_mut()) {
            checker.welcome(number);
        }
        let callers = self.plan.sites.iter_mut().filter(|site| site.callee_service as usize == service);
        callers.filter_map(|site| site.ejector.as_mut()).for_each(|ejector| ejector.welcome(number));
        self.rotate(service);
        self.go_on_rolling(service);
    }
}
