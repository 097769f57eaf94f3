//! Random models by seed: every kind of step, policy, queue and fault, small, and with round numbers where coincidences
//! in time are likely, since that is where defects hide.

mod data;

use crate::world::{at, ms};
use sim::model::{
    Arrivals, Autoscale, Backoff, Balance, Batch, Breaker, BreakerScope, Budget, Bulkhead, Call, Capacity, Concurrency,
    ConcurrencyRule, Deadlines, Deploy, Dist, EffectId, Ejection, Endpoint, EndpointId, Fallback, Fault, FaultKind,
    Guards, Health, Hedge, HedgeDelay, Jitter, LimitPer, Load, Model, Network, Order, Party, Pool, Profile, Queue,
    RateLimit, Retry, RetryOn, Rollback, ScaleBy, Scheduling, Service, ServiceId, Shed, Step, Telemetry, Tenant,
    TenantId, Throttle, Trip,
};
use sim::{Failure, Span, Stream};

/// The model with this number.
pub(crate) fn model(seed: u64) -> Model {
    let mut dice = Dice(Stream::new(seed, "generator", "model"));
    let duration = ms(200 + 100 * dice.below(12));
    let shapes: Vec<u64> = (0..1 + dice.below(5)).map(|_| 1 + dice.below(2)).collect();
    let services: Vec<Service> = (0..shapes.len()).map(|index| dice.service(index, &shapes)).collect();
    let tenants: Vec<Tenant> = (0..1 + dice.below(4)).map(|index| dice.tenant(index, &shapes)).collect();
    let mut model = Model {
        duration,
        warmup: dice.pick(&[Span::ZERO, ms(50), Span::micros(100_001)]),
        effects: (0..EFFECTS).map(|n| format!("effect-{n}")).collect(),
        services,
        tenants,
        ..Model::default()
    };
    model.faults = (0..dice.below(7)).map(|_| dice.fault(&model)).collect();
    data::add(&mut model, seed);
    // From dice of their own: a new policy moves no older part of a model.
    let mut dice = Dice(Stream::new(seed, "generator", "defences"));
    let tenants = model.tenants.len() as u64;
    model.services.iter_mut().for_each(|service| dice.defence(service, tenants));
    model.deploys = (0..dice.below(3)).map(|_| dice.deploy(&model)).collect();
    model
}

const EFFECTS: u64 = 3;

struct Dice(Stream);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        u64::from(self.0.below(n as u32))
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }

    fn maybe<T>(&mut self, one_in: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(one_in).then(|| make(self))
    }

    fn span(&mut self) -> Span {
        self.pick(&[Span::ZERO, Span(1), Span::micros(300), ms(1), ms(5), ms(10), ms(20), ms(50)])
    }

    /// Half of all times are constant.
    fn dist(&mut self) -> Dist {
        if self.one_in(2) {
            return Dist::Constant(self.span());
        }
        let (some, more) = (Span::micros(1 + self.below(10_000)), Span::micros(10_001 + self.below(40_000)));
        match self.below(7) {
            0 => Dist::Exp { mean: some },
            1 => Dist::Uniform { low: some, high: more },
            2 => Dist::LogNormal { p50: some, p99: more },
            3 => Dist::Gamma { mean: some, cv: 0.5 },
            4 => Dist::HyperExp { mean: some, cv: 2.0 },
            5 => Dist::Pareto { min: some, alpha: 1.2, max: self.maybe(2, |_| more) },
            _ => Dist::Empirical([some, more, Span::ZERO].into()),
        }
    }

    fn service(&mut self, index: usize, shapes: &[u64]) -> Service {
        let limited = |dice: &mut Self, most| dice.maybe(2, |dice| 1 + dice.below(most) as u32);
        let endpoints = (0..shapes[index]).map(|n| self.endpoint(n, index, shapes)).collect();
        let later = index + 1..shapes.len();
        let pools = later.filter_map(|callee| {
            let size = limited(self, 3)?;
            Some(Pool { callee: ServiceId(callee as u32), size })
        });
        Service {
            pools: pools.collect(),
            telemetry: self.telemetry(),
            replicas: 1 + self.below(4) as u32,
            workers: limited(self, 4),
            cores: limited(self, 3),
            scheduling: self.pick(&[Scheduling::Fifo, Scheduling::Ps]),
            queue: self.queue(),
            balance: self.pick(&[
                Balance::RoundRobin,
                Balance::Random,
                Balance::LeastOutstanding,
                Balance::PowerOfTwo,
                Balance::Hash,
            ]),
            speeds: self.maybe(3, |dice| vec![dice.pick(&[0.5, 1.0, 3.0]), 1.5]).unwrap_or_default(),
            startup: self.span(),
            deadlines: self.pick(&[Deadlines::Ignore, Deadlines::Propagate]),
            endpoints,
            ..Service::new(&format!("service-{index}"), Vec::new())
        }
    }

    fn queue(&mut self) -> Queue {
        let limit = self.maybe(2, |dice| dice.below(6) as u32);
        Queue { limit, order: self.order(), ..Queue::default() }
    }

    /// Half of all services have some policy on their own side.
    fn defence(&mut self, service: &mut Service, tenants: u64) {
        if self.one_in(2) {
            return;
        }
        service.queue.shed = self.maybe(2, Self::shed);
        service.queue.weights = self.maybe(3, |dice| dice.weights(tenants)).unwrap_or_default();
        service.defences.limit = self.maybe(4, |dice| dice.limit(tenants));
        service.defences.concurrency = self.maybe(3, Self::concurrency);
        service.defences.ejection = self.maybe(3, Self::ejection);
        service.defences.health = self.maybe(3, Self::health);
        if service.workers.is_some() {
            let replicas = service.replicas;
            service.defences.autoscale = self.maybe(2, |dice| dice.autoscale(replicas));
        }
    }

    fn deploy(&mut self, model: &Model) -> Deploy {
        let service = ServiceId(self.below(model.services.len() as u64) as u32);
        Deploy {
            at: at(10 * self.below(model.duration.0 / ms(10).0)),
            batch: self.pick(&[Batch::Count(1), Batch::Count(3), Batch::Share(0.5)]),
            pause: self.span(),
            canary: self.maybe(2, |_| 0.3),
            slow: self.pick(&[0.5, 1.0, 3.0]),
            errors: self.pick(&[0.0, 0.5]),
            rollback: self.maybe(2, |dice| Rollback { errors: 0.1, within: ms(1 + dice.below(50)) }),
            ..Deploy::of(service)
        }
    }

    fn autoscale(&mut self, replicas: u32) -> Autoscale {
        let by = self.pick(&[ScaleBy::Utilization(0.5), ScaleBy::Delay(ms(2))]);
        let (every, cooldown) = (self.pick(&[ms(10), ms(30)]), self.pick(&[Span::ZERO, ms(50)]));
        Autoscale { by, least: 1, most: replicas + self.below(4) as u32, every, cooldown }
    }

    fn ejection(&mut self) -> Ejection {
        let failures = 1 + self.below(3) as u32;
        Ejection { failures, interval: ms(10), base: self.span(), most: self.pick(&[0.3, 1.0]) }
    }

    fn health(&mut self) -> Health {
        let (unhealthy, healthy) = (1 + self.below(2) as u32, 1 + self.below(2) as u32);
        Health { interval: self.pick(&[ms(5), ms(20)]), timeout: ms(1 + self.below(5)), unhealthy, healthy }
    }

    fn shed(&mut self) -> Shed {
        let target = self.pick(&[Span(1), ms(1), ms(5)]);
        let codel = Shed::Codel { target, interval: self.pick(&[ms(5), ms(20)]) };
        self.pick(&[codel, Shed::Deadline, Shed::Priority])
    }

    fn weights(&mut self, tenants: u64) -> Vec<(TenantId, u32)> {
        (0..tenants)
            .filter_map(|tenant| self.maybe(2, |dice| (TenantId(tenant as u32), 1 + dice.below(5) as u32)))
            .collect()
    }

    fn limit(&mut self, tenants: u64) -> RateLimit {
        let quota = (TenantId(self.below(tenants) as u32), self.pick(&[1.0, 50.0]));
        RateLimit {
            rate: Some(self.pick(&[5.0, 50.0, 200.0])),
            burst: self.pick(&[1.0, 10.0]),
            per: self.pick(&[LimitPer::Service, LimitPer::Replica, LimitPer::Tenant]),
            quotas: self.maybe(3, |_| quota).into_iter().collect(),
        }
    }

    fn concurrency(&mut self) -> Concurrency {
        let aimd = ConcurrencyRule::Aimd { backoff: 0.5, timeout: ms(20) };
        let gradient = ConcurrencyRule::Gradient { queue: 1.0, smoothing: 0.5, tolerance: 1.5, window: ms(20) };
        let start = 1 + self.below(5) as u32;
        Concurrency { rule: self.pick(&[aimd, gradient]), start, least: 1, most: 5 + self.below(5) as u32 }
    }

    fn order(&mut self) -> Order {
        let adaptive = Order::AdaptiveLifo { interval: self.span() };
        self.pick(&[Order::Fifo, Order::Lifo, adaptive, Order::Priority, Order::Fair])
    }

    fn telemetry(&mut self) -> Telemetry {
        let told = Telemetry { always: Span::micros(self.below(300)), traced: 0.2, span: Span::micros(500) };
        self.maybe(4, |_| told).unwrap_or_default()
    }

    fn endpoint(&mut self, number: u64, service: usize, shapes: &[u64]) -> Endpoint {
        let steps = (0..self.below(4)).map(|_| match self.below(8) {
            0 => {
                let idempotent = self.pick(&[None, None, Some(Span::MAX), Some(ms(5))]);
                Step::Effect { effect: EffectId(self.below(EFFECTS) as u32), idempotent }
            }
            1 => Step::Parallel((0..self.below(4)).map(|_| self.leaf(service, shapes)).collect()),
            _ => self.leaf(service, shapes),
        });
        Endpoint { name: format!("endpoint-{number}"), steps: steps.collect() }
    }

    fn leaf(&mut self, service: usize, shapes: &[u64]) -> Step {
        match self.below(8) {
            0 => Step::Wait(self.dist()),
            1 | 2 => Step::Work(self.dist()),
            _ if service + 1 < shapes.len() => {
                let callee = service + 1 + self.below((shapes.len() - service - 1) as u64) as usize;
                Step::Call(self.call(callee, shapes))
            }
            _ => Step::Work(self.dist()),
        }
    }

    fn call(&mut self, callee: usize, shapes: &[u64]) -> Call {
        Call {
            callee: EndpointId { service: ServiceId(callee as u32), endpoint: self.below(shapes[callee]) as u32 },
            timeout: self.maybe(2, |dice| ms(dice.pick(&[1, 5, 20, 100, 100, 1_000]))),
            optional: self.one_in(4),
            times: if self.one_in(5) { 1 + self.below(3) as u32 } else { 1 },
            retry: self.maybe(2, Self::retry),
            guards: self.maybe(2, |dice| dice.guards(callee, shapes)).unwrap_or_default(),
            network: self.maybe(2, Self::network).unwrap_or_default(),
            cache: None,
            keys: None,
        }
    }

    fn retry(&mut self) -> Retry {
        let jitter = self.pick(&[Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated]);
        let backoff = Backoff { base: self.span(), cap: ms(self.below(100)), jitter };
        let bucket = Budget::Tokens { most: self.below(4) as u32, refill: self.pick(&[0.0, 10.0, 500.0]) };
        let budget = self.pick(&[Budget::Share(0.0), Budget::Share(0.1), Budget::Share(2.0), bucket]);
        let on = RetryOn::these(Failure::ALL.into_iter().filter(|_| !self.one_in(4)));
        Retry { attempts: 1 + self.below(4) as u32, on, backoff, budget: self.maybe(3, |_| budget) }
    }

    fn guards(&mut self, callee: usize, shapes: &[u64]) -> Guards {
        Guards {
            hedge: self.maybe(3, |dice| Hedge {
                after: dice.pick(&[
                    HedgeDelay::Fixed(Span::ZERO),
                    HedgeDelay::Fixed(ms(5)),
                    HedgeDelay::Percentile(0.5),
                ]),
                cap: dice.pick(&[0.05, 0.5, 1.0]),
            }),
            breaker: self.maybe(3, Self::breaker),
            bulkhead: self.maybe(3, |dice| Bulkhead {
                limit: 1 + dice.below(4) as u32,
                wait: dice.pick(&[Span::ZERO, Span::ZERO, ms(1), ms(10)]),
            }),
            throttle: self.maybe(3, |dice| Throttle { k: dice.pick(&[1.0, 2.0]), window: dice.span() }),
            fallback: self.maybe(2, |dice| dice.fallback(callee, shapes)),
        }
    }

    fn breaker(&mut self) -> Breaker {
        let rate = Trip::Rate { share: 0.5, window: self.span(), least: 1 + self.below(5) as u32 };
        Breaker {
            trip: self.pick(&[Trip::InARow(1), Trip::InARow(3), rate]),
            open: self.span(),
            probes: 1 + self.below(3) as u32,
            scope: self.pick(&[BreakerScope::Callee, BreakerScope::Replica]),
        }
    }

    /// One that calls, calls no service before the one that it stands in for, so that there is no circle.
    fn fallback(&mut self, callee: usize, shapes: &[u64]) -> Fallback {
        match self.below(3) {
            0 => Fallback::Static,
            1 => Fallback::Stale { most: self.pick(&[Span::ZERO, ms(50), ms(2_000), ms(2_000)]) },
            _ => {
                let other = callee + self.below((shapes.len() - callee) as u64) as usize;
                let mut call = self.call(other, shapes);
                (call.times, call.guards.fallback) = (1, None);
                Fallback::Call(Box::new(call))
            }
        }
    }

    fn network(&mut self) -> Network {
        let jitter = self.pick(&[Span::ZERO, Span::ZERO, Span::micros(500)]);
        Network { latency: self.dist(), jitter, loss: self.pick(&[0.0, 0.0, 0.0, 0.0, 0.02, 0.5]) }
    }

    fn tenant(&mut self, index: u64, shapes: &[u64]) -> Tenant {
        // Rather an earlier one, since only these have others to call.
        let services = shapes.len() as u64;
        let callee = self.below(services).min(self.below(services)) as usize;
        let mut call = self.call(callee, shapes);
        call.guards.fallback = None;
        let tenant = Tenant::new(&format!("tenant-{index}"), call, self.load());
        Tenant { patience: self.maybe(2, Self::span), priority: self.below(3) as u8, ..tenant }
    }

    fn load(&mut self) -> Load {
        match self.below(4) {
            0 => {
                // One that neither thinks nor waits would stand still.
                let users = 1 + self.below(10) as u32;
                Load::Closed { users, think: self.pick(&[Dist::Constant(ms(10)), Dist::Exp { mean: ms(20) }]) }
            }
            1 => {
                let mut times: Vec<u64> = (0..self.below(100)).map(|_| 10 * self.below(60)).collect();
                times.sort_unstable();
                Load::Replay { times: times.into_iter().map(at).collect() }
            }
            _ => {
                let bursty = Arrivals::Bursty { on: ms(20), off: ms(30) };
                let arrivals = self.pick(&[Arrivals::Poisson, Arrivals::Constant, bursty]);
                let rate = self.pick(&[10.0, 100.0, 300.0]);
                Load::Open { rate, arrivals, profile: self.maybe(3, Self::profile).unwrap_or_default() }
            }
        }
    }

    fn profile(&mut self) -> Profile {
        let mut times: Vec<u64> = (0..self.below(5)).map(|_| 100 * self.below(8)).collect();
        times.sort_unstable();
        Profile { points: times.into_iter().map(|n| (at(n), self.pick(&[0.0, 0.5, 1.0, 3.0]))).collect() }
    }

    fn fault(&mut self, model: &Model) -> Fault {
        let service = ServiceId(self.below(model.services.len() as u64) as u32);
        let share = self.pick(&[0.01, 0.5, 1.0]);
        let rate = self.pick(&[0.0, 0.1, 0.5, 0.5, 1.0]);
        let kind = match self.below(10) {
            0 => FaultKind::Slow { service, by: self.pick(&[0.5, 4.0, 20.0]), share },
            1 | 9 => FaultKind::Errors { service, rate, share },
            2 | 3 => FaultKind::Crash { service, share },
            4 => FaultKind::Pause { service, share },
            5 => FaultKind::Partition { between: [self.party(model), self.party(model)] },
            6 => FaultKind::Loss { between: [self.party(model), Party::Service(service)], rate },
            7 => {
                let what = self.pick(&[Capacity::Workers, Capacity::Pool]);
                FaultKind::Shrink { service, what, to: self.below(3) as u32, share }
            }
            _ => FaultKind::Spike {
                tenant: TenantId(self.below(model.tenants.len() as u64) as u32),
                by: self.pick(&[0.1, 2.0, 5.0]),
            },
        };
        let lasts = self.pick(&[0, 10, 50, 100, 300]);
        let lasts = if self.one_in(10) { Span::MAX } else { ms(lasts) };
        Fault { kind, at: at(10 * self.below(model.duration.0 / ms(10).0)), lasts }
    }

    fn party(&mut self, model: &Model) -> Party {
        if self.one_in(3) {
            Party::Tenant(TenantId(self.below(model.tenants.len() as u64) as u32))
        } else {
            Party::Service(ServiceId(self.below(model.services.len() as u64) as u32))
        }
    }
}
