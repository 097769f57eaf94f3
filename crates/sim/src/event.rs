//! What can happen next: one closed list of domain moments, small enough to copy.

use crate::slab::Ref;

/// How an attempt, and in the end a request, was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Whole.
    Ok,
    /// With an optional part missing.
    Degraded,
    /// Not at all.
    Failed(Failure),
}

/// Why there was no answer. A handler that fails because of a call passes the call's reason on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The caller gave up waiting, or the deadline passed.
    Timeout,
    /// Refused: the queue was full.
    Rejected,
    /// The service failed.
    Error,
    /// The caller's circuit breaker was open.
    Breaker,
    /// No process took the connection, or it died with it.
    Unreachable,
}

impl Failure {
    /// All kinds, in the order of their discriminants.
    pub const ALL: [Failure; 5] =
        [Failure::Timeout, Failure::Rejected, Failure::Error, Failure::Breaker, Failure::Unreachable];
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// The next request of an open tenant.
    Arrive { tenant: u32 },
    /// A user has thought enough.
    Send { tenant: u32, user: u32 },
    /// An attempt reaches its replica.
    Deliver { job: Ref },
    /// A wait, or a piece of work that may hold a core, ends; `pauses` counts the replica's pauses when it was begun.
    Finish { job: Ref, pauses: u32, core: bool },
    /// The next piece of work on shared cores ends, unless the sharing changed since `version`.
    Share { replica: u32, version: u32 },
    /// The answer to an attempt reaches the caller.
    Reply { call: Ref, attempt: u8, answer: Answer },
    /// The caller, at this site, waits no longer for an attempt.
    Timeout { call: Ref, site: u32, attempt: u8 },
    /// The wait before a retry is over, or a place in the bulkhead has been got.
    Retry { call: Ref },
    /// A try, this attempt, has taken so long that it may get company.
    Hedge { call: Ref, attempt: u8 },
    /// A call that had made so many attempts waits no longer for a place in the bulkhead.
    LeaveLine { call: Ref, attempt: u8 },
    /// A handler that waited for something shared goes on; `optional` as in the step that waited.
    Resume { job: Ref, answer: Answer, optional: bool },
    /// A consumer may have room for its next message.
    Dispatch { queue: u32, consumer: u32 },
    /// A message, or a write that a copy lacks, is due to be delivered.
    Due { message: Ref },
    /// A fault begins.
    Begin { fault: u32 },
    /// A fault ends.
    End { fault: u32 },
    /// A restarted replica accepts requests.
    Ready { replica: u32, life: u32 },
    /// Somebody is looked after: which service, replica or caller depends on the duty, and so does the number.
    Tend { whom: u32, duty: Duty, number: u32 },
}

/// What recurs to keep replicas in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Duty {
    /// The health of a service's replicas is checked.
    Check,
    /// Checks of a service's replicas that have no answer yet have failed.
    GiveUpChecks,
    /// Replicas that a caller has ejected for long enough return.
    Sweep,
    /// A service may want more replicas, or fewer.
    Scale,
    /// A replica that has not finished what it holds by now ends all the same.
    EndGrace,
    /// A deploy begins.
    Deploy,
    /// The next replicas of a service get its version.
    Roll,
    /// A window ends in which a new version was watched.
    Judge,
}

impl Duty {
    /// All of them, in the order of their discriminants.
    const ALL: [Duty; 8] = [
        Duty::Check,
        Duty::GiveUpChecks,
        Duty::Sweep,
        Duty::Scale,
        Duty::EndGrace,
        Duty::Deploy,
        Duty::Roll,
        Duty::Judge,
    ];
}

/// An event as it waits: two words, which pass through registers where an enum would be copied byte by byte.
///
/// The first word holds a [`Ref`] or two numbers, the second a kind in its low byte, three small values above it and a
/// number in its upper half.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Waiting {
    whom: u64,
    what: u64,
}

/// The second word of a waiting event.
#[inline]
fn what(kind: u64, small: [u8; 2], number: u32) -> u64 {
    kind | u64::from(small[0]) << 8 | u64::from(small[1]) << 16 | u64::from(number) << 32
}

impl Event {
    #[inline(always)]
    pub(crate) fn wait(self) -> Waiting {
        let (whom, what) = match self {
            Event::Arrive { tenant } => (u64::from(tenant), what(0, [0; 2], 0)),
            Event::Send { tenant, user } => (u64::from(tenant), what(1, [0; 2], user)),
            Event::Deliver { job } => (job.id(), what(2, [0; 2], 0)),
            Event::Finish { job, pauses, core } => (job.id(), what(3, [u8::from(core), 0], pauses)),
            Event::Share { replica, version } => (u64::from(replica), what(4, [0; 2], version)),
            Event::Reply { call, attempt, answer } => (call.id(), what(5, [attempt, answer.code()], 0)),
            Event::Timeout { call, site, attempt } => (call.id(), what(6, [attempt, 0], site)),
            Event::Retry { call } => (call.id(), what(7, [0; 2], 0)),
            Event::Begin { fault } => (u64::from(fault), what(8, [0; 2], 0)),
            Event::End { fault } => (u64::from(fault), what(9, [0; 2], 0)),
            Event::Ready { replica, life } => (u64::from(replica), what(10, [0; 2], life)),
            Event::Hedge { call, attempt } => (call.id(), what(11, [attempt, 0], 0)),
            Event::LeaveLine { call, attempt } => (call.id(), what(12, [attempt, 0], 0)),
            Event::Dispatch { queue, consumer } => (u64::from(queue), what(13, [0; 2], consumer)),
            Event::Due { message } => (message.id(), what(14, [0; 2], 0)),
            Event::Resume { job, answer, optional } => (job.id(), what(15, [answer.code(), u8::from(optional)], 0)),
            Event::Tend { whom, duty, number } => (u64::from(whom), what(16, [duty as u8, 0], number)),
        };
        Waiting { whom, what }
    }
}

impl Waiting {
    /// Stands where no event waits.
    pub(crate) const NOTHING: Waiting = Waiting { whom: 0, what: 0 };

    #[inline]
    pub(crate) fn event(self) -> Event {
        let (index, id, number) = (self.whom as u32, Ref::from_id(self.whom), (self.what >> 32) as u32);
        let small = [(self.what >> 8) as u8, (self.what >> 16) as u8];
        match self.what as u8 {
            0 => Event::Arrive { tenant: index },
            1 => Event::Send { tenant: index, user: number },
            2 => Event::Deliver { job: id },
            3 => Event::Finish { job: id, pauses: number, core: small[0] != 0 },
            4 => Event::Share { replica: index, version: number },
            5 => Event::Reply { call: id, attempt: small[0], answer: Answer::from_code(small[1]) },
            6 => Event::Timeout { call: id, site: number, attempt: small[0] },
            7 => Event::Retry { call: id },
            8 => Event::Begin { fault: index },
            9 => Event::End { fault: index },
            10 => Event::Ready { replica: index, life: number },
            11 => Event::Hedge { call: id, attempt: small[0] },
            12 => Event::LeaveLine { call: id, attempt: small[0] },
            13 => Event::Dispatch { queue: index, consumer: number },
            14 => Event::Due { message: id },
            15 => Event::Resume { job: id, answer: Answer::from_code(small[0]), optional: small[1] != 0 },
            _ => Event::Tend { whom: index, duty: Duty::ALL[usize::from(small[0])], number },
        }
    }
}

impl Answer {
    fn code(self) -> u8 {
        match self {
            Answer::Ok => 0,
            Answer::Degraded => 1,
            Answer::Failed(failure) => 2 + failure as u8,
        }
    }

    fn from_code(code: u8) -> Answer {
        match code {
            0 => Answer::Ok,
            1 => Answer::Degraded,
            failed => Answer::Failed(Failure::ALL[usize::from(failed) - 2]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_waits_unchanged_and_small() {
        let whom = Ref::from_id(7 << 32 | 3);
        let answers = [Answer::Ok, Answer::Degraded].into_iter().chain(Failure::ALL.map(Answer::Failed));
        let mut events: Vec<Event> = answers.map(|answer| Event::Reply { call: whom, attempt: 30, answer }).collect();
        events.extend([
            Event::Arrive { tenant: 5 },
            Event::Send { tenant: 5, user: 6 },
            Event::Deliver { job: whom },
            Event::Finish { job: whom, pauses: 9, core: true },
            Event::Share { replica: 4, version: 8 },
            Event::Timeout { call: whom, site: 999, attempt: 30 },
            Event::Retry { call: whom },
            Event::Hedge { call: whom, attempt: 30 },
            Event::LeaveLine { call: whom, attempt: 30 },
            Event::Begin { fault: 1 },
            Event::End { fault: 2 },
            Event::Ready { replica: 3, life: 4 },
            Event::Dispatch { queue: 2, consumer: 5 },
            Event::Due { message: whom },
            Event::Resume { job: whom, answer: Answer::Failed(Failure::Error), optional: true },
        ]);
        events.extend(Duty::ALL.map(|duty| Event::Tend { whom: 5, duty, number: 6 }));
        assert!(events.iter().all(|event| event.wait().event() == *event));
        assert_eq!(size_of::<Waiting>(), 16);
    }
}
