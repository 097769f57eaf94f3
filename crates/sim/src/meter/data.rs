//! Measures of data: how often caches held what was asked for and how old it was, who waited for rows, how far copies were
//! behind, what queues made of their messages.
//!
//! As everywhere, the totals count what was done for requests sent after the warm-up; the timeline counts by when it was done,
//! and levels count by when they held.

use super::Level;
use crate::cache::Found;
use crate::fact::DataFact;
use crate::latencies::Latencies;
use crate::model::Model;
use crate::time::{Span, Time};
use std::collections::BTreeMap;

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

/// Row locks that a service's handlers took for measured requests.
#[derive(Clone, Debug, Default)]
pub struct LockTally {
    /// Of all locks, those that had to be awaited.
    pub awaited: u64,
    /// How long each was awaited, at once being 0.
    pub waits: Latencies,
}

/// What became of a copy for measured requests.
#[derive(Clone, Debug, Default)]
pub struct FollowerTally {
    /// Writes that took work to copy.
    pub copied: u64,
    /// Reads of rows that were behind the original.
    pub stale: u64,
    /// How far each read row was behind, up to date being 0.
    pub behind: Latencies,
}

/// What a queue made of the messages of measured requests.
#[derive(Clone, Debug, Default)]
pub struct QueueTally {
    /// Taken.
    pub published: u64,
    /// Refused, because the queue was full.
    pub refused: u64,
    /// Handed to a consumer, repetitions included.
    pub delivered: u64,
    /// Repetitions.
    pub redelivered: u64,
    /// Worked on.
    pub acknowledged: u64,
    /// Failed too often.
    pub dead: u64,
    /// From the publication to the acknowledgement.
    pub ages: Latencies,
    /// Mean number of messages in the measured window that were published and not settled.
    pub lag: f64,
    /// The largest such number at one instant.
    pub lag_max: u64,
}

/// One step of the timeline for a queue.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueueStep {
    /// Mean number of messages that were published and not settled.
    pub lag: f64,
    /// Age of the oldest of them at the end of the step; none where there was none.
    pub oldest: Option<Span>,
}

/// Everything measured about data.
#[derive(Clone, Debug, Default)]
pub struct DataMeasures {
    /// By cache.
    pub caches: Vec<CacheTally>,
    /// By cache, then by step.
    pub cache_steps: Vec<Vec<CacheStep>>,
    /// By service.
    pub locks: Vec<LockTally>,
    /// Commits of measured requests, by service.
    pub written: Vec<u64>,
    /// By follower.
    pub followers: Vec<FollowerTally>,
    /// By queue.
    pub queues: Vec<QueueTally>,
    /// By queue, then by step.
    pub queue_steps: Vec<Vec<QueueStep>>,
}

/// Measures the data of one run.
#[derive(Clone, Debug, Default)]
pub(super) struct DataMeter {
    measures: DataMeasures,
    warmup: Time,
    /// The steps of the timeline under way.
    cache_steps: Vec<CacheStep>,
    lags: Vec<Lag>,
}

/// The messages of one queue that are not settled.
#[derive(Clone, Debug, Default)]
struct Lag {
    level: Level,
    max: u64,
    /// How many were published when.
    since: BTreeMap<Time, u32>,
}

impl DataMeter {
    pub(super) fn new(model: &Model) -> Self {
        let (caches, queues) = (model.caches.len(), model.queues.len());
        DataMeter {
            measures: DataMeasures {
                caches: vec![CacheTally::default(); caches],
                cache_steps: vec![Vec::new(); caches],
                locks: vec![LockTally::default(); model.services.len()],
                written: vec![0; model.services.len()],
                followers: vec![FollowerTally::default(); model.followers.len()],
                queues: vec![QueueTally::default(); queues],
                queue_steps: vec![Vec::new(); queues],
            },
            warmup: Time::ZERO + model.warmup,
            cache_steps: vec![CacheStep::default(); caches],
            lags: vec![Lag::default(); queues],
        }
    }

    pub(super) fn see(&mut self, at: Time, fact: DataFact) {
        self.follow(at, fact);
        if fact.sent_at() >= self.warmup {
            self.measures.count(at, fact);
        }
    }

    /// What counts whenever it happens.
    fn follow(&mut self, at: Time, fact: DataFact) {
        match fact {
            DataFact::LookedUp { cache, found, .. } => {
                let step = &mut self.cache_steps[cache as usize];
                step.lookups += 1;
                step.hits += u64::from(matches!(found, Found::Hit { .. }));
            }
            DataFact::Published { queue, .. } => self.lags[queue as usize].published(at),
            DataFact::Settled { queue, published, .. } => self.lags[queue as usize].settled(at, published),
            _ => {}
        }
    }

    pub(super) fn end_piece(&mut self, at: Time, measured: bool) {
        for lag in &mut self.lags {
            lag.level.end_piece(at, measured);
            if at == self.warmup {
                lag.max = lag.level.now;
            }
        }
    }

    pub(super) fn end_step(&mut self, at: Time, step: Span) {
        for (cache, steps) in self.cache_steps.iter_mut().zip(&mut self.measures.cache_steps) {
            steps.push(std::mem::take(cache));
        }
        for (lag, steps) in self.lags.iter_mut().zip(&mut self.measures.queue_steps) {
            let oldest = lag.since.keys().next().map(|since| at.since(*since));
            steps.push(QueueStep { lag: lag.level.end_step(step), oldest });
        }
    }

    /// The sending is over; what comes after counts for the requests sent before, and for no level.
    pub(super) fn close(&mut self) {
        for (lag, tally) in self.lags.iter().zip(&mut self.measures.queues) {
            tally.lag_max = lag.max;
        }
    }

    pub(super) fn finish(mut self, window: Span) -> DataMeasures {
        for (lag, tally) in self.lags.iter().zip(&mut self.measures.queues) {
            tally.lag = lag.level.window as f64 / window.0 as f64;
        }
        self.measures
    }
}

impl DataMeasures {
    fn count(&mut self, at: Time, fact: DataFact) {
        match fact {
            DataFact::LookedUp { cache, found, expired, .. } => self.caches[cache as usize].looked_up(found, expired),
            DataFact::Evicted { cache, .. } => self.caches[cache as usize].evicted += 1,
            DataFact::Locked { service, waited, .. } => {
                let tally = &mut self.locks[service as usize];
                tally.awaited += u64::from(waited > Span::ZERO);
                tally.waits.record(waited);
            }
            DataFact::Written { service, .. } => self.written[service as usize] += 1,
            DataFact::Copied { follower, .. } => self.followers[follower as usize].copied += 1,
            DataFact::CopyRead { follower, behind, .. } => {
                let tally = &mut self.followers[follower as usize];
                tally.stale += u64::from(behind > Span::ZERO);
                tally.behind.record(behind);
            }
            DataFact::Published { queue, .. } => self.queues[queue as usize].published += 1,
            DataFact::Refused { queue, .. } => self.queues[queue as usize].refused += 1,
            DataFact::Delivered { queue, delivery, .. } => {
                let tally = &mut self.queues[queue as usize];
                tally.delivered += 1;
                tally.redelivered += u64::from(delivery > 1);
            }
            DataFact::Settled { queue, published, acknowledged, .. } => {
                self.queues[queue as usize].settled(at.since(published), acknowledged);
            }
        }
    }
}

impl Lag {
    fn published(&mut self, at: Time) {
        self.level.change(at, 1);
        self.max = self.max.max(self.level.now);
        *self.since.entry(at).or_insert(0) += 1;
    }

    fn settled(&mut self, at: Time, published: Time) {
        self.level.change(at, -1);
        if let Some(count) = self.since.get_mut(&published) {
            *count -= 1;
            if *count == 0 {
                self.since.remove(&published);
            }
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

impl QueueTally {
    fn settled(&mut self, age: Span, acknowledged: bool) {
        if acknowledged {
            self.acknowledged += 1;
            self.ages.record(age);
        } else {
            self.dead += 1;
        }
    }
}
