"""A journal whose disk is full: said once, kept in order, written when there is room again."""

from __future__ import annotations

from typing import Any

import pytest

from sm_track_widgets._errors import ConfigError
from sm_track_widgets.tracking.journal import pen as pen_module
from sm_track_widgets.tracking.journal.pen import Pen


class Journal:
    """A journal on a disk that can be full."""

    def __init__(self) -> None:
        self.full = False
        self.written: list[Any] = []

    def metric(self, *point: Any) -> None:
        self._write(point)

    def record(self, kind: str, payload: Any) -> None:
        self._write((kind, payload))

    def _write(self, what: Any) -> None:
        if self.full:
            raise ConfigError("The disk is full.", "Free some space.")
        self.written.append(what)


def test_nothing_is_lost_and_the_order_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen_module, "TRY_EVERY", 0.0)
    said: list[str] = []
    journal = Journal()
    pen = Pen(journal, said.append)  # type: ignore[arg-type]  # as much of a writer as it uses
    pen.metric("m", 1.0, 0, 0.0)
    journal.full = True
    pen.metric("m", 2.0, 1, 0.0)
    pen.record("params", {})
    pen.metric("m", 3.0, 2, 0.0)
    assert pen.kept == 3
    assert not pen.flush()
    assert len(said) == 1
    journal.full = False
    pen.metric("m", 4.0, 3, 0.0)
    assert journal.written == [
        ("m", 1.0, 0, 0.0),
        ("m", 2.0, 1, 0.0),
        ("params", {}),
        ("m", 3.0, 2, 0.0),
        ("m", 4.0, 3, 0.0),
    ]
    assert pen.kept == 0
    assert len(said) == 2


def test_a_full_disk_is_not_asked_at_every_point() -> None:
    journal = Journal()
    pen = Pen(journal, lambda _: None)  # type: ignore[arg-type]
    journal.full = True
    pen.metric("m", 1.0, 0, 0.0)
    journal.full = False
    pen.metric("m", 2.0, 1, 0.0)
    assert pen.kept == 2
    assert pen.flush()
    assert len(journal.written) == 2
