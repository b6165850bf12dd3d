"""MLflow's `search_runs`, from its own SQLite store, or through its own server where ``BENCH_SERVER`` names one.

It has no statistics of metrics: the thirty columns are twelve parameters and eighteen metrics of one value.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from common import Reader, run
from data import COLUMNS, EXPERIMENT, LASTED, STATISTICS, Made, made, threshold

os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
import mlflow
import requests


class Mlflow(Reader):
    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(folder, size)
        self._store = folder / "mlflow.db"
        mlflow.set_tracking_uri(os.environ.get("BENCH_SERVER") or f"sqlite:///{self._store}")

    def fill(self) -> None:
        """Let MLflow make its store and the experiment, then write rows as its own are."""
        number = mlflow.set_experiment(EXPERIMENT).experiment_id
        with sqlite3.connect(self._store) as store:
            for one in made(self.size, time.time()):
                _write(store, int(number), one)

    def ready(self) -> None:
        self._calls, self._latency = 0, float(os.environ.get("BENCH_LATENCY", "0"))
        send = requests.adapters.HTTPAdapter.send

        def late(*given: Any, **named: Any) -> Any:
            self._calls += 1
            time.sleep(self._latency)
            return send(*given, **named)

        requests.adapters.HTTPAdapter.send = late  # type: ignore[method-assign]
        mlflow.get_experiment_by_name(EXPERIMENT)  # opens the store, checks its version

    def read(self) -> Any:
        return mlflow.search_runs(experiment_names=[EXPERIMENT])

    def few(self) -> Any:
        return mlflow.search_runs(
            experiment_names=[EXPERIMENT], filter_string=f"metrics.`m0.max` > {threshold(self.size)!r}"
        )

    def calls(self) -> int:
        return self._calls

    def shape(self, found: Any) -> tuple[int, int]:
        columns = [name for name in found.columns if name.startswith(("params.", "metrics."))]
        assert len(columns) == COLUMNS
        return found.shape[0], len(columns)


def _write(store: sqlite3.Connection, experiment: int, one: Made) -> None:
    key, start, end = f"{one.number:032x}", int(one.created * 1e3), int((one.created + LASTED) * 1e3)
    store.execute(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
        "end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
        "VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, ?)",
        (key, one.name, start, end, f"mlflow-artifacts:/{experiment}/{key}/artifacts", experiment),
    )
    texts = [*((name, repr(value)) for name, value in one.parameters.items()), ("tree", one.text)]
    store.executemany(
        "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", [(*pair, key) for pair in texts]
    )
    values = [
        (f"{name}.{kind}", float(value), end, key)
        for name, told in one.metrics.items()
        for kind, value in zip(STATISTICS, told, strict=True)
    ]
    for table in ("metrics", "latest_metrics"):
        store.executemany(
            f"INSERT INTO {table} (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, 0, 0)",
            values,
        )
    tags = {"user": "bench", "source.name": "-", "source.type": "LOCAL", "runName": one.name}
    store.executemany(
        "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
        [(f"mlflow.{name}", value, key) for name, value in tags.items()],
    )


if __name__ == "__main__":
    run(Mlflow)
