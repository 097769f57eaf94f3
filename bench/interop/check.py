"""Reads the tables of `brownout sweep` with DuckDB and pandas, and checks that everybody sees the same.

    cargo build --release -p brownout --features parquet
    python3 bench/interop/check.py target/release/brownout

Makes a virtual environment beside itself on the first run. Checks, for CSV and Parquet: the columns and their types, the
order of the rows, the varied values as written, empty cells, seeds beyond 2^53 and every number to the last bit.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"

# At 1/h nothing is sent in five seconds: latencies are missing there. The work's values hold commas.
SCENARIO = """\
brownout: 1
name: A shop
duration: 5s
workload:
  users: {call: shop.buy, rate: 200/s, patience: 1s}
services:
  shop: {workers: 32, cores: 2, endpoints: {buy: [{work: exp(8ms)}]}}
"""
VARY = [
    "--vary", "workload.users.rate=1/h,100/s,200/s",
    "--vary", "services.shop.endpoints.buy[0].work=exp(8ms),lognormal(p50=2ms, p99=9ms)",
]  # fmt: skip
SEED = 2**63
RATE, WORK = "workload.users.rate", "services.shop.endpoints.buy[0].work"
LATENCY, GOODPUT = "shop.buy.p99_ms", "shop.buy.goodput"


def inside_environment():
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    if pathlib.Path(sys.prefix) != ENVIRONMENT:
        os.execv(python, [str(python), *sys.argv])


def sweep(binary, folder, name):
    command = [binary, "sweep", "shop.yaml", *VARY, "--replications", "2", "--seed", str(SEED), "--out", name]
    subprocess.run([*command, "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / name


def plain(rows):
    """Rows as Python has them: text, whole numbers, floats, None where there is nothing."""
    return [[None if value is None or value != value else value for value in row] for row in rows]


def reference(path):
    """The CSV as its own text says, without any library's guesses."""
    with open(path, newline="") as file:
        columns, *rows = csv.reader(file)
    axes = columns.index("seed")

    def typed(index, cell):
        if index < axes:
            return cell
        return (int(cell) if index == axes else float(cell)) if cell else None

    return columns, [[typed(index, cell) for index, cell in enumerate(row)] for row in rows]


def readings(csv_file, parquet_file):
    import duckdb
    import pandas

    yield "pandas, CSV", pandas.read_csv(csv_file)
    yield "pandas, Parquet", pandas.read_parquet(parquet_file)
    # Left to guess, DuckDB takes whole numbers from 2^63 on for floats.
    told = f"read_csv('{csv_file}', types = {{'seed': 'UBIGINT'}})"
    for kind, source in [("CSV", told), ("Parquet", f"'{parquet_file}'")]:
        yield f"DuckDB, {kind}", duckdb.sql(f"select * from {source}").fetchall()


def check(who, table, columns, rows):
    if hasattr(table, "columns"):
        assert list(table.columns) == columns, who
        assert str(table["seed"].dtype) == "uint64" and str(table[LATENCY].dtype) == "float64", (who, table.dtypes)
        # Row by row through objects, so that nothing is rounded on the way.
        table = table.astype(object).itertuples(index=False)
    found = plain(table)
    assert found == rows, (who, next(pair for pair in zip(found, rows) if pair[0] != pair[1]))
    print(f"{who}: {len(found)} rows, {len(columns)} columns, equal to the last bit")


def questions(csv_file, parquet_file):
    """What a person would ask of a table gets the same answer from either kind."""
    import duckdb

    ask = f'select "{RATE}", count(*), max("{LATENCY}"), min("{GOODPUT}") from \'%s\' group by all order by all'
    answers = [duckdb.sql(ask % file).fetchall() for file in (csv_file, parquet_file)]
    assert answers[0] == answers[1] and len(answers[0]) == 3, answers
    types = duckdb.sql(f"describe select * from '{parquet_file}'").fetchall()
    kinds = {name: kind for name, kind, *_ in types}
    assert (kinds[RATE], kinds["seed"], kinds[LATENCY]) == ("VARCHAR", "UBIGINT", "DOUBLE"), kinds
    print("DuckDB, grouped by rate:", json.dumps(answers[1]))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check.py BINARY, built with --features parquet")
    inside_environment()
    binary = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "shop.yaml").write_text(SCENARIO)
        csv_file, parquet_file = sweep(binary, folder, "grid.csv"), sweep(binary, folder, "grid.parquet")
        columns, rows = reference(csv_file)
        assert columns[:3] == [RATE, WORK, "seed"] and len(rows) == 12
        assert rows[0][:3] == ["1/h", "exp(8ms)", SEED] and rows[2][1] == "lognormal(p50=2ms, p99=9ms)"
        assert rows[0][columns.index(LATENCY)] is None, "nothing was sent, so nothing has a latency"
        for who, table in readings(csv_file, parquet_file):
            check(who, table, columns, rows)
        questions(csv_file, parquet_file)


if __name__ == "__main__":
    main()
