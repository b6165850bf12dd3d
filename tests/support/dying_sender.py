"""A sender that kills itself at a chosen place, after a random number of times there; loaded into it before it runs.

Places: ``"commit"``, points are committed and not acknowledged; ``"ack"``, right after an acknowledgement;
``"finish"``, at each file that is deleted in the end; ``"call"``, another record's call is answered and not
acknowledged.
"""

from __future__ import annotations

import functools
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

PLACES = ("commit", "ack", "finish", "call")


def install(place: str) -> None:
    """Have this process kill itself at `place`."""
    from sm_track_widgets.embedded import engine, metrics
    from sm_track_widgets.tracking.delivery.acks import AckFile

    if place == "commit":
        metrics.append_points = _deadly(metrics.append_points, random.randint(1, 6))
    elif place == "ack":
        AckFile.save = _deadly(AckFile.save, random.randint(1, 30))
    elif place == "call":
        engine.Engine.call = _deadly(engine.Engine.call, random.randint(1, 3))
    else:
        Path.unlink = _deadly(Path.unlink, random.randint(1, 3), before=True, about=".smj")


def _deadly(
    function: Callable[..., Any], count: int, *, before: bool = False, about: str = ""
) -> Callable[..., Any]:
    left = [count]

    @functools.wraps(function)
    def wrapped(*args: Any, **options: Any) -> Any:
        if about not in str(args[0]):
            return function(*args, **options)
        left[0] -= 1
        if before and left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **options)
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped
