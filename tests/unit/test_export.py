"""`export`: what is in the files, what a spreadsheet would run, and what is left after an error."""

from __future__ import annotations

import csv
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading import asked_for
from sm_track_widgets.reading.export import export, write
from sm_track_widgets.reading.files.csv_file import harmless
from sm_track_widgets.reading.verbs import analytics, runs
from sm_track_widgets.tracking.run import Run

pq = pytest.importorskip("pyarrow.parquet")
ENDINGS = (".csv", ".json", ".parquet")
HOSTILE = '<img src=x onerror=alert(1)>, "quoted" \u202e עברית 実'
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0")


@pytest.fixture
def filled(home: Connection) -> Connection:
    """Three runs; parameter ``mixed`` is a number in one, a text in another and missing in the third."""
    for place, name in enumerate(("first", HOSTILE, "third")):
        with Run("trees", name, group=f"g{place % 2}", connection=home) as run:
            run.log_parameter("depth", place + 2)
            if place < 2:
                run.log_parameter("mixed", 7 if place == 0 else "=1+1")
            for step in range(3):
                run.log_metric("auc", place + step / 4, step=step)
    return home


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read a file back, with None for what is missing."""
    if path.suffix == ".json":
        return json.loads(path.read_bytes())
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]
    return pq.read_table(path).to_pylist()


@pytest.mark.parametrize("ending", ENDINGS)
def test_runs_are_written_with_all_their_columns(filled: Connection, tmp_path: Path, ending: str) -> None:
    frame = runs("trees", connection=filled)
    path = export(tmp_path / f"runs{ending}", "trees", connection=filled)
    assert path == tmp_path / f"runs{ending}"
    rows = rows_of(path)
    written = [name for name in rows[0] if not name.endswith(":number")]
    assert written == list(frame.columns)
    assert [row["run"] for row in rows] == frame["run"].tolist() == ["third", HOSTILE, "first"]
    assert [float(row["params.depth"]) for row in rows] == [4, 3, 2]
    assert [float(row["metrics.auc.last"]) for row in rows] == [2.5, 1.5, 0.5]
    moment = frame["started"].iloc[0].floor("us")
    assert pd.Timestamp(rows[0]["started"]) == moment
    if ending != ".parquet":
        assert rows[0]["started"] == moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert list(tmp_path.glob(".sm-track-*")) == []


def test_a_selection_of_rows_and_columns(filled: Connection, tmp_path: Path) -> None:
    path = export(
        tmp_path / "few.json", "trees", "metrics.auc > 1", ["depth", "auc.max"], group="g0", connection=filled
    )
    assert rows_of(path) == [{"run": "third", "params.depth": 4.0, "metrics.auc.max": 2.5}]


@pytest.mark.parametrize("ending", ENDINGS)
def test_numbers_and_texts_of_one_parameter_survive(
    filled: Connection, tmp_path: Path, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows = rows_of(export(tmp_path / f"runs{ending}", "trees", connection=filled))
    found = [row["params.mixed"] for row in rows]
    if ending == ".parquet":
        assert found == [None, "=1+1", "7"]
        assert [row["params.mixed:number"] for row in rows] == [None, None, 7.0]
        schema = pq.read_schema(tmp_path / "runs.parquet")
        assert b"'params.mixed:number'" in schema.field("params.mixed").metadata[b"sm_track"]
        assert "NAME:number: 'params.mixed'" in caplog.text
    else:
        assert found == [None, "'=1+1" if ending == ".csv" else "=1+1", "7.0" if ending == ".csv" else 7.0]
        assert caplog.text == ""


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_frame_of_the_sdk_is_written_with_its_lists(
    filled: Connection, tmp_path: Path, ending: str
) -> None:
    rows = rows_of(export(tmp_path / f"a{ending}", "trees", analytics=True, connection=filled))
    frame = analytics("trees", connection=filled)
    assert [name for name in rows[0] if not name.endswith(":number")] == list(frame.columns)
    found = [row["Experiments"] for row in rows]
    assert found == ['["trees"]' if ending == ".csv" else ["trees"]] * 3


@pytest.mark.parametrize("ending", ENDINGS)
def test_points_are_written(filled: Connection, tmp_path: Path, ending: str) -> None:
    path = export(
        tmp_path / f"p{ending}", "trees", "name = 'third'", metrics="auc", group="g0", connection=filled
    )
    rows = rows_of(path)
    assert [row["run"] for row in rows] == ["third"] * 3
    assert [(int(row["step"]), float(row["value"])) for row in rows] == [(0, 2.0), (1, 2.25), (2, 2.5)]


def test_nothing_is_a_file_too(home: Connection, tmp_path: Path) -> None:
    for ending in ENDINGS:
        path = export(tmp_path / f"none{ending}", connection=home)
        assert rows_of(path) == []
    assert (tmp_path / "none.csv").read_text("utf-8").startswith("run,experiment,group,")


# -- cells -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_and_no_header_of_csv_is_executed(tmp_path: Path, text: str) -> None:
    frame = pd.DataFrame({text: [text, "fine", None]}, dtype=object)
    lines = list(csv.reader(write(frame, tmp_path / "a.csv").open(encoding="utf-8", newline="")))
    assert lines == [["'" + text], ["'" + text], ["fine"], [""]]
    lines = list(csv.reader(write(frame, tmp_path / "a.csv", raw=True).open(encoding="utf-8", newline="")))
    assert lines[:2] == [[text], [text]]


@pytest.mark.parametrize("text", ["-1", "+3.5", "-.5e-3", "1=2", "a@b", "", "'=1"])
def test_texts_that_are_numbers_or_harmless_stay(text: str) -> None:
    assert harmless(text) == text


def test_any_text_comes_back(tmp_path: Path) -> None:
    dice = random.Random(7)
    signs = "ab,;'\"\r\n\t =+-@0\0\x1b\u202e\ud800\ufeffע実😀"
    cells = [["".join(dice.choices(signs, k=dice.randrange(6))) for _ in "ab"] for _ in range(500)]
    frame = pd.DataFrame(cells, columns=["a", "b"], dtype=object)
    safe = [[text.replace("\ud800", "?") for text in row] for row in cells]
    with write(frame, tmp_path / "a.csv", raw=True).open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == safe
    assert [list(row.values()) for row in rows_of(write(frame, tmp_path / "a.json"))] == safe
    assert [list(row.values()) for row in rows_of(write(frame, tmp_path / "a.parquet"))] == safe


def test_numbers_that_are_none(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "x": [1.5, np.nan, np.inf],
            "step": pd.array([1, None, 3], dtype="Int64"),
            "time": pd.to_datetime(["2026-01-02T03:04:05.123456+02:00", None, None], utc=True),
            "kind": pd.Categorical(["a", "b", "a"]),
        }
    )
    assert rows_of(write(frame, tmp_path / "a.json")) == [
        {"x": 1.5, "step": 1, "time": "2026-01-02T01:04:05.123456Z", "kind": "a"},
        {"x": None, "step": None, "time": None, "kind": "b"},
        {"x": None, "step": 3, "time": None, "kind": "a"},
    ]
    assert [list(row.values()) for row in rows_of(write(frame, tmp_path / "a.csv"))] == [
        ["1.5", "1", "2026-01-02T01:04:05.123456Z", "a"],
        [None, None, None, "b"],
        ["inf", "3", None, "a"],
    ]
    read = pd.read_parquet(write(frame, tmp_path / "a.parquet"))
    assert read["x"].tolist()[::2] == [1.5, np.inf]
    assert read["step"].tolist()[::2] == [1, 3]
    assert read["time"].iloc[0] == frame["time"].iloc[0]


# -- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "runs.xls",
            "The ending of 'runs.xls' does not say what to write. Choose one of .csv, .json, .parquet.",
        ),
        ("runs.parqet", "Did you mean '.parquet'?"),
        ("runs", "The ending of 'runs'"),
        ("nowhere/runs.csv", "does not exist. Make it first"),
        ("there.csv", "is a folder. Name a file in it"),
        ("new/", "is a folder"),
        ("file.csv/runs.csv", "is no folder"),
        ("", "is no name of a file"),
        ("a\0.csv", "is no name of a file"),
        ("x" * 300 + ".csv", "Cannot write"),
        ("locked.csv", "cannot be written to"),
        ("pipe.csv", "cannot be written to"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_one_line_before_anything_is_read(
    home: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.csv").mkdir()
    Path("file.csv").touch()
    os.mkfifo("pipe.csv")
    Path("locked.csv").write_text("kept")
    monkeypatch.setattr(
        os, "access", lambda path, _: Path(path).name != "locked.csv"
    )  # root may write everywhere
    with pytest.raises(UsageError) as caught:
        export(name, connection=home)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert home.calls["Search"] == 0


def test_without_pyarrow_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError, match=r"pip install 'sm-track-widgets\[parquet\]', or choose \.csv\."):
        write(pd.DataFrame(), tmp_path / "a.parquet")


@pytest.mark.parametrize("ending", ENDINGS)
def test_after_an_error_the_file_is_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"Cannot write '.*': No space left on device\."):
        write(pd.DataFrame({"a": [1]}), path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.touch()
    target.chmod(0o640)
    link.symlink_to(target)
    assert write(pd.DataFrame({"a": [1]}), link) == link
    assert link.is_symlink()
    assert target.read_text() == "a\n1\n"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"analytics": True}, "analytics is of one experiment"),
        ({"analytics": True, "query": "name = 'a'", "experiment": "e"}, "Leave all but its name"),
        ({"metrics": "auc", "columns": ["a"]}, "Points have no columns"),
    ],
)
def test_what_does_not_go_together(
    home: Connection, tmp_path: Path, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        export(tmp_path / "a.csv", connection=home, **options)


def test_points_of_no_run_at_all(filled: Connection, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no such run"):
        export(tmp_path / "a.csv", "trees", "name = 'nobody'", metrics="auc", connection=filled)
    assert list(tmp_path.glob("*.csv")) == []


def test_points_of_a_run_whose_name_another_has_too(
    home: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_for, "FEW", 0)
    # The component of the second run is "one-b", as the third one is called.
    for experiment, name, value in (
        ("two", "a", 1.0),
        ("one", "b", 2.0),
        ("one", "one-b", 3.0),
        ("one", "a", 4.0),
    ):
        with Run(experiment, name, connection=home) as run:
            run.log_metric("auc", value, step=0)
    for _ in range(2):  # asked for by the query; then among all runs, which are known
        for query, value in (("experiment = 'two'", 1.0), ("component = 'one-b'", 2.0)):
            path = export(tmp_path / "p.json", query=query, metrics="auc", connection=home)
            assert [row["value"] for row in rows_of(path)] == [value]
        runs(connection=home)
