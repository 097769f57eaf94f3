//! Autoscaling that is slower than the load grows.
//!
//! The autoscaler's own rule is asked about a fluid: load that comes in exactly at its rate and is done exactly at the
//! capacity of the replicas that serve. Luck is left out, so that what it finds late is late on every day.

use super::design::Design;
use super::loads::Loads;
use super::resources::{Kind, Resource};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::{Autoscale, ScaleBy, Service};
use sim::{Autoscaler, Observed, Span, Time};
use std::collections::VecDeque;

pub(super) static RULE: Rule = Rule {
    id: "autoscaling-too-slow",
    severity: Severity::Warning,
    about: "The load grows faster than the autoscaler adds replicas",
    why: "Capacity that was ordered after the need was seen comes after the need: what piles up until then is felt long \
          after the replicas are there, and a busy share, which ends at 100%, does not say how many are missing.",
    reads: "Rate x mean time held over shapes and `spike` faults, against the replicas that the autoscaler's rule gives \
            at the end of each period, its cooldown and the service's `startup` included. A warning where the wait grows \
            beyond the least patience of the tenants concerned (a second where none has any), a note where a bounded queue \
            turns away instead. Silent where the peak is too much for all replicas together: that is another rule's.",
    cure: "Less time to start, a lower target, so that what comes meanwhile has room, or as many replicas as the peak needs \
           before it comes; a bounded queue in any case.",
    source: "Kubernetes, \"Horizontal Pod Autoscaling\": \"Algorithm details\", \"Scaling policies\", for the rule. Evenly \
             flowing load in place of random: L. Kleinrock, Queueing Systems, volume 2, 1976, chapter 2.",
    find,
};

/// More decisions than this are too many to go through on paper.
const MOST_DECISIONS: u64 = 100_000;
/// Pieces of a period in which load and capacity are taken as straight.
const PIECES: u32 = 16;
/// Waits below this are noise, however impatient the tenants are.
const LEAST_WAIT_S: f64 = 0.1;
/// What somebody waits for without a patience that says so.
const USUAL_WAIT_S: f64 = 1.0;
/// How busy the replicas are that are advised.
const ADVISED: f64 = 0.8;

fn find(design: &Design<'_>) -> Vec<Draft> {
    let loads = Loads::of(design);
    let scaled = Resource::all(design).into_iter().filter(|resource| is_observed(design, resource));
    scaled.filter_map(|resource| late(design, &resource, &loads)).collect()
}

/// Whether a resource is what its service's autoscaler looks at: cores where there are any, and workers for waits.
fn is_observed(design: &Design<'_>, resource: &Resource) -> bool {
    let service = design.service(resource.service);
    let observed = match service.defences.autoscale.map(|autoscale| autoscale.by) {
        None => return false,
        Some(ScaleBy::Utilization(_)) if service.cores.is_some() => Kind::Cores,
        Some(ScaleBy::Utilization(_) | ScaleBy::Delay(_)) => Kind::Workers,
    };
    resource.kind == observed
}

fn late(design: &Design<'_>, resource: &Resource, loads: &Loads) -> Option<Draft> {
    let service = design.service(resource.service);
    let autoscale = service.defences.autoscale?;
    let demand = |rates: &[f64]| resource.demand(design, rates);
    let peak = loads.peak(demand);
    let course = loads.course(demand);
    let at_start = course.first()?.1;
    let grows = peak.value > at_start && peak.value < resource.size;
    if !grows || design.model.duration.0 / autoscale.every.0 > MOST_DECISIONS {
        return None;
    }
    let each = resource.size / f64::from(service.most_replicas());
    let lag = Fleet::new(service, autoscale, each).follow(&course, Time::ZERO + design.model.warmup)?;
    if lag.wait_s < patience_s(design, resource) {
        return None;
    }
    let clock = |s| readable::clock(s, design.model.duration.as_secs());
    let duration = |s: f64| readable::duration(s * 1e3);
    let enough = ((peak.value / each / ADVISED).ceil() as u32).clamp(service.replicas, autoscale.most);
    let path = format!("services.{}.autoscale", service.name);
    Some(Draft {
        severity: if service.queue.limit.is_some() { Severity::Note } else { Severity::Warning },
        title: format!("the replicas of {} come later than its load", service.name),
        arithmetic: format!(
            "at {}: {}, after {} at the start; decided each {}, and {} until they serve: at {} {} are asked for and {} \
             replicas have {}; for {} more comes in than can be done, and who comes at {} waits for {}",
            clock(peak.at_s),
            resource.arithmetic(design, peak.rates),
            readable::digits(at_start),
            autoscale.every,
            service.startup,
            clock(lag.short_at_s),
            readable::digits(lag.demand),
            lag.serving,
            readable::digits(f64::from(lag.serving) * each),
            duration(lag.lasts_s),
            clock(lag.waits_at_s),
            duration(lag.wait_s)
        ),
        look_closer: design
            .commands
            .run(&[format!("services.{}.replicas={enough}", service.name), format!("{path}.least={enough}")]),
        path,
    })
}

/// What the most impatient tenant whose requests come here waits for.
fn patience_s(design: &Design<'_>, resource: &Resource) -> f64 {
    let comes = |tenant: &usize| {
        let mut one = vec![0.0; design.model.tenants.len()];
        one[*tenant] = 1.0;
        resource.demand(design, &one) > 0.0
    };
    let tenants = (0..design.model.tenants.len()).filter(comes);
    let patience = tenants.filter_map(|tenant| design.model.tenants[tenant].patience).min();
    patience.map_or(USUAL_WAIT_S, |patience| patience.as_secs().max(LEAST_WAIT_S))
}

/// How far replicas stay behind the load; places are cores or workers.
#[derive(Clone, Copy, Default)]
struct Lag {
    /// When they are shortest of what is asked for: so many places, by so many replicas.
    short_at_s: f64,
    demand: f64,
    serving: u32,
    short: f64,
    /// For how long more is asked for than there is.
    lasts_s: f64,
    /// The longest wait, and when.
    wait_s: f64,
    waits_at_s: f64,
}

/// The replicas of one service under a fluid.
struct Fleet<'s> {
    service: &'s Service,
    scaler: Autoscaler,
    autoscale: Autoscale,
    /// Places of a replica.
    each: f64,
    serving: u32,
    /// When replicas that start will serve, and how many.
    starting: VecDeque<(Time, u32)>,
    /// Place-seconds of work that wait.
    backlog: f64,
    /// Place-seconds of this period that were busy, and that there were.
    busy: f64,
    there: f64,
}

impl Fleet<'_> {
    fn new(service: &Service, autoscale: Autoscale, each: f64) -> Fleet<'_> {
        let scaler = Autoscaler::new(autoscale, service.replicas);
        let (serving, starting) = (service.replicas, VecDeque::new());
        Fleet { service, scaler, autoscale, each, serving, starting, backlog: 0.0, busy: 0.0, there: 0.0 }
    }

    /// Lets a course of demand, over time in seconds, come in; nothing where the replicas keep up after the warm-up.
    fn follow(mut self, course: &[(f64, f64)], warmup: Time) -> Option<Lag> {
        let end_s = course.last()?.0;
        let mut rest = course;
        let mut lag = Lag::default();
        let mut now = Time::ZERO;
        let piece = Span((self.autoscale.every.0 / u64::from(PIECES)).max(1));
        while now.as_secs() < end_s {
            for _ in 0..PIECES {
                let middle = now + Span(piece.0 / 2);
                let demand = height(&mut rest, middle.as_secs());
                self.flow(now, demand, piece);
                now = now + piece;
                if now > warmup {
                    self.note(&mut lag, now, demand, piece);
                }
            }
            self.decide(now);
        }
        (lag.lasts_s > 0.0).then_some(lag)
    }

    fn flow(&mut self, now: Time, demand: f64, piece: Span) {
        while self.starting.front().is_some_and(|(ready, _)| *ready <= now) {
            self.serving += self.starting.pop_front().map_or(0, |(_, count)| count);
        }
        let (capacity, coming) = (self.capacity() * piece.as_secs(), demand * piece.as_secs());
        let busy = (self.backlog + coming).min(capacity);
        self.backlog = self.backlog + coming - busy;
        self.busy += busy;
        self.there += capacity;
    }

    fn note(&self, lag: &mut Lag, now: Time, demand: f64, piece: Span) {
        let short = demand - self.capacity();
        if short > 0.0 {
            lag.lasts_s += piece.as_secs();
        }
        if short > lag.short {
            (lag.short_at_s, lag.demand, lag.serving, lag.short) = (now.as_secs(), demand, self.serving, short);
        }
        if self.wait_s() > lag.wait_s {
            (lag.wait_s, lag.waits_at_s) = (self.wait_s(), now.as_secs());
        }
    }

    fn decide(&mut self, now: Time) {
        let starting: u32 = self.starting.iter().map(|(_, count)| count).sum();
        let utilization = if self.there > 0.0 { self.busy / self.there } else { 0.0 };
        (self.busy, self.there) = (0.0, 0.0);
        let delay = Span((self.wait_s() * 1e9) as u64);
        let observed = Observed { serving: self.serving, starting, utilization, delay };
        let (wanted, current) = (self.scaler.replicas(now, observed), self.serving + starting);
        if wanted > current {
            self.starting.push_back((now + self.service.startup, wanted - current));
        } else if self.falls() {
            self.remove(current - wanted);
        }
    }

    /// A fluid never waits below capacity, where random load does: that there is no wait is no reason to have fewer.
    fn falls(&self) -> bool {
        matches!(self.autoscale.by, ScaleBy::Utilization(_))
    }

    /// Those go first that do not serve yet, the last ordered before the others.
    fn remove(&mut self, mut count: u32) {
        while let Some((_, last)) = self.starting.back_mut().filter(|_| count > 0) {
            let gone = count.min(*last);
            (*last, count) = (*last - gone, count - gone);
            if *last == 0 {
                self.starting.pop_back();
            }
        }
        self.serving -= count;
    }

    fn capacity(&self) -> f64 {
        f64::from(self.serving) * self.each
    }

    fn wait_s(&self) -> f64 {
        self.backlog / self.capacity()
    }
}

/// The height of a course at an instant no earlier than the last one asked for; what lies before goes.
fn height(course: &mut &[(f64, f64)], at_s: f64) -> f64 {
    while let [_, next, _, ..] = course
        && next.0 <= at_s
    {
        *course = &course[1..];
    }
    match course {
        [(from, start), (to, end), ..] if to > from => {
            start + (end - start) * ((at_s - from) / (to - from)).clamp(0.0, 1.0)
        }
        [.., (_, last)] => *last,
        [] => 0.0,
    }
}
