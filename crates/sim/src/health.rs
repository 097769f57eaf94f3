//! Health checks: whether callers are still told of a replica, by how its last checks went.
//!
//! A replica goes out of rotation after so many failed checks in a row and comes back after so many passed ones. The
//! time that this takes is all that a check costs here. It sees that a process is down or stands still; it does not see
//! errors, slowness or a cut network, as a check of nothing but the process would not.

use crate::model::Health;

/// What the checks of one service's replicas have found.
#[derive(Debug)]
pub(crate) struct HealthChecker {
    fixed: Health,
    replicas: Vec<Checked>,
}

#[derive(Clone, Copy, Debug)]
struct Checked {
    healthy: bool,
    /// Checks in a row that spoke against what it is taken for.
    against: u32,
}

impl HealthChecker {
    /// All are healthy at first.
    pub(crate) fn new(fixed: Health, replicas: u32) -> Self {
        HealthChecker { fixed, replicas: vec![Checked { healthy: true, against: 0 }; replicas as usize] }
    }

    pub(crate) fn is_healthy(&self, replica: usize) -> bool {
        self.replicas[replica].healthy
    }

    /// One check of a replica ended; says whether that changes what it is taken for.
    pub(crate) fn checked(&mut self, replica: usize, passed: bool) -> bool {
        let state = &mut self.replicas[replica];
        if passed == state.healthy {
            state.against = 0;
            return false;
        }
        state.against += 1;
        let needed = if passed { self.fixed.healthy } else { self.fixed.unhealthy };
        let changes = state.against >= needed;
        if changes {
            *state = Checked { healthy: passed, against: 0 };
        }
        changes
    }

    /// A replica that has just come into service is taken for healthy.
    pub(crate) fn welcome(&mut self, replica: usize) {
        self.replicas[replica] = Checked { healthy: true, against: 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn a_replica_changes_after_checks_in_a_row() {
        let fixed = Health { interval: Span::secs(5), timeout: Span::secs(1), unhealthy: 3, healthy: 2 };
        let mut checker = HealthChecker::new(fixed, 2);
        let mut after = |checks: &str| {
            for check in checks.chars() {
                checker.checked(1, check == '+');
            }
            assert!(checker.is_healthy(0), "nobody checked the other one");
            checker.is_healthy(1)
        };
        assert!(after("--+--"));
        assert!(!after("-"));
        assert!(!after("+-+"));
        assert!(after("+"));
        assert!(after("--"));
        checker.welcome(1);
        assert!(!checker.checked(1, false) && !checker.checked(1, false) && checker.checked(1, false));
    }
}
