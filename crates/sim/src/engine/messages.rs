//! Work that goes on after the answer: messages of queues, and writes that copies still lack.
//!
//! It belongs to the request that caused it, which is settled only when nothing works for it any more; the tenant has had its
//! answer long before. Each is a record of its own and is carried out by a call that no handler waits for.

use super::calls::Caller;
use super::*;
use crate::broker::After;
use crate::fact::DataFact;
use crate::plan::NO_REPLICA;
use crate::plan::Way;

/// Something that is to be carried out for a request.
#[derive(Debug, Default)]
pub(super) struct Message {
    request: Ref,
    sent_at: Time,
    /// When it was published or written.
    since: Time,
    key: u64,
    tries: u32,
    original: bool,
    errand: Errand,
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Errand {
    #[default]
    Nothing,
    Deliver {
        queue: u32,
        consumer: u32,
    },
    /// A copy is to see the write of this number.
    Refresh {
        follower: u32,
        write: u64,
    },
}

impl Simulation {
    /// Hands a message to a queue; the step ends when the queue has taken it.
    #[inline(never)]
    pub(super) fn publish<O: Observer>(&mut self, job: Ref, publication: u32, observer: &mut O) {
        let plan = &mut self.plan.publications[publication as usize];
        let (queue, key) = (plan.queue, plan.next_key());
        let sent_at = self.jobs[job].sent_at;
        if self.brokers[queue as usize].is_full() {
            observer.see(self.now, Fact::Data(DataFact::Refused { queue, sent_at }));
            let answer = Answer::Failed(Failure::Rejected);
            self.at_once.push_back(Event::Resume { job, answer, optional: false }.wait());
            return;
        }
        let message = self.write_message(job, key.unwrap_or(0), Errand::Nothing);
        let consumer = self.brokers[queue as usize].publish(message, key);
        self.messages[message].errand = Errand::Deliver { queue, consumer };
        observer.see(self.now, Fact::Data(DataFact::Published { queue, sent_at }));
        // Through the queue of events, so that consumers who publish do not nest.
        self.at_once.push_back(Event::Dispatch { queue, consumer }.wait());
        let span = self.plan.publications[publication as usize].write.sample();
        self.finish_after(job, span);
    }

    /// Notes what is to be done for the request that a handler works for.
    pub(super) fn write_message(&mut self, job: Ref, key: u64, errand: Errand) -> Ref {
        let Job { request, sent_at, original, .. } = self.jobs[job];
        self.requests[request].refs += 1;
        if self.messages.len() >= self.limits.in_flight {
            self.excess = Some(Excess::InFlight);
        }
        self.messages.insert(Message { request, sent_at, since: self.now, key, tries: 0, original, errand })
    }

    /// A consumer takes as many messages as it may.
    pub(super) fn on_dispatch<O: Observer>(&mut self, queue: u32, consumer: u32, observer: &mut O) {
        while let Some(message) = self.brokers[queue as usize].next(consumer) {
            self.on_due(message, observer);
        }
    }

    /// Carries a message out by a call.
    pub(super) fn on_due<O: Observer>(&mut self, message: Ref, observer: &mut O) {
        let state = &mut self.messages[message];
        state.tries += 1;
        let Message { request, sent_at, key, tries, original, errand, .. } = *state;
        let site = match errand {
            Errand::Deliver { queue, .. } => {
                observer.see(self.now, Fact::Data(DataFact::Delivered { queue, delivery: tries, sent_at }));
                self.plan.deliveries[queue as usize]
            }
            Errand::Refresh { follower, .. } => match self.plan.followers[follower as usize].way {
                Way::Refresh { site, .. } => site,
                Way::Sync | Way::Log(_) => unreachable!("followed without a call"),
            },
            Errand::Nothing => unreachable!("a message is due after it has something to do"),
        };
        let caller = Caller {
            parent: Ref::NONE,
            request,
            sent_at,
            replica: NO_REPLICA,
            life: 0,
            deadline: Time::NEVER,
            original: original && tries == 1,
            key,
        };
        let call = self.open_call(site, caller, observer);
        self.errands.insert(call.id(), message);
        self.first_try(call, site, observer);
    }

    /// The call that carried a message out is over.
    pub(super) fn end_errand<O: Observer>(&mut self, call: Ref, answer: Answer, observer: &mut O) {
        let Some(message) = self.errands.remove(&call.id()) else { return };
        match self.messages[message].errand {
            Errand::Deliver { queue, consumer } => self.end_delivery(message, queue, consumer, answer, observer),
            Errand::Refresh { follower, write } => self.end_refresh(message, follower, write, answer, observer),
            Errand::Nothing => {}
        }
    }

    fn end_delivery<O: Observer>(&mut self, message: Ref, queue: u32, consumer: u32, answer: Answer, observer: &mut O) {
        let Message { sent_at, since: published, tries, .. } = self.messages[message];
        let broker = &mut self.brokers[queue as usize];
        let acknowledged = match broker.after(tries, answer) {
            After::Redeliver(wait) => {
                self.agenda.push(self.now + wait, Event::Due { message });
                return;
            }
            After::Acknowledged => true,
            After::Dead => false,
        };
        broker.settle(consumer);
        observer.see(self.now, Fact::Data(DataFact::Settled { queue, published, acknowledged, sent_at }));
        self.at_once.push_back(Event::Dispatch { queue, consumer }.wait());
        self.dismiss(message, observer);
    }

    fn end_refresh<O: Observer>(&mut self, message: Ref, follower: u32, write: u64, answer: Answer, observer: &mut O) {
        let sent_at = self.messages[message].sent_at;
        match (answer, &self.plan.followers[follower as usize].way) {
            (Answer::Failed(_), Way::Refresh { after, .. }) => {
                self.agenda.push(self.now + *after, Event::Due { message });
            }
            _ => {
                self.backlogs[follower as usize].applied(write);
                observer.see(self.now, Fact::Data(DataFact::Copied { follower, sent_at }));
                self.dismiss(message, observer);
            }
        }
    }

    fn dismiss<O: Observer>(&mut self, message: Ref, observer: &mut O) {
        let request = self.messages[message].request;
        self.messages.free(message);
        self.release(request, observer);
    }
}
