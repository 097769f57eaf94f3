//! Calls whose answer may lie in a cache: hits, fetches, and those who wait for another one's fetch.

use super::*;
use crate::cache::{Cache, Found, Waiter};
use crate::fact::DataFact;
use crate::plan::DataSite;

/// One cache of the model: a memory for all callers, or one for each replica.
#[derive(Debug)]
pub(super) struct CacheState {
    shared: bool,
    stores: Vec<Cache>,
}

impl CacheState {
    pub(super) fn all(model: &Model, replicas: u32) -> Vec<CacheState> {
        let state = |cache: &crate::model::Cache| {
            let stores = if cache.shared { 1 } else { replicas };
            CacheState { shared: cache.shared, stores: (0..stores).map(|_| Cache::new(cache)).collect() }
        };
        model.caches.iter().map(state).collect()
    }

    /// The memory that a replica uses.
    fn of(&mut self, replica: u32) -> &mut Cache {
        let index = if self.shared { 0 } else { replica as usize };
        &mut self.stores[index]
    }
}

impl Simulation {
    /// Draws the key that a call asks for and looks it up where there is a cache.
    #[inline(never)]
    pub(super) fn ask<O: Observer>(&mut self, job: Ref, site: u32, observer: &mut O) {
        let plan = &mut self.plan.sites[site as usize];
        let Some(DataSite::Asks(asks)) = plan.data.as_deref_mut() else {
            return self.call_from(job, site, 0, observer);
        };
        let key = asks.next_key();
        match &asks.cache {
            Some(lookup) => {
                let cache = lookup.cache;
                self.look_up(job, site, cache, key, observer);
            }
            None => self.call_from(job, site, key, observer),
        }
    }

    fn look_up<O: Observer>(&mut self, job: Ref, site: u32, cache: u32, key: u64, observer: &mut O) {
        let Job { replica, sent_at, .. } = self.jobs[job];
        let waiter = Waiter { job, optional: self.plan.sites[site as usize].optional };
        let (found, expired) = self.caches[cache as usize].of(replica).look_up(self.now, key, waiter);
        observer.see(self.now, Fact::Data(DataFact::LookedUp { cache, found, expired, sent_at }));
        match found {
            Found::Hit { .. } => {
                let span = self.plan.sites[site as usize].hit_time();
                self.finish_after(job, span);
            }
            Found::Fetch => self.call_from(job, site, key, observer),
            Found::Wait => {}
        }
    }

    /// The step that a handler has begun ends after this, without a core.
    pub(super) fn finish_after(&mut self, job: Ref, span: Span) {
        let pauses = self.replicas[self.jobs[job].replica as usize].pauses;
        let finish = Event::Finish { job, pauses, core: false };
        match span {
            // Through the queue, so that a row of steps that take no time does not nest.
            Span::ZERO => self.at_once.push_back(finish.wait()),
            span => self.agenda.push(self.now + span, finish),
        }
    }

    /// A call that had to do with data is over: a cache learns of it, and whoever waits for it does, which for an errand is no
    /// handler.
    #[inline(never)]
    pub(super) fn end_data_call<O: Observer>(&mut self, ended: &EndedCall, observer: &mut O) {
        let EndedCall { call, site, parent, answer, .. } = *ended;
        match self.plan.sites[site as usize].data.as_deref() {
            Some(DataSite::Errand) => self.end_errand(call, answer, observer),
            Some(data) => {
                if let Some(cache) = data.cache() {
                    self.end_fetch(ended, cache, observer);
                }
                self.tell_handler(parent, site, answer, observer);
            }
            None => {}
        }
    }

    /// A fetch is over, or what took its place: a whole answer is kept, and those who waited for it go on with the same.
    fn end_fetch<O: Observer>(&mut self, fetch: &EndedCall, cache: u32, observer: &mut O) {
        let state = &mut self.caches[cache as usize];
        let lives = self.jobs.contains(fetch.parent);
        // A process that died took its cache with it, and its successor's fetches are none of this call's business.
        if !state.shared && !lives {
            return;
        }
        let answer = if lives { fetch.answer } else { Answer::Failed(Failure::Unreachable) };
        let store = state.of(fetch.caller);
        if answer == Answer::Ok && store.keep(self.now, fetch.key) {
            observer.see(self.now, Fact::Data(DataFact::Evicted { cache, sent_at: fetch.sent_at }));
        }
        for Waiter { job, optional } in store.land(fetch.key) {
            self.at_once.push_back(Event::Resume { job, answer, optional }.wait());
        }
    }

    /// A handler that waited for a value goes on with what came of it, unless its replica stands still.
    pub(super) fn on_resume<O: Observer>(&mut self, job: Ref, answer: Answer, optional: bool, observer: &mut O) {
        let Some(state) = self.jobs.get(job) else { return };
        let until = self.replicas[state.replica as usize].paused_until;
        if until > self.now {
            self.agenda.push(until, Event::Resume { job, answer, optional });
        } else {
            self.step_ended(job, answer, optional, observer);
        }
    }

    /// A process died with the caches of its own.
    pub(super) fn lose_caches(&mut self, replica: usize) {
        for cache in self.caches.iter_mut().filter(|cache| !cache.shared) {
            cache.stores[replica].crash();
        }
    }

    pub(super) fn flush(&mut self, cache: crate::model::CacheId) {
        self.caches[cache.0 as usize].stores.iter_mut().for_each(Cache::flush);
    }
}
