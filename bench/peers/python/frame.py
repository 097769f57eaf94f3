"""What every Python peer shares: the models' parameters, the check against theory, and the one line of output.

Times are in seconds. A program times its simulation alone, and hands over the latencies that it collected; sorting
them for the percentile happens after the clock has stopped.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

TOLERANCE = 0.03
"""A mean that is further from theory than this is a different model, unless chance explains it."""


@dataclass(frozen=True)
class Stations:
    """M/M/c stations in a row."""

    gap: float
    service: float
    stations: int
    servers: int

    def expected_mean(self) -> float:
        """By Erlang's C formula; stations add up, since departures are Poisson again (Burke)."""
        offered = self.service / self.gap
        blocked = 1.0
        for n in range(1, self.servers + 1):
            blocked = offered * blocked / (n + offered * blocked)
        load = offered / self.servers
        waits = blocked / (1 - load * (1 - blocked))
        return self.stations * (self.service + waits * self.service / (self.servers * (1 - load)))


@dataclass(frozen=True)
class Web:
    """Servers of one core behind a round-robin balancer; the client gives up after a timeout."""

    gap: float = 1e-3
    service: float = 1.6e-3
    servers: int = 2
    timeout: float = 1.0

    def expected_mean(self) -> float:
        """Each server is a GI/M/1 queue with Erlang gaps (Kleinrock, "Queueing Systems" I, section 6.4)."""
        arrivals, rate, sigma = 1 / self.gap, 1 / self.service, 0.5
        for _ in range(1_000):
            sigma = (arrivals / (arrivals + rate * (1 - sigma))) ** self.servers
        return 1 / (rate * (1 - sigma))


@dataclass(frozen=True)
class LogNormal:
    """A log-normal distribution by its median and its 99th percentile."""

    p50: float
    p99: float

    Z99 = 2.3263478740408408
    """The standard normal distribution's 99th percentile."""

    @property
    def mu(self) -> float:
        return math.log(self.p50)

    @property
    def sigma(self) -> float:
        return math.log(self.p99 / self.p50) / self.Z99

    def sampler(self, luck: random.Random) -> Callable[[], float]:
        mu, sigma, draw = self.mu, self.sigma, luck.lognormvariate
        return lambda: draw(mu, sigma)


@dataclass(frozen=True)
class Graph:
    """gateway -> auth, then catalog beside pricing -> store."""

    gap: float = 1e-3
    hop: float = 0.25e-3
    timeout: float = 0.25
    cores: int = 8
    gateway: LogNormal = LogNormal(1e-3, 4e-3)
    auth: LogNormal = LogNormal(0.5e-3, 3e-3)
    catalog: LogNormal = LogNormal(2e-3, 10e-3)
    pricing: LogNormal = LogNormal(1e-3, 5e-3)
    store: LogNormal = LogNormal(3e-3, 15e-3)

    def expected_mean(self) -> float | None:
        """No formula: the runner compares the means of those that run it with each other."""
        return None


@dataclass(frozen=True)
class LoadBalanced:
    """AsyncFlow's load-balancer example: four exponential hops, 2 ms of CPU and 15 ms of I/O at one of two servers."""

    gap: float = 1 / 40
    hop: float = 3e-3
    cpu: float = 2e-3
    io: float = 15e-3
    servers: int = 2

    def expected_mean(self) -> float:
        """Without the wait for a core, which at a load of 0.04 is under 0.1 ms."""
        return 4 * self.hop + self.cpu + self.io


MODELS = {
    "mm1": Stations(gap=1.25e-3, service=1e-3, stations=1, servers=1),
    "tandem": Stations(gap=1 / 3_200, service=1e-3, stations=3, servers=4),
    "web": Web(),
    "graph5": Graph(),
    "lb": LoadBalanced(),
}


@dataclass
class Outcome:
    """What a simulation yields: events that the model's code took part in, and latencies in seconds."""

    events: int
    latencies: Sequence[float]


Simulation = Callable[[], Outcome]
"""Set up, and timed from its call to its return."""


def measure(peer: str, programs: dict[str, Callable[[int, int], Simulation]]) -> None:
    """Runs `MODEL --customers N --seed S` and prints one line of JSON; ends with status 1 if theory is contradicted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=programs)
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    run = parser.parse_args()

    simulate = programs[run.model](run.customers, run.seed)
    started = time.perf_counter()
    outcome = simulate()
    seconds = time.perf_counter() - started

    latencies = sorted(outcome.latencies)
    mean_ms = math.fsum(latencies) / len(latencies) * 1e3
    line = {
        "peer": peer,
        "model": run.model,
        "customers": len(latencies),
        "events": outcome.events,
        "seconds": round(seconds, 6),
        "mean_ms": round(mean_ms, 4),
        "p99_ms": round(latencies[math.ceil(0.99 * len(latencies)) - 1] * 1e3, 4),
        "peak_rss_kb": peak_rss_kb(),
    }
    print(json.dumps(line, separators=(",", ":")))
    check(peer, run.model, len(latencies), mean_ms)


SCATTER = {"mm1": 9.0, "web": 8.1, "tandem": 4.5}
"""The mean of N customers has a relative standard error of this over the root of N: measured on the hand-written peer
with 200 seeds of 200,000 customers."""


def tolerance(model: str, customers: int) -> float:
    """Short runs of long queues scatter, so that slow peers get four standard errors where that is more; the runner
    checks the mean over its rounds."""
    return max(TOLERANCE, 4 * SCATTER.get(model, 0.0) / math.sqrt(customers))


def check(peer: str, model: str, customers: int, mean_ms: float) -> None:
    expected = MODELS[model].expected_mean()
    if expected is not None and abs(mean_ms / (expected * 1e3) - 1) > tolerance(model, customers):
        sys.exit(f"error: {peer}: the mean of {model} is {mean_ms:.4f} ms, theory says {expected * 1e3:.4f} ms")


def peak_rss_kb() -> int:
    """The process's largest resident set, from Linux's procfs; 0 where there is none."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
