"""What the card says while the end of a run waits for a large file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import run_home
from IPython.core.interactiveshell import InteractiveShell

from sm_track_widgets.magics import card as cards
from sm_track_widgets.magics.card import Card
from sm_track_widgets.tracking.outbox.progress import Progress
from sm_track_widgets.tracking.run import Run

SENDING = Progress(uploading="best.pt", upload_done=45_000_000, upload_total=120_000_000)


@pytest.fixture(name="run")
def fixture_run(tmp_path: Path) -> Any:
    with Run("e", "r", connection=run_home.embedded(tmp_path / "home")) as run:
        yield run


def test_a_terminal_gets_a_line_a_second(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell()
    card = Card(shell, run)
    for progress in (Progress(), SENDING, SENDING):
        card.waiting(progress)
    assert capsys.readouterr().out == "Run r: sending best.pt: 45 MB of 120 MB\n"


def test_a_static_card_is_updated(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, str]] = []

    class Handle:
        def update(self, bundle: dict[str, str], *, raw: bool) -> None:
            assert raw
            told.append(bundle)
            if len(told) > 1:
                raise OSError("the page is gone")

    monkeypatch.setattr(cards, "_live_run", lambda *_: None)
    monkeypatch.setattr(cards, "display", lambda *_, **__: Handle())
    monkeypatch.setattr(cards, "TELL_EVERY", 0.0)
    monkeypatch.setattr(run, "progress", lambda: SENDING)
    shell = InteractiveShell()
    shell.kernel = object()
    card = Card(shell, run)
    card.show()
    card.waiting(SENDING)
    card.waiting(SENDING)  # what the page does wrong never reaches the run
    assert len(told) == 2
    assert "sending best.pt: 45 MB of 120 MB" in told[0]["text/html"]
    assert "sending best.pt: 45 MB of 120 MB" in told[0]["text/plain"]
