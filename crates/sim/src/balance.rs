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
    /// Who may be picked, in ascending order, where not everybody may; never empty.
    members: Option<Box<[u32]>>,
}

impl Balancer {
    /// The first turn is drawn: callers start at different replicas, and which ones depends on nobody else.
    /// There are so many replicas at the start, and places for further ones.
    pub(crate) fn new(rule: Balance, replicas: u32, places: u32, mut stream: Stream) -> Self {
        let turn = stream.below(replicas);
        let mut balancer = Balancer { rule, replicas: places, turn, stream, members: None };
        balancer.set_members((0..replicas).collect());
        balancer
    }

    /// The index of a replica for a request with this key; `outstanding` tells how many attempts a replica has.
    #[inline(always)]
    pub(crate) fn pick(&mut self, key: u64, outstanding: impl Fn(u32) -> u32) -> u32 {
        if self.replicas == 1 {
            return 0;
        }
        self.pick_one(key, outstanding)
    }

    fn pick_one(&mut self, key: u64, outstanding: impl Fn(u32) -> u32) -> u32 {
        if self.members.is_some() {
            return self.pick_member(key, outstanding);
        }
        self.pick_of(self.replicas, key, outstanding)
    }

    /// Whether a replica is in rotation.
    pub(crate) fn may_pick(&self, replica: u32) -> bool {
        self.members.as_ref().is_none_or(|members| members.binary_search(&replica).is_ok())
    }

    /// How many replicas are in rotation.
    pub(crate) fn choices(&self) -> u32 {
        self.members.as_ref().map_or(self.replicas, |members| members.len() as u32)
    }

    /// From now on one of these is picked, given in ascending order; any replica where there are none or all.
    pub(crate) fn set_members(&mut self, members: Vec<u32>) {
        let some = !members.is_empty() && members.len() < self.replicas as usize;
        self.members = some.then(|| members.into());
    }

    #[inline(never)]
    fn pick_member(&mut self, key: u64, outstanding: impl Fn(u32) -> u32) -> u32 {
        let Some(members) = self.members.take() else { return 0 };
        let member = |number: u32| members[number as usize];
        let home = home(key, self.replicas);
        // Keys whose replica is in rotation stay there; the others are spread over those that are.
        let picked = match self.rule {
            Balance::Hash if members.binary_search(&home).is_ok() => home,
            Balance::Hash => member(self::home(splitmix(key), members.len() as u32)),
            _ => member(self.pick_of(members.len() as u32, key, |number| outstanding(member(number)))),
        };
        self.members = Some(members);
        picked
    }

    /// Picks a number below `count`.
    #[inline(always)]
    fn pick_of(&mut self, count: u32, key: u64, outstanding: impl Fn(u32) -> u32) -> u32 {
        if count == 1 {
            return 0;
        }
        match self.rule {
            Balance::RoundRobin => self.take_turn(count),
            Balance::Random => self.stream.below(count),
            Balance::PowerOfTwo => self.less_loaded_of_two(count, outstanding),
            Balance::LeastOutstanding => self.least_loaded(count, outstanding),
            Balance::Hash => home(key, count),
        }
    }

    #[inline]
    fn take_turn(&mut self, count: u32) -> u32 {
        // There may have been more when the turn was set.
        let turn = if self.turn < count { self.turn } else { 0 };
        self.turn = if turn + 1 == count { 0 } else { turn + 1 };
        turn
    }

    fn less_loaded_of_two(&mut self, count: u32, outstanding: impl Fn(u32) -> u32) -> u32 {
        let first = self.stream.below(count);
        let other = self.stream.below(count - 1);
        let second = if other >= first { other + 1 } else { other };
        if outstanding(second) < outstanding(first) { second } else { first }
    }

    /// Equals are taken in turn, or an idle service would send everything to its first replica.
    fn least_loaded(&mut self, count: u32, outstanding: impl Fn(u32) -> u32) -> u32 {
        let start = self.take_turn(count);
        let after = (start..count).chain(0..start);
        after.min_by_key(|replica| outstanding(*replica)).unwrap_or(start)
    }
}

/// Where a key belongs among so many.
#[inline]
fn home(key: u64, count: u32) -> u32 {
    ((u128::from(splitmix(key)) * u128::from(count)) >> 64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picks(rule: Balance, load: [u32; 3]) -> Vec<u32> {
        let mut balancer = Balancer::new(rule, 3, 3, Stream::new(1, "balance", "test"));
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

    #[test]
    fn only_members_are_picked() {
        for rule in
            [Balance::RoundRobin, Balance::Random, Balance::LeastOutstanding, Balance::PowerOfTwo, Balance::Hash]
        {
            let mut balancer = Balancer::new(rule, 4, 4, Stream::new(1, "balance", "test"));
            let before: Vec<u32> = (0..300).map(|key| balancer.pick(key, |_| 0)).collect();
            balancer.set_members(vec![0, 3]);
            let during: Vec<u32> = (0..300).map(|key| balancer.pick(key, |_| 0)).collect();
            assert!(during.iter().all(|replica| [0, 3].contains(replica)), "{rule:?}");
            assert!((share(&during, 0) - 0.5).abs() < 0.1, "{rule:?}");
            if rule == Balance::Hash {
                let kept = before.iter().zip(&during).filter(|(home, _)| [0, 3].contains(*home));
                assert!(kept.clone().count() > 100 && kept.clone().all(|(home, now)| home == now));
            }
            balancer.set_members(vec![2]);
            assert_eq!(balancer.pick(7, |_| 0), 2, "{rule:?}");
            balancer.set_members(Vec::new());
            let after: Vec<u32> = (0..300).map(|key| balancer.pick(key, |_| 0)).collect();
            assert!((0..4).all(|replica| share(&after, replica) > 0.15), "{rule:?}");
        }
    }

    #[test]
    fn the_least_loaded_member_is_not_the_least_loaded_of_all() {
        let mut balancer = Balancer::new(Balance::LeastOutstanding, 3, 3, Stream::new(1, "balance", "test"));
        balancer.set_members(vec![0, 2]);
        let load = [5, 0, 3];
        assert!((0..10).all(|key| balancer.pick(key, |replica| load[replica as usize]) == 2));
    }

    #[test]
    fn places_that_nobody_has_taken_move_no_luck() {
        for rule in [Balance::RoundRobin, Balance::Random, Balance::PowerOfTwo] {
            let picks = |places| -> Vec<u32> {
                let mut balancer = Balancer::new(rule, 3, places, Stream::new(1, "balance", "test"));
                (0..50).map(|key| balancer.pick(key, |_| 0)).collect()
            };
            assert_eq!(picks(3), picks(9), "{rule:?}");
        }
    }
}
