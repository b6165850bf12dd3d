"""The process that runs one training job, from its data to its model.

Started by ``supervision.py``; holds the lock of its file for its life. Whatever goes wrong here ends as a Failed job
with the reason; only when the process is killed is the reason found by others.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import sys
import time
import traceback
from pathlib import Path

from sm_track_widgets._locks import lock
from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.jobs import packing
from sm_track_widgets.embedded.jobs.component import follow
from sm_track_widgets.embedded.jobs.execution import Execution, Outcome
from sm_track_widgets.embedded.jobs.journal import Journal
from sm_track_widgets.embedded.jobs.layout import Layout
from sm_track_widgets.embedded.jobs.material import (
    MaterialError,
    fetch_channels,
    fetch_checkpoints,
    fetch_source,
)
from sm_track_widgets.embedded.jobs.record import editing, label, move
from sm_track_widgets.embedded.jobs.remarks import remarks
from sm_track_widgets.embedded.jobs.script import find_script
from sm_track_widgets.embedded.jobs.settings import engine_options
from sm_track_widgets.embedded.jobs.supervision import dispatch, end, job_folder, lock_file, supervise
from sm_track_widgets.embedded.service import Service

LOCK_PATIENCE = 10.0
"""Seconds in which somebody who only looks whether the lock is free gives it back."""


def main(arguments: list[str]) -> int:
    """Run the job that `arguments` name: its key, and the settings of its store as JSON."""
    key, text = arguments
    told = json.loads(text)
    service = Engine(Path(told["folder"]), **engine_options(told)).service
    if not _take_lock(lock_file(service, key)):
        return 1
    with service.store.atomic() as connection:
        taken = connection.execute(
            "UPDATE training_jobs SET phase = 'running' WHERE key = ? AND phase = 'started'", (key,)
        )
    if not taken.rowcount:  # it was stopped, or given up, before this process was ready
        dispatch(service)
        return 1
    row = service.store.row("SELECT * FROM training_jobs WHERE key = ?", key)
    assert row is not None
    try:
        Runner(service, row).run()
    except Exception as error:  # noqa: BLE001  # nothing may leave the job InProgress
        traceback.print_exc()
        end(service, row["id"], "Failed", f"InternalServerError: {type(error).__name__}: {error}")
    supervise(service)
    return 0


def _take_lock(path: Path) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(
        path, os.O_RDWR | os.O_CREAT, 0o600
    )  # closed with the process, which gives the lock back
    deadline = time.monotonic() + LOCK_PATIENCE
    while (state := lock(descriptor)) == "held":
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return state in {"free", "unknown"}


class Runner:
    """One job, step by step."""

    def __init__(self, service: Service, row: sqlite3.Row) -> None:
        self._service, self._row, self._id = service, row, int(row["id"])
        self._record = json.loads(row["record"])
        self._layout = Layout(job_folder(service, row["key"]) / "ml")
        component = service.store.row("SELECT id, key FROM components WHERE id = ?", row["component_id"])
        self._component = None if component is None else int(component["id"])
        self._journal = Journal(service, self._record, None if component is None else component["key"])

    def run(self) -> None:
        """Provide, execute, pack; and enter the final status."""
        script = find_script(self._service, self._record)
        if script is None:
            self._fail("ClientError: the source code that the job was created with is gone")
            return
        self._enter("Downloading", "Copying input data and source code")
        self._journal.say(label(self._record))
        for line in remarks(self._record):
            self._journal.say(line)
        try:
            self._layout.make()
            self._layout.write_config(self._record)
            fetch_channels(self._service, self._record, self._layout)
            fetch_checkpoints(self._service, self._record, self._layout)
            folder = fetch_source(self._service, script, self._layout)
        except MaterialError as error:
            self._fail(f"ClientError: {error}")
            return
        self._enter("Training", f"Training: {label(self._record)}")
        if self._record["TrainingJobStatus"] == "Stopping":
            self._finish("Stopped", "Training job stopped before its script was started", "Stopped")
            return
        checkpoints = packing.Checkpoints(self._service, self._record, self._layout)
        execution = Execution(self._service, self._row, self._record, self._layout, self._journal)
        outcome = execution.run(script, folder, checkpoints)
        self._close(outcome)

    def _close(self, outcome: Outcome) -> None:
        self._enter("Uploading", "Packing the model and the output")
        packing.pack_output(self._service, self._record, self._layout)
        if outcome.status != "Failed":
            packing.pack_model(self._service, self._record, self._layout)
        self._finish(outcome.status, outcome.message, outcome.secondary)

    def _fail(self, reason: str) -> None:
        self._journal.say(reason)
        self._finish("Failed", reason, "Failed")

    def _finish(self, status: str, message: str, secondary: str) -> None:
        self._journal.flush()
        shutil.rmtree(self._layout.root, ignore_errors=True)  # what may be large, before the store is locked
        with self._service.store.atomic():
            with editing(self._service, self._id) as record:
                record["FinalMetricDataList"] = self._journal.final_metrics()
            end(self._service, self._id, status, message, secondary)

    def _enter(self, status: str, message: str) -> None:
        """Enter a secondary status of a job in progress, in the job and in its component."""
        self._journal.flush()
        with self._service.store.atomic():
            with editing(self._service, self._id) as record:
                now = self._service.clock()
                record.setdefault("TrainingStartTime", now)
                if record["TrainingJobStatus"] == "InProgress":
                    move(record, status, message, now)
            follow(self._service, self._component, record)
        self._record = record


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
