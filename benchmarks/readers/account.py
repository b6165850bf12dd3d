"""An embedded account with the benchmark's runs, written straight into its tables: seconds instead of minutes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from data import EXPERIMENT, GROUP, LASTED, STATISTICS, Made, made

from sm_track_widgets._names import RUN_TAG, RUN_TAG_VALUE
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.embedded.service import Service

BATCH = 2000
COMPONENT = (
    "INSERT INTO components (id, name, key, display_name, status, started, ended, created, modified) "
    "VALUES (?1, ?2, ?2, ?3, 'Completed', ?4, ?5, ?4, ?6)"
)
PARAMETER = "INSERT INTO component_parameters (component_id, name, text, number) VALUES (?, ?, ?, ?)"
SERIES = (
    "INSERT INTO series (component_id, name, count, minimum, maximum, mean, m2, last, last_time, next_position, "
    "tail_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)"
)
TAG = "INSERT INTO tags (arn, position, key, value) VALUES (?, 0, ?, ?)"
LINK = "INSERT INTO trial_components VALUES (1, ?, ?)"


def fill(home: EmbeddedSageMaker, size: int, now: float) -> None:
    """Write one experiment with `size` runs, as `Run` leaves them behind."""
    service = home.engine.service
    with service.store.atomic() as store:
        store.execute(
            "INSERT INTO experiments (id, name, key, display_name, created, modified) VALUES (1, ?1, ?1, ?1, 0, 0)",
            (EXPERIMENT,),
        )
        store.execute(
            "INSERT INTO trials (id, name, key, display_name, experiment_id, created, modified) "
            "VALUES (1, ?1, ?2, ?1, 1, 0, 0)",
            (GROUP, GROUP.lower()),
        )
        block: list[Made] = []
        for run in made(size, now):
            block.append(run)
            if len(block) == BATCH:
                _write(store, service, block)
                block = []
        _write(store, service, block)


def component(name: str) -> str:
    """Return the trial component of a run."""
    return f"{EXPERIMENT}-{name}"


def _write(store: sqlite3.Connection, service: Service, block: Iterable[Made]) -> None:
    for run in block:
        name, ended = component(run.name), run.created + LASTED
        arn = service.arn("experiment-trial-component", name)
        store.execute(COMPONENT, (run.number, name, run.name, run.created, ended, ended + 1))
        numbers = [(run.number, key, None, value) for key, value in run.parameters.items()]
        store.executemany(PARAMETER, [*numbers, (run.number, "tree", run.text, None)])
        store.execute(LINK, (run.number, run.created))
        store.execute(TAG, (arn, RUN_TAG, RUN_TAG_VALUE))
        store.executemany(SERIES, [_series(run, key) for key in sorted(run.metrics)])


def _series(run: Made, metric: str) -> tuple[float | str, ...]:
    told = dict(zip(STATISTICS, run.metrics[metric], strict=True))
    spread = told["std"] ** 2 * told["count"]
    values = (told["count"], told["min"], told["max"], told["avg"], spread, told["last"])
    return (run.number, metric, *values, run.created + LASTED)


def opened(folder: Path, size: int, now: float) -> EmbeddedSageMaker:
    """Return the account in `folder`, filled when it is new."""
    new = not (folder / "store.sqlite").exists()
    home = EmbeddedSageMaker(folder)
    if new:
        fill(home, size, now)
    return home
