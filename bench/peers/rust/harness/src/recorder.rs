//! Latencies of customers: an exact mean and a histogram to three digits, fed once per customer while the clock runs,
//! as an engine that reports percentiles has to.

use hdrhistogram::Histogram;

/// Latencies in nanoseconds.
pub struct Recorder {
    histogram: Histogram<u64>,
    sum_ns: u64,
    count: u64,
}

impl Default for Recorder {
    fn default() -> Self {
        // From a microsecond to a minute: what lies outside is not in these models.
        let histogram = Histogram::new_with_bounds(1_000, 60_000_000_000, 3).expect("the bounds are valid");
        Recorder { histogram, sum_ns: 0, count: 0 }
    }
}

impl Recorder {
    /// Records one customer's time in the system.
    #[inline]
    pub fn record(&mut self, latency_ns: u64) {
        self.histogram.saturating_record(latency_ns);
        self.sum_ns += latency_ns;
        self.count += 1;
    }

    /// Customers recorded.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The arithmetic mean, exact.
    pub fn mean_ms(&self) -> f64 {
        self.sum_ns as f64 / self.count as f64 / 1e6
    }

    /// The 99th percentile to three digits.
    pub fn p99_ms(&self) -> f64 {
        self.histogram.value_at_quantile(0.99) as f64 / 1e6
    }
}
