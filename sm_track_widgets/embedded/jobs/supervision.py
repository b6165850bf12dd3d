"""Who runs which job: starting as many as may run at a time, and noticing runners that died.

A job waits without a process. Whoever looks (any call that tells of jobs) and each runner at its end starts what may
run; so the queue goes on when the kernel is gone, and goes on after a reboot as soon as anybody looks. A runner holds
the lock of a file for its life, so a lock that can be taken means a dead runner, whatever killed it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from sm_track_widgets._locks import lock
from sm_track_widgets.embedded.jobs import processes
from sm_track_widgets.embedded.jobs.component import follow
from sm_track_widgets.embedded.jobs.record import editing, finish, move, set_phase
from sm_track_widgets.embedded.jobs.settings import settings_of
from sm_track_widgets.embedded.service import Service

OPERATIONS = frozenset(
    {
        "CreateTrainingJob",
        "DescribeTrainingJob",
        "ListTrainingJobs",
        "StopTrainingJob",
        "DeleteTrainingJob",
        "DescribeTrialComponent",
        "ListTrialComponents",
        "Search",
    }
)
"""What tells of jobs, and therefore looks after them first."""

START_GRACE = 60.0
"""Seconds that a new process has to take its lock."""
HEARTBEAT = 10.0
LOST_HEARTBEAT = 600.0
"""Seconds without a heartbeat after which a runner is dead where the file system has no locks."""
DIED = "the process that ran the job ended"
RUNNER_LOG = "runner.log"
_BOOT = (
    "import os, sys; paths = sys.argv.pop(1).split(os.pathsep); "
    "sys.path += [path for path in paths if path not in sys.path]; "
    "from sm_track_widgets.embedded.jobs.runner import main; sys.exit(main(sys.argv[1:]))"
)

_launched: dict[Path, subprocess.Popen[bytes]] = {}
"""Runners that this process started, by their job's folder; looked at again, so that the ended ones leave no zombie."""


def job_folder(service: Service, key: str) -> Path:
    """Return the working folder of a job, by its name in lower case."""
    return service.folder / "jobs" / key


def lock_file(service: Service, key: str) -> Path:
    """Return the file whose lock the runner of a job holds."""
    return job_folder(service, key) / "runner.lock"


def supervise(service: Service) -> None:
    """Bury jobs whose runner died, and start what may run; one query when there is nothing to do."""
    unfinished = service.store.rows(
        "SELECT id, key, phase, launched FROM training_jobs WHERE phase != 'ended'"
    )
    if not unfinished:
        return
    for row in unfinished:
        if row["phase"] != "queued" and _is_dead(service, row):
            bury(service, row)
    dispatch(service)


def dispatch(service: Service) -> None:
    """Start waiting jobs, the oldest first, as far as there is room."""
    with service.store.atomic() as connection:
        rows = service.store.rows(
            "SELECT id, key, phase, python FROM training_jobs WHERE phase != 'ended' ORDER BY id"
        )
        room = service.jobs.max_jobs - sum(row["phase"] != "queued" for row in rows)
        chosen = [row for row in rows if row["phase"] == "queued"][: max(room, 0)]
        for row in chosen:
            connection.execute(
                "UPDATE training_jobs SET phase = 'started', launched = ? WHERE id = ?",
                (time.time(), row["id"]),
            )
    for row in chosen:
        try:
            _launch(service, row)
        except OSError as error:  # noqa: PERF203  # starting a process costs milliseconds
            end(
                service, row["id"], "Failed", f"InternalServerError: the runner could not be started: {error}"
            )


def end(service: Service, job: int, status: str, message: str, secondary: str = "") -> None:
    """Enter the final status of a job and of its component, and remove its folder; nothing if it has one.

    All in one transaction: the next job of that name, which may come right behind, has the folder to itself.
    """
    with service.store.atomic():
        row = service.store.row("SELECT key, phase, component_id FROM training_jobs WHERE id = ?", job)
        if row is None or row["phase"] == "ended":
            return
        with editing(service, job) as record:
            finish(record, status, secondary or status, message, service.clock())
            set_phase(service, job, "ended")
        follow(service, row["component_id"], record)
        shutil.rmtree(job_folder(service, row["key"]), ignore_errors=True)


def waiting(service: Service, job: int) -> None:
    """Say of a job that could not be started at once that it waits."""
    with service.store.atomic():
        row = service.store.row("SELECT phase FROM training_jobs WHERE id = ?", job)
        if row is not None and row["phase"] == "queued":
            count = service.jobs.max_jobs
            text = f"Waiting: this machine runs {count} job{'s'[: count > 1]} at a time"
            with editing(service, job) as record:
                move(record, "Pending", text, service.clock())


def bury(service: Service, row: sqlite3.Row) -> None:
    """Mark a job Failed whose runner died, and end what is left of its script."""
    folder = job_folder(service, row["key"])
    processes.kill_left_over(folder)
    end(service, row["id"], "Failed", f"InternalServerError: {DIED}{_last_words(folder / RUNNER_LOG)}")


def _last_words(log: Path) -> str:
    """Return what a runner printed last, which it does only when something is wrong with it."""
    with contextlib.suppress(OSError):
        lines = log.read_text("utf-8", "replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f" ({said[-1]})" if said else ""
    return ""


def _is_dead(service: Service, row: sqlite3.Row) -> bool:
    if not _looks_dead(service, row):
        return False
    still = service.store.row("SELECT phase FROM training_jobs WHERE id = ?", row["id"])
    # Otherwise it went on, or ended properly, between the two looks.
    return still is not None and still["phase"] == row["phase"]


def _looks_dead(service: Service, row: sqlite3.Row) -> bool:
    if row["phase"] == "started" and time.time() - (row["launched"] or 0.0) < START_GRACE:
        process = _launched.get(job_folder(service, row["key"]))
        return process is not None and process.poll() is not None
    try:
        with lock_file(service, row["key"]).open("rb+") as file:
            state = lock(file.fileno())
            age = time.time() - os.fstat(file.fileno()).st_mtime
    except OSError:
        return True
    return state == "free" or (state == "unknown" and age > LOST_HEARTBEAT)


def _launch(service: Service, row: sqlite3.Row) -> None:
    folder = job_folder(service, row["key"])
    folder.mkdir(parents=True, exist_ok=True)
    paths = os.pathsep.join(path for path in sys.path if path)
    for place in [place for place, process in _launched.items() if process.poll() is not None]:
        if not place.exists():  # or it is still to be buried
            del _launched[place]
    with (folder / RUNNER_LOG).open("ab") as out:
        process = subprocess.Popen(  # noqa: S603  # the Python that asked for the job, a module of ours
            [row["python"], "-c", _BOOT, paths, row["key"], settings_of(service)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=folder,
            env=processes.runner_environment(os.environ),
            start_new_session=True,  # it outlives the kernel, as a job on AWS does
        )
    _launched[folder] = process
