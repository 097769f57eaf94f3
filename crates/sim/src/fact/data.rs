//! Facts about data: caches.

use crate::cache::Found;
use crate::time::Time;

/// Something that happened to data. `sent_at` is when the tenant sent the request behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the sentence on each fact names its fields")]
pub enum DataFact {
    /// A handler looked a key up; `expired` means that an entry was there, and too old.
    LookedUp { cache: u32, found: Found, expired: bool, sent_at: Time },
    /// A key had to leave a full cache for another one.
    Evicted { cache: u32, sent_at: Time },
}
