"""%sm_rerun and the mark of runs whose cell was edited since, in a real kernel."""

from __future__ import annotations

import json
import os
import time

import pytest
from kernel import Kernel

CELL = """%%sm_run first -e again -p depth={depth} --quiet
print(rate, names, len(table), depth)
run.log_parameter("rate", rate)
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel as JupyterLab starts it: it knows its notebook."""
    home = tmp_path_factory.mktemp("kernel")
    made = Kernel(home, JPY_SESSION_NAME=str(home / "work.ipynb"))
    assert made.run("%load_ext sm_track_widgets").status == "ok"
    yield made
    made.stop()


def save(kernel: Kernel, source: str, cell_id: str = "c1") -> None:
    """Write the notebook as it is saved a moment from now."""
    path = kernel.home / "work.ipynb"
    path.write_text(
        json.dumps({"cells": [{"id": cell_id, "cell_type": "code", "source": source.splitlines(True)}]})
    )
    later = time.time() + 2
    os.utime(path, (later, later))


def test_a_cell_comes_back_with_its_values(kernel, stored):
    kernel.run("rate, depth, names, table = 0.1, 3, ['a', 'b'], {1: object()}")
    cell = kernel.run(CELL, cell_id="c1")
    assert cell.status == "ok", cell.traceback
    kept = stored.capture("first", "again")
    assert kept["cell"] == {"id": "c1", "notebook": str(kernel.home / "work.ipynb")}
    kernel.run("rate, depth, names = 5.0, 9, None")
    told = kernel.run("%sm_rerun first")
    assert told.outputs == []
    (payload,) = told.reply["payload"]
    assert payload["source"] == "set_next_input"
    assert payload["text"].splitlines() == [
        "%%sm_run first -e again -p depth={depth} --quiet",
        "# Again what run 'first' did (Completed): depth=3, rate=0.1",
        "depth = 3",
        "names = ['a', 'b']",
        "rate = 0.1",
        "# as they are in this kernel: table",
        "print(rate, names, len(table), depth)",
        'run.log_parameter("rate", rate)',
    ]


def test_what_came_back_runs_as_it_did(kernel, stored):
    kernel.run("text = %sm_rerun first -e again")
    text = eval(kernel.value("text"))
    kernel.run("depth = 3")  # the line of the magic is read before the body
    assert kernel.run(text).text.strip() == "0.1 ['a', 'b'] 1 3"
    assert stored.run("first-2", "again")["Parameters"]["rate"] == {"NumberValue": 0.1}
    kernel.run("%%time\n%%sm_run timed -e again --quiet\nrate")
    kernel.run("text = %sm_rerun timed")
    assert eval(kernel.value("text")).startswith("%%time\n%%sm_run timed -e again --quiet\n# Again")


def test_a_cell_that_was_edited_since_is_marked(kernel):
    assert "has been edited since" not in kernel.run("%sm_show first --tab code -e again").plain
    save(kernel, CELL)
    assert "has been edited since" not in kernel.run("%sm_show first -e again").plain
    save(kernel, CELL.replace("rate,", "2 * rate,"))
    said = "Its cell has been edited since: 1 line differs. %sm_rerun brings back the one that ran."
    assert said in kernel.run("%sm_show first -e again").plain
    save(kernel, CELL, "other")
    assert "Its cell is no longer in work.ipynb." in kernel.run("%sm_show first -e again").plain
    (kernel.home / "work.ipynb").unlink()
    kernel.run(CELL.replace("-e again", "-e other") + "1\n2", cell_id="c1")
    told = kernel.run("%sm_show first -e again")
    assert "edited since: 3 lines differ." in told.plain
    assert "has been edited since" not in kernel.run("%sm_show first -e other").plain


def test_what_cannot_come_back_is_said(kernel):
    kernel.run("%%sm_run bare -e again --no-capture --quiet\n1")
    for line, expected in {
        "bare": "The code of run 'bare' was not kept.",
        "nobody": "There is no run 'nobody'",
        "": "%sm_rerun takes the name of a run.",
    }.items():
        cell = kernel.run(f"%sm_rerun {line}")
        assert cell.status == "error"
        assert expected in cell.traceback[0]
