"""%sm_export in a real kernel."""

from __future__ import annotations

import csv
import json

import pytest

HOSTILE = "<img src=x onerror=alert(1)> \u202e עברית"


@pytest.fixture(scope="module", autouse=True)
def _three_runs(kernel):
    cell = kernel.run(
        f"hostile = {HOSTILE!r}\n"
        "for depth, name in ((2, 'd2'), (3, 'd3'), (4, hostile)):\n"
        "    get_ipython().run_cell_magic('sm_run', '\"{name}\" -e trees -p depth={depth} -p f==1 --quiet', '''\n"
        "run.log_metric('auc', depth / 10, step=0)\n"
        "''')"
    )
    assert cell.status == "ok", cell.traceback


@pytest.fixture(autouse=True)
def folder(kernel, tmp_path):
    kernel.run(f"folder = {str(tmp_path)!r}\n%cd -q {tmp_path}")
    return tmp_path


def names(path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["run"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("line", "file", "expected"),
    [
        ("-e trees runs.csv", "runs.csv", [HOSTILE, "d3", "d2"]),
        ("runs.csv -e trees", "runs.csv", [HOSTILE, "d3", "d2"]),
        ("-e trees metrics.auc > 0.25 runs.csv", "runs.csv", [HOSTILE, "d3"]),
        ("metrics.auc > 0.25 -e trees 'my runs.csv'", "my runs.csv", [HOSTILE, "d3"]),
        ('"metrics.auc > 0.25" {folder}/x.CSV -e trees', "x.CSV", [HOSTILE, "d3"]),
        ("name = 'd2' OR name = '{hostile}' \"{folder}/a b.csv\"", "a b.csv", [HOSTILE, "d2"]),
    ],
)
def test_a_file_is_written_and_told(kernel, folder, line, file, expected):
    cell = kernel.run(f"%sm_export {line}")
    assert cell.status == "ok", cell.traceback
    assert cell.text.startswith(f"Written: {folder / file} (")
    assert names(folder / file) == expected


def test_assigned_it_gives_the_path(kernel, folder):
    cell = kernel.run("path = %sm_export -e trees --columns depth,auc.max runs.json")
    assert (cell.status, cell.outputs) == ("ok", []), cell.traceback
    assert kernel.value("str(path)") == repr(str(folder / "runs.json"))
    assert json.loads((folder / "runs.json").read_bytes())[-1] == {
        "run": "d2",
        "params.depth": 2.0,
        "metrics.auc.max": 0.2,
    }


def test_points_analytics_and_raw(kernel, folder):
    cell = kernel.run(
        "%sm_export -e trees --metrics auc name = 'd3' points.csv\n"
        "%sm_export -e trees --analytics analytics.json\n"
        "%sm_export -e trees --raw raw.csv\n"
        "%sm_export -e trees safe.csv"
    )
    assert cell.status == "ok", cell.traceback
    assert names(folder / "points.csv") == ["d3"]
    assert json.loads((folder / "analytics.json").read_bytes())[0]["Experiments"] == ["trees"]
    for file, value in (("raw.csv", "=1"), ("safe.csv", "'=1")):
        with (folder / file).open(encoding="utf-8", newline="") as opened:
            assert {row["params.f"] for row in csv.DictReader(opened)} == {value}


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ("", "UsageError", "takes the name of a file"),
        ("-e trees", "UsageError", "takes the name of a file"),
        ("-e trees runs.xls", "UsageError", "Choose one of .csv, .json, .parquet"),
        ("-e trees nowhere/runs.csv", "UsageError", "does not exist. Make it first"),
        ("-e trees metrics.auc > 0.3", "UsageError", "The ending of '0.3'"),
        ("-e treees runs.csv", "NotFoundError", "Did you mean 'trees'?"),
        ("trees runs.csv", "UsageError", "An experiment is named by -e: %sm_export -e trees"),
        ("-e trees --columns depht runs.csv", "UsageError", "Did you mean"),
        ("-e trees --metrics acu runs.csv", "NotFoundError", "Did you mean 'auc'?"),
    ],
)
def test_a_mistake_is_one_line_and_no_file(kernel, folder, line, error, told):
    cell = kernel.run(f"%sm_export {line}")
    assert cell.errors == [error]
    (message,) = cell.traceback
    assert told in message
    assert list(folder.iterdir()) == []
