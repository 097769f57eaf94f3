//! Handlers: steps, calls and how their callers protect themselves.

use super::graph::Site;
use super::keys;
use super::names::check_name;
use super::problem::{Problem, Problems, quoted};
use super::reader::{Fields, Reader};
use super::yaml::{Kind, Node};
use sim::Failure;
use sim::Span;
use sim::model::{Backoff, Budget, Call, EffectId, EndpointId, Jitter, Model, Party, Retry, RetryOn, Step};

/// The longest wait between tries where a backoff names none: as in the AWS SDKs' standard retry mode.
const DEFAULT_CAP: Span = Span::secs(20);

impl Reader<'_> {
    pub(super) fn steps(&mut self, node: &Node, caller: EndpointId) -> Vec<Step> {
        let items = self.list(node, "a list of steps, or [] for none").unwrap_or_default();
        items.iter().filter_map(|item| self.step(item, &keys::STEP, caller)).collect()
    }

    fn step(&mut self, node: &Node, cases: &'static keys::Cases, caller: EndpointId) -> Option<Step> {
        let fields = self.case(node, cases)?;
        match fields.tag() {
            "work" => self.distribution(&fields, "work").map(Step::Work),
            "wait" => self.distribution(&fields, "wait").map(Step::Wait),
            "call" => self.call_step(&fields, caller),
            "query" => self.query(&fields, caller),
            "publish" => self.publish(&fields, caller),
            "parallel" => self.parallel(&fields, caller),
            _ => self.effect(&fields),
        }
    }

    fn parallel(&mut self, fields: &Fields<'_>, caller: EndpointId) -> Option<Step> {
        let branches = self.list(fields.get("parallel")?, "a list of work, wait, call and query steps")?;
        if branches.is_empty() {
            self.report(Problem::new(fields.owner, "there is no branch").expected("at least one step"));
        }
        let steps: Vec<Step> = branches.iter().filter_map(|branch| self.step(branch, &keys::BRANCH, caller)).collect();
        if made(&steps) > Model::MAX_BRANCHES {
            let problem = Problem::new(fields.owner, format!("these are {} branches at once", made(&steps)));
            self.report(problem.expected(format!("at most {}", Model::MAX_BRANCHES)));
        }
        Some(Step::Parallel(steps))
    }

    fn effect(&mut self, fields: &Fields<'_>) -> Option<Step> {
        let node = fields.get("effect")?;
        let name = self.text(node, "a name, such as charge")?.to_owned();
        let mut problems = Problems::default();
        check_name(node, "effect", &mut problems);
        self.problems.extend(problems.sorted());
        let idempotent = self.idempotent(fields)?;
        let known = self.effects.iter().position(|effect| *effect == name);
        let index = known.unwrap_or(self.effects.len());
        if index == Model::MAX_EFFECTS {
            let message = format!("{} is one effect too many", quoted(&name));
            self.report(Problem::new(node.place, message).expected(format!("at most {} effects", Model::MAX_EFFECTS)));
            return None;
        }
        if known.is_none() {
            self.effects.push(name);
        }
        Some(Step::Effect { effect: EffectId(index as u32), idempotent })
    }

    /// How long the effect's key is kept; none where there is no key.
    fn idempotent(&mut self, fields: &Fields<'_>) -> Option<Option<Span>> {
        match fields.get("idempotent") {
            Some(node) if matches!(node.kind, Kind::Map(_)) => {
                let fields = self.fields(fields.key_place("idempotent"), node, &keys::IDEMPOTENCY)?;
                self.duration(&fields, "retain").map(Some)
            }
            _ => self.flag(fields, "idempotent").map(|idempotent| idempotent.then_some(Span::MAX)),
        }
    }

    fn call_step(&mut self, fields: &Fields<'_>, caller: EndpointId) -> Option<Step> {
        let optional = self.flag(fields, "optional").unwrap_or_default();
        let times = self.count(fields, "times").unwrap_or(1);
        let cache = self.cache_use(fields);
        let call = self.call(fields, Party::Service(caller.service))?;
        self.sites.push(Site { caller: Some(caller), callee: call.callee, place: fields.place("call") });
        let guards = self.step_guards(fields, caller);
        Some(Step::Call(Call { optional, times, cache, guards, ..call }))
    }

    /// What a tenant and a call step have in common.
    pub(super) fn call(&mut self, fields: &Fields<'_>, caller: Party) -> Option<Call> {
        let callee = self.endpoint(fields, "call");
        let timeout = self.duration(fields, "timeout");
        let retry = self.retry(fields);
        self.unresolved |= callee.is_none();
        let callee = callee?;
        let network = self.networks.between(caller, callee.service);
        Some(Call { timeout, retry, network, ..Call::to(callee.service.0, callee.endpoint) })
    }

    pub(super) fn retry(&mut self, fields: &Fields<'_>) -> Option<Retry> {
        let node = fields.get("retry")?;
        if let Kind::Scalar(_) = node.kind {
            let attempts = self.short_count(fields, "retry")?;
            return Some(Retry { attempts, on: RetryOn::ALL, backoff: constant(Span::ZERO), budget: None });
        }
        let fields = self.fields(fields.key_place("retry"), node, &keys::RETRY)?;
        let attempts = self.count(&fields, "attempts");
        let on = self.retry_on(&fields);
        let backoff = self.backoff(&fields);
        let budget = self.budget(&fields);
        Some(Retry { attempts: attempts?, on: on?, backoff: backoff?, budget })
    }

    fn retry_on(&mut self, fields: &Fields<'_>) -> Option<RetryOn> {
        let Some(node) = fields.get("on") else { return Some(RetryOn::ALL) };
        let items = self.list(node, "a list of failures, such as [timeout, unreachable]")?;
        if items.is_empty() {
            let problem = Problem::new(node.head(), "nothing would be retried").expected("at least one failure");
            self.report(problem.hint("take `retry` out"));
        }
        let failures: Vec<Failure> = items.iter().filter_map(|item| self.failure(item)).collect();
        Some(RetryOn::these(failures))
    }

    fn failure(&mut self, node: &Node) -> Option<Failure> {
        Some(match self.listed_word(node, keys::FAILURES, "on")? {
            "timeout" => Failure::Timeout,
            "rejected" => Failure::Rejected,
            "error" => Failure::Error,
            "breaker" => Failure::Breaker,
            _ => Failure::Unreachable,
        })
    }

    fn budget(&mut self, fields: &Fields<'_>) -> Option<Budget> {
        let node = fields.get("budget")?;
        if let Kind::Scalar(_) = node.kind {
            return self.short_percent(fields, "budget").map(Budget::Share);
        }
        let fields = self.fields(fields.key_place("budget"), node, &keys::BUDGET)?;
        if fields.get("share").is_some() {
            return self.percent(&fields, "share").map(Budget::Share);
        }
        let (most, refill) = (self.count(&fields, "tokens"), self.rate(&fields, "refill"));
        Some(Budget::Tokens { most: most?, refill: refill? })
    }

    fn backoff(&mut self, fields: &Fields<'_>) -> Option<Backoff> {
        let Some(node) = fields.get("backoff") else { return Some(constant(Span::ZERO)) };
        if let Kind::Scalar(_) = node.kind {
            return self.parsed(node, super::units::A_DURATION, super::units::duration).map(constant);
        }
        let fields = self.fields(fields.key_place("backoff"), node, &keys::BACKOFF)?;
        let base = self.duration(&fields, "base");
        let cap = self.duration(&fields, "cap");
        let jitter = match self.word(&fields, "jitter")? {
            "full" => Jitter::Full,
            "equal" => Jitter::Equal,
            "decorrelated" => Jitter::Decorrelated,
            _ => Jitter::None,
        };
        let base = base?;
        let cap = cap.unwrap_or(DEFAULT_CAP.max(base));
        if cap < base {
            self.report(
                Problem::new(fields.place("cap"), "`cap` is less than `base`").expected(format!("at least {base}")),
            );
        }
        Some(Backoff { base, cap, jitter })
    }
}

/// The branches of a parallel step, or the step itself.
pub(super) fn branches(step: &Step) -> &[Step] {
    match step {
        Step::Parallel(branches) => branches,
        single => std::slice::from_ref(single),
    }
}

/// Steps, repeated calls counted as often as they are made.
pub(super) fn made(steps: &[Step]) -> usize {
    steps.iter().map(|step| if let Step::Call(call) = step { call.times as usize } else { 1 }).sum()
}

/// The same wait before every retry.
fn constant(wait: Span) -> Backoff {
    Backoff { base: wait, cap: wait, jitter: Jitter::None }
}
