//! Effects whose idempotency key is kept for a while only: a repetition that comes later is applied again.

use super::*;

/// When the effects of one request were last applied under their keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    /// Whose they are; places of the slab are used again.
    request: Ref,
    /// [`Time::NEVER`] for effects that were not.
    applied_at: [Time; Model::MAX_EFFECTS],
}

impl Keys {
    fn of(request: Ref) -> Self {
        Keys { request, applied_at: [Time::NEVER; Model::MAX_EFFECTS] }
    }
}

impl Simulation {
    #[inline(never)]
    pub(super) fn apply_kept(&mut self, request: Ref, effect: u8, retention: u32) {
        let place = request.index();
        if place >= self.keys.len() {
            self.keys.resize(place + 1, Keys::of(Ref::NONE));
        }
        let keys = &mut self.keys[place];
        if keys.request != request {
            *keys = Keys::of(request);
        }
        let applied_at = &mut keys.applied_at[usize::from(effect)];
        let kept = self.plan.retentions[retention as usize];
        if *applied_at == Time::NEVER || self.now.since(*applied_at) >= kept {
            *applied_at = self.now;
            let applied = &mut self.requests[request].applied[usize::from(effect)];
            *applied = applied.saturating_add(1);
        }
    }
}
