//! The models, as parameters and as what theory says about them. Times are in nanoseconds, rates per second.

/// M/M/1 at load 0.8.
pub mod mm1 {
    /// Mean time between arrivals: 800 a second.
    pub const GAP_NS: f64 = 1.25e6;
    /// Mean service time.
    pub const SERVICE_NS: f64 = 1e6;
}

/// Three M/M/4 stations in a row, each at load 0.8.
pub mod tandem {
    /// Mean time between arrivals: 3,200 a second.
    pub const GAP_NS: f64 = 1e9 / 3_200.0;
    /// Mean service time at each station.
    pub const SERVICE_NS: f64 = 1e6;
    /// Stations in a row.
    pub const STATIONS: usize = 3;
    /// Servers per station.
    pub const SERVERS: usize = 4;
}

/// Two servers of one core each behind a round-robin balancer, each at load 0.8, with a timeout per request.
pub mod web {
    /// Mean time between arrivals: 1,000 a second.
    pub const GAP_NS: f64 = 1e6;
    /// Mean service time.
    pub const SERVICE_NS: f64 = 1.6e6;
    /// Servers behind the balancer.
    pub const SERVERS: usize = 2;
    /// The client gives up after this.
    pub const TIMEOUT_NS: u64 = 1_000_000_000;
}

/// Five services: the gateway asks auth, then catalog and pricing at once; pricing asks store.
pub mod graph5 {
    /// Mean time between arrivals: 1,000 a second.
    pub const GAP_NS: f64 = 1e6;
    /// A message's time, each way.
    pub const HOP_NS: u64 = 250_000;
    /// Every call is given up after this.
    pub const TIMEOUT_NS: u64 = 250_000_000;
    /// Cores of each service.
    pub const CORES: usize = 8;
    /// The 99th percentile of the standard normal distribution.
    pub const Z99: f64 = 2.326_347_874_040_840_8;
    /// Each service's work, log-normal by its median and its 99th percentile: gateway, auth, catalog, pricing, store.
    pub const WORK_NS: [(f64, f64); 5] = [(1e6, 4e6), (0.5e6, 3e6), (2e6, 10e6), (1e6, 5e6), (3e6, 15e6)];
}

/// One of the models that the Rust peers run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Model {
    /// See [`mm1`].
    Mm1,
    /// See [`tandem`].
    Tandem,
    /// See [`web`].
    Web,
    /// See [`graph5`].
    Graph5,
}

/// The models by the name that the command line and the output use.
pub const MODEL_NAMES: [(&str, Model); 4] =
    [("mm1", Model::Mm1), ("tandem", Model::Tandem), ("web", Model::Web), ("graph5", Model::Graph5)];

impl Model {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        MODEL_NAMES.iter().find(|(_, model)| *model == self).map_or("", |(name, _)| name)
    }

    /// The mean time in the system in the long run, in milliseconds, where there is a formula for it.
    pub fn expected_mean_ms(self) -> Option<f64> {
        let rate = |mean_ns: f64| 1e9 / mean_ns;
        let seconds = match self {
            Model::Mm1 => sojourn_mm1(rate(mm1::GAP_NS), rate(mm1::SERVICE_NS)),
            Model::Tandem => {
                let each = sojourn_mmc(rate(tandem::GAP_NS), rate(tandem::SERVICE_NS), tandem::SERVERS);
                each * tandem::STATIONS as f64
            }
            Model::Web => sojourn_e2m1(rate(web::GAP_NS), rate(web::SERVICE_NS)),
            Model::Graph5 => return None,
        };
        Some(seconds * 1e3)
    }
}

/// Mean time in an M/M/1 system: 1 / (μ − λ). In seconds.
fn sojourn_mm1(arrivals: f64, service: f64) -> f64 {
    1.0 / (service - arrivals)
}

/// Mean time in an M/M/c system by Erlang's C formula. In seconds. By Burke's theorem the departures are Poisson again,
/// so that stations in a row add up.
fn sojourn_mmc(arrivals: f64, service: f64, servers: usize) -> f64 {
    let offered = arrivals / service;
    // Erlang B by its recursion, then C from B.
    let blocked = (1..=servers).fold(1.0, |b, n| offered * b / (n as f64 + offered * b));
    let load = offered / servers as f64;
    let waits = blocked / (1.0 - load * (1.0 - blocked));
    waits / (servers as f64 * service - arrivals) + 1.0 / service
}

/// Mean time at one of two servers that take turns on Poisson arrivals: gaps are Erlang-2, so each is a GI/M/1 queue,
/// whose mean time is 1 / (μ (1 − σ)) where σ = A*(μ (1 − σ)) and A* is the gaps' Laplace transform
/// (Kleinrock, "Queueing Systems" I, section 6.4). In seconds.
fn sojourn_e2m1(arrivals: f64, service: f64) -> f64 {
    let transform = |s: f64| (arrivals / (arrivals + s)).powi(2);
    // The map is a contraction below the root at 1.
    let sigma = (0..1_000).fold(0.5, |sigma, _| transform(service * (1.0 - sigma)));
    1.0 / (service * (1.0 - sigma))
}

#[cfg(test)]
mod tests {
    use super::Model;

    /// Worked by hand: 1 / 200 s; C(4, 3.2) = 0.5964 gives 3 × 1.7455 ms; 1 − σ = 0.26015 gives 1.6 / 0.26015 ms.
    #[test]
    fn theory_agrees_with_worked_examples() {
        for (model, expected) in [(Model::Mm1, 5.0), (Model::Tandem, 5.2365), (Model::Web, 6.1504)] {
            let mean = model.expected_mean_ms().unwrap();
            assert!((mean - expected).abs() < 1e-3, "{}: {mean} instead of {expected}", model.name());
        }
    }
}
