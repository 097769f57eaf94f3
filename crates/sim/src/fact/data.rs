//! Facts about data: caches, locks, copies, messages.

use crate::cache::Found;
use crate::time::{Span, Time};

/// Something that happened to data. `sent_at` is when the tenant sent the request behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the sentence on each fact names its fields")]
pub enum DataFact {
    /// A handler looked a key up; `expired` means that an entry was there, and too old.
    LookedUp { cache: u32, found: Found, expired: bool, sent_at: Time },
    /// A key had to leave a full cache for another one.
    Evicted { cache: u32, sent_at: Time },
    /// A handler of the service has the lock of its row, after this wait.
    Locked { service: u32, waited: Span, sent_at: Time },
    /// What the service holds was written.
    Written { service: u32, sent_at: Time },
    /// A write reached a copy that takes work to write.
    Copied { follower: u32, sent_at: Time },
    /// A handler read a copy that was this far behind.
    CopyRead { follower: u32, behind: Span, sent_at: Time },
    /// A queue took a message.
    Published { queue: u32, sent_at: Time },
    /// A full queue refused one.
    Refused { queue: u32, sent_at: Time },
    /// A message goes to its consumer, the first time being 1.
    Delivered { queue: u32, delivery: u32, sent_at: Time },
    /// The queue is done with a message that was published then: acknowledged, or dead.
    Settled { queue: u32, published: Time, acknowledged: bool, sent_at: Time },
}

impl DataFact {
    /// When the tenant sent the request behind it.
    pub fn sent_at(&self) -> Time {
        match *self {
            DataFact::LookedUp { sent_at, .. }
            | DataFact::Evicted { sent_at, .. }
            | DataFact::Locked { sent_at, .. }
            | DataFact::Written { sent_at, .. }
            | DataFact::Copied { sent_at, .. }
            | DataFact::CopyRead { sent_at, .. }
            | DataFact::Published { sent_at, .. }
            | DataFact::Refused { sent_at, .. }
            | DataFact::Delivered { sent_at, .. }
            | DataFact::Settled { sent_at, .. } => sent_at,
        }
    }
}
