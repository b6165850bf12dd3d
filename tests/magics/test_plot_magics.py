"""%sm_parallel and %sm_scatter in a real kernel."""

from __future__ import annotations

import pytest

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module", autouse=True)
def _four_runs(kernel):
    cell = kernel.run(
        "for depth in (2, 3, 4, 5):\n"
        "    get_ipython().run_cell_magic('sm_run', 'd{depth} -e trees -g g{depth % 2} -p depth={depth} "
        "-p lr={10.0 ** -depth} --quiet', '''\n"
        "run.log_metric('auc', depth / 10, step=0)\n"
        "''')"
    )
    assert cell.status == "ok", cell.traceback


def test_lines_are_shown_with_a_static_form(kernel):
    cell = kernel.run("%sm_parallel -e trees metrics.auc > 0.25 --axes depth,lr,auc --color depth --flip lr")
    assert cell.status == "ok", cell.traceback
    static, view = (output["data"] for output in cell.outputs)
    assert VIEW in view
    assert "<svg" in static["text/html"]
    assert "d2" not in static["text/plain"]
    for name in ("d3", "d4", "d5"):
        assert name in static["text/plain"]


def test_points_are_shown_with_a_static_form(kernel):
    cell = kernel.run("%sm_scatter -e trees --x lr --y auc --size depth --pareto")
    assert cell.status == "ok", cell.traceback
    static, view = (output["data"] for output in cell.outputs)
    assert VIEW in view
    assert static["text/html"].count("<circle") == 4


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "%sm_parallel -e trees params.depth > 2 --log lr",
            (["params.depth", "params.lr", "metrics.auc.last"], ["params.lr"], "params.depth > 2", 3),
        ),
        (
            "%sm_parallel -e trees -g g1 --axes 'params.*' --log ''",
            (["params.depth", "params.lr"], [], "", 2),
        ),
    ],
)
def test_assigned_lines_are_the_widget(kernel, line, shown):
    cell = kernel.run(f"plot = {line}")
    assert (cell.status, cell.outputs) == ("ok", []), cell.traceback
    assert eval(kernel.value("(plot.axes, plot.log, plot.query, len(plot.df))")) == shown


def test_assigned_points_are_the_widget(kernel):
    cell = kernel.run(
        "column = 'depth'\nplot = %sm_scatter -e trees --x {column} --logx\n(plot.x, plot.y, plot.log_x)"
    )
    assert cell.result == repr(("params.depth", "metrics.auc.last", True)), cell.traceback


def test_they_are_saved(kernel, tmp_path):
    kernel.run(f"target = {str(tmp_path)!r}")
    assert kernel.run("%sm_parallel -e trees --save {target}/a.svg").status == "ok"
    assert kernel.run("%sm_scatter -e trees --save {target}/b.svg").status == "ok"
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    assert (tmp_path / "b.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ("%sm_parallel -e trees --axes dept", "UsageError", "Did you mean 'depth'?"),
        ("%sm_parallel trees", "UsageError", "%sm_parallel -e trees"),
        ("%sm_parallel -e trees --axis depth", "UsageError", "Did you mean '--axes'?"),
        ("%sm_scatter -e trees --x dept", "UsageError", "Did you mean 'depth'?"),
        ("%sm_scatter -e treees", "NotFoundError", "Did you mean 'trees'?"),
        ("%sm_scatter -e trees --save a.png", "UsageError", ".svg"),
    ],
)
def test_a_mistake_is_one_line(kernel, line, error, told):
    cell = kernel.run(line)
    assert cell.errors == [error]
    assert len(cell.traceback) == 1
    assert told in cell.traceback[0]
