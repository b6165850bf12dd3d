"""Search at a thousand, ten thousand and a hundred thousand runs: filters x orders, first page and fiftieth.

Every time is of one call of the engine with MaxResults=100: the expression compiled, records found, counted (TotalHits)
and read. Beside it stands what a search costs that looks at every record in Python. Best of several rounds, since the
machine may have other work. Run: ``python benchmarks/search.py [--runs 1000,10000,100000] [--rounds 3]``.
"""

from __future__ import annotations

import argparse
import math
import platform
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.service import Service

PAGE, FAR = 100, 50
METRICS = ("loss", "val:acc", "auc", "time.epoch", "score")
TEAMS = ("red", "blue", "green", "grey")
EXPERIMENTS = 20
GOAL = 50  # ms, the median at 100,000 runs
Filter = dict[str, str]
Row = tuple[Any, ...]


def one(name: str, operator: str, value: str) -> Filter:
    return {"Name": name, "Operator": operator, "Value": value}


HALF = one("Parents.ExperimentName", "Equals", "exp-0")
SMALL = one("Parents.ExperimentName", "Equals", "exp-9")
DONE = one("Status.PrimaryStatus", "Equals", "Completed")
FILTERS: dict[str, list[Filter]] = {
    "everything": [],
    "a large experiment": [HALF],
    "a small experiment": [SMALL],
    "five conditions, 1 in 5 satisfies them": [
        HALF,
        one("Parameters.param_01", "GreaterThan", "0.2"),
        one("Metrics.auc", "GreaterThan", "0.2"),
        DONE,
        one("Tags.sagemaker:trial-component-source", "Equals", "run"),
    ],
    "five conditions, few satisfy them": [
        SMALL,
        one("Parameters.param_01", "GreaterThan", "0.9"),
        one("Metrics.auc", "GreaterThan", "0.5"),
        DONE,
        one("Tags.team", "Equals", "red"),
    ],
    "two negations": [
        one("Status.PrimaryStatus", "NotEquals", "Failed"),
        one("Tags.team", "NotEquals", "red"),
    ],
    "a time and a parameter": [
        one("CreationTime", "GreaterThan", "2025-10-09T09:00:00"),
        one("Parameters.opt", "In", "adam,lion"),
    ],
}
SORTS = (
    "LastModifiedTime",
    "StartTime",
    "TrialComponentName",
    "Parameters.lr",
    "Metrics.loss",
    "Metrics.loss.Min",
    "Tags.team",
)


# -- the store ---------------------------------------------------------------------------------------------


def fill(service: Service, runs: int) -> None:
    """Write experiments of very different sizes: straight into the tables, which takes seconds instead of minutes."""
    dice = random.Random(20240101)
    sizes = [0.5, 0.2, 0.1] + [0.2 / (EXPERIMENTS - 3)] * (EXPERIMENTS - 3)
    with service.store.atomic() as connection:
        for number in range(EXPERIMENTS):
            name = f"exp-{number}"
            connection.execute(
                "INSERT INTO experiments (id, name, key, display_name, created, modified) VALUES (?, ?2, ?2, ?2, 0, 0)",
                (number + 1, name),
            )
            connection.execute(
                "INSERT INTO trials (id, name, key, display_name, experiment_id, created, modified) "
                "VALUES (?1, ?2, ?2, ?2, ?1, 0, 0)",
                (number + 1, f"group-{number}"),
            )
        for number in range(1, runs + 1):
            experiment = dice.choices(range(EXPERIMENTS), sizes)[0]
            fill_run(connection, service, number, experiment, dice)


def fill_run(
    connection: sqlite3.Connection, service: Service, number: int, experiment: int, dice: random.Random
) -> None:
    """Write one run: 20 parameters, 5 metrics, its group, tags."""
    name, at = f"exp-{experiment}-run-{number:06}", 1_760_000_000.0 + number
    status = dice.choices(["Completed", "Failed", "Stopped", "InProgress"], [70, 20, 8, 2])[0]
    connection.execute(
        "INSERT INTO components (id, name, key, display_name, status, started, ended, created, modified) "
        "VALUES (?1, ?2, ?2, ?2, ?3, ?4, ?5, ?4, ?6)",
        (number, name, status, at, at + dice.random() * 3600, at + dice.random() * 4000),
    )
    texts = {"opt": dice.choice(["adam", "sgd", "lion", "rmsprop"]), "sm_track.name": f"Run number {number}"}
    texts |= {f"text_{place}": f"value-{dice.randrange(50)}" for place in range(4)}
    numbers: dict[str, float] = {
        "lr": 10 ** dice.uniform(-5, -1),
        "depth": dice.randrange(1, 20),
        "seed": number,
    }
    numbers |= {f"param_{place:02}": dice.random() for place in range(11)}
    connection.executemany(
        "INSERT INTO component_parameters (component_id, name, text, number) VALUES (?, ?, ?, ?)",
        [(number, key, value, None) for key, value in texts.items()]
        + [(number, key, None, value) for key, value in numbers.items()],
    )
    connection.execute("INSERT INTO trial_components VALUES (?, ?, ?)", (experiment + 1, number, at))
    arn = service.arn("experiment-trial-component", name)
    tags = [("sagemaker:trial-component-source", "run")]
    tags += [("team", dice.choice(TEAMS))] if dice.random() < 0.8 else []
    connection.executemany(
        "INSERT INTO tags (arn, position, key, value) VALUES (?, ?, ?, ?)",
        [(arn, place, key, value) for place, (key, value) in enumerate(tags)],
    )
    connection.executemany(
        "INSERT INTO series (component_id, name, count, minimum, maximum, mean, m2, last, last_time, next_position, "
        "tail_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
        [summary(number, metric, at, dice) for metric in METRICS if dice.random() < 0.97],
    )


def summary(number: int, metric: str, at: float, dice: random.Random) -> Row:
    last, count = dice.random(), dice.randrange(1, 200)
    return (
        number,
        metric,
        count,
        last - dice.random(),
        last + dice.random(),
        last,
        count * dice.random(),
        last,
        at,
    )


# -- the questions -----------------------------------------------------------------------------------------


def ask(engine: Engine, filters: list[Filter], by: str, token: str | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {"Resource": "ExperimentTrialComponent", "MaxResults": PAGE, "SortBy": by}
    if filters:
        asked["SearchExpression"] = {"Filters": filters}
    if token is not None:
        asked["NextToken"] = token
    return engine.call("sagemaker", "Search", asked)


def best(call: Callable[[], Any], rounds: int) -> float:
    """Return the milliseconds of the fastest call."""
    taken: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begin) * 1000)
    return min(taken)


def far_token(engine: Engine, filters: list[Filter], by: str) -> str | None:
    """Return the token of the fiftieth page, or of the last one before it; None where there is but one."""
    token: str | None = None
    for _ in range(FAR - 1):
        following = ask(engine, filters, by, token).get("NextToken")
        if following is None:
            break
        token = following
    return token


def measured(engine: Engine, rounds: int) -> Iterator[tuple[str, list[float], list[float], int]]:
    """Yield, per set of filters, the times of the first page and of a far one in each order, and TotalHits."""
    for title, filters in FILTERS.items():
        first: list[float] = []
        far: list[float] = []
        hits = 0
        for by in SORTS:
            hits = ask(engine, filters, by)["TotalHits"]["Value"]
            first.append(best(lambda f=filters, s=by: ask(engine, f, s), rounds))
            token = far_token(engine, filters, by)
            if token is not None:
                far.append(best(lambda f=filters, s=by, t=token: ask(engine, f, s, t), rounds))
        yield title, first, far, hits


def in_python(engine: Engine, rounds: int) -> float:
    """Return the milliseconds of the five conditions and one order, asked of every record's own values in Python."""
    store = engine.service.store

    def scan() -> list[Row]:
        found: list[Row] = []
        rows = store.rows("SELECT id, name, status FROM components")
        inside = {
            row[0] for row in store.rows("SELECT component_id FROM trial_components WHERE trial_id = 1")
        }
        parameters: dict[int, dict[str, Any]] = {}
        for number, name, text, value in store.rows(
            "SELECT component_id, name, text, number FROM component_parameters"
        ):
            parameters.setdefault(number, {})[name] = value if text is None else text
        metrics: dict[int, dict[str, float]] = {}
        for number, name, last in store.rows("SELECT component_id, name, last FROM series"):
            metrics.setdefault(number, {})[name] = last
        for number, name, status in rows:
            given, reached = parameters[number], metrics.get(number, {})
            if (
                number in inside
                and given["param_01"] > 0.2
                and reached.get("auc", 0) > 0.2
                and status == "Completed"
            ):
                found.append((reached.get("loss", math.inf), number, name))
        return sorted(found)[:PAGE]

    return best(scan, max(1, rounds // 3))


def report(runs: int, rounds: int) -> dict[str, float]:
    """Fill a store, print its times, return the median and the longest of the first pages."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        begin = time.perf_counter()
        fill(engine.service, runs)
        size = engine.service.store.rows(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        )[0][0]
        print(
            f"\n{runs:,} runs x 20 parameters, 5 metrics: {size / 1e6:.0f} MB in {time.perf_counter() - begin:.0f} s"
        )
        print(
            f"  {'ms, over ' + str(len(SORTS)) + ' orders':<40}{'first page':>18}{'page ' + str(FAR):>18}{'found':>10}"
        )
        print(f"  {'':<40}{'median      max':>18}{'median      max':>18}")
        firsts: list[float] = []
        fars: list[float] = []
        for title, first, far, hits in measured(engine, rounds):
            last = f"{statistics.median(far):>9.1f}{max(far):>9.1f}" if far else f"{'-':>9}{'-':>9}"
            print(f"  {title:<40}{statistics.median(first):>9.1f}{max(first):>9.1f}{last}{hits:>10,}")
            firsts += first
            fars += far
        scan = in_python(engine, rounds)
        print(f"  {'every record looked at in Python':<40}{scan:>9.1f}")
        engine.close()
    return {
        "first page, median": statistics.median(firsts),
        "first page, longest": max(firsts),
        f"page {FAR}, median": statistics.median(fars),
        f"page {FAR}, longest": max(fars),
        "a look at every record in Python": scan,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", default="1000,10000,100000", help="sizes, with commas between (default %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is asked (default 3)")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}")
    sizes = [int(size) for size in asked.runs.split(",")]
    found = {size: report(size, asked.rounds) for size in sizes}
    print(f"\nhow it grows (ms; goal at 100,000 runs: {GOAL})")
    print(f"  {'':<40}" + "".join(f"{size:>12,}" for size in sizes) + f"{'last / first':>16}")
    for name in found[sizes[0]]:
        times = [found[size][name] for size in sizes]
        print(
            f"  {name:<40}"
            + "".join(f"{value:>12.1f}" for value in times)
            + f"{times[-1] / times[0]:>14.1f} x"
        )


if __name__ == "__main__":
    main()
