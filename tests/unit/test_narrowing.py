"""Queries on frames: the same runs as where they are read by the query."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets import config, reading
from sm_track_widgets._connection import Connection
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._types import Point
from sm_track_widgets.reading.narrowing import matching

QUERIES = [
    "params.depth IN (2, 4)",
    "params.depth > 2",
    "params.mixed = 1",
    "params.mixed = 'one'",
    "params.mixed IS NULL",
    "NOT params.mixed = 1",
    "metrics.auc.max > 0.9",
    "metrics.auc > 0.5 AND metrics.auc.count = 2",
    "metrics.`val loss` IS NULL",
    "tags.team = 'x'",
    "tags.team != 'x'",
    "name LIKE '%2' OR name = 'r5'",
    "status = 'completed'",
    "status IS NULL",
    "group = 'g'",
    "group IS NULL",
    "experiment = 'exp'",
    "started > '2026-01-01' AND duration >= 10",
    "ended IS NULL",
    "message LIKE '%memory%'",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    settings = config.resolve({"backend": "embedded", "path": tmp_path_factory.mktemp("narrow")})
    made = Connection(settings)
    client = made.client("sagemaker")
    client.create_experiment(ExperimentName="exp")
    for trial in ("g", "Default-Run-Group-exp"):
        client.create_trial(TrialName=trial, ExperimentName="exp")
    for number in range(8):
        name = f"exp-r{number}"
        mixed = [{}, {"mixed": {"NumberValue": 1.0}}, {"mixed": {"StringValue": "one"}}][number % 3]
        ended = {"EndTime": 1_790_000_000 + 5 * number} if number % 4 else {}
        client.create_trial_component(
            TrialComponentName=name,
            DisplayName=f"r{number}",
            Parameters={"depth": {"NumberValue": float(number)}, **mixed},
            Tags=[{"Key": "team", "Value": "xy"[number % 2]}] if number % 3 else [],
            Status={"PrimaryStatus": "Completed" if number % 2 else "Failed", "Message": "out of memory"},
            StartTime=1_790_000_000 - number,
            **ended,
        )
        trial = "g" if number % 2 else "Default-Run-Group-exp"
        client.associate_trial_component(TrialComponentName=name, TrialName=trial)
        made.put_points(
            name, [Point("auc", (number + at) / 8, at, 1.79e9 + at) for at in range(1 + number % 2)]
        )
        if number == 3:
            made.put_points(name, [Point("val loss", 0.5, 0, 1.79e9)])
    return made


@pytest.mark.parametrize("query", QUERIES)
def test_the_same_runs_as_when_they_are_read_so(place, query):
    expected = list(reading.runs("exp", query, connection=place)["run"])
    found = matching(reading.runs("exp", connection=place), query)
    assert list(found["run"]) == expected
    assert list(found.index) == list(range(len(expected)))
    assert 0 < len(expected) < 8 or query in {
        "experiment = 'exp'",
        "status IS NULL",
        "message LIKE '%memory%'",
    }


@pytest.mark.parametrize("query", [one for one in QUERIES if "params." in one or "metrics." in one])
def test_frames_of_the_sdk_too(place, query):
    expected = {f"exp-{name}" for name in reading.runs("exp", query, connection=place)["run"]}
    frame = reading.analytics("exp", connection=place)
    assert set(matching(frame, query)["TrialComponentName"]) == expected


def test_other_columns_are_parameters():
    frame = pd.DataFrame(
        {"alpha": [1.5, None], "opt": ["adam", "sgd"], "flag": [True, False]}, index=["a", "b"]
    )
    assert matching(frame, "params.alpha = 1.5")["opt"].tolist() == ["adam"]
    assert matching(frame, "params.opt = 'sgd'")["flag"].tolist() == [False]
    assert len(matching(frame, "params.flag = 1")) == 1


def test_nothing_asked_and_wrong_queries():
    frame = pd.DataFrame({"alpha": [1]})
    assert matching(frame, None) is frame
    assert matching(frame, "  ") is frame
    with pytest.raises(UsageError):
        matching(frame, "alpha = 1")
    with pytest.raises(NotFoundError, match="Did you mean 'alpha'"):
        matching(frame, "params.alpa = 1")
    assert len(matching(frame.head(0), "params.alpa = 1")) == 0
    assert matching(pd.DataFrame({"run": ["x", "x"]}), "name = 'x'").shape == (2, 1)


def test_columns_called_by_numbers():
    frame = pd.DataFrame({0: [1, 2], 1: ["a", "b"]})
    assert matching(frame, "params.0 = 2")[1].tolist() == ["b"]
    assert matching(pd.DataFrame([[1, 2]]), "params.1 = 2").shape == (1, 2)


@pytest.mark.parametrize("names", [["x", "x"], ["run", "run"], [1, "1"]])
def test_two_columns_of_one_name(names):
    with pytest.raises(UsageError, match=f"Two columns of the frame are called '{names[1]}'. Rename one"):
        matching(pd.DataFrame([[1, 2]], columns=names), "params.x = 1")


def test_cells_of_any_kind():
    odd = [np.array([1, 2]), [1], (), {}, None, float("nan"), pd.NA, pd.NaT, "x", 2]
    names = ["params.p", "alpha", "tags.t", "metrics.m.last", "m - Max", "f - Value", "run", "status"]
    names += ["Trials", "Experiments", "started", "ended", "duration_s"]
    frame = pd.DataFrame({name: pd.Series(odd, dtype=object) for name in names})
    assert len(matching(frame, "params.p = 2")) == 1
    assert len(matching(frame, "params.alpha = '[1 2]'")) == 1
    assert len(matching(frame, "tags.t = 'x'")) == 1
    assert matching(frame, "metrics.m = 2").index.tolist() == [0]
    assert len(matching(frame, "experiment = 'x' OR group = '2'")) == 2
    assert len(matching(frame, "experiment = '1'")) == 2


def test_lists_read_back_from_a_file_or_missing():
    frame = pd.DataFrame({"Trials": [["g"], None, float("nan"), "g"], "x": range(4)})
    assert matching(frame, "group = 'g'")["x"].tolist() == [0, 3]


@pytest.mark.parametrize("kind", [object, "category"])
def test_times_that_cannot_be_read_are_missing(kind):
    told = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5Z", "soon", None]
    frame = pd.DataFrame({"started": pd.Series(told, dtype=kind), "x": range(4)})
    assert matching(frame, "started > '2026-01-01'")["x"].tolist() == [0, 1]
    assert matching(frame, "started IS NULL")["x"].tolist() == [2, 3]
    spans = pd.DataFrame({"started": pd.to_timedelta([1, 2], unit="s"), "x": range(2)})
    assert len(matching(spans, "started IS NULL")) == 2


def test_a_duration_without_its_times():
    frame = pd.DataFrame({"run": ["a", "b", "c"], "duration_s": [0.5, 2.0, None]})
    assert matching(frame, "duration > 1")["run"].tolist() == ["b"]
    assert matching(frame, "duration IS NULL")["run"].tolist() == ["c"]
    assert len(matching(frame, "started IS NULL AND ended IS NULL")) == 3
