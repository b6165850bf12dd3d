"""Filters of the page: what they keep, and that the query and the code they become find the same runs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.reading import query as language
from sm_track_widgets.reading.narrowing import matching
from sm_track_widgets.reading.query.of_column import fields_of_frame
from sm_track_widgets.reading.query.written import written_field
from sm_track_widgets.reading.table.of_frame import table_of_frame
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
        again = split(text, "", rows.splitting())
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


COLUMNS = Rows(FRAME).splitting()


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
        ("started >= '1970-01-01T01:00:00.5'", ranged(3600.5, None, "started"), ""),
        ("started <= '1970-01-01'", ranged(None, 86399.0, "started"), ""),
        ("started <= '1970-01-01T01:00:00.5'", [], "started <= '1970-01-01T01:00:00.5'"),
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
    frame = pd.DataFrame(
        {
            "TrialComponentName": ["a", "b"],
            "auc - Max": [0.5, 0.75],
            "model - Value": ["s3://x", None],
            "model - MediaType": ["text/plain", None],
            "Trials": [["g"], []],
            "depth": [4, None],
        }
    )
    assert [written_field(field) for field in fields_of_frame(frame).values()] == [
        "component",
        "metrics.auc.max",
        "artifacts.model",
        "columns.`model - MediaType`",
        "columns.Trials",
        "params.depth",
    ]


FOREIGN = pd.DataFrame(
    {
        "run": list("abcd"),
        "SourceArn": ["arn:1", "it's", None, "arn:1"],
        "Trials": [["g"], ["h"], ["g"], []],
        "flag": [True, False, True, True],
        "maybe": pd.array([True, None, False, True], dtype="boolean"),
        "when": pd.to_datetime([0, 3600, 7200.5, 10_000], unit="s", utc=True),
        "LR": [1, 2, 3, 4.0],
        "lr": [4, 3, 2, 1.0],
        "loss - MediaType": ["a/b"] * 3 + ["c"],
        "tags.n": [1, 2, 3, 4],
        "status": ["ok", "bad", "ok", "odd"],
        "started": ["early", "late", "late", "never"],
        'params.we`ird "n.max': [1, 1, 2, 2],
        "": [5, 6, 7, 8],
        "params.": ["x", "y", "y", None],
    }
)


@pytest.mark.parametrize(
    ("one", "text", "names"),
    [
        ({"column": "SourceArn", "values": ["arn:1"]}, "columns.SourceArn = 'arn:1'", "ad"),
        ({"column": "SourceArn", "values": ["it's"]}, "columns.SourceArn = 'it''s'", "b"),
        ({"column": "SourceArn", "values": [None]}, "columns.SourceArn IS NULL", "c"),
        ({"column": "Trials", "values": ["['g']"]}, "columns.Trials = '[''g'']'", "ac"),
        ({"column": "flag", "values": [True]}, "params.flag = 'True'", "acd"),
        ({"column": "maybe", "values": ["True"]}, "params.maybe = 'True'", "ad"),
        ({"column": "maybe", "values": [None]}, "params.maybe IS NULL", "b"),
        (
            {"column": "when", "low": 3600, "high": 7200},
            "columns.when BETWEEN '1970-01-01T01:00:00' AND '1970-01-01T02:00:00'",
            "bc",
        ),
        ({"column": "when", "low": 7200.5}, "columns.when >= '1970-01-01T02:00:00.5'", "cd"),
        ({"column": "when", "low": 7200.6}, "columns.when >= '1970-01-01T02:00:00.6'", "d"),
        ({"column": "lr", "low": 2, "high": 3}, "columns.lr BETWEEN 2 AND 3", "bc"),
        ({"column": "LR", "low": 2, "high": 3.5}, "columns.LR BETWEEN 2 AND 3.5", "bc"),
        ({"column": "loss - MediaType", "values": ["c"]}, "columns.`loss - MediaType` = 'c'", "d"),
        ({"column": "tags.n", "low": 2, "open": "low"}, "columns.tags.n > 2", "cd"),
        ({"column": "status", "values": ["ok"]}, "columns.status = 'ok'", "ac"),
        ({"column": "started", "values": ["late"]}, "columns.started = 'late'", "bc"),
        ({"column": 'params.we`ird "n.max', "low": 2}, 'params.`we``ird "n.max` >= 2', "cd"),
        ({"column": "", "high": 6}, "columns.`` <= 6", "ab"),
        ({"column": "params.", "values": ["y"]}, "columns.`params.` = 'y'", "bc"),
    ],
)
def test_every_column_of_any_frame_is_in_the_query_and_in_the_code(one, text, names):
    selection = Selection(FOREIGN, filters=[one])
    assert selection.query == text
    assert "".join(selection.passing["run"]) == names
    for kind in ("python", "pandas"):
        held = {"df": FOREIGN}
        exec(selection.to_code(kind), held)
        assert "".join(held["df"]["run"]) == names, kind
    asked = Selection(FOREIGN)
    asked.query = text
    assert asked.filters == selection.filters
    assert "".join(asked.passing["run"]) == names


def test_true_and_false_are_told_from_texts_in_a_chart():
    chart = Selection(FOREIGN, filters=[{"column": "flag", "values": ["True"]}]).to_code("altair")
    assert r"""datum[\"flag\"] === true""" in chart
    chart = Selection(FOREIGN, filters=[{"column": "status", "values": ["True"]}]).to_code("altair")
    assert r"""datum[\"status\"] === \"True\"""" in chart


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("columns.when > '1970-01-01T01' AND columns.when < '1970-01-02'", "cd"),
        ("columns.when = '1970-01-01T01'", "b"),
        ("columns.when IN ('1970-01-01T01:00:00', '1970-01-01T02:00:00.5')", "bc"),
        ("columns.when < -7d", "abcd"),
        ("columns.when >= 7000", "cd"),
        ("NOT columns.when > '1970-01-01T01'", "ab"),
        ("columns.SourceArn LIKE 'arn%'", "ad"),
        ("columns.sourcearn = 'arn:1'", "ad"),
        ("columns.flag != 'True'", "b"),
        ("columns.run IN ('a', 'b')", "ab"),
        ("columns.LR >= 3 AND column.lr >= 2", "c"),
    ],
)
def test_columns_are_asked_for_by_hand(text, names):
    assert "".join(Selection(FOREIGN, query=text).runs["run"]) == names


def test_what_cannot_be_asked_of_a_column_is_one_line():
    with pytest.raises(NotFoundError, match=r"No run has a column 'SourceArm'\. Did you mean 'SourceArn'\?"):
        Selection(FOREIGN, query="columns.SourceArm = 'x'")
    with pytest.raises(
        UsageError, match=r"text cannot be ordered\. Write columns\.status = 'ok', IN or LIKE"
    ):
        Selection(FOREIGN, query="columns.status > 'ok'")
    with pytest.raises(UsageError, match="Write columns\\.LR > 2026 without quotes"):
        Selection(FOREIGN, query="columns.LR > '2026'")


def test_a_filter_outlives_its_column():
    frames = [FOREIGN]
    selection = Selection(lambda: frames[-1])
    when = {"column": "when", "low": 3600.0, "high": 7200.0}
    selection.filters = [when, {"column": "flag", "values": ["True", None]}]
    said = selection.query
    frames.append(FOREIGN[["run", "lr"]])
    selection.refresh()
    assert selection.query == said
    assert selection.filters == [when, {"column": "flag", "values": ["True", None]}]
    assert len(selection.passing) == 0
    told = {one["name"]: (one["kind"], one["field"]) for one in selection.header["columns"]}
    assert (told["when"], told["flag"]) == (("time", "columns.when"), ("text", "params.flag"))
    assert list(selection.df.columns) == ["run", "lr"]
    selection.refresh()
    assert selection.query == said
    selection.filters = selection.filters[1:]
    selection.refresh()
    assert "when" not in {one["name"] for one in selection.header["columns"]}
    frames.append(FOREIGN)
    selection.refresh()
    assert "".join(selection.passing["run"]) == "acd"


def test_a_query_may_leave_no_run_with_what_it_filters_by():
    frame = pd.DataFrame({"run": ["a", "b"], "params.lr": [0.5, None], "params.kind": [None, "x"]})

    def read(query):
        return matching(frame, query).dropna(axis="columns", how="all")

    selection = Selection(frame)
    selection._source = dataclasses.replace(selection._source, read=read)
    selection.query = "params.lr > 0.1 AND name LIKE 'b%'"
    assert selection.filters == [{"column": "params.lr", "low": 0.1, "high": None, "open": "low"}]
    assert (len(selection.passing), len(selection.runs)) == (0, 1)
    assert selection.query == "name LIKE 'b%' AND params.lr > 0.1"


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
