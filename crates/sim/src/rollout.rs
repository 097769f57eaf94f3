//! Deploying a new version: how many replicas are replaced at a time, and whether the new one is taken back.
//!
//! A rolling restart, batch by batch, with a canary first where one is asked for. The new version's answers are counted in
//! windows of time; at the end of a window in which too many of them were failures the old version is rolled out again,
//! as an automatic analysis of a canary would (Argo Rollouts, "Analysis & Progressive Delivery"; Kubernetes' own
//! Deployment watches readiness only). Left out are a surge of additional replicas and shares of traffic: what the canary
//! gets is its share of the replicas.

use crate::model::{Batch, Deploy};
use crate::time::{Span, Time};

/// A deploy under way, or just over, at one service.
#[derive(Debug)]
pub(crate) struct Rollout {
    batch: Batch,
    canary: Option<f64>,
    pause: Span,
    /// Share of failures that is too much, and the length of a window.
    rollback: Option<(f64, Span)>,
    rolled_back: bool,
    ended: Option<Time>,
    answers: u64,
    failures: u64,
}

/// What the end of a window says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Too many failures: the old version comes back.
    RollBack,
    /// Look again after another window.
    Watch(Span),
    /// The deploy has been over for a whole window.
    Enough,
}

impl Rollout {
    pub(crate) fn new(deploy: &Deploy) -> Self {
        Rollout {
            batch: deploy.batch,
            canary: deploy.canary,
            pause: deploy.pause,
            rollback: deploy.rollback.map(|rollback| (rollback.errors, rollback.within)),
            rolled_back: false,
            ended: None,
            answers: 0,
            failures: 0,
        }
    }

    /// How many replicas are replaced next, of so many in all; none where none has the old version.
    pub(crate) fn next_batch(&mut self, now: Time, outdated: u32, all: u32) -> u32 {
        if outdated == 0 {
            self.ended.get_or_insert(now);
            return 0;
        }
        let part = |share: f64| ((f64::from(all) * share - 1e-9).ceil() as u32).max(1);
        let size = match (self.canary.take(), self.batch) {
            (Some(share), _) | (None, Batch::Share(share)) => part(share),
            (None, Batch::Count(count)) => count,
        };
        size.min(outdated)
    }

    /// How long to wait from when a batch serves to the next one. Taking a bad version back is no time to wait.
    pub(crate) fn pause(&self) -> Span {
        if self.rolled_back { Span::ZERO } else { self.pause }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// The new version has answered.
    pub(crate) fn answered(&mut self, failed: bool) {
        self.answers += 1;
        self.failures += u64::from(failed);
    }

    /// When the first window ends that begins now, if anybody looks.
    pub(crate) fn first_window(&self) -> Option<Span> {
        self.rollback.map(|(_, within)| within)
    }

    /// A window ends.
    pub(crate) fn judge(&mut self, now: Time) -> Verdict {
        let (answers, failures) = (std::mem::take(&mut self.answers), std::mem::take(&mut self.failures));
        let Some((bound, within)) = self.rollback.filter(|_| !self.rolled_back) else { return Verdict::Enough };
        if answers > 0 && failures as f64 > bound * answers as f64 {
            self.rolled_back = true;
            self.ended = None;
            self.canary = None;
            return Verdict::RollBack;
        }
        match self.ended {
            Some(ended) if now.since(ended) >= within => Verdict::Enough,
            _ => Verdict::Watch(within),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Rollback, ServiceId};

    fn at(n: u64) -> Time {
        Time::ZERO + Span::secs(n)
    }

    fn deploy(batch: Batch) -> Deploy {
        let rollback = Some(Rollback { errors: 0.02, within: Span::secs(60) });
        Deploy { pause: Span::secs(30), rollback, batch, ..Deploy::of(ServiceId(0)) }
    }

    /// The batches in which ten replicas are replaced.
    fn batches(deploy: &Deploy) -> Vec<u32> {
        let mut rollout = Rollout::new(deploy);
        let mut outdated = 10;
        std::iter::from_fn(|| {
            let batch = rollout.next_batch(at(1), outdated, 10);
            outdated -= batch;
            (batch > 0).then_some(batch)
        })
        .collect()
    }

    #[test]
    fn a_canary_goes_first_and_batches_follow() {
        assert_eq!(batches(&deploy(Batch::Count(4))), [4, 4, 2]);
        assert_eq!(batches(&deploy(Batch::Share(0.25))), [3, 3, 3, 1]);
        assert_eq!(batches(&Deploy { canary: Some(0.05), ..deploy(Batch::Count(5)) }), [1, 5, 4]);
    }

    /// What is said at the end of a window with so many answers, of which so many failed.
    fn judged(rollout: &mut Rollout, now: u64, answers: u32, failures: u32) -> Verdict {
        (0..answers).for_each(|n| rollout.answered(n < failures));
        rollout.judge(at(now))
    }

    #[test]
    fn too_many_failures_in_a_window_bring_the_old_version_back() {
        let mut rollout = Rollout::new(&deploy(Batch::Count(1)));
        let watch = Verdict::Watch(Span::secs(60));
        assert_eq!(judged(&mut rollout, 60, 0, 0), watch, "nothing is known");
        assert_eq!(judged(&mut rollout, 120, 100, 2), watch, "the bound is not exceeded");
        assert_eq!(rollout.pause(), Span::secs(30));
        assert_eq!(judged(&mut rollout, 180, 100, 3), Verdict::RollBack);
        assert_eq!(rollout.pause(), Span::ZERO);
        assert_eq!(judged(&mut rollout, 240, 100, 100), Verdict::Enough, "the old one is not taken back");
    }

    #[test]
    fn a_deploy_is_watched_for_a_window_after_its_end() {
        let mut rollout = Rollout::new(&deploy(Batch::Count(1)));
        assert_eq!(rollout.next_batch(at(70), 0, 10), 0);
        assert!(rollout.is_over());
        assert_eq!(judged(&mut rollout, 120, 100, 0), Verdict::Watch(Span::secs(60)));
        assert_eq!(judged(&mut rollout, 180, 100, 0), Verdict::Enough);
    }
}
