//! What came of data: caches, databases, projections and queues, a table each where there are any.

use super::{Page, latencies};
use crate::summary::grid::Grid;
use app::readable::{self, NOTHING};
use app::report::{CopyUse, Data};

impl Page {
    pub(super) fn data(&self, data: &Data) -> [Vec<String>; 5] {
        [self.caches(data), self.locks(data), self.replicas(data), self.projections(data), self.queues(data)]
    }

    fn caches(&self, data: &Data) -> Vec<String> {
        let mut grid =
            Grid::new(&["cache", "hit ratio", "hits", "misses", "waited", "evictions", "age p50", "age p99"]);
        for (name, cache) in &data.caches {
            let [p50, _, p99, ..] = latencies(&cache.age_ms);
            let ratio = cache.hit_ratio.map_or(NOTHING.to_owned(), readable::share);
            let counts = [cache.hits, cache.misses, cache.waited, cache.evictions].map(|count| self.count(count));
            grid.row(name, [ratio].into_iter().chain(counts).chain([p50, p99]));
        }
        self.grid(grid)
    }

    fn locks(&self, data: &Data) -> Vec<String> {
        let mut grid = Grid::new(&["row locks", "taken", "awaited", "wait p50", "wait p99", "wait max"]);
        for (name, database) in &data.databases {
            if let Some(locks) = &database.locks {
                let [p50, _, p99, _, max] = latencies(&locks.wait_ms);
                grid.row(name, [self.count(locks.taken), self.count(locks.awaited), p50, p99, max]);
            }
        }
        self.grid(grid)
    }

    fn replicas(&self, data: &Data) -> Vec<String> {
        let mut grid = Grid::new(&["replicas of", "writes", "reads", "stale", "staleness p50", "p99", "max"]);
        for (name, database) in &data.databases {
            if let Some(read) = &database.replicas {
                grid.row(name, std::iter::once(self.count(database.writes)).chain(self.reads(read)));
            }
        }
        self.grid(grid)
    }

    fn projections(&self, data: &Data) -> Vec<String> {
        let heads = ["projection", "writes", "amplification", "reads", "stale", "staleness p50", "p99", "max"];
        let mut grid = Grid::new(&heads);
        for (name, projection) in &data.projections {
            let amplification = projection.write_amplification.map_or(NOTHING.to_owned(), super::factor);
            let written = [self.count(projection.writes), amplification];
            grid.row(name, written.into_iter().chain(self.reads(&projection.read)));
        }
        self.grid(grid)
    }

    /// Reads, those that were stale, and how stale.
    fn reads(&self, read: &CopyUse) -> [String; 5] {
        let [p50, _, p99, _, max] = latencies(&read.staleness_ms);
        [self.count(read.reads), self.count(read.stale_reads), p50, p99, max]
    }

    fn queues(&self, data: &Data) -> Vec<String> {
        let heads = ["queue", "published", "acknowledged", "redelivered", "dead", "lag mean", "lag max", "age p99"];
        let mut grid = Grid::new(&heads);
        for (name, queue) in &data.queues {
            let [_, _, age, ..] = latencies(&queue.age_ms);
            let dead = queue.dead_letters + queue.dropped;
            let counts = [queue.published, queue.acknowledged, queue.redelivered, dead].map(|count| self.count(count));
            let lag = [readable::count(queue.lag_mean), self.count(queue.lag_max), age];
            grid.row(name, counts.into_iter().chain(lag));
        }
        self.grid(grid)
    }
}
