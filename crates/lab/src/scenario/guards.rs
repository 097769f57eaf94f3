//! Guards: hedges, breakers, bulkheads, throttles and fallbacks of calls and tenants.

use super::graph::Site;
use super::keys;
use super::problem::Problem;
use super::reader::{Fields, Reader, checked_word};
use super::units::{self, Wrong};
use super::yaml::Kind;
use sim::Span;
use sim::model::{
    Breaker, BreakerScope, Bulkhead, Call, EndpointId, Fallback, Guards, Hedge, HedgeDelay, Model, Party, Throttle,
    Trip,
};

impl Reader<'_> {
    /// The guards of a call step, with what only these may have.
    pub(super) fn step_guards(&mut self, fields: &Fields<'_>, caller: EndpointId) -> Guards {
        let fallback = self.fallback(fields, caller);
        Guards { fallback, ..self.guards(fields) }
    }

    /// What a tenant and a call step have in common.
    pub(super) fn guards(&mut self, fields: &Fields<'_>) -> Guards {
        let any =
            ["hedge", "breaker", "bulkhead", "throttle", "fallback"].into_iter().find(|key| fields.get(key).is_some());
        if let (None, Some(key)) = (self.guarded, any) {
            self.guarded = Some(fields.key_place(key));
        }
        Guards {
            hedge: self.hedge(fields),
            breaker: self.breaker(fields),
            bulkhead: self.bulkhead(fields),
            throttle: self.throttle(fields),
            fallback: None,
        }
    }

    fn hedge(&mut self, fields: &Fields<'_>) -> Option<Hedge> {
        let fields = self.fields(fields.key_place("hedge"), fields.get("hedge")?, &keys::HEDGE)?;
        let after = fields.get("after").and_then(|node| self.parsed(node, &keys::HEDGE_DELAY.expected(), hedge_delay));
        let cap = self.percent(&fields, "cap");
        Some(Hedge { after: after?, cap: cap? })
    }

    fn breaker(&mut self, fields: &Fields<'_>) -> Option<Breaker> {
        let fields = self.fields(fields.key_place("breaker"), fields.get("breaker")?, &keys::BREAKER)?;
        let trip = self.trip(&fields);
        let open = self.duration(&fields, "open");
        let probes = self.count(&fields, "probes");
        let scope = match self.word(&fields, "per")? {
            "replica" => BreakerScope::Replica,
            _ => BreakerScope::Callee,
        };
        Some(Breaker { trip: trip?, open: open?, probes: probes?, scope })
    }

    fn trip(&mut self, fields: &Fields<'_>) -> Option<Trip> {
        if fields.get("failures").is_some() {
            return self.count(fields, "failures").map(Trip::InARow);
        }
        let share = self.percent(fields, "rate");
        let window = self.duration(fields, "window");
        let least = self.count(fields, "least");
        Some(Trip::Rate { share: share?, window: window?, least: least? })
    }

    fn bulkhead(&mut self, fields: &Fields<'_>) -> Option<Bulkhead> {
        let node = fields.get("bulkhead")?;
        if let Kind::Scalar(_) = node.kind {
            return self.short_count(fields, "bulkhead").map(|limit| Bulkhead { limit, wait: Span::ZERO });
        }
        let fields = self.fields(fields.key_place("bulkhead"), node, &keys::BULKHEAD)?;
        let (limit, wait) = (self.count(&fields, "limit"), self.duration(&fields, "wait"));
        Some(Bulkhead { limit: limit?, wait: wait? })
    }

    fn throttle(&mut self, fields: &Fields<'_>) -> Option<Throttle> {
        let fields = self.fields(fields.key_place("throttle"), fields.get("throttle")?, &keys::THROTTLE)?;
        let (k, window) = (self.factor(&fields, "k"), self.duration(&fields, "window"));
        if k.is_some_and(|k| !(1.0..=100.0).contains(&k)) {
            let problem = Problem::new(fields.place("k"), "this is no possible multiple of what is accepted");
            self.report(problem.expected("from 1 to 100"));
        }
        Some(Throttle { k: k?, window: window? })
    }

    fn fallback(&mut self, fields: &Fields<'_>, caller: EndpointId) -> Option<Fallback> {
        let node = fields.get("fallback")?;
        if let Kind::Scalar(_) = node.kind {
            return self.parsed(node, "static, or a map of the keys of a fallback", fixed_answer);
        }
        let fields = self.fields(fields.key_place("fallback"), node, &keys::FALLBACK)?;
        if fields.get("stale").is_some() {
            return self.duration(&fields, "stale").map(|most| Fallback::Stale { most });
        }
        self.call_instead(&fields, caller).map(|call| Fallback::Call(Box::new(call)))
    }

    /// The call that takes the place of another.
    fn call_instead(&mut self, fields: &Fields<'_>, caller: EndpointId) -> Option<Call> {
        let timeout = self.duration(fields, "timeout");
        let callee = self.endpoint(fields, "call");
        self.unresolved |= callee.is_none();
        let callee = callee?;
        self.sites.push(Site { caller: Some(caller), callee, place: fields.place("call") });
        let network = self.networks.between(Party::Service(caller.service), callee.service);
        Some(Call { timeout, network, ..Call::to(callee.service.0, callee.endpoint) })
    }

    /// What guards remember fits into memory.
    pub(super) fn check_guarded(&mut self, model: &Model) {
        let (records, Some(place)) = (model.guarded(), self.guarded) else { return };
        if records > Model::MAX_GUARDED {
            let message = format!("guards would have to remember {records} replicas, or pairs of replicas");
            let problem = Problem::new(place, message).expected(format!("at most {} in all", Model::MAX_GUARDED));
            self.report(problem.hint("fewer replicas, or breakers `per: callee`"));
        }
    }
}

/// A time, or a percentile.
fn hedge_delay(text: &str) -> Result<HedgeDelay, Wrong> {
    match text.strip_prefix('p') {
        Some(_) => {
            let word = checked_word(text, keys::PERCENTILES, "after")?;
            // The table's percentiles are whole numbers.
            Ok(HedgeDelay::Percentile(word[1..].parse::<f64>().unwrap_or_default() / 100.0))
        }
        None => {
            let wrong = |wrong: Wrong| wrong.expected(keys::HEDGE_DELAY.expected());
            units::duration(text).map(HedgeDelay::Fixed).map_err(wrong)
        }
    }
}

fn fixed_answer(text: &str) -> Result<Fallback, Wrong> {
    let word = checked_word(text, &["static"], "fallback");
    word.map(|_| Fallback::Static).map_err(|wrong| wrong.expected("static, or a map with `stale` or `call`"))
}
