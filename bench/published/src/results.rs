//! The results, a file each.

mod backoff;
mod fan_out;
mod layers;
mod metastable;

use crate::Published;

/// All of them, in the order of the printed page.
pub static ALL: &[&Published] = &[&fan_out::FAN_OUT, &layers::LAYERS, &metastable::METASTABLE, &backoff::BACKOFF];
