"""MLflow into its own SQLite store, without a server."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from common import PARAMETERS, Writer, name_of, run

os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
import mlflow


class Mlflow(Writer):
    burst = 1_000
    backlog = 1_000

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        mlflow.set_experiment("bench")

    def open(self, name: str) -> None:
        mlflow.start_run(run_name=name)
        mlflow.log_params(PARAMETERS)

    def log(self, step: int) -> None:
        mlflow.log_metric(name_of(step), 0.5, step=step)

    def close(self) -> None:
        mlflow.end_run()

    def found(self) -> dict[str, int]:
        with sqlite3.connect(self.folder / "mlflow.db") as store:
            (uuid,) = store.execute("SELECT run_uuid FROM runs WHERE name = 'killed'").fetchone()
            (points,) = store.execute("SELECT count(*) FROM metrics WHERE run_uuid = ?", (uuid,)).fetchone()
            (kept,) = store.execute("SELECT count(*) FROM params WHERE run_uuid = ?", (uuid,)).fetchone()
        return {"points": points, "parameters": kept}


if __name__ == "__main__":
    run(Mlflow)
