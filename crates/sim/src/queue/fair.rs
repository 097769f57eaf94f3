//! Tenants in turn: each as often as any other, or in proportion to weights.
//!
//! With weights the turns are those of self-clocked fair queueing (S. J. Golestani, "A Self-Clocked Fair Queueing Scheme
//! for Broadband Applications", IEEE INFOCOM 1994), each request being of size one: a tenant's next turn is due a stride,
//! one over its weight, after its last, or after now where it had nobody waiting.

use super::Waiting;
use crate::model::TenantId;
use crate::slab::Ref;
use std::collections::{BTreeSet, VecDeque};

#[derive(Debug)]
pub(super) struct FairLine {
    tenants: Vec<TenantLine>,
    turns: Turns,
}

#[derive(Debug, Default)]
struct TenantLine {
    waiting: VecDeque<Ref>,
    priority: u8,
    /// When its last turn was due, or, while somebody waits, its next.
    due: u64,
}

#[derive(Debug)]
enum Turns {
    Equal(VecDeque<u32>),
    Weighted {
        by_due: BTreeSet<(u64, u32)>,
        /// When the turn was due that was taken last.
        clock: u64,
        /// By tenant; further ones have the stride of weight 1.
        strides: Vec<u64>,
    },
}

/// The stride of weight 1. It divides by each weight up to 16, so that their shares are exact.
const STRIDE: u64 = 720_720 * 64;

impl FairLine {
    pub(super) fn new(weights: &[(TenantId, u32)]) -> Self {
        let turns = if weights.is_empty() { Turns::Equal(VecDeque::new()) } else { Turns::weighted(weights) };
        FairLine { tenants: Vec::new(), turns }
    }

    pub(super) fn push(&mut self, waiting: Waiting) {
        let index = waiting.tenant as usize;
        if self.tenants.len() <= index {
            self.tenants.resize_with(index + 1, TenantLine::default);
        }
        let tenant = &mut self.tenants[index];
        tenant.priority = waiting.priority;
        if tenant.waiting.is_empty() {
            self.turns.join(waiting.tenant, tenant);
        }
        tenant.waiting.push_back(waiting.job);
    }

    pub(super) fn pop(&mut self) -> Option<Ref> {
        let index = self.turns.next()?;
        let tenant = &mut self.tenants[index as usize];
        let next = tenant.waiting.pop_front();
        if !tenant.waiting.is_empty() {
            self.turns.join(index, tenant);
        }
        next
    }

    /// The newest of the tenant with the lowest priority, if that is below `priority`.
    pub(super) fn displace(&mut self, priority: u8) -> Option<Ref> {
        let waiting = self.tenants.iter_mut().enumerate().filter(|(_, tenant)| !tenant.waiting.is_empty());
        let (index, lowest) = waiting.min_by_key(|(_, tenant)| tenant.priority)?;
        if lowest.priority >= priority {
            return None;
        }
        let displaced = lowest.waiting.pop_back();
        if lowest.waiting.is_empty() {
            self.turns.leave(index as u32, lowest);
        }
        displaced
    }
}

impl Turns {
    fn weighted(weights: &[(TenantId, u32)]) -> Self {
        let tenants = weights.iter().map(|(tenant, _)| tenant.0 as usize + 1).max().unwrap_or(0);
        let mut strides = vec![STRIDE; tenants];
        for (tenant, weight) in weights {
            strides[tenant.0 as usize] = STRIDE / u64::from(*weight);
        }
        Turns::Weighted { by_due: BTreeSet::new(), clock: 0, strides }
    }

    /// A tenant has somebody waiting who had nobody, or whose turn was just taken.
    fn join(&mut self, index: u32, tenant: &mut TenantLine) {
        match self {
            Turns::Equal(turns) => turns.push_back(index),
            Turns::Weighted { by_due, clock, strides } => {
                tenant.due = tenant.due.max(*clock) + strides.get(index as usize).copied().unwrap_or(STRIDE);
                by_due.insert((tenant.due, index));
            }
        }
    }

    fn next(&mut self) -> Option<u32> {
        match self {
            Turns::Equal(turns) => turns.pop_front(),
            Turns::Weighted { by_due, clock, .. } => {
                let (due, index) = by_due.pop_first()?;
                *clock = due;
                Some(index)
            }
        }
    }

    /// A tenant has nobody waiting any more, though its turn has not come.
    fn leave(&mut self, index: u32, tenant: &mut TenantLine) {
        match self {
            Turns::Equal(turns) => turns.retain(|turn| *turn != index),
            Turns::Weighted { by_due, strides, .. } => {
                by_due.remove(&(tenant.due, index));
                tenant.due -= strides.get(index as usize).copied().unwrap_or(STRIDE);
            }
        }
    }
}
