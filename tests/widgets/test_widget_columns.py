"""A frame as the table reads it, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets.widgets import columns


def decode(header: dict[str, Any], data: bytes) -> dict[str, list[Any]]:
    """Read the wire as the page does."""
    found: dict[str, list[Any]] = {"run": header["runs"]}
    for column in header["columns"][1:]:
        assert column["offset"] % 8 == 0
        kind = {"f64": "<f8", "i32": "<i4"}[column["dtype"]]
        values = np.frombuffer(data, kind, column["length"], column["offset"])
        if column["dtype"] == "i32":
            found[column["name"]] = [None if code < 0 else column["values"][code] for code in values]
        else:
            found[column["name"]] = values.tolist()
    return found


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "run": ["a", "b", "c"],
            "status": ["Completed", "Failed", "InProgress"],
            "started": pd.to_datetime(["2026-11-23T00:00:00.0Z", None, "2026-11-23T00:00:01.5Z"], utc=True),
            "duration_s": [1.5, np.nan, 3],
            "params.depth": [3, 4, 5],
            "params.mixed": ["x", None, 7],
            "params.flag": [True, False, True],
            "params.count": pd.array([1, None, 3], dtype="Int64"),
            "metrics.val:loss.last": [0.5, np.nan, np.inf],
            "metrics.auc.max": [0.5, 0.6, 0.7],
            "metrics.auc.count": [10.0, 20.0, 30.0],
            "tags.team": ["<b>", "", "<b>"],
        }
    )


def test_every_kind_of_column_comes_back():
    header, data = columns.encode(frame())
    found = decode(header, data)
    assert found["run"] == ["a", "b", "c"]
    assert found["status"] == ["Completed", "Failed", "InProgress"]
    assert found["started"][0] == pd.Timestamp("2026-11-23", tz="UTC").timestamp()
    assert found["started"][2] - found["started"][0] == 1.5
    assert np.isnan(found["started"][1])
    assert np.isnan(found["duration_s"][1])
    assert found["params.mixed"] == ["x", None, "7"]
    assert found["params.flag"] == ["True", "False", "True"]
    assert found["params.count"][0] == 1.0
    assert np.isnan(found["params.count"][1])
    assert found["metrics.val:loss.last"][2] == np.inf
    assert found["tags.team"] == ["<b>", None, "<b>"]


def test_columns_say_what_they_are():
    header, _ = columns.encode(frame())
    told = {column["name"]: column for column in header["columns"]}
    assert told["status"]["kind"] == "status"
    assert told["started"]["kind"] == "time"
    assert (told["duration_s"]["kind"], told["duration_s"]["label"]) == ("duration", "duration")
    assert (told["params.depth"]["group"], told["params.depth"]["label"]) == ("params", "depth")
    assert (told["metrics.val:loss.last"]["label"], told["metrics.val:loss.last"]["best"]) == (
        "val:loss",
        "min",
    )
    assert (told["metrics.auc.max"]["label"], told["metrics.auc.max"]["best"]) == ("auc max", "max")
    assert "best" not in told["metrics.auc.count"]


def test_names_are_unique_and_an_analytics_frame_has_names_too():
    double = pd.DataFrame({"run": ["a", "a", "b"], "x": [1, 2, 3]})
    assert columns.run_names(double) == ["a", "a (2)", "b"]
    sdk = pd.DataFrame({"TrialComponentName": ["e-a"], "DisplayName": ["a"], "depth": [3.0]})
    assert columns.run_names(sdk) == ["a"]
    header, _ = columns.encode(sdk)
    assert [column["name"] for column in header["columns"]] == ["run", "TrialComponentName", "depth"]
    assert columns.run_names(pd.DataFrame({"x": [1, 2]})) == ["0", "1"]


def test_the_first_choice_of_columns_is_what_differs():
    some = frame().assign(**{"params.same": 1.0, "experiment": "e"})
    chosen = columns.default_columns(some)
    assert chosen[:3] == ["status", "started", "duration_s"]
    assert "params.depth" in chosen
    assert "params.same" not in chosen
    assert "experiment" not in chosen
    assert "metrics.val:loss.last" in chosen
    assert "metrics.auc.max" not in chosen
    assert columns.default_columns(pd.DataFrame({"DisplayName": ["a"], "depth": [1]})) == ["depth"]


def test_an_empty_frame_is_fine():
    header, data = columns.encode(frame().head(0))
    assert header["rows"] == 0
    assert header["runs"] == []
    assert data == b""


@pytest.mark.slow
def test_a_large_frame_is_encoded_quickly():
    import time

    rng = np.random.default_rng(1)
    large = pd.DataFrame({f"params.p{i}": rng.random(100_000) for i in range(40)})
    large.insert(0, "run", [f"run-{i}" for i in range(100_000)])
    begin = time.perf_counter()
    _, data = columns.encode(large)
    assert len(data) == 40 * 800_000
    assert time.perf_counter() - begin < 3
