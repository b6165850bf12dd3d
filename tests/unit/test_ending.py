"""How a body ended -> status and message."""

from __future__ import annotations

import asyncio

import pytest

from sm_track_widgets._errors import RunStopped
from sm_track_widgets.tracking.ending import cut_message, message_of, outcome


class BrokenError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (None, ("Completed", "")),
        (ValueError("bad"), ("Failed", "ValueError: bad")),
        (ValueError(), ("Failed", "ValueError")),
        (KeyError("k"), ("Failed", "KeyError: 'k'")),
        (ValueError("two\n  lines"), ("Failed", "ValueError: two lines")),
        (BrokenError(), ("Failed", "BrokenError")),
        (KeyboardInterrupt(), ("Stopped", "KeyboardInterrupt")),
        (asyncio.CancelledError("why"), ("Stopped", "CancelledError: why")),
        (GeneratorExit(), ("Stopped", "GeneratorExit")),
        (RunStopped("pruned"), ("Stopped", "pruned")),
        (SystemExit(), ("Completed", "")),
        (SystemExit(0), ("Completed", "")),
        (SystemExit(3), ("Failed", "SystemExit: 3")),
        (SystemExit("no data"), ("Failed", "SystemExit: no data")),
    ],
)
def test_outcomes(error: BaseException | None, ending: tuple[str, str]) -> None:
    assert outcome(error) == ending


def test_messages_fit_the_service() -> None:
    assert cut_message("x" * 1024) == "x" * 1024
    assert len(cut_message("x" * 5000)) == 1024
    assert message_of(ValueError("\ud800")) == "ValueError: ?"
