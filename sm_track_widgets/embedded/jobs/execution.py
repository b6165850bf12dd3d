"""Running the script: its time limit, stopping it, and what its end means."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.jobs import processes
from sm_track_widgets.embedded.jobs.command import command_of, environment_of
from sm_track_widgets.embedded.jobs.journal import Journal
from sm_track_widgets.embedded.jobs.layout import Layout
from sm_track_widgets.embedded.jobs.packing import Checkpoints
from sm_track_widgets.embedded.jobs.record import MAX_REASON
from sm_track_widgets.embedded.jobs.script import Script
from sm_track_widgets.embedded.jobs.supervision import HEARTBEAT, lock_file
from sm_track_widgets.embedded.service import Service

LOOK = 0.1
"""Seconds between two looks: lines are written, and a wish to stop is noticed, this often."""
CHECKPOINT_INTERVAL = 5.0
DRAIN = 5.0
"""Seconds for what a script printed last to arrive; only needed when something it started keeps the pipe open."""
MAX_COMMAND = 200
OVER_TIME = "MaxRuntimeExceeded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a script ended: the job's status, secondary status, and the text for either."""

    status: Literal["Completed", "Failed", "Stopped"]
    secondary: str
    message: str


class Execution:
    """The script of one job as a child process."""

    def __init__(
        self, service: Service, row: sqlite3.Row, record: Params, layout: Layout, journal: Journal
    ) -> None:
        self._service, self._id, self._key = service, row["id"], str(row["key"])
        self._record, self._layout, self._journal = record, layout, journal
        limit = float(record["StoppingCondition"]["MaxRuntimeInSeconds"])
        self._deadline = time.monotonic() + limit
        self._beat = 0.0

    def run(self, script: Script, folder: Path, checkpoints: Checkpoints) -> Outcome:
        """Run the script to its end, in `folder`; what it prints goes to the journal."""
        environment = environment_of(self._service, script, self._record, self._layout, folder)
        if (failed := self._install(script, folder, environment)) is not None:
            return failed
        command = command_of(script, self._record, self._layout, folder)
        self._journal.say(f"Running: {_shown(command)}")
        code, ended_by = self._child(command, folder, environment, checkpoints)
        if ended_by:
            over = ended_by == OVER_TIME
            text = "Training job exceeded MaxRuntimeInSeconds" if over else "Training job stopped"
            return Outcome("Stopped", ended_by, text)
        if code:
            return Outcome("Failed", "Failed", self._reason("ExecuteUserScriptError", code, command))
        return Outcome("Completed", "Completed", "Training job completed")

    def _install(self, script: Script, folder: Path, environment: Mapping[str, str]) -> Outcome | None:
        """Install the script's requirements where that was asked for; otherwise say that they were not."""
        if not script.requirements or not (folder / script.requirements).is_file():
            return None
        if not self._service.jobs.install_requirements:
            self._journal.say(
                f"{script.requirements} was not installed: this Python's packages are used as they are. "
                "EmbeddedSageMaker(..., install_requirements=True) installs it into them."
            )
            return None
        command = [sys.executable, "-m", "pip", "install", "-r", script.requirements]
        code, ended_by = self._child(command, folder, environment, None)
        if ended_by:
            return Outcome("Stopped", ended_by, "Training job stopped")
        if code:
            return Outcome("Failed", "Failed", self._reason("InstallRequirementsError", code, command))
        return None

    def _child(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        checkpoints: Checkpoints | None,
    ) -> tuple[int, str]:
        """Run one command; return its exit code and, if it was ended from here, the secondary status that says so."""
        process, output, errors = processes.start(command, folder, environment)
        readers = [self._journal.read(output, errors=False), self._journal.read(errors, errors=True)]
        ended_by = self._watch(process, checkpoints)
        # What the script left running would go on writing into what is being packed.
        processes.signal_group(process, processes.KILL)
        _join(readers)
        self._journal.flush()
        if checkpoints is not None:
            checkpoints.sync()
        return processes.exit_code(process.returncode), ended_by

    def _watch(self, process: subprocess.Popen[bytes], checkpoints: Checkpoints | None) -> str:
        """Wait for the process; return why it was ended from here, or an empty text."""
        ended_by, kill_at, sync_at = "", float("inf"), time.monotonic() + CHECKPOINT_INTERVAL
        while True:
            try:
                process.wait(LOOK)
            except subprocess.TimeoutExpired:
                self._journal.flush()
            else:
                return ended_by
            self._heartbeat()
            now = time.monotonic()
            if checkpoints is not None and now > sync_at:
                checkpoints.sync()
                sync_at = now + CHECKPOINT_INTERVAL
            if not ended_by and (ended_by := self._wish(now)):
                processes.signal_group(process, signal.SIGTERM)
                kill_at = now + self._service.jobs.stop_grace
            elif now > kill_at:
                processes.signal_group(process, processes.KILL)

    def _wish(self, now: float) -> str:
        """Return the secondary status that the job is to end with now, or an empty text."""
        if now > self._deadline:
            return OVER_TIME
        row = self._service.store.row("SELECT status FROM training_jobs WHERE id = ?", self._id)
        return "Stopped" if row is None or row["status"] == "Stopping" else ""

    def _heartbeat(self) -> None:
        now = time.monotonic()
        if now - self._beat > HEARTBEAT:
            self._beat = now
            os.utime(lock_file(self._service, self._key))

    def _reason(self, kind: str, code: int, command: Sequence[str]) -> str:
        """Return FailureReason in AWS's form: the file ``failure`` if the script wrote one, else the last errors."""
        told = self._layout.output / "failure"
        if told.is_file():
            text = told.read_text("utf-8", "replace").strip()
            return f"AlgorithmError: {text[: MAX_REASON - 50]}, exit code: {code}"
        before = f'AlgorithmError: {kind}:\nExitCode {code}\nErrorMessage "'
        behind = f'"\nCommand "{_shown(command)[:MAX_COMMAND]}", exit code: {code}'
        room = MAX_REASON - len(before) - len(behind)
        return f"{before}{self._journal.errors()[-room:]}{behind}"


def _shown(command: Sequence[str]) -> str:
    return " ".join(command)


def _join(readers: Sequence[threading.Thread]) -> None:
    deadline = time.monotonic() + DRAIN
    for reader in readers:
        reader.join(max(0.0, deadline - time.monotonic()))
