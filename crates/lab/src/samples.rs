//! Made-up reports for tests of whatever shows a report: pictures, summaries, pages.
//!
//! A fluid model of a queue stands in for the engine: load comes in, a fault takes capacity away, the backlog grows,
//! patience ends, retries add load. It is coarse, but its reports hang together: requests are conserved, percentiles
//! ascend, the totals are those of the timeline. Nobody should take its numbers for those of a simulation.

use crate::readable::digits;
use crate::report::*;

/// What to make up.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The scenario's name.
    pub scenario: String,
    /// Simulated seconds, one step each.
    pub seconds: usize,
    /// Endpoints that tenants call.
    pub endpoints: usize,
    /// Services; the first is the one that becomes slow.
    pub services: usize,
    /// From when to when the first service has less capacity, in seconds.
    pub fault: Option<(usize, usize)>,
    /// What is left of its capacity then.
    pub left: f64,
}

impl Default for Sample {
    /// Ten minutes with a slow service from 3:00 to 5:00.
    fn default() -> Self {
        Sample {
            scenario: "Checkout with a slow inventory".to_owned(),
            seconds: 600,
            endpoints: 1,
            services: 3,
            fault: Some((180, 300)),
            left: 0.25,
        }
    }
}

const SERVICES: [&str; 5] = ["inventory", "gateway", "pricing", "payments", "ads"];
const ENDPOINTS: [&str; 4] = ["gateway.checkout", "gateway.search", "gateway.cart", "gateway.account"];
const TENANTS: [&str; 3] = ["shoppers", "partners", "nightly-export"];
const WARMUP: usize = 30;
const RATE: f64 = 400.0;
const PATIENCE_MS: f64 = 2_000.0;
const QUEUE_LIMIT: f64 = 2_048.0;

impl Sample {
    /// The report of the made-up run; the same sample always gives the same report.
    pub fn report(&self) -> RunReport {
        let steps = self.steps();
        let measured = steps.get(WARMUP.min(steps.len())..).unwrap_or_default();
        let endpoints: Named<Requests> =
            (0..self.endpoints).map(|i| (endpoint(i), requests(measured, split(i, self.endpoints)))).collect();
        let goodput = endpoints.values().next().and_then(|e| e.goodput);
        let p99 = endpoints.values().next().and_then(|e| e.latency_ms.p99);
        RunReport {
            kind: Kind::Lab,
            scenario: self.scenario.clone(),
            variant: None,
            digest: "3f9a1c0e77b2d845".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: 7,
            simulated_s: self.seconds as f64,
            warmup_s: WARMUP.min(self.seconds) as f64,
            events: self.seconds as u64 * 4_211,
            tenants: self.tenants(measured),
            services: (0..self.services).map(|i| (service(i), load(measured, i))).collect(),
            calls: self.calls(measured),
            effects: self.effects(measured),
            data: Default::default(),
            objectives: vec![
                Objective {
                    text: "p99(gateway.checkout) < 500ms".to_owned(),
                    value: p99,
                    met: p99.is_some_and(|v| v < 500.0),
                },
                Objective {
                    text: "goodput(gateway.checkout) >= 50%".to_owned(),
                    value: goodput.map(|g| g * 100.0),
                    met: goodput.is_some_and(|g| g >= 0.5),
                },
            ],
            timeline: self.timeline(&steps),
            endpoints,
            ..RunReport::default()
        }
    }

    fn steps(&self) -> Vec<Step> {
        let mut noise = Noise(0x5eed);
        let mut queue = 0.0;
        let mut again = 0.0;
        (0..self.seconds)
            .map(|s| {
                let slow = self.fault.is_some_and(|(from, to)| (from..to).contains(&s));
                let capacity = 520.0 * if slow { self.left } else { 1.0 };
                let step = Step::new(RATE * (1.0 + 0.06 * noise.next()), again, queue, capacity, &mut noise);
                (queue, again) = (step.queue, step.retries);
                step
            })
            .collect()
    }

    fn tenants(&self, steps: &[Step]) -> Named<Requests> {
        let n = self.endpoints.min(TENANTS.len());
        TENANTS.iter().take(n).enumerate().map(|(i, name)| ((*name).to_owned(), requests(steps, split(i, n)))).collect()
    }

    fn calls(&self, steps: &[Step]) -> Named<Calls> {
        let first: f64 = steps.iter().map(|s| s.offered).sum();
        let retries: f64 = steps.iter().map(|s| s.retries).sum();
        (0..self.endpoints.min(self.services))
            .map(|i| {
                let share = split(i, self.endpoints.min(self.services));
                let calls = Calls {
                    attempts: ((first + retries) * share) as u64,
                    retries: (retries * share) as u64,
                    timeouts: (retries * share * 1.4) as u64,
                    latency_ms: latency(steps),
                    ..Calls::default()
                };
                (format!("{} -> {}.reserve", endpoint(i), service(i)), calls)
            })
            .collect()
    }

    fn effects(&self, steps: &[Step]) -> Named<Effects> {
        let requests = steps.iter().map(|s| s.offered).sum::<f64>() as u64;
        let duplicated = steps.iter().map(|s| s.late).sum::<f64>() as u64 / 3;
        let effect = Effects { requests, once: requests - duplicated, duplicated, ..Effects::default() };
        (0..self.endpoints.min(1)).map(|_| ("charge".to_owned(), effect)).collect()
    }

    fn timeline(&self, steps: &[Step]) -> Timeline {
        let mut series = Named::new();
        for i in 0..self.endpoints {
            let (name, share) = (endpoint(i), split(i, self.endpoints));
            let slower = 1.0 + i as f64 * 0.6;
            let mut add = |measure: &str, f: &dyn Fn(&Step) -> Option<f64>| {
                series.insert(format!("{name}.{measure}"), steps.iter().map(f).collect());
            };
            add("offered_rps", &|s| Some(s.offered * share));
            add("goodput_rps", &|s| Some(s.good * share));
            add("late_rps", &|s| Some(s.late * share));
            add("failed_rps", &|s| Some(s.failed() * share));
            add("p50_ms", &|s| s.p50.map(|v| v * slower));
            add("p99_ms", &|s| s.p99.map(|v| v * slower));
        }
        for i in 0..self.services {
            let (name, part) = (service(i), 1.0 / (1.0 + i as f64).powi(2));
            let mut add = |measure: &str, f: &dyn Fn(&Step) -> Option<f64>| {
                series.insert(format!("{name}.{measure}"), steps.iter().map(f).collect());
            };
            add("queue", &|s| Some((s.queue * part).floor()));
            add("in_service", &|s| Some(s.utilization * 64.0 * part));
            add("utilization", &|s| (i != 4).then_some(s.utilization * part.sqrt()));
        }
        let marks = self.fault.map(|(from, to)| Mark {
            text: format!("{} slow by {}x", service(0), digits(1.0 / self.left)),
            from_s: from as f64,
            to_s: to.min(self.seconds) as f64,
        });
        Timeline { step_s: 1.0, series, marks: marks.into_iter().collect() }
    }
}

/// One second of the fluid model.
struct Step {
    offered: f64,
    retries: f64,
    good: f64,
    late: f64,
    timeout: f64,
    rejected: f64,
    queue: f64,
    utilization: f64,
    p50: Option<f64>,
    p99: Option<f64>,
}

impl Step {
    fn new(offered: f64, again: f64, backlog: f64, capacity: f64, noise: &mut Noise) -> Step {
        let demand = offered + again + backlog;
        let served = demand.min(capacity);
        let queue = (demand - served).min(QUEUE_LIMIT);
        let rejected = (demand - served - queue).min(offered);
        let utilization = served / capacity;
        let wait = queue / capacity * 1e3;
        let p50 = wait + 12.0 / (1.05 - 0.7 * utilization) * (1.0 + 0.05 * noise.next());
        let p99 = wait * 1.6 + 70.0 / (1.05 - 0.7 * utilization) * (1.0 + 0.25 * noise.next());
        // Between the median and the 99th percentile, the share that is over patience grows evenly.
        let over = ((p99 - PATIENCE_MS) / (2.0 * (p99 - p50)).max(1e-9)).clamp(0.0, 1.0);
        let accepted = offered - rejected;
        let (late, timeout) = (accepted * over * 0.55, accepted * over * 0.45);
        let good = (accepted - late - timeout).max(0.0);
        let answered = good + late > 1.0;
        Step {
            offered,
            retries: (timeout * 0.5 + rejected * 0.2).min(offered),
            good,
            late,
            timeout,
            rejected,
            queue,
            utilization,
            p50: answered.then_some(p50),
            p99: answered.then_some(p99),
        }
    }

    fn failed(&self) -> f64 {
        self.timeout + self.rejected
    }
}

fn requests(steps: &[Step], share: f64) -> Requests {
    let total = |of: fn(&Step) -> f64| (steps.iter().map(of).sum::<f64>() * share).round() as u64;
    let (good, late) = (total(|s| s.good), total(|s| s.late));
    let failed = Failures { timeout: total(|s| s.timeout), rejected: total(|s| s.rejected), ..Failures::default() };
    let degraded = good / 50;
    let offered = good + late + failed.total();
    Requests {
        offered,
        ok: good - degraded,
        degraded,
        late,
        failed,
        goodput: (offered > 0).then(|| good as f64 / offered as f64),
        goodput_rps: good as f64 / steps.len().max(1) as f64,
        latency_ms: latency(steps),
    }
}

fn latency(steps: &[Step]) -> Latency {
    let mut all: Vec<f64> = steps.iter().flat_map(|s| [s.p50, s.p50, s.p50, s.p99]).flatten().collect();
    all.sort_by(f64::total_cmp);
    let at = |q: f64| all.get(((all.len() as f64 - 1.0) * q).round() as usize).map(|x| three_digits(*x));
    Latency {
        mean: (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64),
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
        max: at(1.0),
    }
}

fn load(steps: &[Step], i: usize) -> ServiceLoad {
    let n = steps.len().max(1) as f64;
    let part = 1.0 / (1.0 + i as f64).powi(2);
    let mean = |of: fn(&Step) -> f64| steps.iter().map(of).sum::<f64>() / n;
    let offered: f64 = steps.iter().map(|s| s.offered).sum();
    let retries: f64 = steps.iter().map(|s| s.retries).sum();
    ServiceLoad {
        utilization: (i != 4 && !steps.is_empty()).then(|| mean(|s| s.utilization) * part.sqrt()),
        queue_mean: mean(|s| s.queue) * part,
        queue_max: (steps.iter().map(|s| s.queue).fold(0.0, f64::max) * part) as u64,
        in_service_mean: mean(|s| s.utilization) * 64.0 * part,
        amplification: (offered > 0.0).then(|| 1.0 + retries / offered * part),
        ..ServiceLoad::default()
    }
}

fn endpoint(i: usize) -> String {
    ENDPOINTS.get(i).map_or_else(|| format!("gateway.action-{i}"), |name| (*name).to_owned())
}

fn service(i: usize) -> String {
    SERVICES.get(i).map_or_else(|| format!("recommendation-backend-{i}"), |name| (*name).to_owned())
}

/// The part of all requests that the `i`th of `n` gets: each half as much as the one before, and they add up to 1.
fn split(i: usize, n: usize) -> f64 {
    let weight = |i: usize| 0.5f64.powi(i as i32);
    weight(i) / (0..n).map(weight).sum::<f64>()
}

fn three_digits(x: f64) -> f64 {
    let text = format!("{x:.2e}");
    text.parse().expect("a formatted number")
}

/// Values from -1 to 1 that look random: SplitMix64 (G. Steele et al., OOPSLA 2014).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_hangs_together() {
        let report = Sample { endpoints: 3, services: 6, ..Sample::default() }.report();
        for (name, r) in report.endpoints.iter().chain(&report.tenants) {
            assert_eq!(r.offered, r.ok + r.degraded + r.late + r.failed.total(), "{name}");
            let l = r.latency_ms;
            assert!(l.p50 <= l.p90 && l.p90 <= l.p99 && l.p99 <= l.p999 && l.p999 <= l.max, "{name}: {l:?}");
        }
        assert!(report.timeline.series.values().all(|s| s.len() == 600));
        assert_eq!(report, Sample { endpoints: 3, services: 6, ..Sample::default() }.report());
    }

    #[test]
    fn a_fault_shows_and_ends() {
        let report = Sample::default().report();
        let p99 = &report.timeline.series["gateway.checkout.p99_ms"];
        let worst = |from: usize, to: usize| p99[from..to].iter().flatten().fold(0.0f64, |a, b| a.max(*b));
        assert!(worst(180, 300) > 10.0 * worst(30, 180), "{} {}", worst(180, 300), worst(30, 180));
        assert!(worst(400, 600) < 2.0 * worst(30, 180), "it recovers");
    }
}
