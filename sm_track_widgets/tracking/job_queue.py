"""Several jobs of a run in flight, with a limit: threads of `concurrent.futures` that start a job and see it end."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _job_facts
from sm_track_widgets._errors import UsageError
from sm_track_widgets._failures import judge
from sm_track_widgets.tracking import registry
from sm_track_widgets.tracking.interop import noting

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from sm_track_widgets._job_facts import JobFacts
    from sm_track_widgets.tracking.job_log import JobLog

POLL, POLL_HERE = 5.0, 0.2
MOST = 100
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something that was submitted.

    Attributes
    ----------
    jobs
        The jobs it started, as they ended.
    value
        What it returned.
    """

    jobs: list[JobFacts] = field(default_factory=list["JobFacts"])
    value: Any = None

    @property
    def ok(self) -> bool:
        """Whether all its jobs have completed."""
        return all(job.status == "Completed" for job in self.jobs)


class JobQueue:
    """Starts jobs under a run, at most so many at a time; made by `Run.jobs`.

    Leaving its ``with`` block waits for all of them. An interrupt starts no more and leaves those in flight alone: they
    are named, and `stop` ends them.

    Parameters
    ----------
    run
        The run that the jobs belong to.
    limit
        How many may be in flight.
    poll
        Seconds between two looks at a job.
    """

    def __init__(self, run: JobLog, limit: int = 4, *, poll: float | None = None) -> None:
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError(f"limit is a number of jobs from 1 to {MOST}, not {limit!r}.")
        self._run = run
        here = run.connection.home == "embedded"
        self._poll = (POLL_HERE if here else POLL) if poll is None else max(poll, 0.01)
        self._pool = ThreadPoolExecutor(limit, thread_name_prefix="sm-track-job")
        self._futures: list[Future[Outcome]] = []
        self._over = threading.Event()

    @property
    def futures(self) -> list[Future[Outcome]]:
        """What was submitted, in that order."""
        return list(self._futures)

    def submit(self, work: Any, /, *args: Any, **keywords: Any) -> Future[Outcome]:
        """Start something as soon as there is room, and see its jobs end.

        Parameters
        ----------
        work
            An estimator or tuner (``fit`` is called), a ModelTrainer (``train``), a dict (a request of
            CreateTrainingJob), or any function that starts jobs. What has a ``wait`` is not waited for by the SDK but
            here.
        *args, **keywords
            For it.

        Returns
        -------
        concurrent.futures.Future
            Of an `Outcome`. It fails with what starting the jobs raised; a job that fails is an outcome.

        Raises
        ------
        UsageError
            `work` is nothing that starts a job, or the queue has been left or stopped.
        """
        call = _call_of(self._run, work, args, keywords)
        try:
            future = self._pool.submit(self._work, call)
        except RuntimeError as error:
            raise UsageError(
                "This queue starts no more jobs: it was left, or stopped.", "Make another: run.jobs()"
            ) from error
        self._futures.append(future)
        return future

    def wait(self) -> list[Outcome]:
        """Wait for all that was submitted; return the outcomes in that order, without those that `stop` let not begin.

        Raises
        ------
        Exception
            What starting the first of them that could not be started raised, when all others have ended.
        """
        waiting = set(self._futures)
        while waiting:  # in pieces: an interrupt is seen between two of them
            _, waiting = wait(waiting, timeout=_LOOK, return_when=FIRST_COMPLETED)
            waiting = {one for one in waiting if not one.cancelled()}  # wait() never sees those as done
        return [future.result() for future in self._futures if not future.cancelled()]

    def stop(self) -> list[str]:
        """Start no more, and ask the service to stop the jobs of this run that are in flight; return their names."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        client = self._run.connection.client("sagemaker")
        stopped: list[str] = []
        for kind, name in self._run.started_jobs:
            found = _job_facts.describe(client, kind, name)
            if found is not None and not found.over:
                _job_facts.stop(client, kind, name)
                stopped.append(name)
        return stopped

    def __enter__(self) -> JobQueue:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.wait()
                return
            self._leave()
        except KeyboardInterrupt:
            self._leave()
            raise
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _leave(self) -> None:
        """Start no more; say which jobs go on."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._over.set()
        if any(future.running() for future in self._futures):
            self._run._warn(  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - tracking's own
                "No more jobs are started; those in flight go on. End them: jobs.stop(), or the run's Jobs tab."
            )

    def _work(self, call: Callable[[], Any]) -> Outcome:
        registry.enter(self._run)  # type: ignore[arg-type]
        try:
            with noting.collected() as started:
                value = call()
        finally:
            registry.leave(self._run)  # type: ignore[arg-type]
        return Outcome([self._ended(kind, name) for kind, name in started], value)

    def _ended(self, kind: str, name: str) -> JobFacts:
        """Wait until a job has ended."""
        client = self._run.connection.client("sagemaker")
        found = _job_facts.JobFacts(kind, name, "InProgress")
        while not self._over.is_set():
            try:
                found = _job_facts.describe(client, kind, name) or found
            except Exception as error:
                if judge(error).meaning not in {"transient", "lost"}:
                    raise
            if found.over:
                break
            self._over.wait(self._poll)
        return found


def _call_of(run: JobLog, work: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Callable[[], Any]:
    """Return what starts the job, without waiting for it where that can be said."""
    if isinstance(work, dict):
        client = run.connection.client("sagemaker")
        return lambda: client.create_training_job(**work, **keywords)
    for method in ("train", "tune", "fit"):
        start = getattr(work, method, None)
        if callable(start) and not isinstance(work, type):
            return lambda: start(*args, **{"wait": False, **keywords})
    if callable(work):
        return lambda: work(*args, **keywords)
    raise UsageError(
        f"A {type(work).__name__} starts no job.",
        "Submit an estimator, a ModelTrainer, a request or a function.",
    )
