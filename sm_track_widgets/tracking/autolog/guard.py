"""Our own errors while a library trains: one warning of the run, and the training goes on."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import RunStopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from sm_track_widgets.tracking.run import Run

_told: weakref.WeakSet[Run] = weakref.WeakSet()


def attempt(run: Run, what: str, call: Callable[..., Any], *given: Any) -> Any:
    """Call something of ours, and return what it returns; None when it raises.

    `what` is trained with. The first error of a run becomes its warning. What ends the run is no error and passes: it
    ends the training.
    """
    try:
        return call(*given)
    except RunStopped:
        raise
    except Exception as error:  # noqa: BLE001 - the training is the user's, the logging is ours
        if run not in _told:
            _told.add(run)
            warn(run, f"Logging of {what} met {type(error).__name__}: {error}. The training is not affected.")
        return None


def warn(run: Run, text: str) -> None:
    """Say one line to the user, in the run's own way."""
    run._warn(" ".join(text.split()))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - part of tracking
