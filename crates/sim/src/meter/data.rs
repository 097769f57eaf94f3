//! Measures of data: how often caches held what was asked for, and how old it was.
//!
//! As everywhere, the totals count what was done for requests sent after the warm-up; the timeline counts by when it was done.

use crate::cache::Found;
use crate::fact::DataFact;
use crate::latencies::Latencies;
use crate::model::Model;
use crate::time::Time;

/// What a cache did for measured requests.
#[derive(Clone, Debug, Default)]
pub struct CacheTally {
    /// Looked up and found.
    pub hits: u64,
    /// Looked up and not found.
    pub misses: u64,
    /// Misses that waited for another one's fetch.
    pub waited: u64,
    /// Misses that found an entry which was too old.
    pub expired: u64,
    /// Keys that had to leave for others.
    pub evicted: u64,
    /// How long ago the values that were found had been fetched.
    pub ages: Latencies,
}

/// One step of the timeline for a cache.
#[derive(Clone, Copy, Debug, Default)]
pub struct CacheStep {
    /// Looked up and found.
    pub hits: u64,
    /// Looked up.
    pub lookups: u64,
}

/// Everything measured about data.
#[derive(Clone, Debug, Default)]
pub struct DataMeasures {
    /// By cache.
    pub caches: Vec<CacheTally>,
    /// By cache, then by step.
    pub cache_steps: Vec<Vec<CacheStep>>,
}

/// Measures the data of one run.
#[derive(Debug)]
pub(super) struct DataMeter {
    pub(super) measures: DataMeasures,
    warmup: Time,
    /// The steps of the timeline under way.
    cache_steps: Vec<CacheStep>,
}

impl DataMeter {
    pub(super) fn new(model: &Model) -> Self {
        let caches = model.caches.len();
        DataMeter {
            measures: DataMeasures {
                caches: (0..caches).map(|_| CacheTally::default()).collect(),
                cache_steps: vec![Vec::new(); caches],
            },
            warmup: Time::ZERO + model.warmup,
            cache_steps: vec![CacheStep::default(); caches],
        }
    }

    pub(super) fn see(&mut self, fact: DataFact) {
        match fact {
            DataFact::LookedUp { cache, found, expired, sent_at } => {
                let step = &mut self.cache_steps[cache as usize];
                step.lookups += 1;
                step.hits += u64::from(matches!(found, Found::Hit { .. }));
                if sent_at >= self.warmup {
                    self.measures.caches[cache as usize].looked_up(found, expired);
                }
            }
            DataFact::Evicted { cache, sent_at } => {
                self.measures.caches[cache as usize].evicted += u64::from(sent_at >= self.warmup);
            }
        }
    }

    pub(super) fn end_step(&mut self) {
        for (step, steps) in self.cache_steps.iter_mut().zip(&mut self.measures.cache_steps) {
            steps.push(std::mem::take(step));
        }
    }
}

impl CacheTally {
    fn looked_up(&mut self, found: Found, expired: bool) {
        match found {
            Found::Hit { age } => {
                self.hits += 1;
                self.ages.record(age);
            }
            Found::Fetch => self.misses += 1,
            Found::Wait => {
                self.misses += 1;
                self.waited += 1;
            }
        }
        self.expired += u64::from(expired);
    }
}
