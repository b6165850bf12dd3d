"""`%sm_status`: how many points wait, and why, whoever wrote them."""

from __future__ import annotations

import json
import weakref
from pathlib import Path

import pytest
import run_home
from run_home import DENIED

from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import Connection
from sm_track_widgets.magics.status import report
from sm_track_widgets.tracking.delivery.aside import aside_line
from sm_track_widgets.tracking.journal.format import Identity
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalWriter
from sm_track_widgets.tracking.outbox import outbox
from sm_track_widgets.tracking.run import Run


@pytest.fixture(autouse=True)
def _no_other_outboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_outboxes", weakref.WeakSet())
    monkeypatch.setattr(outbox, "_registry", {})


def row(text: str, start: str) -> list[str]:
    """Cells of the first line with these first words."""
    line = next(line for line in text.splitlines() if " ".join(line.split()).startswith(start))
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def header(home: Connection, run: str, identity: Identity | None = None) -> JournalHeader:
    place = identity or home.identity
    return JournalHeader(run * 8, *place, RunRef("e", "g", run, f"e-{run}"), 1, 0.0)  # type: ignore[arg-type]


def leave(home: Connection, told: JournalHeader, count: int) -> Path:
    folder = home.settings.path / "journals" / "dead"
    writer = JournalWriter(folder / f"{told.journal}.smj", told)
    for step in range(count):
        writer.metric("m", 1.0, step, 0.0)
    writer.disown()
    return writer.path


def test_with_nothing_to_tell_it_is_short(home: Connection) -> None:
    text = report(home)
    assert row(text, "journals left") == ["journals left", "none"]
    assert text.endswith("No run is open.")


def test_runs_open_and_closed_tell_how_many_points_wait_and_why(home: Connection) -> None:
    with run_home.fault(home, "CreateTrialComponent", DENIED):
        still, over = Run("e", "open", connection=home), Run("e", "over", connection=home)
        for step in range(7):
            still.log_metric("m", 1.0, step=step)
        over.log_metric("m", 1.0, step=0)
        over.close(timeout=0.2)
        run_home.until(lambda: still.progress().blocked and over.progress().blocked)
        text = report(home)
        assert row(text, "e open")[:6] == ["e", "open", "0", "7", "0", "0"]
        assert "not authorized" in row(text, "e open")[6]
        assert DENIED[1] in text  # in full, since its end names the permission
        assert row(text, f"e {over.run_name}")[:4] == ["e", over.run_name, "closed", "1"]
        assert "not authorized" in row(text, f"e {over.run_name}")[4]
    still.close(timeout=40)
    run_home.until(lambda: over.progress().done, 40)
    assert "not delivered yet" not in report(home)


def test_what_others_left_is_counted(home: Connection) -> None:
    leave(home, header(home, "left"), 12)
    leave(home, header(home, "away", ("aws", "1" * 12, "eu-west-1", "")), 3)
    text = report(home)
    assert row(text, "e left") == ["e", "left", "kernel ended", "12", "deliver with %sm_sync"]
    assert row(text, "journals left")[1] == (
        "1; deliver with %sm_sync; 1 run for AWS account 111111111111 in eu-west-1: "
        "%sm_config --backend aws --region eu-west-1, then %sm_sync"
    )
    assert "away" not in text


def test_what_is_held_or_refused_is_shown_with_its_reason(home: Connection) -> None:
    folder = home.settings.path / "journals" / "dead"
    folder.mkdir(parents=True)
    point = {"metric": "m", "value": 1.0, "step": None, "time": 0.0}
    told = header(home, "some")
    lines = [
        aside_line(
            told, point, kind="metric", held=True, code="Lost", reason="the answer was lost", offset=64
        ),
        aside_line(
            told, point, kind="metric", held=True, code="Lost", reason="the answer was lost", offset=104
        ),
        aside_line(
            told, {"p": 1}, kind="params", held=False, code="X", reason="ValidationException: <b>no</b>"
        ),
    ]
    path = folder / f"{told.journal}.refused"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = report(home)
    assert row(text, "e some 2") == ["e", "some", "2", "the answer was lost"]
    assert row(text, "e some 1") == ["e", "some", "1", "ValidationException: <b>no</b>"]
    assert "%sm_sync --resend" in text
    assert str(path) in text


def test_a_journal_that_cannot_be_read_hides_no_other(home: Connection) -> None:
    leave(home, header(home, "left"), 12)
    (home.settings.path / "journals" / "dead" / "torn.smj").write_bytes(b"not a journal")
    assert row(report(home), "e left")[3] == "12"
