"""`Compare` on Python's side: what differs, by how much, the page simulated."""

from __future__ import annotations

import base64
import difflib
import json
import random
import re
import struct
import zlib

import numpy as np
import pandas as pd
import pytest
from wire_tap import change, say

from sm_track_widgets import reading
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.reading.compare.code import codes, counted, unified
from sm_track_widgets.reading.compare.comparison import comparison
from sm_track_widgets.reading.compare.numbers import better
from sm_track_widgets.reading.run_facts import MetricFacts, RunFacts
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets import compare_wire
from sm_track_widgets.widgets.compare import Compare
from sm_track_widgets.widgets.compare_files import preview


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture
def trio(home, tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n3,x\n", "utf-8")
    (tmp_path / "plot.png").write_bytes(png())
    for depth in (2, 4, 6):
        params = {"depth": depth, "tree": "hist", "rate": 0.1}
        with Run("trees", f"d{depth}", params=params) as run:
            for step in range(5):
                run.log_metric("auc", 0.8 + depth / 100 + step / 1000, step=step)
                run.log_metric("val_loss", 1.0 / (step + depth), step=step)
            run.set_tag("team", "red" if depth < 6 else "blue")
            if depth != 4:
                run.log_file(str(tmp_path / "table.csv"), name="table.csv")
                run.log_file(str(tmp_path / "plot.png"), name="plot.png")
    return home


def facts(name: str, **more: object) -> RunFacts:
    values: dict[str, object] = {
        "run": name,
        "experiment": "e",
        "group": "",
        "component": f"e-{name}",
        "status": "Completed",
    }
    return RunFacts(name, **{**values, **more})  # type: ignore[arg-type]


# -- what differs --------------------------------------------------------------------------------------------------
def test_the_frame_has_a_column_for_each_run_and_a_row_for_each_fact(trio):
    compared = Compare(["d2", "d4", "d6"], "trees")
    frame = compared.df
    assert list(frame.columns) == ["d2", "d4", "d6"]
    assert frame.loc[("parameter", "depth")].tolist() == [2, 4, 6]
    assert frame.loc[("parameter", "tree")].tolist() == ["hist"] * 3
    assert frame.loc[("metric", "auc.last")].tolist() == pytest.approx([0.824, 0.844, 0.864])
    assert frame.loc[("metric", "auc.count")].tolist() == [5, 5, 5]
    assert frame.loc[("metric", "auc.std")].tolist() == pytest.approx([np.std(np.arange(5) / 1000)] * 3)
    assert frame.loc[("tag", "team")].tolist() == ["red", "red", "blue"]
    started = frame.loc[("run", "Started"), "d2"]
    assert started == pd.Timestamp(compared._found.runs[0].started, unit="s", tz="UTC")
    compared.diff_only = True
    names = compared.df.loc["parameter"].index.tolist()
    assert names == ["depth"]
    assert ("metric", "auc.count") not in compared.df.index


def test_better_follows_the_metric():
    assert better(0.9, 0.8, "max") is True
    assert better(0.9, 0.8, "min") is False
    assert better(0.8, 0.8, "min") is None
    assert better(None, 0.8, "min") is None
    assert better(float("nan"), 0.8, "min") is None


def test_missing_and_unequal_kinds_of_values_differ():
    runs = [
        facts("a", parameters={"x": 1.0, "only": 3}),
        facts("b", parameters={"x": "1.0"}),
        facts("c", parameters={"x": 1.0}),
    ]
    (section, *_) = comparison(runs).sections
    assert {row.name: (row.cells, row.differs) for row in section.rows} == {
        "x": ([1.0, "1.0", 1.0], True),
        "only": ([3, None, None], True),
    }


def test_runs_of_one_name_are_told_apart():
    runs = [facts("a"), facts("a", experiment="f", component="f-a"), facts("b")]
    assert comparison(runs).labels == ["e/a", "f/a", "b"]
    assert comparison([facts("a"), facts("a", component="e-a-2")]).labels == ["e-a", "e-a-2"]


def test_a_diff_is_difflibs_in_both_directions():
    chance = random.Random(4)
    for _ in range(60):
        before = [chance.choice("abcde") for _ in range(chance.randrange(1, 40))]
        after = [line for line in before if chance.random() > 0.15]
        after.insert(chance.randrange(len(after) + 1), "new")
        sources = ["\n".join(before), "\n".join(after)]
        found = codes(
            [facts(name, capture={"source": text}) for name, text in zip("ab", sources, strict=True)]
        )
        for base, other in ((0, 1), (1, 0)):
            lines = unified(found, base, other)
            one, two = found.sources[base], found.sources[other]
            assert [line[1:] for line in lines if line[0] == "-"] or [
                line for line in lines if line[0] == "+"
            ]
            restored = list(one)
            for kind, i1, i2, j1, j2 in reversed(found.between(base, other)):
                if kind != "equal":
                    restored[i1:i2] = two[j1:j2]
            assert restored == two
        theirs = list(difflib.unified_diff(found.sources[0], found.sources[1], lineterm="", n=3))[2:]
        assert [line for line in unified(found, 0, 1) if not line.startswith("@@")] == [
            line for line in theirs if not line.startswith("@@")
        ]
        added, removed = counted(found.between(0, 1))
        assert added - removed == len(after) - len(before)


def test_equal_code_is_kept_once_and_missing_code_is_none():
    found = codes([facts("a", capture={"source": "x\n"}), facts("b"), facts("c", capture={"source": "x\n"})])
    assert (found.sources, found.of, found.steps) == ([["x"]], [0, None, 0], {})
    assert unified(found, 0, 0) == []


def test_environment_and_inputs_are_rows():
    kept = {
        "python": "3.11.2",
        "implementation": "CPython",
        "packages": ["numpy==2.0", "x"],
        "git": {"commit": "a" * 40},
    }
    other = {
        **kept,
        "packages": ["numpy==2.1"],
        "inputs": {"names": [{"name": "rate", "type": "float", "value": "0.1"}]},
    }
    found = comparison([facts("a", capture=kept), facts("b", capture=other)])
    rows = {(section.title, row.name): row.cells for section in found.sections for row in section.rows}
    assert rows["Packages", "numpy"] == ["2.0", "2.1"]
    assert rows["Packages", "x"] == ["installed", None]
    assert rows["Python and machine", "Python"] == ["CPython 3.11.2"] * 2
    assert rows["Git", "Commit"] == ["a" * 12] * 2
    assert rows["Read by the cell", "rate"] == [None, "0.1"]


def test_a_run_of_which_nothing_was_kept_is_not_different_for_that():
    kept = {"python": "3.11.2", "packages": ["numpy==2.0"]}
    found = comparison([facts("a", capture=kept), facts("b"), facts("c", capture=kept)])
    environment = [section for section in found.sections if section.tab == "env"]
    assert [section.unknown for section in environment] == [frozenset({1})] * 2
    assert not any(row.differs for section in environment for row in section.rows)
    assert "package" not in found.frame(["a", "b", "c"], diff_only=True).index.get_level_values("kind")
    kept, lost = found.frame(["a", "b"]).loc[("package", "numpy")].tolist()
    assert (kept, pd.isna(lost)) == ("2.0", True)


def test_what_json_cannot_write_is_text():
    metric = MetricFacts("m", float("nan"), float("-inf"), float("inf"), None, 3)
    found = compare_wire.described(
        comparison([facts("a", metrics=[metric]), facts("b", parameters={"big": 2**60})])
    )
    assert json.loads(json.dumps(found, allow_nan=False)) == json.loads(json.dumps(found))
    assert found["metrics"][0]["stats"]["last"] == ["NaN", None]
    assert found["sections"][0]["rows"][0]["cells"] == [None, str(2**60)]


# -- the widget ----------------------------------------------------------------------------------------------------
def test_everything_but_files_is_sent_at_once(trio):
    compared = Compare(["d2", "d4"], "trees", baseline="d4", tab="metrics", diff_only=True)
    assert (compared.runs, compared.baseline, compared.tab) == (["d2", "d4"], "d4", "metrics")
    data = compared._data
    assert [run["name"] for run in data["runs"]] == ["d2", "d4"]
    assert [row["name"] for row in data["metrics"]] == ["auc", "val_loss"]
    assert [row["best"] for row in data["metrics"]] == ["max", "min"]
    assert {(one["run"], one["metric"]) for one in compared._series["series"]} == {
        (run, metric) for run in ("d2", "d4") for metric in ("auc", "val_loss")
    }
    assert [row["name"] for row in data["artifacts"]] == ["plot.png", "table.csv"]
    assert data["artifacts"][0]["of"][1] is None
    assert "iVBOR" not in json.dumps(data)


def test_the_page_chooses_and_python_hears_of_it(trio, tap):
    compared = Compare(["d2", "d4", "d6"], "trees")
    change(compared, baseline="d6", diff_only=True, tab="code")
    assert (compared.baseline, compared.diff_only, compared.tab) == ("d6", True, "code")
    change(compared, runs=["d2", "d4"])
    assert list(compared.df.columns) == ["d2", "d4"]
    assert compared.baseline == "d2"
    assert tap.updates(compared)[-1]["baseline"] == "d2"
    before = len(tap.updates(compared))
    compared.runs = ["d2", "d4", "d6"]
    assert not any("_data" in update for update in tap.updates(compared)[before:])
    assert compared.to_code() == "Compare(['d2', 'd4', 'd6'], 'trees', diff_only=True, tab='code')"
    with pytest.raises(UsageError, match=r"baseline 'd7' is not among the runs"):
        compared.baseline = "d7"


def test_other_runs_are_read_when_they_are_set(trio, tap):
    compared = Compare(["d2", "d4"], "trees")
    compared.runs = ["d6", "d4"]
    assert list(compared.df.loc[("parameter", "depth")]) == [6, 4]
    assert compared.baseline == "d6"
    assert [run["name"] for run in compared._data["runs"]] == ["d6", "d4"]
    with pytest.raises(NotFoundError, match="no run 'd8'"):
        compared.runs = ["d6", "d8"]
    assert (compared.runs, list(compared.df.columns)) == (["d6", "d4"], ["d6", "d4"])
    compared.refresh()
    assert compared.runs == ["d6", "d4"]
    say(compared, type="refresh")
    assert tap.custom(compared)[-1][0] == {"type": "refreshed", "error": ""}


def test_files_come_when_they_are_asked_for(trio, tap):
    compared = Compare(["d2", "d4", "d6"], "trees")
    say(compared, type="artifact", direction="output", name="plot.png")
    told = tap.custom(compared)[-1][0]
    assert (told["name"], [one["run"] for one in told["previews"]]) == ("plot.png", ["d2", "d4", "d6"])
    first, missing, _ = (one["preview"] for one in told["previews"])
    assert (first["kind"], first["type"], base64.b64decode(first["data"])) == ("image", "image/png", png())
    assert missing is None
    say(compared, type="artifact", direction="output", name="table.csv")
    table = tap.custom(compared)[-1][0]["previews"][0]["preview"]
    assert (table["header"], table["rows"], table["more"]) == (["a", "b"], [[1.0, 2.0], [3.0, "x"]], 0)
    say(compared, type="artifact", direction="output", name="no such")
    assert tap.custom(compared)[-1][0]["previews"] == []


def test_pictures_are_what_their_bytes_say_and_never_svg():
    assert preview("a.png", "image/png", b"<script>", 8)["kind"] == "none"
    assert preview("a.svg", "image/svg+xml", b"<svg onload=alert(1)>", 21)["kind"] == "none"
    assert preview("a.png", "image/png", png(), 5_000_000)["kind"] == "none"
    assert preview("a.bin", "application/octet-stream", b"\0\1", 2)["kind"] == "none"
    text = preview("a.log", "text/plain", b"<b>\n" * 50, 200)
    assert (text["kind"], text["more"]) == ("text", 20)
    document = b'{"columns": ["x"], "data": [[NaN]]}'
    nan = preview("a.json", "application/json", document, len(document))
    assert nan["rows"] == [[None]]


def test_a_frame_of_runs_names_them(trio):
    frame = reading.runs("trees", "params.depth > 2")
    assert sorted(Compare(frame).runs) == ["d4", "d6"]
    assert sorted(Compare(frame.drop(columns="experiment")).runs) == ["d4", "d6"]
    sdk = reading.analytics("trees")
    assert sorted(Compare(sdk.head(2)).runs) == sorted(sdk["DisplayName"].head(2))
    with pytest.raises(UsageError, match="no column that names runs"):
        Compare(pd.DataFrame({"x": [1, 2]}))


def test_open_runs_are_compared_from_memory(trio):
    with Run("trees", "now", params={"depth": 9}) as run:
        run.log_metric("auc", 0.5, step=0)
        compared = Compare(["d2", "now"], "trees")
        assert compared.df.loc[("parameter", "depth")].tolist() == [2, 9]
        run.log_metric("auc", 0.7, step=1)
        compared.refresh()
        assert compared.df.loc[("metric", "auc.last"), "now"] == 0.7


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"runs": "d2"}, r"takes a list of names"),
        ({"runs": ["d2"]}, r"2 to 12 runs, not one run"),
        ({"runs": [f"r{place}" for place in range(13)]}, r"2 to 12 runs, not 13 runs"),
        ({"runs": ["d2", "trees-d2"]}, r"all of the same run"),
        ({"runs": ["d2", "d4"], "tab": "cod"}, r"no tab 'cod'\. Did you mean 'code'"),
        ({"runs": ["d2", "d4"], "baseline": "d6"}, r"'d6' is not among the runs"),
        ({"runs": ["d2", "d4"], "difonly": True}, r"no argument 'difonly'\. Did you mean 'diff_only'"),
    ],
)
def test_mistakes_are_told_with_the_cure(trio, arguments, told):
    with pytest.raises(UsageError, match=told):
        Compare(experiment="trees", **arguments)


# -- static form ---------------------------------------------------------------------------------------------------
def test_the_static_form_shows_what_differs(trio):
    compared = Compare(["d2", "d4"], "trees", baseline="d4", diff_only=True)
    html = compared.static_html()
    assert "depth" in html
    assert "hist" not in html
    assert "−2" in html  # noqa: RUF001
    assert 'title="worse">−0.02' in html  # noqa: RUF001
    text = compared.static_text()
    assert text.splitlines()[0] == "Baseline: d4"
    assert re.search(r"Started +20\d\d-\d\d-\d\d \d\d:\d\d ", text)
    assert "val_loss (lower is better)" in text
    assert "<svg" in html
    shown = Compare(["d2", "d4"], "trees", tab="artifacts").static_html()
    assert "data:image/png;base64," in shown


def test_hostile_text_is_text(home):
    evil = "<img src=x onerror=alert(1)>\"'&"
    for name in ("one", "two"):
        with Run("evil", f"{name}{evil}", params={f"p{evil}": f"{name}{evil}"}) as run:
            run.log_metric("m<script>", 1.0 if name == "one" else 2.0, step=0)
            run.set_tag("tag", name)
    compared = Compare(reading.runs("evil"))
    html = compared.static_html()
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;img" in html
    assert evil in compared.static_text()


def test_sources_are_escaped_in_the_static_diff():
    from sm_track_widgets.charts.static_compare import Shown, compare_html

    runs = [facts("a", capture={"source": "x = '<b>'\n"}), facts("b", capture={"source": "y = '<i>'\n"})]
    html = compare_html(comparison(runs), Shown([0, 1], 0, tab="code"))
    assert "<b>'" not in html
    assert "&lt;i&gt;" in html
    assert "b against a: +1 −1 lines" in html  # noqa: RUF001
