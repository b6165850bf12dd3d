"""How a run ended: what an exception says about its status."""

from __future__ import annotations

import re
from asyncio import CancelledError

from sm_track_widgets._errors import PointStopped, RunStopped
from sm_track_widgets._names import MAX_MESSAGE
from sm_track_widgets._types import Status

PRUNED = "pruned"
"""How the message of a point begins that a sweep has stopped early."""


def outcome(error: BaseException | None) -> tuple[Status, str]:
    """Return status and message for a body that ended with `error` (None: normally).

    An interrupt, a cancelled task, a closed generator and `RunStopped` are Stopped; ``SystemExit`` follows its code,
    as a shell would; everything else is Failed. The message is ``TypeName: text`` on one line; of `RunStopped` its
    text alone, and of a point of a sweep that was stopped early it begins with ``pruned``.
    """
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return "Completed", ""
    if isinstance(error, PointStopped):
        return "Stopped", one_line_message(f"{PRUNED}: {error}" if str(error) else PRUNED)
    if isinstance(error, RunStopped):
        return "Stopped", one_line_message(str(error))
    if isinstance(error, KeyboardInterrupt | CancelledError | GeneratorExit):
        return "Stopped", message_of(error)
    return "Failed", message_of(error)


def message_of(error: BaseException) -> str:
    """``TypeName: text`` of an exception, on one line, uncut."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a broken __str__ of the user's must not hide his error
        text = ""
    name = type(error).__name__
    return one_line_message(f"{name}: {text}" if text.strip() else name)


def one_line_message(text: str) -> str:
    """Fold line breaks and runs of blanks: Status.Message has the pattern ``.*`` [M]."""
    return re.sub(r"\s+", " ", text.encode("utf-8", "replace").decode("utf-8")).strip()


def cut_message(text: str) -> str:
    """At most 1,024 characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "\N{HORIZONTAL ELLIPSIS}"
