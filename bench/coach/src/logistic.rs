//! Logistic regression with an L2 penalty, minimized by L-BFGS. Everything is summed in a fixed order with `libm`, so that
//! the same data give the same weights on every machine.

use coach::features::{Feature, logistic};
use coach::model::Table;
use std::collections::{BTreeMap, HashMap};

/// Rows of features as indices into a vocabulary.
pub(crate) struct Matrix {
    names: Vec<String>,
    index: HashMap<String, u32>,
    rows: Vec<Vec<(u32, f32)>>,
}

impl Matrix {
    /// The features that at least `rarest` of `rows` have, and the rows in terms of them.
    pub(crate) fn new<'a>(rows: impl Iterator<Item = &'a [Feature]> + Clone, rarest: usize) -> Matrix {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, _) in rows.clone().flatten() {
            *counts.entry(name).or_default() += 1;
        }
        let names: Vec<String> =
            counts.into_iter().filter(|(_, count)| *count >= rarest).map(|(name, _)| name.to_owned()).collect();
        let index = names.iter().enumerate().map(|(at, name)| (name.clone(), at as u32)).collect();
        let mut matrix = Matrix { names, index, rows: Vec::new() };
        matrix.rows = rows.map(|row| matrix.row(row)).collect();
        matrix
    }

    fn row(&self, features: &[Feature]) -> Vec<(u32, f32)> {
        features.iter().filter_map(|(name, value)| Some((*self.index.get(name)?, *value as f32))).collect()
    }
}

/// How strongly data count against the wish for small weights, and whether features are brought to one scale first.
#[derive(Clone, Copy)]
pub(crate) struct Fit {
    pub(crate) strength: f64,
    pub(crate) standardize: bool,
}

/// A table with a column fitted to each of `targets`, which are chances of 0 to 1 for each row.
pub(crate) fn fit(matrix: &Matrix, columns: Vec<String>, targets: &[Vec<f64>], how: Fit) -> Table {
    let scaled = if how.standardize { Scaled::standardized(matrix) } else { Scaled::as_is(matrix) };
    let fitted: Vec<Vec<f64>> =
        targets.iter().map(|target| scaled.unscaled(minimize(&scaled, target, how.strength))).collect();
    let named = matrix.names.iter().cloned().chain(["bias".to_owned()]).enumerate();
    Table::new(columns, named.map(|(at, name)| (name, fitted.iter().map(|weights| weights[at]).collect())))
}

/// Rows with each feature shifted and divided.
struct Scaled<'a> {
    rows: std::borrow::Cow<'a, [Vec<(u32, f32)>]>,
    mean: Vec<f64>,
    spread: Vec<f64>,
}

impl<'a> Scaled<'a> {
    fn as_is(matrix: &'a Matrix) -> Scaled<'a> {
        let width = matrix.names.len();
        Scaled { rows: (&matrix.rows[..]).into(), mean: vec![0.0; width], spread: vec![1.0; width] }
    }

    /// Every feature gets mean 0 and standard deviation 1; rows become dense.
    fn standardized(matrix: &Matrix) -> Scaled<'a> {
        let (width, count) = (matrix.names.len(), matrix.rows.len() as f64);
        let (mut mean, mut square) = (vec![0.0; width], vec![0.0; width]);
        for &(at, value) in matrix.rows.iter().flatten() {
            mean[at as usize] += f64::from(value) / count;
            square[at as usize] += f64::from(value) * f64::from(value) / count;
        }
        let spread: Vec<f64> =
            mean.iter().zip(&square).map(|(mean, square)| libm::sqrt((square - mean * mean).max(0.0)) + 1e-3).collect();
        let dense = |row: &Vec<(u32, f32)>| {
            let mut values: Vec<f64> = vec![0.0; width];
            row.iter().for_each(|&(at, value)| values[at as usize] = f64::from(value));
            let scaled = values.iter().enumerate().map(|(at, value)| ((value - mean[at]) / spread[at]) as f32);
            scaled.enumerate().map(|(at, value)| (at as u32, value)).collect()
        };
        Scaled { rows: matrix.rows.iter().map(dense).collect::<Vec<_>>().into(), mean, spread }
    }

    /// Weights for the features as they are; the last is the bias.
    fn unscaled(&self, mut weights: Vec<f64>) -> Vec<f64> {
        let bias = weights.len() - 1;
        for at in 0..bias {
            weights[at] /= self.spread[at];
            weights[bias] -= weights[at] * self.mean[at];
        }
        weights
    }
}

const MEMORY: usize = 8;
const ROUNDS: usize = 120;
const CLOSE_ENOUGH: f64 = 1e-4;

fn minimize(scaled: &Scaled, target: &[f64], strength: f64) -> Vec<f64> {
    let mut weights = vec![0.0; scaled.mean.len() + 1];
    let (mut loss, mut gradient) = loss(scaled, target, strength, &weights);
    let mut steps: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..ROUNDS {
        if dot(&gradient, &gradient) < CLOSE_ENOUGH * CLOSE_ENOUGH * weights.len() as f64 {
            break;
        }
        let direction = direction(&gradient, &steps);
        let Some((next, next_loss, next_gradient)) =
            step(scaled, target, strength, &weights, loss, &gradient, &direction)
        else {
            break;
        };
        steps.push((difference(&next, &weights), difference(&next_gradient, &gradient)));
        if steps.len() > MEMORY {
            steps.remove(0);
        }
        let gain = loss - next_loss;
        (weights, loss, gradient) = (next, next_loss, next_gradient);
        if gain < 1e-7 * loss.abs() {
            break;
        }
    }
    weights
}

/// The penalized negative log likelihood and its slope; the bias is not penalized.
fn loss(scaled: &Scaled, target: &[f64], strength: f64, weights: &[f64]) -> (f64, Vec<f64>) {
    let bias = weights.len() - 1;
    let mut gradient: Vec<f64> = weights.to_vec();
    gradient[bias] = 0.0;
    let mut loss = 0.5 * dot(&weights[..bias], &weights[..bias]);
    for (row, &wanted) in scaled.rows.iter().zip(target) {
        let score: f64 =
            row.iter().map(|&(at, value)| weights[at as usize] * f64::from(value)).sum::<f64>() + weights[bias];
        loss += strength * (softplus(score) - wanted * score);
        let pull = strength * (logistic(score) - wanted);
        row.iter().for_each(|&(at, value)| gradient[at as usize] += pull * f64::from(value));
        gradient[bias] += pull;
    }
    (loss, gradient)
}

fn softplus(x: f64) -> f64 {
    if x > 30.0 { x } else { libm::log1p(libm::exp(x)) }
}

/// The two-loop recursion of L-BFGS (Nocedal 1980).
fn direction(gradient: &[f64], steps: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut alphas = Vec::new();
    for (moved, bent) in steps.iter().rev() {
        let alpha = dot(moved, &direction) / dot(moved, bent);
        add(&mut direction, -alpha, bent);
        alphas.push(alpha);
    }
    if let Some((moved, bent)) = steps.last() {
        let scale = dot(moved, bent) / dot(bent, bent);
        direction.iter_mut().for_each(|value| *value *= scale);
    }
    for ((moved, bent), alpha) in steps.iter().zip(alphas.into_iter().rev()) {
        let beta = dot(bent, &direction) / dot(moved, bent);
        add(&mut direction, alpha - beta, moved);
    }
    direction
}

/// The first of ever smaller steps that lowers the loss enough (Armijo); none if no step does.
fn step(
    scaled: &Scaled,
    target: &[f64],
    strength: f64,
    weights: &[f64],
    before: f64,
    gradient: &[f64],
    direction: &[f64],
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let slope = dot(gradient, direction);
    let mut size = 1.0;
    for _ in 0..30 {
        let mut next = weights.to_vec();
        add(&mut next, size, direction);
        let (after, slopes) = loss(scaled, target, strength, &next);
        if after <= before + 1e-4 * size * slope {
            return Some((next, after, slopes));
        }
        size *= 0.5;
    }
    None
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}
