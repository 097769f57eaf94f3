//! How a caller picks one of a service's replicas.

use crate::model::Balance;
use crate::random::{Stream, splitmix};

/// One caller's choice among the replicas of one service.
#[derive(Debug)]
pub(crate) struct Balancer {
    rule: Balance,
    replicas: u32,
    turn: u32,
    stream: Stream,
}

impl Balancer {
    /// The first turn is drawn: callers start at different replicas, and which ones depends on nobody else.
    pub(crate) fn new(rule: Balance, replicas: u32, mut stream: Stream) -> Self {
        let turn = stream.below(replicas);
        Balancer { rule, replicas, turn, stream }
    }

    /// The index of a replica for a request with this key; `outstanding` tells how many attempts a replica has.
    #[inline]
    pub(crate) fn pick(&mut self, key: u64, outstanding: impl Fn(u32) -> u32) -> u32 {
        if self.replicas == 1 {
            return 0;
        }
        match self.rule {
            Balance::RoundRobin => self.take_turn(),
            Balance::Random => self.stream.below(self.replicas),
            Balance::PowerOfTwo => self.less_loaded_of_two(outstanding),
            Balance::LeastOutstanding => self.least_loaded(outstanding),
            Balance::Hash => ((u128::from(splitmix(key)) * u128::from(self.replicas)) >> 64) as u32,
        }
    }

    fn take_turn(&mut self) -> u32 {
        let turn = self.turn;
        self.turn = if turn + 1 == self.replicas { 0 } else { turn + 1 };
        turn
    }

    fn less_loaded_of_two(&mut self, outstanding: impl Fn(u32) -> u32) -> u32 {
        let first = self.stream.below(self.replicas);
        let other = self.stream.below(self.replicas - 1);
        let second = if other >= first { other + 1 } else { other };
        if outstanding(second) < outstanding(first) { second } else { first }
    }

    /// Equals are taken in turn, or an idle service would send everything to its first replica.
    fn least_loaded(&mut self, outstanding: impl Fn(u32) -> u32) -> u32 {
        let start = self.take_turn();
        let after = (start..self.replicas).chain(0..start);
        after.min_by_key(|replica| outstanding(*replica)).unwrap_or(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picks(rule: Balance, load: [u32; 3]) -> Vec<u32> {
        let mut balancer = Balancer::new(rule, 3, Stream::new(1, "balance", "test"));
        (0..300).map(|key| balancer.pick(key, |replica| load[replica as usize])).collect()
    }

    fn share(picks: &[u32], replica: u32) -> f64 {
        picks.iter().filter(|pick| **pick == replica).count() as f64 / picks.len() as f64
    }

    #[test]
    fn each_rule_picks_as_named() {
        let in_turn = |picks: Vec<u32>| picks.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 3);
        assert!(in_turn(picks(Balance::RoundRobin, [0; 3])));
        assert!(picks(Balance::LeastOutstanding, [5, 1, 5]).iter().all(|pick| *pick == 1));
        assert!(in_turn(picks(Balance::LeastOutstanding, [0; 3])));
        // The most loaded of three is never the better of two; the least loaded wins two pairs of three.
        let two = picks(Balance::PowerOfTwo, [9, 1, 5]);
        assert_eq!(share(&two, 0), 0.0);
        assert!((share(&two, 1) - 2.0 / 3.0).abs() < 0.1);
        for rule in [Balance::Random, Balance::Hash] {
            let spread = picks(rule, [0; 3]);
            assert!((0..3).all(|replica| (share(&spread, replica) - 1.0 / 3.0).abs() < 0.1), "{rule:?}");
        }
    }
}
