//! Birth-death chains: the one computation under Erlang's formulas, bounded queues and closed networks.

/// The mean of `value` over the states 0 to `last` of a chain whose state n is `ratio(n)` times as likely as n − 1.
///
/// Extends the chain state by state and keeps the probability of its top state, as in the usual recursion for Erlang's
/// B formula. All terms are positive and at most 1, so that no factorial overflows and nothing cancels.
pub(super) fn mean_over_states(last: u32, ratio: impl Fn(u32) -> f64, value: impl Fn(u32) -> f64) -> f64 {
    let mut top = 1.0;
    let mut mean = value(0);
    for n in 1..=last {
        let odds = ratio(n) * top;
        top = odds / (1.0 + odds);
        mean += top * (value(n) - mean);
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::close;

    #[test]
    fn equals_the_sum_over_normalized_weights() {
        // Weights 1, 2, 6, 3: ratios 2, 3, 1/2.
        let ratios = [2.0, 3.0, 0.5];
        let mean = mean_over_states(3, |n| ratios[n as usize - 1], f64::from);
        close(mean, (2.0 + 2.0 * 6.0 + 3.0 * 3.0) / 12.0, 1e-15);
    }

    #[test]
    fn survives_weights_beyond_the_range_of_floats() {
        close(mean_over_states(10_000, |_| 1e6, f64::from), 10_000.0 - 1e-6, 1e-9);
        close(mean_over_states(10_000, |_| 1e-6, f64::from), 1e-6, 1e-11);
    }
}
