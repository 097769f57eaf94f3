"""The models on SimPy.

Queues are a process per server that goes from one customer to the next: of the ways that were tried the one with the
fewest events, several times as fast as a process per customer that requests a `Resource`. The call graph is written as
SimPy's documentation would: a process per call, `Resource`s for cores, `answer | timeout` for patience.
"""

import random
from collections import deque

import simpy
from frame import MODELS, Outcome, Simulation, measure


class Station:
    """Servers before one queue. A customer is whatever `finished` gets when its service ends."""

    def __init__(self, env: simpy.Environment, servers: int, draw_service, finished) -> None:
        self.env, self.draw_service, self.finished = env, draw_service, finished
        self.waiting = deque()
        self.idle = []
        for _ in range(servers):
            env.process(self.serve())

    def enter(self, customer) -> None:
        if self.idle:
            self.idle.pop().succeed(customer)
        else:
            self.waiting.append(customer)

    def serve(self):
        timeout, waiting = self.env.timeout, self.waiting
        while True:
            if waiting:
                customer = waiting.popleft()
            else:
                called = self.env.event()
                self.idle.append(called)
                customer = yield called
            yield timeout(self.draw_service())
            self.finished(customer)


def stations(model_name: str, customers: int, seed: int) -> Simulation:
    model, luck, env = MODELS[model_name], random.Random(seed), simpy.Environment()
    gap_rate, service_rate, draw = 1 / model.gap, 1 / model.service, luck.expovariate
    latencies = []

    def leave(entered: float) -> None:
        latencies.append(env.now - entered)

    # From the last station to the first; a customer is known by when it entered.
    enter = leave
    for _ in range(model.stations):
        enter = Station(env, model.servers, lambda: draw(service_rate), enter).enter

    def source():
        for _ in range(customers):
            yield env.timeout(draw(gap_rate))
            enter(env.now)

    def simulate() -> Outcome:
        env.process(source())
        env.run()
        # An arrival, and per station a service; the calls to idle servers are not counted.
        return Outcome(customers * (1 + model.stations), latencies)

    return simulate


def web(customers: int, seed: int) -> Simulation:
    model, luck, env = MODELS["web"], random.Random(seed), simpy.Environment()
    gap_rate, service_rate, draw = 1 / model.gap, 1 / model.service, luck.expovariate
    latencies = []

    def time_out(timer: simpy.Event) -> None:
        raise AssertionError("at load 0.8 no answer takes a second in these runs")

    def answer(request) -> None:
        sent, timer = request
        # SimPy cannot take an event back; without callbacks it stays in the heap and does nothing when it is due.
        timer.callbacks.clear()
        latencies.append(env.now - sent)

    servers = [Station(env, 1, lambda: draw(service_rate), answer) for _ in range(model.servers)]

    def source():
        for number in range(customers):
            yield env.timeout(draw(gap_rate))
            timer = env.timeout(model.timeout)
            timer.callbacks.append(time_out)
            servers[number % model.servers].enter((env.now, timer))

    def simulate() -> Outcome:
        env.process(source())
        env.run()
        # An arrival, a service, a timer.
        return Outcome(customers * 3, latencies)

    return simulate


def graph5(customers: int, seed: int) -> Simulation:
    model, luck, env = MODELS["graph5"], random.Random(seed), simpy.Environment()
    gap_rate, hop, patience = 1 / model.gap, model.hop, model.timeout
    names = ["gateway", "auth", "catalog", "pricing", "store"]
    cores = {name: simpy.Resource(env, model.cores) for name in names}
    work = {name: getattr(model, name).sampler(luck) for name in names}
    latencies = []

    def compute(name):
        with cores[name].request() as turn:
            yield turn
            yield env.timeout(work[name]())

    def visit(name, then=None):
        """There, the handler, and back."""
        yield env.timeout(hop)
        yield from compute(name)
        if then is not None:
            yield from then()
        yield env.timeout(hop)

    def call(name, then=None):
        """A call that is given up after a while; the work goes on."""
        answer = env.process(visit(name, then))
        outcome = yield answer | env.timeout(patience)
        if answer not in outcome:
            raise TimeoutError(name)

    def gateway():
        yield from call("auth")
        catalog = env.process(call("catalog"))
        pricing = env.process(call("pricing", lambda: call("store")))
        yield catalog & pricing

    def request():
        sent = env.now
        yield from visit("gateway", gateway)
        latencies.append(env.now - sent)

    def source():
        for _ in range(customers):
            yield env.timeout(draw_gap())
            env.process(request())

    def draw_gap():
        return luck.expovariate(gap_rate)

    def simulate() -> Outcome:
        env.process(source())
        env.run()
        # An arrival; at each of five services two hops, a turn and a work; four calls that end; two that join.
        return Outcome(customers * (1 + 5 * 4 + 4 + 2), latencies)

    return simulate


def load_balanced(customers: int, seed: int) -> Simulation:
    model, luck, env = MODELS["lb"], random.Random(seed), simpy.Environment()
    gap_rate, hop_rate, draw = 1 / model.gap, 1 / model.hop, luck.expovariate
    servers = [simpy.Resource(env, 1) for _ in range(model.servers)]
    latencies = []

    def request(server):
        sent = env.now
        # From the generator to the client, to the balancer, to a server.
        for _ in range(3):
            yield env.timeout(draw(hop_rate))
        with server.request() as turn:
            yield turn
            yield env.timeout(model.cpu)
        yield env.timeout(model.io)
        yield env.timeout(draw(hop_rate))
        latencies.append(env.now - sent)

    def source():
        for number in range(customers):
            yield env.timeout(draw(gap_rate))
            env.process(request(servers[number % model.servers]))

    def simulate() -> Outcome:
        env.process(source())
        env.run()
        # An arrival, four hops, a turn, computing, waiting.
        return Outcome(customers * 8, latencies)

    return simulate


if __name__ == "__main__":
    measure(
        "simpy",
        {
            "mm1": lambda customers, seed: stations("mm1", customers, seed),
            "tandem": lambda customers, seed: stations("tandem", customers, seed),
            "web": web,
            "graph5": graph5,
            "lb": load_balanced,
        },
    )
