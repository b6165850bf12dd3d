"""Values and amounts that do not fit: stored all the same or refused in one line, nothing else lost."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest
import run_home
from run_home import captured, points, stored

from sm_track_widgets._errors import UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run, open_runs


def test_odd_parameters_are_stored_and_said_once(home: Connection) -> None:
    with Run("e", params={"api_key": "abc", "url": "postgres://u:pw@h"}, connection=home) as run:
        run.log_parameter("prompt", "x" * 3000)
        run.log_parameter("prompt", "x" * 3000)
        run.log_parameter("", 1)
        run.log_parameter("sm_track.mine", 1)
        run.log_parameters({"nan": math.nan, "none": None, "list": [1, 2]})
    assert stored(run)["Parameters"] == {
        "api_key": "[redacted]",
        "url": "postgres://u:[redacted]@h",
        "prompt": "x" * 2500,
        "nan": "nan",
        "none": "None",
        "list": "[1, 2]",
    }
    assert len(run.warnings) == 5
    assert all("\n" not in line for line in run.warnings)


def test_the_281st_parameter_is_refused_and_nothing_else_is_lost(home: Connection) -> None:
    with Run("e", "Asked", notes="n", params={f"p{i}": i for i in range(279)}, connection=home) as run:
        run.log_parameters({"last": 1, "over": 2, "p0": "changed", "beyond": 3})
        run.log_metric("m", 1.0)
    told = stored(run)["Parameters"]
    assert len(told) == 282
    assert told["last"] == 1
    assert told["p0"] == "changed"
    assert "over" not in told
    assert [line for line in run.warnings if "280" in line] == run.warnings
    assert len(run.warnings) == 2
    assert points(run, "m") == [(-1, 1.0)]


def test_the_41st_tag_and_odd_tags(home: Connection) -> None:
    with Run("e", tags={f"t{i}": i for i in range(39)}, connection=home) as run:
        run.set_tag("mark", "<ok>")
        run.set_tag("over", 1)
        with pytest.raises(UsageError, match="sagemaker:"):
            run.set_tag("sagemaker:x", 1)
    assert run.tags["mark"] == "_ok_"
    assert "over" not in run.tags
    assert len(run.warnings) == 2


def test_artifacts_beyond_the_limit_are_refused_in_one_line_each(home: Connection, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    with Run("e", connection=home) as run:
        run.capture("source")
        for number in range(59):
            run.log_artifact(f"a{number}", "v")
        run.log_artifact("over", "v")
        run.log_file(file)
        run.log_confusion_matrix([0, 1], [0, 1])
        run.log_artifact("a0", "changed")
        for number in range(61):
            run.log_artifact(f"i{number}", "v", is_output=False)
    told = stored(run)
    assert len(told["OutputArtifacts"]) == 60
    assert told["OutputArtifacts"]["a0"] == "changed"
    assert "sm_track.capture" in told["OutputArtifacts"]
    assert len(told["InputArtifacts"]) == 60
    assert len(run.warnings) == 4
    assert run.files == 0


def test_mistakes_with_files_leave_the_run_open(home: Connection, tmp_path: Path) -> None:
    with Run("e", connection=home) as run:
        for wrong in (tmp_path / "none", 3):
            with pytest.raises(UsageError):
                run.log_file(wrong)  # type: ignore[arg-type]  # the mistakes under test
        with pytest.raises(UsageError, match="ExtraArgs"):
            run.log_file(__file__, extra_args={"Metadata": object()})
        with pytest.raises(UsageError, match="Media type"):
            run.log_file(__file__, media_type="application/vnd.x")
        with pytest.raises(UsageError):
            run.log_artifact("a", "v" * 3000)
        run.log_metric("m", 1.0)
    assert run.status == "Completed"


def test_metrics_that_are_no_numbers(home: Connection) -> None:
    with Run("e", connection=home) as run:
        run.log_metric("loss", 0.5, step=0)
        for bad in (math.nan, np.float32("inf"), math.nan, 10**400):
            run.log_metric("loss", bad, step=1)
        run.log_metric("fresh", math.nan)
        run.log_metric("loss", 0.25, step=2)
        for wrong in ("high", None, [1, 2]):
            with pytest.raises(UsageError):
                run.log_metric("loss", wrong, step=3)
        for step in (-1, 0.5, "1"):
            with pytest.raises(UsageError):
                run.log_metric("loss", 0.1, step=step)  # type: ignore[arg-type]  # the mistakes under test
        with pytest.raises(UsageError):
            run.log_metric(["unhashable"], 0.1)  # type: ignore[arg-type]
        with pytest.raises(UsageError):
            run.log_metric("loss", 0.1, timestamp=3.0)
    assert points(run, "loss") == [(0, 0.5), (2, 0.25)]
    assert run.live.gaps() == {"loss": [1, 1, 1, 1], "fresh": [None]}
    assert len(run.warnings) == 2
    document = captured(run)
    assert document["gaps"] == {
        "loss": {"count": 4, "steps": [1, 1, 1, 1]},
        "fresh": {"count": 1, "steps": [None]},
    }


def test_every_kind_of_number_takes_both_paths(home: Connection) -> None:
    kinds = [
        0.5,
        1,
        True,
        np.float64(0.25),
        np.float32(0.5),
        np.int32(7),
        np.array(0.75),
        "0.125",
        np.bool_(True),
    ]
    with Run("e", connection=home) as run:
        for _ in range(3):
            for value in kinds:
                run.log_metric("m", value)
        run.log_metric("m", 2.0, step=np.int64(5))
        run.log_metric("m", 3.0, step=6.0)  # type: ignore[arg-type]
        when = dt.datetime.now(dt.timezone.utc) - dt.timedelta(hours=1)
        run.log_metric("t", 3.0, timestamp=when)
    expected = [float(value) for value in kinds] * 3
    assert [value for _, value in points(run, "m")] == [*expected, 2.0, 3.0]
    assert points(run, "m")[-2:] == [(5, 2.0), (6, 3.0)]
    assert list(run.live.envelope("m")[1]) == [*expected, 2.0, 3.0]
    (series,) = home.read_series([(run.ref.component, "t")])
    assert series.times[0] == pytest.approx(when.timestamp(), abs=1)


def test_long_or_impossible_notes_and_names_open_nothing(home: Connection) -> None:
    home.calls.clear()
    for wrong in (
        {"notes": "x" * 2501},
        {"run_name": " "},
        {"group": ""},
        {"resume": "alow"},
        {"tags": {"aws:x": 1}},
    ):
        with pytest.raises(UsageError) as caught:
            Run("e", connection=home, **wrong)  # type: ignore[arg-type]
        assert caught.value.cure
    assert home.calls.total() == 0
    assert open_runs() == []


def test_an_impossible_expression_to_redact_opens_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="regular expression"):
        Run("e", connection=run_home.embedded(tmp_path, redact=("(",)))
