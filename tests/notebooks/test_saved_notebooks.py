"""The committed notebooks give the results they show, and the check that says so can fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUICKSTART = ROOT / "notebooks" / "01_quickstart.ipynb"
MARK = "# NBVAL_CHECK_OUTPUT"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def saved(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def nbval(notebook: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run nbval over one notebook, with an embedded store of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval-lax",
        "--nbval-current-env",
        "--nbval-cell-timeout=120",
    ]
    options = ["-p", "no:cacheprovider", f"--rootdir={folder}", "-c", os.devnull]
    return subprocess.run(
        [
            *command,
            *options,
            f"--nbval-sanitize-with={Path(__file__).parent / 'sanitize.cfg'}",
            str(notebook),
        ],
        env={**os.environ, "SM_TRACK_HOME": str(folder / "home")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def outcome(finished: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """``{"passed": 20, "failed": 1}`` from pytest's last line."""
    assert finished.returncode in (0, 1), finished.stdout + finished.stderr
    last = finished.stdout.strip().splitlines()[-1]
    return {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|error)", last)}


def test_the_saved_results_are_what_comes_out(saved, tmp_path):
    copy = tmp_path / QUICKSTART.name
    nbformat.write(saved, copy)
    finished = nbval(copy, tmp_path)
    code_cells = sum(cell.cell_type == "code" for cell in saved.cells)
    assert outcome(finished) == {"passed": code_cells}, finished.stdout


def test_a_changed_result_is_noticed(tmp_path):
    saved = nbformat.read(QUICKSTART, as_version=4)
    copy = tmp_path / QUICKSTART.name
    changed = nbformat.from_dict(saved)
    cell = next(cell for cell in reversed(changed.cells) if cell.source.startswith(MARK))
    output = next(output for output in cell.outputs if "data" in output)
    plain = output.data["text/plain"]
    # One digit of one number: the least that can go wrong.
    output.data["text/plain"] = re.sub(r"\.\d", lambda m: f".{(int(m[0][1]) + 1) % 10}", plain, count=1)
    assert output.data["text/plain"] != plain
    nbformat.write(changed, copy)
    code_cells = sum(cell.cell_type == "code" for cell in saved.cells)
    assert outcome(nbval(copy, tmp_path)) == {"passed": code_cells - 1, "failed": 1}


def test_results_are_checked(saved):
    marked = [cell for cell in saved.cells if cell.cell_type == "code" and cell.source.startswith(MARK)]
    assert len(marked) >= 3
    assert all(cell.outputs for cell in marked)


def test_it_reads_well_without_a_kernel(saved):
    assert "widgets" not in saved.metadata
    code = [cell for cell in saved.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not any(output.output_type == "error" for output in outputs)
    assert not any(WIDGET_VIEW in output.get("data", {}) for output in outputs)
    html = "\n".join(output.data["text/html"] for output in outputs if "text/html" in output.get("data", {}))
    assert html.count("<svg") >= 1
    assert "<script" not in html


def test_it_names_no_path_of_the_machine_that_made_it(saved):
    text = nbformat.writes(saved)
    assert not re.search(r"(?<![\w.])/(?:tmp|home|root|work|Users)/", text)
