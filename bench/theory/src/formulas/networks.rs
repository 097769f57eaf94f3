//! Several queues together: in a row, in a circle with users who think, and side by side behind a balancer.

use super::Mmc;
use super::chain::mean_over_states;

/// Mean time through M/M/c stages in a row, each with the arrival rate that it sees: the output of one is Poisson
/// again, so their means add up. J. R. Jackson, "Networks of waiting lines", Operations Research 5(4), 1957.
pub fn tandem_mean_sojourn(stages: &[Mmc]) -> f64 {
    stages.iter().map(Mmc::mean_sojourn).sum()
}

/// Mean values of a closed network.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// Requests per second.
    pub throughput: f64,
    /// Mean time from sending a request to its answer, in seconds; thinking is no part of it.
    pub response: f64,
    /// Mean number at each station, in the order given, those in service included.
    pub queues: Vec<f64>,
}

/// Users who think, send a request through single-server stations, and think again after its answer. `think` is the
/// mean time between answer and next request and `demands` the mean service that one request takes at each station over
/// all its visits, in seconds; together they are over zero.
///
/// Exact where service is exponential and first come first served, or shared whatever its distribution; the
/// distribution of thinking never matters. M. Reiser, S. Lavenberg, "Mean-value analysis of closed multichain queuing
/// networks", J. ACM 27(2), 1980.
pub fn interactive(users: u32, think: f64, demands: &[f64]) -> Closed {
    populations(users, think, demands).pop().expect("the empty network is always there")
}

/// The network with 0, 1, … `users` users. An arrival finds what the network with one user less holds on average.
fn populations(users: u32, think: f64, demands: &[f64]) -> Vec<Closed> {
    let mut networks = vec![Closed { throughput: 0.0, response: 0.0, queues: vec![0.0; demands.len()] }];
    for n in 1..=users {
        let found = &networks[n as usize - 1].queues;
        let residences: Vec<f64> = demands.iter().zip(found).map(|(demand, queue)| demand * (1.0 + queue)).collect();
        let response: f64 = residences.iter().sum();
        let throughput = f64::from(n) / (think + response);
        let queues = residences.iter().map(|residence| throughput * residence).collect();
        networks.push(Closed { throughput, response, queues });
    }
    networks
}

/// A station of several servers with one queue.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// Mean service that one request takes there over all its visits, in seconds.
    pub demand: f64,
    /// Number of servers, at least 1.
    pub servers: u32,
}

/// [`interactive`] with at least one user and one more station, of several servers, whose queue comes last. Thinking
/// and the other stations together take some time: `think` and `demands` are not all zero.
///
/// The rest of the network acts on the pool like one station that gives off, with n users in it, the throughput that it
/// has alone with n users. That is exact here (K. Chandy, U. Herzog, L. Woo, "Parametric analysis of queuing networks",
/// IBM J. Res. Dev. 19(1), 1975), and what remains is a birth-death chain. The direct recursion over load-dependent
/// stations subtracts probabilities: with 8 servers and 200 users it has lost all digits, down to a negative
/// throughput.
pub fn interactive_with_pool(users: u32, think: f64, demands: &[f64], pool: Pool) -> Closed {
    let rest = populations(users, think, demands);
    let rest_while = |at_pool: u32| &rest[(users - at_pool) as usize];
    let served = |at_pool: u32| f64::from(at_pool.min(pool.servers)) / pool.demand;
    let ratio = |at_pool: u32| rest_while(at_pool - 1).throughput / served(at_pool);

    let throughput = mean_over_states(users, ratio, served);
    let queue_at = |station: usize| mean_over_states(users, ratio, |n| rest_while(n).queues[station]);
    let mut queues: Vec<f64> = (0..demands.len()).map(queue_at).collect();
    queues.push(mean_over_states(users, ratio, f64::from));
    Closed { throughput, response: queues.iter().sum::<f64>() / throughput, queues }
}

/// Mean time in the system, in mean services, of a request that joins the shortest of `choices` queues drawn at random
/// among very many, each with one exponential server under `load` < 1: the sum of load^((d^i − d)/(d − 1)) over i ≥ 1.
/// One choice is M/M/1.
///
/// The limit for many servers; with n of them the mean is off by the order of 1/n (N. Gast, 2017). N. Vvedenskaya, R.
/// Dobrushin, F. Karpelevich, "Queueing system with selection of the shortest of two queues", Probl. Inf. Transm.
/// 32(1), 1996; M. Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001.
pub fn choices_mean_sojourn(load: f64, choices: u32) -> f64 {
    let d = f64::from(choices);
    // (d^i − d)/(d − 1) = d + d² + … + d^(i−1), so that each exponent is d times one more than the last.
    let exponents = std::iter::successors(Some(0.0), |exponent| Some(d * (exponent + 1.0)));
    exponents.map(|exponent| load.powf(exponent)).take_while(|term| *term > f64::EPSILON * 1e-3).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::{Mm1, close};

    fn same(got: &Closed, want: &Closed, within: f64) {
        close(got.throughput, want.throughput, within);
        close(got.response, want.response, within);
        assert_eq!(got.queues.len(), want.queues.len());
        got.queues.iter().zip(&want.queues).for_each(|(got, want)| close(*got, *want, within));
    }

    /// Mean values by summing over all states of thinkers, one single server and the pool, each weighted by its product
    /// form (F. Baskett, K. Chandy, R. Muntz, F. Palacios, J. ACM 22(2), 1975).
    fn by_enumeration(users: u32, think: f64, demand: f64, pool: Pool) -> Closed {
        let product = |n: u32, factor: &dyn Fn(u32) -> f64| (1..=n).map(factor).product::<f64>();
        let (mut total, mut throughput, mut queues) = (0.0, 0.0, vec![0.0; 2]);
        for at_single in 0..=users {
            for at_pool in 0..=users - at_single {
                let weight = product(users - at_single - at_pool, &|n| think / f64::from(n))
                    * product(at_single, &|_| demand)
                    * product(at_pool, &|n| pool.demand / f64::from(n.min(pool.servers)));
                total += weight;
                throughput += weight * f64::from(at_single.min(1)) / demand;
                queues[0] += weight * f64::from(at_single);
                queues[1] += weight * f64::from(at_pool);
            }
        }
        queues.iter_mut().for_each(|queue| *queue /= total);
        throughput /= total;
        Closed { throughput, response: f64::from(users) / throughput - think, queues }
    }

    #[test]
    fn a_tandem_adds_up() {
        let stage = |service_rate, servers| Mmc { arrival_rate: 6.0, service_rate, servers };
        // The clinic with L = 26/9, then a single desk with 1/(8 − 6).
        close(tandem_mean_sojourn(&[stage(3.0, 3), stage(8.0, 1)]), 26.0 / 54.0 + 0.5, 1e-14);
    }

    #[test]
    fn mean_value_analysis_matches_a_published_table() {
        // CPU 16 × 0.125 s, disks 10 × 0.3 s and 5 × 0.2 s, thinking 4 s: R. Jain, The Art of Computer Systems
        // Performance Analysis, 1991, table 34.1.
        let table = [
            (1, 6.000, 0.100, [0.200, 0.300, 0.100]),
            (2, 7.400, 0.175, [0.421, 0.684, 0.193]),
            (3, 9.088, 0.229, [0.651, 1.158, 0.273]),
            (4, 11.051, 0.266, [0.878, 1.721, 0.338]),
            (5, 13.256, 0.290, [1.088, 2.365, 0.388]),
            (17, 47.045, 0.333, [1.974, 13.195, 0.499]),
            (20, 56.016, 0.333, [1.991, 16.177, 0.500]),
        ];
        for (users, response, throughput, queues) in table {
            let want = Closed { throughput, response, queues: queues.to_vec() };
            same(&interactive(users, 4.0, &[2.0, 3.0, 1.0]), &want, 0.000_501);
        }
    }

    #[test]
    fn a_pool_matches_the_enumeration_of_all_states() {
        for (users, servers) in [(1, 1), (3, 2), (8, 3), (25, 4), (25, 40)] {
            let pool = Pool { demand: 0.3, servers };
            same(&interactive_with_pool(users, 1.0, &[0.1], pool), &by_enumeration(users, 1.0, 0.1, pool), 1e-10);
        }
    }

    #[test]
    fn a_pool_of_one_is_a_station_and_a_large_one_a_delay() {
        let single = Pool { demand: 3.0, servers: 1 };
        same(&interactive_with_pool(20, 4.0, &[2.0], single), &interactive(20, 4.0, &[2.0, 3.0]), 1e-10);
        let delay = interactive_with_pool(20, 4.0, &[2.0], Pool { demand: 3.0, servers: 20 });
        close(delay.throughput, interactive(20, 7.0, &[2.0]).throughput, 1e-12);
    }

    #[test]
    fn a_saturated_pool_keeps_its_digits() {
        let busy = interactive_with_pool(2_000, 1.0, &[0.000_1], Pool { demand: 0.1, servers: 64 });
        close(busy.throughput, 640.0, 1e-9);
        close(busy.response, 2_000.0 / 640.0 - 1.0, 1e-9);
        close(busy.queues.iter().sum::<f64>(), 2_000.0 - 640.0, 1e-6);
    }

    #[test]
    fn two_choices_match_the_published_limits() {
        // As tabulated by M. Mitzenmacher, 2001.
        let table = [(0.5, 1.2657), (0.7, 1.6145), (0.8, 1.9474), (0.9, 2.6141), (0.95, 3.3830), (0.99, 5.4320)];
        for (load, want) in table {
            close(choices_mean_sojourn(load, 2), want, 0.000_051);
        }
    }

    #[test]
    fn one_choice_is_no_choice() {
        let alone = Mm1 { arrival_rate: 0.9, service_rate: 1.0 };
        close(choices_mean_sojourn(0.9, 1), alone.mean_sojourn(), 1e-12);
        assert_eq!(choices_mean_sojourn(0.0, 2), 1.0);
    }
}
