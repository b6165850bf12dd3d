"""Jobs that were created are noted in the run that they belong to; those of a tuner through the tuning job.

The request goes by before it is sent, and its answer afterwards: what was refused is no job. botocore hands the same
dict, its context, to the handlers of both events.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sm_track_widgets._job_facts import KINDS, OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Generator, MutableMapping

    from sm_track_widgets._types import Params
    from sm_track_widgets.tracking.run import Run

ANSWERED = "after-call.sagemaker"
UNIQUE = "sm-track-note"
_KEY = "sm_track_job"
_REFUSED = 300  # HTTP
_started: ContextVar[list[tuple[str, str]] | None] = ContextVar("sm_track_started", default=None)


@contextmanager
def collected() -> Generator[list[tuple[str, str]], None, None]:
    """Give the jobs that this thread or task creates meanwhile: kind and name."""
    found: list[tuple[str, str]] = []
    before = _started.set(found)
    try:
        yield found
    finally:
        _started.reset(before)


def asked(operation: str, params: Params, context: MutableMapping[str, Any], run: Run | None) -> None:
    """Keep in a request's context which job it creates, and the run of ours that the job belongs to."""
    kind = OPERATIONS.get(operation)
    name = params.get(KINDS[kind].name) if kind else None
    if kind and isinstance(name, str):
        context[_KEY] = (run, kind, name)


def answered(http_response: Any = None, context: Any = None, **_: Any) -> None:
    """Note the job of a request that was answered."""
    told: tuple[Run | None, str, str] | None = (context or {}).get(_KEY)
    if told is None or getattr(http_response, "status_code", _REFUSED) >= _REFUSED:
        return
    run, kind, name = told
    collecting = _started.get()
    if collecting is not None:
        collecting.append((kind, name))
    if run is not None and run.ended is None:
        run.note_job(kind, name)
