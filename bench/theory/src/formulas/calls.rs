//! What calling many servers, or the same one again, does to tails and to load.

/// Share of requests that meet at least one slow answer when they ask `servers` in parallel, each slow with chance
/// `slow` on its own: 1 − (1−p)^n. J. Dean, L. Barroso, "The tail at scale", Commun. ACM 56(2), 2013.
pub fn fan_out_tail(slow: f64, servers: u32) -> f64 {
    1.0 - (1.0 - slow).powi(servers as i32)
}

/// Attempts that reach the last of several layers per request while it fails all of them: the product of the attempts
/// that each layer makes, first tries included. Site Reliability Engineering, ed. B. Beyer et al., 2016, chapter 22.
pub fn retry_amplification(attempts: &[u32]) -> f64 {
    attempts.iter().copied().map(f64::from).product()
}

/// Mean attempts per call where each fails with chance `failure` on its own and at most `attempts` are made:
/// 1 + p + … + p^(n−1).
pub fn mean_attempts(failure: f64, attempts: u32) -> f64 {
    (0..attempts).map(|earlier| failure.powi(earlier as i32)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::close;

    #[test]
    fn fan_out_matches_the_tail_at_scale() {
        // One in a hundred slow, a hundred servers: 63 %. One in ten thousand, two thousand servers: almost one in
        // five.
        close(fan_out_tail(0.01, 100), 0.63, 0.005);
        close(fan_out_tail(0.000_1, 2_000), 0.18, 0.005);
        close(fan_out_tail(0.3, 1), 0.3, 1e-15);
    }

    #[test]
    fn three_layers_of_four_attempts_make_sixty_four() {
        assert_eq!(retry_amplification(&[4, 4, 4]), 64.0);
        assert_eq!(retry_amplification(&[]), 1.0);
    }

    #[test]
    fn attempts_run_from_one_to_the_limit() {
        assert_eq!(mean_attempts(0.0, 4), 1.0);
        assert_eq!(mean_attempts(1.0, 4), 4.0);
        assert_eq!(mean_attempts(0.5, 3), 1.75);
    }
}
