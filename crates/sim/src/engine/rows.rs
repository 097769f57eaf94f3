//! What handlers of a database do: take a row's lock, commit a write for copies to follow, read a copy.

use super::messages::Errand;
use super::*;
use crate::fact::DataFact;
use crate::locks::Grant;
use crate::plan::Way;

impl Simulation {
    /// Takes the lock of the row that the call asks for; says whether the handler may go on.
    pub(super) fn lock_row<O: Observer>(&mut self, job: Ref, observer: &mut O) -> bool {
        let state = &mut self.jobs[job];
        let Some(locks) = &mut self.replicas[state.replica as usize].locks else { return true };
        let taken = locks.take(self.now, job, state.key);
        if taken {
            let (service, sent_at) = (state.service, state.sent_at);
            observer.see(self.now, Fact::Data(DataFact::Locked { service, waited: Span::ZERO, sent_at }));
        } else {
            state.pending = 1;
        }
        taken
    }

    /// A handler has ended: whoever has waited for its row goes on.
    #[inline(never)]
    pub(super) fn unlock<O: Observer>(&mut self, job: Ref, replica: usize, observer: &mut O) {
        let next = self.replicas[replica].locks.as_mut().and_then(|locks| locks.release(job));
        let Some(Grant { job, since }) = next else { return };
        let Job { service, sent_at, .. } = self.jobs[job];
        let waited = self.now.since(since);
        observer.see(self.now, Fact::Data(DataFact::Locked { service, waited, sent_at }));
        self.at_once.push_back(Event::Resume { job, answer: Answer::Ok, optional: false }.wait());
    }

    /// A write is done: each copy learns of it in its own way.
    #[inline(never)]
    pub(super) fn commit<O: Observer>(&mut self, job: Ref, observer: &mut O) {
        let Job { service, key, sent_at, .. } = self.jobs[job];
        observer.see(self.now, Fact::Data(DataFact::Written { service, sent_at }));
        for follower in 0..self.plan.followers.len() {
            if self.plan.followers[follower].of == service {
                self.follow(job, follower, key, observer);
            }
        }
    }

    fn follow<O: Observer>(&mut self, job: Ref, follower: usize, key: u64, observer: &mut O) {
        let backlog = &mut self.backlogs[follower];
        match &mut self.plan.followers[follower].way {
            Way::Sync => {
                let (follower, sent_at) = (follower as u32, self.jobs[job].sent_at);
                observer.see(self.now, Fact::Data(DataFact::Copied { follower, sent_at }));
            }
            Way::Log(lag) => {
                backlog.logged(self.now, key, lag.sample());
                if backlog.len() > self.limits.in_flight {
                    self.excess = Some(Excess::InFlight);
                }
            }
            Way::Refresh { after, .. } => {
                let (after, write) = (*after, backlog.written(self.now, key));
                let message = self.write_message(job, key, Errand::Refresh { follower: follower as u32, write });
                self.agenda.push(self.now + after, Event::Due { message });
            }
        }
    }

    pub(super) fn read_copy<O: Observer>(&mut self, job: Ref, follower: u32, observer: &mut O) {
        let Job { key, sent_at, .. } = self.jobs[job];
        let behind = self.backlogs[follower as usize].behind(self.now, key);
        observer.see(self.now, Fact::Data(DataFact::CopyRead { follower, behind, sent_at }));
    }
}
