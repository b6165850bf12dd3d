"""Filters of the page: what they keep, and that the query and the code they become find the same runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets.reading import query as language
from sm_track_widgets.reading.query.of_column import field_of_column
from sm_track_widgets.reading.table.of_frame import table_of_frame
from sm_track_widgets.widgets.columns import field_text
from sm_track_widgets.widgets.selection.filters import checked
from sm_track_widgets.widgets.selection.query_text import condition, number, query_text, words, words_text
from sm_track_widgets.widgets.selection.rows import Rows
from sm_track_widgets.widgets.selection.selection import Selection
from sm_track_widgets.widgets.selection.splitting import split

CASES = json.loads((Path(__file__).parents[1] / "unit" / "filter_cases.json").read_text(encoding="utf-8"))
FRAME = pd.DataFrame(
    {
        "run": ["deep-1", "deep-2", "wide", "half", "100%_x"],
        "status": ["Completed", "Failed", "InProgress", "Stopped", "Completed"],
        "started": pd.to_datetime([0, 3600, 7200.5, None, 10_000], unit="s", utc=True),
        "duration_s": [1.5, 60.0, np.nan, 3.0, 600.0],
        "params.depth": [2.0, 4.0, 6.0, np.nan, 4.0],
        "params.my kind": ["hist", "it's", None, "hist", "Approx"],
        "metrics.auc.last": [0.5, 0.75, np.nan, 0.9, 0.8],
        "tags.team": ["a", None, "b", "b", "fraud"],
    }
)


def found(text: str, frame: pd.DataFrame = FRAME) -> list[bool]:
    return language.matches(language.parse(text), table_of_frame(frame)).tolist()


@pytest.mark.parametrize(("one", "field", "kind", "text"), CASES["condition"])
def test_a_filter_is_written_as_a_condition(one, field, kind, text):
    assert condition(one, field, kind) == text
    language.parse(text)


@pytest.mark.parametrize(("value", "text"), CASES["number"])
def test_numbers_are_written_in_full(value, text):
    assert number(float(value)) == text
    assert float(text) == value


@pytest.mark.parametrize(("text", "expected"), CASES["words"])
def test_a_text_filter_is_words(text, expected):
    assert words(text) == expected


FILTERS = [
    {"column": "params.depth", "low": 3, "high": 5},
    {"column": "params.depth", "low": 4, "high": None, "open": "low"},
    {"column": "params.depth", "low": None, "high": 4, "open": "high"},
    {"column": "params.depth", "values": [4.0, None]},
    {"column": "params.depth", "values": [2.0, 6.0]},
    {"column": "params.my kind", "values": ["hist", "it's"]},
    {"column": "params.my kind", "values": ["Approx", None]},
    {"column": "tags.team", "values": [None]},
    {"column": "status", "values": ["Completed", "InProgress"]},
    {"column": "started", "low": 3600, "high": 7200},
    {"column": "started", "low": 3601, "high": None},
    {"column": "duration_s", "low": 2, "high": 60},
    {"column": "metrics.auc.last", "low": 0.75, "high": None},
]


@pytest.mark.parametrize("one", FILTERS)
def test_a_filter_and_its_query_keep_the_same_runs(one):
    rows = Rows(FRAME)
    (plain,) = checked([one], rows.columns)
    kept = rows.passing([plain], "").tolist()
    assert any(kept)
    assert not all(kept)
    text = query_text([plain], rows.fields, rows.kinds)
    assert found(text) == kept


@pytest.mark.parametrize("text", ["deep", "running", "HIST", "it's", "100%_", "b hist", '"no such"', "fraud"])
def test_words_and_their_query_keep_the_same_runs(text):
    rows = Rows(FRAME)
    assert found(words_text(text, rows.fields, rows.data)) == rows.passing([], text).tolist()


def test_random_filters_and_their_queries_keep_the_same_runs():
    rng = np.random.default_rng(5)
    for _ in range(300):
        count = int(rng.integers(1, 30))
        frame = pd.DataFrame(
            {
                "run": [f"r{i}" for i in range(count)],
                "params.a": rng.choice([np.nan, 0.1, 0.25, 3, 1e-7, -4], count),
                "params.b": rng.choice(["x", "y", "z z", None], count),
                "metrics.m.max": rng.normal(size=count),
            }
        )
        low, high = sorted(rng.choice(frame["metrics.m.max"], 2))
        filters = [
            {"column": "params.a", "low": rng.choice([None, -4, 0.1]), "high": rng.choice([None, 0.25, 3])},
            {
                "column": "metrics.m.max",
                "low": low,
                "high": high,
                "open": str(rng.choice(["low", "high", "both", ""])),
            },
            {"column": "params.b", "values": list(rng.choice(["x", "y", None], 2))},
        ]
        rows = Rows(frame)
        plain = checked([one for one in filters if rng.random() < 0.7], rows.columns)
        text = query_text(plain, rows.fields, rows.kinds)
        kept = rows.passing(plain, "").tolist()
        assert found(text, frame) == kept, text
        # And the text comes back as the same filters.
        columns = {name: (field_of_column(name), rows.data(name).kind) for name in rows.columns}
        again = split(text, "", columns)
        rest = np.array(found(again.rest, frame), dtype=bool)
        assert (rows.passing(again.filters, "") & rest).tolist() == kept, text


def test_bad_filters_are_one_line_with_the_cure():
    known = Rows(FRAME).columns
    with pytest.raises(
        UsageError, match=r"no column 'params\.dept' to filter by\. Did you mean 'params\.depth'"
    ):
        checked([{"column": "params.dept", "low": 1}], known)
    with pytest.raises(UsageError, match=r"'x' is no bound for 'params\.depth'"):
        checked([{"column": "params.depth", "low": "x"}], known)
    with pytest.raises(UsageError, match="nan is no bound"):
        checked([{"column": "params.depth", "low": float("nan")}], known)
    assert checked([{"column": "params.depth"}, {"column": "status", "values": []}], known) == []


COLUMNS = {name: (field_of_column(name), Rows(FRAME).data(name).kind) for name in Rows(FRAME).columns}


def ranged(low, high, column="params.depth", **open_ends):
    return [{"column": column, "low": low, "high": high, **open_ends}]


@pytest.mark.parametrize(
    ("text", "filters", "rest"),
    [
        ("params.depth >= 3 AND params.depth < 6", ranged(3.0, 6.0, open="high"), ""),
        ("PARAMS.Depth = 4", ranged(4.0, 4.0), ""),
        ("status IN ('Completed', 'Failed')", [{"column": "status", "values": ["Completed", "Failed"]}], ""),
        ("params.depth > 1 OR status = 'Failed'", [], "params.depth > 1 OR status = 'Failed'"),
        ("params.depth > 1 AND name LIKE 'd%'", ranged(1.0, None, open="low"), "name LIKE 'd%'"),
        ("params.depth != 4", [], "params.depth != 4"),
        ("params.depth = '4'", [], "params.depth = '4'"),
        ("params.depth > 1 AND params.depth > 2", ranged(1.0, None, open="low"), "params.depth > 2"),
        ("tags.team IS NULL", [{"column": "tags.team", "values": [None]}], ""),
        ("params.other = 1", [], "params.other = 1"),
        ("created > -7d", [], "created > -7d"),
        ("started > -7d", [], "started > -7d"),
        ("started BETWEEN '1970-01-01T01' AND '1970-01-01T02:00:00'", ranged(3600.0, 7200.0, "started"), ""),
        ("", [], ""),
    ],
)  # fmt: skip
def test_a_query_is_split_into_filters_and_the_rest(text, filters, rest):
    parts = split(text, "", COLUMNS)
    assert (parts.filters, parts.rest) == (filters, rest)


def test_what_the_runs_were_read_for_is_not_split():
    parts = split("params.depth > 1 AND status = 'Failed'", "params.depth > 1", COLUMNS)
    assert parts.filters == [{"column": "status", "values": ["Failed"]}]
    assert parts.rest == "params.depth > 1"


def test_columns_of_the_sdk_have_fields_too():
    names = ["auc - Max", "model - Value", "model - MediaType", "Trials", "depth", "TrialComponentName"]
    assert [field_text(name) for name in names] == [
        "metrics.auc.max",
        "artifacts.model",
        "",
        "",
        "params.depth",
        "component",
    ]


def test_values_may_be_of_numpy_and_pandas():
    (one,) = checked([{"column": "params.depth", "values": FRAME["params.depth"].unique()}], ["params.depth"])
    assert one == {"column": "params.depth", "values": [2.0, 4.0, 6.0, None]}
    (one,) = checked([{"column": "a", "values": (np.int64(4), np.str_("x"), pd.NA, True)}], ["a"])
    assert one == {"column": "a", "values": [4.0, "x", None, "True"]}
    for wrong in ("abc", None, 4):
        with pytest.raises(UsageError, match="values of 'a' takes a list"):
            checked([{"column": "a", "values": wrong}], ["a"])
    with pytest.raises(UsageError, match="inf is no bound for 'a'"):
        checked([{"column": "a", "values": [float("inf")]}], ["a"])


def test_pandas_code_of_times_without_a_zone_runs():
    frame = FRAME.assign(started=FRAME["started"].dt.tz_localize(None))
    selection = Selection(frame, filters=[{"column": "started", "low": 3600, "high": 9000}])
    names = {"df": frame}
    exec(selection.to_code("pandas"), names)
    assert list(names["df"]["run"]) == list(selection.passing["run"]) == ["deep-2", "wide"]


def test_columns_of_any_names_are_shown_and_filtered_by():
    frame = pd.DataFrame([["a", 1, 2, 5], ["b", 3, 4, 6]], columns=["run", 0, "x", "x"])
    selection = Selection(frame, filters=[{"column": "0", "low": 2}, {"column": "x (2)", "low": 6}])
    assert list(selection.passing.columns) == ["run", "0", "x", "x (2)"]
    assert list(selection.passing["run"]) == ["b"]
    assert list(frame.columns) == ["run", 0, "x", "x"]
    levels = pd.MultiIndex.from_tuples([("run", ""), ("params", "lr")])
    assert list(Selection(pd.DataFrame([["a", 0.1]], columns=levels)).rows.columns) == ["run.", "params.lr"]
    assert Selection(pd.DataFrame({"run": ["a", "a", "a (2)"]})).rows.names == ["a", "a (3)", "a (2)"]
