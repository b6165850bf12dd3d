"""trackio's reader, from its own SQLite store: configurations and metrics of all runs, as its dashboard reads them.

It makes no frame (pandas is not among what it needs): lists by column stand in its stead. The thirty columns are twelve
parameters and eighteen metrics of one value.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from datetime import datetime, timezone
from typing import Any

from common import Reader, run
from data import COLUMNS, EXPERIMENT, STATISTICS, Made, made, threshold

os.environ |= {"TRACKIO_DIR": sys.argv[2], "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
import trackio
from trackio.sqlite_storage import SQLiteStorage

Columns = dict[str, list[Any]]


class Trackio(Reader):
    def fill(self) -> None:
        """Let trackio make its store, then write rows as its own are."""
        path = SQLiteStorage.init_db(EXPERIMENT)
        with sqlite3.connect(path) as store:
            for one in made(self.size, time.time()):
                _write(store, one)

    def read(self) -> Columns:
        configs = SQLiteStorage.get_all_run_configs(EXPERIMENT)
        runs = [{"run": one.name, "run_id": one.id} for one in trackio.Api().runs(EXPERIMENT)]
        columns: Columns = {"run": []}
        for row, told in enumerate(SQLiteStorage.get_logs_batch(EXPERIMENT, runs)):
            columns["run"].append(told["run"])
            for name, value in {**configs.get(told["run_id"], {}), **told["logs"][-1]}.items():
                column = columns.setdefault(name, [])
                column += [None] * (row - len(column))
                column.append(value)
        return columns

    def few(self) -> Columns:
        """Read all and choose: it has no query of runs but SQL."""
        found = self.read()
        limit = threshold(self.size)
        rows = [row for row, value in enumerate(found["m0.max"]) if value > limit]
        return {name: [values[row] for row in rows] for name, values in found.items()}

    def shape(self, found: Columns) -> tuple[int, int]:
        columns = set(found) - {"run", "step", "timestamp"}
        assert len(columns) == COLUMNS
        return len(found["run"]), len(columns)


def _write(store: sqlite3.Connection, one: Made) -> None:
    key, moment = f"{one.number:032x}", datetime.fromtimestamp(one.created, tz=timezone.utc).isoformat()
    values = {
        f"{name}.{kind}": value
        for name, told in one.metrics.items()
        for kind, value in zip(STATISTICS, told, strict=True)
    }
    store.execute(
        "INSERT INTO configs (run_id, run_name, config, created_at) VALUES (?, ?, ?, ?)",
        (key, one.name, json.dumps({**one.parameters, "tree": one.text}), moment),
    )
    store.execute(
        "INSERT INTO metrics (run_id, timestamp, run_name, step, metrics) VALUES (?, ?, ?, 0, ?)",
        (key, moment, one.name, json.dumps(values)),
    )


if __name__ == "__main__":
    run(Trackio)
