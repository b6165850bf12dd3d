"""The jobs of a run: which were started under it, and several of them in flight."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sm_track_widgets._names import JOBS_PARAMETER, MAX_TEXT
from sm_track_widgets.tracking.recorder import Recorder

if TYPE_CHECKING:
    from sm_track_widgets._connection import Connection
    from sm_track_widgets.tracking.job_queue import JobQueue
    from sm_track_widgets.tracking.opening import Found, OpenRequest

MOST_PARAMETERS = 8
"""Parameters that tell of jobs: some 300 jobs. Those beyond are found by their ExperimentConfig."""


class JobLog(Recorder):
    """Recorder that knows the jobs of its run; see `Run`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._jobs: list[tuple[str, str]] = []
        self._jobs_lock = threading.Lock()

    @property
    def started_jobs(self) -> list[tuple[str, str]]:
        """Kind and name of the jobs that were started under this run, the oldest first.

        ``"training"``, ``"processing"``, ``"transform"`` or ``"tuning"``; whatever started them (SDK, boto3).
        """
        with self._jobs_lock:
            return list(self._jobs)

    def jobs(self, limit: int = 4, *, poll: float | None = None) -> JobQueue:
        """Return a queue that keeps at most `limit` jobs of this run in flight.

        Parameters
        ----------
        limit
            How many at a time.
        poll
            Seconds between two looks at a job; default: 5, on the embedded home 0.2.

        Examples
        --------
        >>> with run.jobs(limit=4) as jobs:  # doctest: +SKIP
        ...     for rate in (0.1, 0.2, 0.3):
        ...         jobs.submit(estimator(rate), {"train": data})
        """
        from sm_track_widgets.tracking.job_queue import JobQueue

        return JobQueue(self, limit, poll=poll)

    def note_job(self, kind: str, name: str) -> None:
        """Remember a job that was started under this run; a second time changes nothing.

        Jobs that are created in this process while the run is open are noted by themselves.

        Parameters
        ----------
        kind
            ``"training"``, ``"processing"``, ``"transform"`` or ``"tuning"``.
        name
            The job's.
        """
        with self._jobs_lock:
            if (kind, name) in self._jobs:
                return
            self._jobs.append((kind, name))
            told = texts_of(self._jobs)
        if self.ended is None:
            self._record("params", {"set": told})

    def _take_over(self, found: Found, request: OpenRequest) -> None:
        held = [
            name
            for name in found.parameters
            if name == JOBS_PARAMETER or name.startswith(f"{JOBS_PARAMETER}.")
        ]
        for name in sorted(held, key=number_of):
            entries = (entry.partition(":") for entry in str(found.parameters[name]).split())
            self._jobs += [(kind, job) for kind, _, job in entries if job]
        super()._take_over(found, request)


def number_of(name: str) -> int:
    """Return which of the parameters that tell of jobs this is, counted from 1."""
    return int(name.removeprefix(JOBS_PARAMETER).strip(".") or 1)


def texts_of(jobs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters that tell of these jobs, as many as are needed."""
    texts = [""]
    for kind, name in jobs:
        entry = f"{kind}:{name}"
        if len(texts[-1]) + len(entry) + 1 > MAX_TEXT:
            texts.append("")
        texts[-1] = f"{texts[-1]} {entry}".strip()
    return {
        JOBS_PARAMETER if number == 1 else f"{JOBS_PARAMETER}.{number}": text
        for number, text in enumerate(texts[:MOST_PARAMETERS], 1)
    }
