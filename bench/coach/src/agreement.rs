//! How well two ratings agree.

/// Quadratic weighted kappa of scores from 0 to 2 (Cohen 1968): 1 for the same, 0 for what chance gives.
pub(crate) fn kappa(pairs: &[(u8, u8)]) -> f64 {
    let count = pairs.len() as f64;
    let weight = |a: usize, b: usize| ((a as f64) - (b as f64)).powi(2);
    let (mut left, mut right, mut seen) = ([0.0; 3], [0.0; 3], 0.0);
    for &(a, b) in pairs {
        left[a as usize] += 1.0 / count;
        right[b as usize] += 1.0 / count;
        seen += weight(a.into(), b.into()) / count;
    }
    let expected: f64 =
        (0..3).flat_map(|a| (0..3).map(move |b| (a, b))).map(|(a, b)| weight(a, b) * left[a] * right[b]).sum();
    if expected == 0.0 { 0.0 } else { 1.0 - seen / expected }
}

/// F1 of yes and no: (rated, read).
pub(crate) fn f1(pairs: &[(bool, bool)]) -> f64 {
    let both = pairs.iter().filter(|(rated, read)| *rated && *read).count() as f64;
    let either = pairs.iter().map(|(rated, read)| usize::from(*rated) + usize::from(*read)).sum::<usize>() as f64;
    if either == 0.0 { 0.0 } else { 2.0 * both / either }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_what_its_formula_says() {
        assert!((kappa(&[(0, 0), (1, 1), (2, 2)]) - 1.0).abs() < 1e-12);
        assert!((kappa(&[(0, 2), (2, 0)]) + 1.0).abs() < 1e-12);
        assert!((kappa(&[(0, 0), (0, 1), (2, 2), (2, 1)]) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn f1_counts_what_both_say() {
        assert!((f1(&[(true, true), (true, false), (false, true)]) - 0.5).abs() < 1e-12);
    }
}
