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
    /// The wait before a retry is over.
    Retry { call: Ref },
    /// A fault begins.
    Begin { fault: u32 },
    /// A fault ends.
    End { fault: u32 },
    /// A restarted replica accepts requests.
    Ready { replica: u32, life: u32 },
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_event_stays_small() {
        assert!(size_of::<super::Event>() <= 16);
    }
}
