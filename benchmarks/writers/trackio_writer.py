"""trackio into its own SQLite store."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time

from common import PARAMETERS, Writer, name_of, run

os.environ |= {"TRACKIO_DIR": sys.argv[2], "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
import trackio


class Trackio(Writer):
    burst = 20_000
    backlog = 20_000

    def open(self, name: str) -> None:
        trackio.init(project="bench", name=name, config=PARAMETERS, auto_log_gpu=False, auto_log_cpu=False)

    def log(self, step: int) -> None:
        trackio.log({name_of(step): 0.5}, step=step)

    def close(self) -> None:
        trackio.finish()

    def found(self) -> dict[str, int]:
        time.sleep(2)  # nothing of it lives on, but let it be seen
        stores = list(self.folder.glob("*.db"))
        if not stores:
            return {"points": 0, "parameters": 0}
        with sqlite3.connect(stores[0]) as store:
            (points,) = store.execute("SELECT count(*) FROM metrics WHERE run_name = 'killed'").fetchone()
            configs = store.execute("SELECT config FROM configs WHERE run_name = 'killed'").fetchall()
        kept = set(json.loads(configs[0][0])) if configs else set()
        return {"points": points, "parameters": len(kept & set(PARAMETERS))}


if __name__ == "__main__":
    run(Trackio)
