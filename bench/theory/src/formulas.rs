//! Exact results of queueing theory, each with its source.
//!
//! Times are in seconds and rates per second, or in any other unit as long as it is the same throughout. Everything
//! holds in the steady state. An open queue at or beyond saturation has none: its mean times are infinite there.
//! Results are for first come, first served unless they say otherwise. Left out: everything approximate, such as G/G/1
//! bounds, for a difference from the engine would then prove nothing.

mod calls;
mod chain;
mod general;
mod markov;
mod networks;

pub use calls::{fan_out_tail, mean_attempts, retry_amplification};
pub use general::{Mg1, ServiceTime, priority_waits};
pub use markov::{Mm1, Mmc, Mmck, erlang_b, erlang_c};
pub use networks::{Closed, Pool, choices_mean_sojourn, interactive, interactive_with_pool, tandem_mean_sojourn};

#[cfg(test)]
fn close(got: f64, want: f64, within: f64) {
    assert!((got - want).abs() <= within, "got {got}, want {want} ± {within}");
}
