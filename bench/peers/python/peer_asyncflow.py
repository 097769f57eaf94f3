"""AsyncFlow on its own load-balancer example, rebuilt from its parameters.

The example: 120 users at 20 requests a minute, four exponential hops of 3 ms, two servers of one core that compute
2 ms and wait 15 ms for I/O, round robin, 600 s, metrics sampled every 50 ms
(`examples/builder_input/load_balancer/two_servers.py`, AsyncFlow 0.1.1). AsyncFlow has constant service times only,
and draws the number of users anew each minute, so that the number of requests varies from seed to seed.
"""

import numpy as np
import simpy
from asyncflow import AsyncFlow, SimulationRunner
from asyncflow.components import Client, Edge, Endpoint, LoadBalancer, Server
from asyncflow.settings import SimulationSettings
from asyncflow.workload import RqsGenerator
from frame import MODELS, Outcome, Simulation, measure

REQUESTS_PER_USER_AND_MINUTE = 20


def load_balanced(customers: int, seed: int) -> Simulation:
    model = MODELS["lb"]
    users = 60 / model.gap / REQUESTS_PER_USER_AND_MINUTE
    servers = [f"server-{number}" for number in range(model.servers)]
    endpoint = Endpoint(
        endpoint_name="/api",
        steps=[
            {"kind": "initial_parsing", "step_operation": {"cpu_time": model.cpu}},
            {"kind": "ram", "step_operation": {"necessary_ram": 128}},
            {"kind": "io_wait", "step_operation": {"io_waiting_time": model.io}},
        ],
    )
    pairs = [("users", "client"), ("client", "balancer")]
    pairs += [pair for server in servers for pair in (("balancer", server), (server, "client"))]
    hop = {"mean": model.hop, "distribution": "exponential"}
    payload = (
        AsyncFlow()
        .add_generator(
            RqsGenerator(
                id="users",
                avg_active_users={"mean": users},
                avg_request_per_minute_per_user={"mean": REQUESTS_PER_USER_AND_MINUTE},
                user_sampling_window=60,
            )
        )
        .add_client(Client(id="client"))
        .add_servers(
            *(
                Server(id=server, server_resources={"cpu_cores": 1, "ram_mb": 2048}, endpoints=[endpoint])
                for server in servers
            )
        )
        .add_load_balancer(LoadBalancer(id="balancer", algorithms="round_robin", server_covered=set(servers)))
        .add_edges(*(Edge(id=f"{a}-{b}", source=a, target=b, latency=hop) for a, b in pairs))
        .add_simulation_settings(
            SimulationSettings(total_simulation_time=round(customers * model.gap), sample_period_s=0.05)
        )
        .build_payload()
    )
    runner = SimulationRunner(env=simpy.Environment(), simulation_input=payload)
    # The runner hands this to everything that it builds; there is no parameter for a seed.
    runner.rng = np.random.default_rng(seed)

    def simulate() -> Outcome:
        results = runner.run()
        latencies = np.asarray([clock.finish - clock.start for clock in results._client.rqs_clock])
        return Outcome(len(latencies) * 8, latencies)

    return simulate


if __name__ == "__main__":
    measure("asyncflow", {"lb": load_balanced})
