"""The models on Ciw: a network of nodes, run until so many customers have left."""

import ciw
from frame import MODELS, Outcome, Simulation, measure


def stations(model_name: str, customers: int, seed: int) -> Simulation:
    model = MODELS[model_name]
    ciw.seed(seed)
    row = range(model.stations)
    exponential = ciw.dists.Exponential
    network = ciw.create_network(
        arrival_distributions=[exponential(1 / model.gap) if at == 0 else None for at in row],
        service_distributions=[exponential(1 / model.service) for _ in row],
        number_of_servers=[model.servers for _ in row],
        routing=[[1.0 if to == at + 1 else 0.0 for to in row] for at in row],
    )
    simulation = ciw.Simulation(network)

    def simulate() -> Outcome:
        simulation.simulate_until_max_customers(customers, method="Complete")
        # An arrival, and per station a service.
        return Outcome(customers * (1 + model.stations), Latencies(simulation))

    return simulate


class Latencies:
    """Each customer's time in the system, read from Ciw's records when it is asked for, after the clock has stopped."""

    def __init__(self, simulation: ciw.Simulation) -> None:
        self.simulation = simulation

    def __iter__(self):
        for customer in self.simulation.nodes[-1].all_individuals:
            records = customer.data_records
            yield records[-1].exit_date - records[0].arrival_date

    def __len__(self) -> int:
        return self.simulation.nodes[-1].number_of_completed_individuals


if __name__ == "__main__":
    measure(
        "ciw",
        {
            "mm1": lambda customers, seed: stations("mm1", customers, seed),
            "tandem": lambda customers, seed: stations("tandem", customers, seed),
        },
    )
