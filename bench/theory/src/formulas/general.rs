//! Queues with one server and any distribution of service times.

use lab::stats::normal_quantile;
use sim::Span;
use sim::model::Dist;

/// What mean values depend on: the mean of a service time and its squared coefficient of variation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ServiceTime {
    /// Mean, in seconds.
    pub mean: f64,
    /// Variance over squared mean: 0 for a constant, 1 for an exponential time.
    pub scv: f64,
}

impl ServiceTime {
    /// Of a distribution that scenarios can use, the rounding to nanoseconds left aside.
    ///
    /// Moments of the named distributions are standard: N. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate
    /// Distributions, 2nd ed. 1994. A moment that does not exist is infinite.
    pub fn of(dist: &Dist) -> ServiceTime {
        match dist {
            Dist::Constant(time) => ServiceTime { mean: time.as_secs(), scv: 0.0 },
            Dist::Exp { mean } => ServiceTime { mean: mean.as_secs(), scv: 1.0 },
            Dist::Uniform { low, high } => uniform(low.as_secs(), high.as_secs()),
            Dist::LogNormal { p50, p99 } => log_normal(p50.as_secs(), p99.as_secs()),
            Dist::Gamma { mean, cv } | Dist::HyperExp { mean, cv } => {
                ServiceTime { mean: mean.as_secs(), scv: cv * cv }
            }
            Dist::Pareto { min, alpha, max: None } => pareto(min.as_secs(), *alpha),
            Dist::Pareto { min, alpha, max: Some(max) } => bounded_pareto(min.as_secs(), max.as_secs(), *alpha),
            Dist::Empirical(times) => empirical(times),
        }
    }

    /// Second moment, in square seconds.
    pub fn second_moment(&self) -> f64 {
        self.mean * self.mean * (1.0 + self.scv)
    }

    fn from_raw_moments(first: f64, second: f64) -> ServiceTime {
        ServiceTime { mean: first, scv: second / (first * first) - 1.0 }
    }
}

fn uniform(low: f64, high: f64) -> ServiceTime {
    let mean = (low + high) / 2.0;
    ServiceTime { mean, scv: (high - low).powi(2) / 12.0 / (mean * mean) }
}

/// The logarithm is normal around ln p50; p99 lies 2.326 of its standard deviations above.
fn log_normal(p50: f64, p99: f64) -> ServiceTime {
    let variance_of_log = ((p99 / p50).ln() / normal_quantile(0.99)).powi(2);
    ServiceTime { mean: p50 * (variance_of_log / 2.0).exp(), scv: variance_of_log.exp_m1() }
}

fn pareto(min: f64, alpha: f64) -> ServiceTime {
    let mean = if alpha > 1.0 { min * alpha / (alpha - 1.0) } else { f64::INFINITY };
    let scv = if alpha > 2.0 { 1.0 / (alpha * (alpha - 2.0)) } else { f64::INFINITY };
    ServiceTime { mean, scv }
}

/// Pareto given that it is at most `max`, as in M. Harchol-Balter, Performance Modeling and Design of Computer Systems,
/// 2013, chapter 20: density proportional to x^(−α−1) between the bounds.
fn bounded_pareto(min: f64, max: f64, alpha: f64) -> ServiceTime {
    let log_range = (max / min).ln();
    // ∫ u^(s−1) du from 1 to max/min, which is the logarithm at s = 0.
    let integral = |s: f64| if s == 0.0 { log_range } else { (s * log_range).exp_m1() / s };
    let raw_moment = |k: f64| min.powf(k) * integral(k - alpha) / integral(-alpha);
    ServiceTime::from_raw_moments(raw_moment(1.0), raw_moment(2.0))
}

fn empirical(times: &[Span]) -> ServiceTime {
    let mean_of = |power: i32| times.iter().map(|t| t.as_secs().powi(power)).sum::<f64>() / times.len() as f64;
    ServiceTime::from_raw_moments(mean_of(1), mean_of(2))
}

/// M/G/1: Poisson arrivals, one server, any service time, unlimited queue.
#[derive(Clone, Copy, Debug)]
pub struct Mg1 {
    /// Mean arrivals per second, λ.
    pub arrival_rate: f64,
    /// What a request needs; M/D/1 where its `scv` is 0.
    pub service: ServiceTime,
}

impl Mg1 {
    /// ρ = λ E\[S\].
    pub fn load(&self) -> f64 {
        self.arrival_rate * self.service.mean
    }

    /// Mean time before service begins, first come first served: λ E\[S²\] / (2(1−ρ)).
    /// F. Pollaczek, 1930; A. Khinchine, 1932.
    pub fn mean_wait(&self) -> f64 {
        self.residual_work() / self.idle()
    }

    /// Mean time from arrival to departure, first come first served.
    pub fn mean_sojourn(&self) -> f64 {
        self.mean_wait() + self.service.mean
    }

    /// Mean time from arrival to departure under processor sharing: E\[S\]/(1−ρ), whatever the distribution.
    /// L. Kleinrock, Queueing Systems II, 1976, chapter 4.
    pub fn ps_mean_sojourn(&self) -> f64 {
        self.ps_sojourn_of(self.service.mean)
    }

    /// Mean time in a processor-sharing system of a request that needs `work` seconds alone: x/(1−ρ).
    /// Kleinrock, as above.
    pub fn ps_sojourn_of(&self, work: f64) -> f64 {
        work / self.idle()
    }

    /// Mean rest of the service that an arrival finds under way.
    fn residual_work(&self) -> f64 {
        self.arrival_rate * self.service.second_moment() / 2.0
    }

    fn idle(&self) -> f64 {
        (1.0 - self.load()).max(0.0)
    }
}

/// Mean wait of each class at one server that always takes the highest class waiting and never interrupts a service.
/// Classes come highest first, each with its own arrivals and service times; M/M/1 with two classes where both are
/// exponential. A. Cobham, "Priority assignment in waiting line problems", J. Oper. Res. Soc. Am. 2(1), 1954.
pub fn priority_waits(classes: &[Mg1]) -> Vec<f64> {
    let under_way: f64 = classes.iter().map(Mg1::residual_work).sum();
    let mut load = 0.0;
    let wait = |class: &Mg1| {
        let left_by_higher: f64 = 1.0 - load;
        load += class.load();
        under_way / (left_by_higher.max(0.0) * (1.0 - load).max(0.0))
    };
    classes.iter().map(wait).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::{Mm1, close};

    fn exponential(arrival_rate: f64, mean: f64) -> Mg1 {
        Mg1 { arrival_rate, service: ServiceTime { mean, scv: 1.0 } }
    }

    /// Mean and scv by the midpoint rule over the logarithm of the time, whose density may lack its constant factor.
    fn by_integration(logs: std::ops::Range<f64>, density_of_log: impl Fn(f64) -> f64) -> ServiceTime {
        let step = (logs.end - logs.start) / 20_000.0;
        let points = (0..20_000).map(|i| logs.start + step * (f64::from(i) + 0.5));
        let moment = |k: f64| points.clone().map(|log| (k * log).exp() * density_of_log(log)).sum::<f64>();
        ServiceTime::from_raw_moments(moment(1.0) / moment(0.0), moment(2.0) / moment(0.0))
    }

    fn check(dist: Dist, mean: f64, scv: f64, within: f64) {
        let service = ServiceTime::of(&dist);
        close(service.mean / mean, 1.0, within);
        close(service.scv, scv, within * (1.0 + scv));
    }

    #[test]
    fn service_times_have_their_textbook_moments() {
        let ms = Span::millis;
        check(Dist::Constant(ms(7)), 0.007, 0.0, 1e-12);
        check(Dist::Exp { mean: ms(7) }, 0.007, 1.0, 1e-12);
        check(Dist::Uniform { low: ms(0), high: ms(10) }, 0.005, 1.0 / 3.0, 1e-12);
        check(Dist::Gamma { mean: ms(4), cv: 0.5 }, 0.004, 0.25, 1e-12);
        check(Dist::HyperExp { mean: ms(4), cv: 2.0 }, 0.004, 4.0, 1e-12);
        check(Dist::Pareto { min: ms(1), alpha: 3.0, max: None }, 0.0015, 1.0 / 3.0, 1e-12);
        check(Dist::Empirical([ms(1), ms(3)].into()), 0.002, 0.25, 1e-12);
        let heavy = ServiceTime::of(&Dist::Pareto { min: ms(1), alpha: 1.5, max: None });
        close(heavy.mean, 0.003, 1e-15);
        assert_eq!(heavy.scv, f64::INFINITY);
    }

    #[test]
    fn log_normal_and_bounded_pareto_agree_with_their_densities() {
        let (median, sigma) = (0.002_f64.ln(), 4.5_f64.ln() / 2.326_348);
        let range = median - 12.0 * sigma..median + 12.0 * sigma;
        let log_normal = by_integration(range, |log| (-((log - median) / sigma).powi(2) / 2.0).exp());
        let dist = Dist::LogNormal { p50: Span::millis(2), p99: Span::millis(9) };
        check(dist, log_normal.mean, log_normal.scv, 1e-6);
        for alpha in [0.5, 1.0, 1.5, 2.0, 3.0] {
            let bounded = by_integration(0.001_f64.ln()..0.1_f64.ln(), |log| (-alpha * log).exp());
            let dist = Dist::Pareto { min: Span::millis(1), alpha, max: Some(Span::millis(100)) };
            check(dist, bounded.mean, bounded.scv, 1e-6);
        }
    }

    #[test]
    fn far_bounds_give_back_the_plain_pareto() {
        let dist = |max| Dist::Pareto { min: Span::millis(1), alpha: 4.0, max };
        let plain = ServiceTime::of(&dist(None));
        check(dist(Some(Span::secs(1_000))), plain.mean, plain.scv, 1e-9);
    }

    #[test]
    fn pollaczek_khinchine_halves_the_wait_where_service_is_constant() {
        for load in [0.1, 0.5, 0.9] {
            let markov = Mm1 { arrival_rate: load, service_rate: 1.0 };
            let constant = Mg1 { arrival_rate: load, service: ServiceTime { mean: 1.0, scv: 0.0 } };
            close(constant.mean_wait(), markov.mean_wait() / 2.0, 1e-14);
            close(exponential(load, 1.0).mean_wait(), markov.mean_wait(), 1e-14);
            close(exponential(load, 1.0).mean_sojourn(), markov.mean_sojourn(), 1e-14);
        }
        // Uniform on 0 to 2 at half load: E[S²] = 4/3, wait = 0.5 · 4/3 / (2 · 0.5) = 2/3.
        let uniform = Mg1 { arrival_rate: 0.5, service: ServiceTime { mean: 1.0, scv: 1.0 / 3.0 } };
        close(uniform.mean_wait(), 2.0 / 3.0, 1e-15);
        assert_eq!(exponential(1.0, 1.0).mean_wait(), f64::INFINITY);
    }

    #[test]
    fn processor_sharing_ignores_variability_and_is_fair_to_every_size() {
        let shared = |scv| Mg1 { arrival_rate: 80.0, service: ServiceTime { mean: 0.010, scv } };
        close(shared(0.0).ps_mean_sojourn(), 0.050, 1e-15);
        close(shared(50.0).ps_mean_sojourn(), 0.050, 1e-15);
        close(shared(50.0).ps_sojourn_of(0.001), 0.005, 1e-15);
    }

    #[test]
    fn priorities_match_a_worked_example() {
        // One urgent and nine ordinary jobs an hour, five minutes each: an arrival finds 10/144 h of service under way,
        // so that the urgent wait 10/144 / (11/12) and the ordinary that much over 1/6.
        let waits = priority_waits(&[exponential(1.0, 1.0 / 12.0), exponential(9.0, 1.0 / 12.0)]);
        close(waits[0], 5.0 / 66.0, 1e-15);
        close(waits[1], 5.0 / 11.0, 1e-14);
    }

    #[test]
    fn priorities_conserve_work() {
        // Σ ρ_k W_k does not depend on the order: L. Kleinrock, Queueing Systems II, 1976, chapter 3.
        let classes = [exponential(2.0, 0.1), exponential(1.0, 0.2), exponential(0.5, 0.6)];
        let weighted = |order: [usize; 3]| -> f64 {
            let served = order.map(|i| classes[i]);
            priority_waits(&served).iter().zip(served).map(|(wait, class)| wait * class.load()).sum()
        };
        close(weighted([0, 1, 2]), weighted([2, 0, 1]), 1e-14);
        close(priority_waits(&[exponential(0.7, 1.0)])[0], exponential(0.7, 1.0).mean_wait(), 1e-14);
    }

    #[test]
    fn a_flood_of_the_low_class_leaves_the_high_one_finite() {
        let waits = priority_waits(&[exponential(0.5, 1.0), exponential(0.6, 1.0)]);
        close(waits[0], 1.1 / 0.5, 1e-14);
        assert_eq!(waits[1], f64::INFINITY);
    }
}
