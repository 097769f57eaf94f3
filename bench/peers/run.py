#!/usr/bin/env python3
"""Measures Brownout's engine and its peers side by side and prints Markdown tables.

    bench/peers/run.py --brownout target/release/brownout

Builds the Rust peers, makes virtual environments for the Python peers, and runs every pair of peer and model several
times, in turns, so that a slow minute of the machine hits all of them. The figure is the median over the rounds. The
standard library is all that this needs. See README.md for what is and is not equal between the peers.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUST = HERE / "rust"
PYTHON = HERE / "python"
SCENARIOS = HERE / "scenarios"
VENVS = HERE / ".venv"

TOLERANCE = 0.03
"""Means over all rounds that differ by more than this are of different models."""

EXPECTED_MEAN_MS = {"mm1": 5.0, "tandem": 5.2365, "web": 6.1504, "lb": 29.0}
"""What theory says; the peers' programs derive these from the models' parameters. No formula for graph5."""

MODELS = {
    "mm1": "M/M/1, load 0.8",
    "tandem": "three M/M/4 stations in a row, load 0.8 each",
    "web": "two servers behind round robin, load 0.8 each, a cancelled timeout per request",
    "graph5": "call graph of five services, network, log-normal work, a timeout per call",
    "lb": "AsyncFlow's load-balancer example",
}

RUST_PEERS = ("handwritten", "simcore", "nexosim")
PYTHON_PACKAGES = {"simpy": "simpy", "ciw": "ciw", "asyncflow": "asyncflow-sim"}
OLDEST_PYTHON = {"simpy": (3, 11), "ciw": (3, 11), "asyncflow": (3, 12)}

CUSTOMERS = {
    ("handwritten", "mm1"): 30_000_000,
    ("handwritten", "tandem"): 8_000_000,
    ("handwritten", "web"): 15_000_000,
    ("handwritten", "graph5"): 2_000_000,
    ("simcore", "mm1"): 8_000_000,
    ("simcore", "tandem"): 4_000_000,
    ("simcore", "web"): 6_000_000,
    ("nexosim", "mm1"): 4_000_000,
    ("nexosim", "tandem"): 2_000_000,
    ("nexosim", "web"): 3_000_000,
    ("simpy", "mm1"): 1_000_000,
    ("simpy", "tandem"): 400_000,
    ("simpy", "web"): 600_000,
    ("simpy", "graph5"): 40_000,
    ("simpy", "lb"): 24_000,
    ("ciw", "mm1"): 300_000,
    ("ciw", "tandem"): 100_000,
    ("asyncflow", "lb"): 24_000,
}
"""What each pair simulates: enough for one to five seconds, and for at most twenty where the peer is slow."""


@dataclass(frozen=True)
class Result:
    """One run of one model."""

    peer: str
    model: str
    customers: int
    events: int
    seconds: float
    mean_ms: float
    p99_ms: float
    peak_rss_kb: int

    @property
    def rate(self) -> float:
        return self.customers / self.seconds


@dataclass(frozen=True)
class Interpreter:
    """A Python that is installed here."""

    path: str
    version: tuple[int, ...]
    seconds: float
    """For a fixed piece of work, the least of many goes: builds say nothing reliable about how they were optimized."""


def main() -> None:
    options = parse()
    models = options.model or list(MODELS)
    peers = options.peer or [*RUST_PEERS, *OLDEST_PYTHON]
    commands = prepare(peers)
    plan = [pair for pair in CUSTOMERS if pair[0] in peers and pair[1] in models]
    results = []
    for turn in range(options.rounds):
        for model in models:
            for peer in [peer for peer, its in plan if its == model]:
                note(f"round {turn + 1} of {options.rounds}: {model} on {peer}")
                results.append(run_peer(commands[peer], peer, model, options.seed + turn))
            if options.brownout:
                note(f"round {turn + 1} of {options.rounds}: {model} on brownout")
                results.append(run_brownout(options.brownout, model, options.seed + turn))
    if options.raw:
        options.raw.write_text("".join(json.dumps(vars(result)) + "\n" for result in results))
    print(report(results, models, options, commands))
    agree(results, models)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brownout", type=Path, metavar="PATH", help="Brownout's binary; without it, peers alone")
    parser.add_argument("--rounds", type=int, default=5, metavar="K", help="runs of each pair (default 5)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the first round (default 1)")
    parser.add_argument("--model", action="append", choices=MODELS, help="only this model; may be repeated")
    parser.add_argument(
        "--peer", action="append", choices=[*RUST_PEERS, *OLDEST_PYTHON], help="only this peer; may be repeated"
    )
    parser.add_argument("--raw", type=Path, metavar="FILE", help="also write each run as a line of JSON")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds has to be at least 1")
    if options.brownout and not options.brownout.is_file():
        parser.error(f"no such file: {options.brownout}")
    return options


# Building


def prepare(peers: list[str]) -> dict[str, list[str]]:
    """Builds what is needed; returns the command of each peer, which lacks the model, the size and the seed."""
    commands = {}
    if rust := [peer for peer in RUST_PEERS if peer in peers]:
        packages = [word for peer in rust for word in ("-p", f"peer-{peer}")]
        checked(["cargo", "build", "--release", "--locked", "--quiet", *packages], cwd=RUST)
        commands |= {peer: [str(RUST / "target" / "release" / f"peer-{peer}")] for peer in rust}
    if python := [peer for peer in OLDEST_PYTHON if peer in peers]:
        found = interpreters()
        for peer in python:
            commands[peer] = [str(environment(peer, found)), str(PYTHON / f"peer_{peer}.py")]
    return commands


def environment(peer: str, found: list[Interpreter]) -> Path:
    """The interpreter of a virtual environment on the fastest Python that the peer supports."""
    fit = [python for python in found if python.version >= OLDEST_PYTHON[peer]]
    if not fit:
        wanted = ".".join(map(str, OLDEST_PYTHON[peer]))
        sys.exit(f"error: {peer} needs Python {wanted} or later with venv\nhint: leave it out by naming others: --peer")
    fastest = min(fit, key=lambda python: python.seconds)
    requirements = PYTHON / "requirements.txt"
    place = hashlib.sha256(fastest.path.encode()).hexdigest()[:8]
    venv = VENVS / f"{'.'.join(map(str, fastest.version))}-{place}"
    installed, wanted = venv / "requirements.txt", requirements.read_text()
    if not installed.exists() or installed.read_text() != wanted:
        checked([fastest.path, "-m", "venv", "--clear", str(venv)])
        checked([str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(requirements)])
        installed.write_text(wanted)
    return venv / "bin" / "python"


PROBE = """
import ensurepip, heapq, json, sys, time, venv
def numbers():
    for n in range(10_000):
        yield n * 7919 % 10_007
def once():
    started, heap = time.perf_counter(), []
    for n in numbers():
        heapq.heappush(heap, (n, len(heap)))
    while heap:
        heapq.heappop(heap)
    return time.perf_counter() - started
print(json.dumps([sys.version_info[:3], min(once() for _ in range(15))]))
"""


def interpreters() -> list[Interpreter]:
    """The Pythons on the path, the system's own, and pyenv's. Distributions optimize their builds, pyenv does so only
    when asked. Asked in turns, so that a busy moment of the machine does not decide."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    names = ["python3", *(f"python3.{minor}" for minor in range(11, 16))]
    places = [sys.executable, *map(shutil.which, names), "/usr/bin/python3"]
    places += sorted(map(str, pyenv.glob("versions/*/bin/python3")))
    best: dict[str, Interpreter] = {}
    for _ in range(3):
        for path in dict.fromkeys(filter(None, places)):
            probe = subprocess.run([path, "-c", PROBE], capture_output=True, text=True)
            if probe.returncode == 0:
                version, seconds = json.loads(probe.stdout)
                seconds = min(seconds, best[path].seconds) if path in best else seconds
                best[path] = Interpreter(path, tuple(version), seconds)
    return list(best.values())


def checked(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"error: ended with status {done.returncode}: {' '.join(command)}")
    return done.stdout


# Running


def pinned() -> list[str]:
    """The words that hold a program on one core: the last one that this process may use."""
    if not shutil.which("taskset") or not hasattr(os, "sched_getaffinity"):
        return []
    return ["taskset", "-c", str(max(os.sched_getaffinity(0)))]


def run_peer(command: list[str], peer: str, model: str, seed: int) -> Result:
    size = ["--customers", str(CUSTOMERS[peer, model]), "--seed", str(seed)]
    return Result(**json.loads(checked([*pinned(), *command, model, *size])))


def run_brownout(binary: Path, model: str, seed: int) -> Result:
    """Whole-process wall time: start, reading the scenario, simulation, statistics and the report's JSON."""
    scenario = SCENARIOS / f"{model}.yaml"
    words = ["run", str(scenario), "--seed", str(seed), "--json", "--quiet", "--no-record"]
    started = time.perf_counter()
    process = subprocess.Popen([*pinned(), str(binary.resolve()), *words], stdout=subprocess.PIPE, text=True)
    output, peak_rss_kb = None, 0
    while output is None:
        try:
            output, _ = process.communicate(timeout=0.02)
        except subprocess.TimeoutExpired:
            peak_rss_kb = max(peak_rss_kb, resident_peak_kb(process.pid))
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        sys.exit(f"error: brownout ended with status {process.returncode} on {scenario.name}")
    found = json.loads(output)
    # Each scenario has one tenant, so that its latencies are everybody's.
    (tenant,) = found["tenants"].values()
    latency = tenant["latency_ms"]
    return Result(
        "brownout", model, tenant["offered"], found["events"], seconds, latency["mean"], latency["p99"], peak_rss_kb
    )


def resident_peak_kb(pid: int) -> int:
    """A process's largest resident set so far, from Linux's procfs; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


# Reporting


def report(
    results: list[Result], models: list[str], options: argparse.Namespace, commands: dict[str, list[str]]
) -> str:
    parts = [describe(options, commands)]
    for model in models:
        of_model = [result for result in results if result.model == model]
        if of_model:
            parts.append(f"### {model}: {MODELS[model]}\n\n{table(of_model)}")
    return "\n\n".join(parts)


def table(results: list[Result]) -> str:
    peers = sorted(dict.fromkeys(result.peer for result in results), key=lambda peer: -median_rate(results, peer))
    brownout = median_rate(results, "brownout")
    head = ["", "customers/s", "lowest to highest", "customers", "seconds", "mean ms", "p99 ms", "peak MiB"]
    head += ["Brownout is"] if brownout else []
    rows = [head, ["---"] + ["---:"] * (len(head) - 1)]
    rows += [row(results, peer, brownout) for peer in peers]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def row(results: list[Result], peer: str, brownout: float) -> list[str]:
    runs = [result for result in results if result.peer == peer]
    rates = [run.rate for run in runs]
    cells = [
        peer,
        thousands(statistics.median(rates)),
        f"{thousands(min(rates))} to {thousands(max(rates))}",
        f"{runs[0].customers:,}",
        f"{statistics.median(run.seconds for run in runs):.3f}",
        f"{statistics.mean(run.mean_ms for run in runs):.3f}",
        f"{statistics.mean(run.p99_ms for run in runs):.2f}",
        f"{max(run.peak_rss_kb for run in runs) / 1024:.0f}",
    ]
    return cells + ([f"{brownout / statistics.median(rates):.2f}×" if peer != "brownout" else "–"] if brownout else [])


def median_rate(results: list[Result], peer: str) -> float:
    rates = [result.rate for result in results if result.peer == peer]
    return statistics.median(rates) if rates else 0.0


def thousands(rate: float) -> str:
    return f"{rate / 1e3:,.0f} k" if rate >= 10e3 else f"{rate / 1e3:.2f} k"


def describe(options: argparse.Namespace, commands: dict[str, list[str]]) -> str:
    rounds = "1 round" if options.rounds == 1 else f"{options.rounds} rounds"
    lines = [
        f"- Machine: {cpu()}, {os.cpu_count()} cores; {system()}; load average {os.getloadavg()[0]:.1f} at the end",
        f"- {rounds} in turns, seeds from {options.seed}; median" + ("; pinned to one core" if pinned() else ""),
        f"- Versions: {', '.join(versions(commands))}",
    ]
    if options.brownout:
        starts = statistics.median(start_up_ms(options.brownout) for _ in range(5))
        lines.append(
            f"- Brownout: `{version_of(options.brownout)}`, whole-process wall time (a bare start: {starts:.1f} ms); "
            "the peers' seconds are the simulation alone"
        )
    return "\n".join(lines)


def cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "model name" not in facts:
        return platform.processor() or platform.machine()
    return f"{facts['model name']} (family {facts.get('cpu family', '?')}, model {facts.get('model', '?')})"


def system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = platform.system()
    return f"{name}, kernel {platform.release()}"


def versions(commands: dict[str, list[str]]) -> Iterator[str]:
    yield checked(["rustc", "--version"]).strip()
    lock = (RUST / "Cargo.lock").read_text().split("[[package]]")
    for package in lock:
        fields = dict(line.replace('"', "").split(" = ", 1) for line in package.splitlines() if " = " in line)
        if fields.get("name") in ("hdrhistogram", "nexosim", "simcore"):
            yield f"{fields['name']} {fields['version']}"
    for peer, package in PYTHON_PACKAGES.items():
        if peer in commands:
            ask = f"import importlib.metadata as m, platform as p; print(m.version({package!r}), p.python_version())"
            version, python = checked([commands[peer][0], "-c", ask]).split()
            yield f"{package} {version} on Python {python}"


def version_of(binary: Path) -> str:
    return checked([str(binary.resolve()), "--version"]).strip()


def start_up_ms(binary: Path) -> float:
    started = time.perf_counter()
    version_of(binary)
    return (time.perf_counter() - started) * 1e3


def agree(results: list[Result], models: list[str]) -> None:
    """Ends with status 1 where a peer's mean over all rounds is not that of theory, or of the others without one."""
    wrong = []
    for model in models:
        means = {
            peer: statistics.mean(result.mean_ms for result in results if (result.peer, result.model) == (peer, model))
            for peer in dict.fromkeys(result.peer for result in results if result.model == model)
        }
        if means:
            expected = EXPECTED_MEAN_MS.get(model, statistics.median(means.values()))
            wrong += [
                f"{peer}'s mean of {model} is {mean:.4f} ms instead of {expected:.4f} ms"
                for peer, mean in means.items()
                if abs(mean / expected - 1) > TOLERANCE
            ]
    if wrong:
        sys.exit("\n".join(f"error: {problem}" for problem in wrong))


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
