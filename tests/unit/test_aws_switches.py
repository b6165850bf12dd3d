"""The AWS path with each guess about AWS taken the other way: what a user logs comes back all the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, cast

import pytest
import run_home
from unanswered import Unanswered

from sm_track_widgets import config, reading
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.tracking import opening
from sm_track_widgets.tracking.run import Run, load_run


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if value is None:
        return 7  # truncated_at
    return "aws" if value == "none" else value // 10


SWITCHES: dict[str, dict[str, Any]] = {
    "as chosen": {},
    **{field.name: {field.name: other(field.default)} for field in dataclasses.fields(Rules)},
    "all of them": {field.name: other(field.default) for field in dataclasses.fields(Rules)},
}


@pytest.fixture(params=list(SWITCHES))
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    rules = Rules(**SWITCHES[request.param])
    session = EmbeddedSageMaker(tmp_path / "store", rules=rules).boto_session()
    return Connection(config.resolve({"backend": "aws", "path": tmp_path / "data"}), session)


def log(run: Run, folder: Path) -> None:
    report = folder / "report.txt"
    report.write_text("fine")
    run.log_parameters({"depth": 4, "flag": True, "text": "two\nlines", "none": None})
    for step in range(25):
        run.log_metric("Val:Loss", 1 / (step + 1), step=step)
    run.log_metric("final", 0.5)
    run.set_tag("team", "red")
    run.log_file(report)
    run.log_confusion_matrix([0, 1, 1], [0, 1, 0])


def test_a_run_is_written_and_read_back(connection: Connection, tmp_path: Path) -> None:
    with Run("Fraud Detection", "XGB d8", group="Sweep 1", notes="a\nb", connection=connection) as run:
        log(run, tmp_path)
    assert run.progress().waiting == 0
    assert run.progress().refused == 0, run.progress().error
    frame = reading.runs("Fraud Detection", connection=connection)
    row = frame.iloc[0]
    assert (row["run"], row["status"], row["params.depth"], row["params.flag"]) == (
        "XGB d8",
        "Completed",
        4,
        "True",
    )
    assert (row["metrics.Val:Loss.count"], row["metrics.Val:Loss.min"]) == (25, 0.04)
    assert row["tags.team"] == "red"
    run_home.until(lambda: steps(connection) == list(range(25)))


def steps(connection: Connection) -> list[int]:
    return reading.metrics("Fraud Detection", ["Val:Loss"], connection=connection)["step"].tolist()


def test_points_whose_answer_was_lost_are_there_once(connection: Connection) -> None:
    lost = Unanswered(connection, ["stored"])
    with Run("Fraud Detection", "lost", connection=cast("Connection", lost)) as run:
        for step in range(25):
            run.log_metric("Val:Loss", 1.0, step=step)
        run_home.until(lambda: run.progress().done)
    assert (run.progress().held, run.progress().refused) == (0, 0)
    row = reading.runs("Fraud Detection", connection=connection).iloc[0]
    assert row["metrics.Val:Loss.count"] == 25


def test_a_run_is_continued(connection: Connection, tmp_path: Path) -> None:
    with Run("exp", "Same", connection=connection) as run:
        log(run, tmp_path)
    with load_run("Same", "exp", connection=connection) as again:
        again.log_metric("Val:Loss", 0.01, step=25)
        again.log_parameter("later", 1)
    row = reading.runs("exp", connection=connection).iloc[0]
    assert (row["metrics.Val:Loss.count"], row["params.later"], row["params.depth"]) == (26, 1, 4)


def test_a_failure_keeps_its_text(connection: Connection) -> None:
    with pytest.raises(ValueError, match="first"), Run("exp", "bad", connection=connection):
        raise ValueError("first line\nsecond line")
    row = reading.runs("exp", connection=connection).iloc[0]
    assert row["status"] == "Failed"
    assert row["message"].startswith("ValueError: first line")


def test_opening_twice_is_opening_once(connection: Connection) -> None:
    request = opening.OpenRequest(
        ref=opening.make_ref("exp", "Default-Run-Group-exp", "lost-reply"),
        experiment_display="exp",
        run_display="lost-reply",
        started=1_760_000_000.0,
    )
    first = opening.open_run(connection, request.to_json())
    second = opening.open_run(connection, request.to_json())
    assert first.arn == second.arn
    assert list(reading.runs("exp", connection=connection)["run"]) == ["lost-reply"]
