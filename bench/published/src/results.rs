//! The results, a file each.

mod backoff;
mod fan_out;
mod hedging;
mod incident;
mod layers;
mod metastable;
mod overload;
mod throttling;

use crate::Published;

/// All of them, in the order of the printed page.
pub static ALL: &[&Published] = &[
    &fan_out::FAN_OUT,
    &hedging::HEDGING,
    &layers::LAYERS,
    &throttling::THROTTLING,
    &metastable::METASTABLE,
    &overload::OVERLOAD,
    &backoff::BACKOFF,
    &incident::INCIDENT,
];
