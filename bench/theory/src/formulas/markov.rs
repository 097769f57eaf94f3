//! Queues with Poisson arrivals and exponential service.
//!
//! Source unless another is named: D. Gross, J. Shortle, J. Thompson, C. Harris, Fundamentals of Queueing Theory,
//! 4th ed., Wiley 2008, chapter 2.

use super::chain::mean_over_states;
use lab::stats::quantile_of;

/// M/M/1: one server, unlimited queue.
#[derive(Clone, Copy, Debug)]
pub struct Mm1 {
    /// Mean arrivals per second, λ.
    pub arrival_rate: f64,
    /// Services per second while busy, μ.
    pub service_rate: f64,
}

impl Mm1 {
    /// ρ = λ/μ.
    pub fn load(&self) -> f64 {
        self.arrival_rate / self.service_rate
    }

    /// Mean time before service begins: ρ/(μ−λ). For any order that ignores service times and lets each finish.
    pub fn mean_wait(&self) -> f64 {
        self.load() * self.mean_sojourn()
    }

    /// Mean time from arrival to departure: 1/(μ−λ). It holds for FIFO, LIFO (preemptive-resume or not), random order
    /// and processor sharing alike, since the number in the system is the same Markov chain in all of them.
    pub fn mean_sojourn(&self) -> f64 {
        1.0 / (self.service_rate - self.arrival_rate).max(0.0)
    }

    /// The time that a share `p` of sojourns stays under; FIFO only, where the sojourn is exponential.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        -(-p).ln_1p() * self.mean_sojourn()
    }
}

/// Erlang's loss formula B: the share of arrivals that find all of `servers` busy and leave, where `offered` = λ/μ.
/// A. K. Erlang, 1917.
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    mean_over_states(servers, |n| offered / f64::from(n), |n| if n == servers { 1.0 } else { 0.0 })
}

/// Erlang's delay formula C: the share of arrivals that find all of `servers` busy and wait; 1 from saturation on.
/// A. K. Erlang, 1917; from B as in R. B. Cooper, Introduction to Queueing Theory, 2nd ed. 1981, chapter 3.
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let load = offered / f64::from(servers);
    if load >= 1.0 {
        return 1.0;
    }
    let blocked = erlang_b(servers, offered);
    blocked / (1.0 - load * (1.0 - blocked))
}

/// M/M/c: several servers, one unlimited queue.
#[derive(Clone, Copy, Debug)]
pub struct Mmc {
    /// Mean arrivals per second, λ.
    pub arrival_rate: f64,
    /// Services per second of one busy server, μ.
    pub service_rate: f64,
    /// Number of servers, c, at least 1.
    pub servers: u32,
}

impl Mmc {
    /// ρ = λ/(cμ), the busy share of the servers.
    pub fn load(&self) -> f64 {
        self.arrival_rate / (self.service_rate * f64::from(self.servers))
    }

    /// Share of requests that wait at all.
    pub fn wait_probability(&self) -> f64 {
        erlang_c(self.servers, self.arrival_rate / self.service_rate)
    }

    /// Mean time before service begins, those included that do not wait.
    pub fn mean_wait(&self) -> f64 {
        self.wait_probability() / self.spare_rate()
    }

    /// Mean time from arrival to departure.
    pub fn mean_sojourn(&self) -> f64 {
        self.mean_wait() + 1.0 / self.service_rate
    }

    /// The time that a share `p` of waits stays under: zero up to the share that does not wait, exponential above.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        ((self.wait_probability() / (1.0 - p)).ln() / self.spare_rate()).max(0.0)
    }

    /// Share of sojourns that end within `time`: those that wait add an exponential wait to their service.
    pub fn sojourn_cdf(&self, time: f64) -> f64 {
        let served = (-self.service_rate * time).exp();
        let waited_and_served = sum_of_exponentials_tail(self.service_rate, self.spare_rate(), time);
        let waits = self.wait_probability();
        1.0 - (1.0 - waits) * served - waits * waited_and_served
    }

    /// The time that a share `p` of sojourns stays under; infinite from saturation on.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        if self.spare_rate() == 0.0 {
            return f64::INFINITY;
        }
        quantile_of(|time| self.sojourn_cdf(time), p)
    }

    /// cμ − λ: the rate at which the wait of those that wait dies out.
    fn spare_rate(&self) -> f64 {
        (self.service_rate * f64::from(self.servers) - self.arrival_rate).max(0.0)
    }
}

/// Probability that two independent exponential times of these rates together exceed `time`. Written around the
/// smaller rate, so that nothing overflows and equal rates need no case of their own beyond 0/0.
fn sum_of_exponentials_tail(rate: f64, other: f64, time: f64) -> f64 {
    let (slow, gap) = (rate.min(other), (rate - other).abs());
    let lag = if gap == 0.0 { time } else { -(-gap * time).exp_m1() / gap };
    (-slow * time).exp() * (1.0 + slow * lag)
}

/// M/M/c/K: several servers, and arrivals that find `capacity` in the system are rejected.
#[derive(Clone, Copy, Debug)]
pub struct Mmck {
    /// Mean arrivals per second, the rejected included, λ; over zero.
    pub arrival_rate: f64,
    /// Services per second of one busy server, μ.
    pub service_rate: f64,
    /// Number of servers, c, at least 1.
    pub servers: u32,
    /// Most requests in the system, those in service included, K: servers plus waiting room.
    pub capacity: u32,
}

impl Mmck {
    /// Share of arrivals that are rejected.
    pub fn blocking(&self) -> f64 {
        self.mean_of(|n| if n == self.capacity { 1.0 } else { 0.0 })
    }

    /// Mean number in the system.
    pub fn mean_number(&self) -> f64 {
        self.mean_of(f64::from)
    }

    /// Mean time from arrival to departure of those that are accepted, by Little's law.
    pub fn mean_sojourn(&self) -> f64 {
        self.mean_number() / (self.arrival_rate * (1.0 - self.blocking()))
    }

    /// Mean time before service begins, of those that are accepted.
    pub fn mean_wait(&self) -> f64 {
        self.mean_sojourn() - 1.0 / self.service_rate
    }

    fn mean_of(&self, value: impl Fn(u32) -> f64) -> f64 {
        let offered = self.arrival_rate / self.service_rate;
        mean_over_states(self.capacity, |n| offered / f64::from(n.min(self.servers)), value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::close;

    fn mmc(arrival_rate: f64, service_rate: f64, servers: u32) -> Mmc {
        Mmc { arrival_rate, service_rate, servers }
    }

    /// ∫ P(T > t) dt by Simpson's rule up to where nothing is left.
    fn mean_from_cdf(queue: Mmc) -> f64 {
        let (end, steps) = (60.0 * queue.mean_sojourn(), 60_000);
        let h = end / f64::from(steps);
        let weight = |i: u32| if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
        (0..=steps).map(|i| weight(i) * (1.0 - queue.sojourn_cdf(f64::from(i) * h))).sum::<f64>() * h / 3.0
    }

    #[test]
    fn mm1_at_half_load() {
        let queue = Mm1 { arrival_rate: 50.0, service_rate: 100.0 };
        close(queue.mean_wait(), 0.010, 1e-15);
        close(queue.mean_sojourn(), 0.020, 1e-15);
        close(queue.sojourn_quantile(0.5), 0.020 * std::f64::consts::LN_2, 1e-15);
        close(queue.sojourn_quantile(0.99), 0.020 * 100_f64.ln(), 1e-12);
        assert_eq!(Mm1 { arrival_rate: 100.0, ..queue }.mean_wait(), f64::INFINITY);
    }

    #[test]
    fn erlang_b_matches_traffic_tables() {
        close(erlang_b(1, 0.5), 1.0 / 3.0, 1e-15);
        close(erlang_b(2, 1.0), 0.2, 1e-15);
        close(erlang_b(10, 10.0), 0.2146, 5e-5);
        // The load that the usual table gives for 1 % loss.
        for (servers, offered) in [(10, 4.461), (20, 12.03), (50, 37.90), (100, 84.06)] {
            close(erlang_b(servers, offered), 0.01, 2e-5);
        }
    }

    #[test]
    fn erlang_c_matches_traffic_tables() {
        close(erlang_c(1, 0.7), 0.7, 1e-15);
        close(erlang_c(2, 1.0), 1.0 / 3.0, 1e-15);
        // The load that the usual table gives for 5 % and 1 % delayed.
        close(erlang_c(8, 3.87), 0.05, 3e-4);
        close(erlang_c(10, 4.08), 0.01, 1e-4);
        assert_eq!(erlang_c(3, 3.0), 1.0);
        assert!(erlang_c(5_000, 4_999.0).is_finite());
    }

    #[test]
    fn mmc_matches_a_textbook_example() {
        // An eye clinic with three doctors, 6 arrivals an hour, 20 minutes each: Lq = 8/9, L = 26/9 (Gross et al.,
        // 2.3).
        let clinic = mmc(6.0, 3.0, 3);
        close(clinic.mean_wait() * 6.0, 8.0 / 9.0, 1e-14);
        close(clinic.mean_sojourn() * 6.0, 26.0 / 9.0, 1e-14);
        close(clinic.load(), 2.0 / 3.0, 1e-15);
        assert_eq!(mmc(9.0, 3.0, 3).mean_sojourn(), f64::INFINITY);
        assert_eq!(mmc(9.0, 3.0, 3).sojourn_quantile(0.5), f64::INFINITY);
    }

    #[test]
    fn wait_quantiles_begin_where_waiting_begins() {
        let queue = mmc(1.0, 1.0, 2); // C = 1/3, waits die out at rate 1
        assert_eq!(queue.wait_quantile(0.5), 0.0);
        close(queue.wait_quantile(0.9), (10.0 / 3.0_f64).ln(), 1e-14);
    }

    #[test]
    fn one_server_has_an_exponential_sojourn() {
        let single = Mm1 { arrival_rate: 0.9, service_rate: 1.0 };
        for p in [0.1, 0.5, 0.9, 0.99, 0.999] {
            close(mmc(0.9, 1.0, 1).sojourn_quantile(p), single.sojourn_quantile(p), 1e-9);
        }
    }

    #[test]
    fn sojourn_distribution_has_the_mean_and_is_inverted() {
        // The middle one has equal rates of waiting and serving; the one after it nearly so.
        for queue in [mmc(0.99, 1.0, 1), mmc(4.0, 1.0, 5), mmc(1.0, 1.0, 2), mmc(1.0 + 1e-9, 1.0, 2), mmc(5.0, 1.0, 20)]
        {
            close(mean_from_cdf(queue) / queue.mean_sojourn(), 1.0, 1e-6);
            for p in [0.01, 0.5, 0.99, 0.9999] {
                close(queue.sojourn_cdf(queue.sojourn_quantile(p)), p, 1e-12);
            }
        }
    }

    #[test]
    fn mmck_matches_a_textbook_example() {
        // Car inspection: three stalls, 6 minutes each, one arrival a minute, at most seven cars (Gross et al., 2.5,
        // where L = 6.06). By hand: states weigh 1, 6, 18, 36, 72, 144, 288 and 576, together 1141.
        let inspection = Mmck { arrival_rate: 1.0, service_rate: 1.0 / 6.0, servers: 3, capacity: 7 };
        close(inspection.blocking(), 576.0 / 1141.0, 1e-14);
        close(inspection.mean_number(), 6918.0 / 1141.0, 1e-14);
        close(inspection.mean_sojourn(), 6918.0 / 565.0, 1e-13);
    }

    #[test]
    fn mmck_has_its_known_special_cases() {
        let queue = Mmck { arrival_rate: 3.0, service_rate: 1.0, servers: 4, capacity: 4 };
        close(queue.blocking(), erlang_b(4, 3.0), 1e-15);
        close(queue.mean_wait(), 0.0, 1e-15);
        let roomy = Mmck { capacity: 2_000, ..queue };
        close(roomy.mean_sojourn(), mmc(3.0, 1.0, 4).mean_sojourn(), 1e-10);
        // M/M/1/K in closed form: (1−ρ)ρ^K / (1−ρ^(K+1)), beyond saturation too.
        let overloaded = Mmck { arrival_rate: 2.0, service_rate: 1.0, servers: 1, capacity: 5 };
        close(overloaded.blocking(), 32.0 / 63.0, 1e-15);
    }
}
