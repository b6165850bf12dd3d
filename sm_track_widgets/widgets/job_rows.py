"""Jobs of a run as the page and the static forms show them, and a watch that keeps them up to date."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sm_track_widgets import _aws, _job_facts, _prices
from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts import markup
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.run_jobs import described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._job_facts import JobFacts
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.run import Run

LINES = 3
"""Last lines of a log that are shown; of jobs that are over, those of failed ones."""
LOGS = 8
"""Jobs whose logs are read at one look."""
EVERY, EVERY_HERE = 5.0, 0.5
"""Seconds between two looks: on AWS, on the embedded home."""
UNASKED = 30.0
"""Seconds after which nobody looks at the jobs any more."""
Row = dict[str, Any]


def job_rows(connection: Connection, jobs: Sequence[JobFacts], *, now: float | None = None) -> list[Row]:
    """Return what is shown of jobs, with the last lines of the logs of those that run or failed.

    Returns
    -------
    list of dict
        ``kind, name, status, detail, started, ended, cost, instance, instances, tuner, lines, metrics``; ``cost`` is
        None without a price.
    """
    moment = time.time() if now is None else now
    prices = _prices.known(connection.settings.prices)
    logged = [job.name for job in jobs if not job.over or job.status == "Failed"][-LOGS:]
    return [_row(connection, job, prices, moment, lines=job.name in logged) for job in jobs]


def _row(connection: Connection, job: JobFacts, prices: dict[str, float], now: float, *, lines: bool) -> Row:
    own = job.kind != "tuning"
    cost = (
        _prices.cost(prices, [(job.instance, job.billed(now))]) if own and job.started is not None else None
    )
    return {
        "kind": job.kind,
        "name": markup.plain(job.name),
        "status": job.status,
        "detail": markup.plain(job.detail),
        "started": job.started,
        "ended": job.ended,
        "cost": cost,
        "instance": f"{job.instances} x {job.instance}" if job.instances > 1 else job.instance,
        "tuner": markup.plain(job.tuner),
        "lines": [markup.plain(line) for line in _lines(connection, job)] if lines else [],
        "metrics": [[markup.plain(name), value] for name, value in job.metrics],
    }


def _lines(connection: Connection, job: JobFacts) -> list[str]:
    try:
        return _job_facts.log_tail(connection.client("logs", patient=False), job.kind, job.name, LINES)
    except Exception:  # noqa: BLE001 - a log that may not be read hides no job
        return []


def stop_job(connection: Connection, kind: str, name: str) -> None:
    """Ask the service to stop a job.

    Raises
    ------
    ServiceRefusedError, ConfigError, UsageError
        The service refuses or cannot be reached, or there is no such kind of job.
    """
    if kind not in _job_facts.KINDS:
        raise UsageError(f"There is no kind of job {kind!r}.")
    with explained(f"stop job {name!r}"):
        _job_facts.stop(connection.client("sagemaker"), kind, name)


class JobWatch:
    """Looks at the jobs of an open run, in a thread of its own, while somebody asks for them.

    Parameters
    ----------
    run
        The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rows: list[Row] = []
        self._asked = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.error = ""

    @property
    def rows(self) -> list[Row]:
        """What was seen last; jobs that were not looked at yet are there by name."""
        known = {row["name"] for row in self._rows}
        fresh = [(kind, name) for kind, name in self._run.started_jobs if name not in known]
        self._ask(more=bool(fresh) or any(row["status"] not in _job_facts.ENDS for row in self._rows))
        return [*self._rows, *(_unseen(kind, name) for kind, name in fresh)]

    @property
    def over(self) -> bool:
        """Whether all jobs have ended, or there are none."""
        return all(row["status"] in _job_facts.ENDS for row in self.rows)

    def look(self) -> None:
        """Look at the jobs now, in this thread."""
        connection = self._run.connection
        try:
            self._rows = job_rows(connection, described(connection, self._run.started_jobs))
            self.error = ""
        except Exception as error:  # noqa: BLE001 - the next look may do better
            self.error = str(_aws.explain(error, "look at the jobs") or error)

    def _ask(self, *, more: bool) -> None:
        self._asked = time.monotonic()
        with self._lock:
            if more and self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="sm-track-jobs", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        every = EVERY_HERE if self._run.connection.home == "embedded" else EVERY
        while True:
            self.look()
            named = {name for _, name in self._run.started_jobs}
            seen = {row["name"] for row in self._rows if row["status"] in _job_facts.ENDS}
            with self._lock:
                if named <= seen or time.monotonic() - self._asked > UNASKED:
                    self._thread = None
                    return
            time.sleep(every)


def _unseen(kind: str, name: str) -> Row:
    empty: Row = {"started": None, "ended": None, "cost": None, "instance": "", "tuner": "", "detail": ""}
    return {**empty, "kind": kind, "name": name, "status": "InProgress", "lines": [], "metrics": []}


_watches: WeakKeyDictionary[Run, JobWatch] = WeakKeyDictionary()


def watch_of(run: Run) -> JobWatch:
    """Return the watch of a run; made once."""
    return _watches.setdefault(run, JobWatch(run)) if run not in _watches else _watches[run]
