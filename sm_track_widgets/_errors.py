"""The exceptions a user can meet.

TrackError
 +-- UsageError          an option, name or value that cannot be used
 +-- ConfigError         where runs go is not usable: folder, region, credentials
 +-- NotFoundError       an experiment, run or metric that does not exist
 +-- ServiceRefusedError the service said no; carries its code
 +-- RunStopped          ends a run from inside its body, as Stopped

Every one prints as one line in a notebook and names the cure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TrackError(Exception):
    """Base of all errors a user can cause or cure; prints as one line in IPython.

    Parameters
    ----------
    message
        What is wrong, one line.
    cure
        What to type or change, one line; appended to the message.
    """

    def __init__(self, message: str, cure: str = "") -> None:
        self.cure = cure
        super().__init__(f"{message} {cure}".strip())

    def _render_traceback_(self) -> list[str]:
        """Let IPython print one line in place of a stack."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(TrackError):
    """An option, a name or a value that cannot be used as given."""


class ConfigError(TrackError):
    """The place where runs should go is not usable."""


class NotFoundError(TrackError):
    """An experiment, run or metric of that name does not exist."""


class ServiceRefusedError(TrackError):
    """The service refused a call; `code` is AWS's error code."""

    def __init__(self, message: str, cure: str = "", *, code: str = "") -> None:
        self.code = code
        super().__init__(message, cure)


class RunStopped(TrackError):  # noqa: N818 - nothing is wrong: the run has been told to end
    """Ends the body of a run, which then closes as Stopped; the text is why.

    Raised out of the call that logged a point. Code that catches every exception lets it pass.
    """


class PointStopped(RunStopped):
    """Ends a point of a sweep early, since others do better; the run is closed as Stopped, ``pruned``.

    Raised by ``run.report`` and, with early stopping, by ``run.log_metric`` of the goal's metric.
    """


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"Did you mean 'x'?"`` for the nearest of `known`, or an empty text."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else ""
