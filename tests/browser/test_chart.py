"""The chart while the kernel cannot answer: it moves with the run, and zooms by itself."""

from __future__ import annotations

from notebook_page import NotebookPage, until

LOAD = "%load_ext sm_track_widgets\nimport time, sm_track_widgets as sm"
SEED = """
for name in ("first", "second"):
    with sm.Run(experiment, name, params={"depth": 2 if name == "first" else 4}) as run:
        for step in range(400):
            run.log_metric("loss", 1 / (1 + 0.02 * step) + (0.1 if name == "second" else 0), step=step)
"""
SHOW = "chart = %sm_plot loss -e {experiment}\nchart"
TRAIN = """%%sm_run third -e {experiment}
for step in range(100):
    run.log_metric("loss", 2 - 0.015 * step, step=4 * step)
    time.sleep(0.1)
"""
SLEEP = "time.sleep(20)"
PIXELS = "(plot) => [...plot.querySelectorAll('canvas')].map((one) => one.toDataURL()).join()"


def pixels(notebook: NotebookPage, cell: int) -> str:
    """What is painted in the chart of a cell."""
    plot = notebook.output(cell).locator(".smtw-plot").first
    plot.locator("canvas").first.wait_for(timeout=20_000)
    return str(plot.evaluate(PIXELS))


def drawn(notebook: NotebookPage, cell: int) -> str:
    """Wait until the chart has come to rest, and return its pixels."""
    state = {"last": ""}

    def at_rest() -> str:
        now = pixels(notebook, cell)
        settled, state["last"] = now == state["last"], now
        return now if settled else ""

    return until("a chart at rest", at_rest, 20)


def drag(notebook: NotebookPage, cell: int, start: float, end: float) -> None:
    """Drag across the chart of a cell, from one share of its width to another."""
    box = notebook.output(cell).locator(".smtw-plot").first.bounding_box()
    assert box
    mouse, middle = notebook.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + start * box["width"], middle)
    mouse.down()
    mouse.move(box["x"] + (start + end) / 2 * box["width"], middle, steps=5)
    mouse.move(box["x"] + end * box["width"], middle, steps=5)
    mouse.up()


def test_a_chart_of_an_earlier_cell_moves_while_a_run_logs(open_notebook):
    notebook = open_notebook("moves", [LOAD + "\nexperiment = 'moves'" + SEED, SHOW, TRAIN])
    notebook.run_cell(0)
    notebook.run_cell(1)
    before = drawn(notebook, 1)
    assert "third" not in notebook.output(1).inner_text()
    notebook.start_cell(2)
    first = until("the third run's line", lambda: (now := pixels(notebook, 1)) != before and now, 20)
    until("more of it", lambda: pixels(notebook, 1) != first, 10)
    assert notebook.running(2)
    assert "third" in notebook.output(1).inner_text()
    notebook.finish(2)


def test_the_sessions_first_chart_is_drawn_while_its_own_cell_runs(open_notebook):
    cell = "never_shown = sm.MetricChart('loss', experiment=experiment)\n"
    cell += "display(sm.MetricChart('loss', experiment=experiment))\ntime.sleep(10)"
    notebook = open_notebook("first", [LOAD + "\nexperiment = 'first'" + SEED, cell])
    notebook.run_cell(0)
    notebook.start_cell(1)
    notebook.output(1).locator(".smtw-plot canvas").first.wait_for(timeout=8000)
    assert notebook.running(1)
    notebook.finish(1)


def test_a_chart_zooms_by_dragging_while_a_cell_sleeps(open_notebook):
    notebook = open_notebook(
        "zooms", [LOAD + "\nexperiment = 'zooms'" + SEED, SHOW, SLEEP, "print(chart.domain)"]
    )
    notebook.run_cell(0)
    notebook.run_cell(1)
    whole = drawn(notebook, 1)
    notebook.start_cell(2)
    drag(notebook, 1, 0.4, 0.6)
    until("the zoomed chart", lambda: pixels(notebook, 1) != whole, 5)
    zoomed = drawn(notebook, 1)
    notebook.output(1).locator(".smtw-plot").first.dblclick()
    until("the whole chart again", lambda: pixels(notebook, 1) not in {zoomed, ""}, 5)
    drag(notebook, 1, 0.4, 0.6)
    until("the zoom again", lambda: notebook.output(1).get_by_role("button", name="Show all").is_visible(), 5)
    assert notebook.running(2)
    notebook.finish(2, 40)
    notebook.run_cell(3)
    low, high = (float(part) for part in notebook.output(3).inner_text().strip("()[]\n ").split(","))
    assert 80 < low < high < 320


def test_bands_smoothing_and_panning_while_a_cell_sleeps(open_notebook):
    told = "print(chart.band, chart.edges, chart.smooth, chart.smooth_kind, *chart.domain)"
    notebook = open_notebook("bands", [LOAD + "\nexperiment = 'bands'" + SEED, SHOW, SLEEP, told])
    notebook.run_cell(0)
    notebook.run_cell(1)
    lines = drawn(notebook, 1)
    notebook.start_cell(2)
    chart = notebook.output(1)
    chart.get_by_role("button", name="Mean ± band").click()
    until("the mean of all", lambda: pixels(notebook, 1) != lines, 5)
    assert chart.locator(".smtw-legend").inner_text().split() == ["all", "runs", "(2)"]
    chart.get_by_label("Edges of the band").select_option("deviation")
    chart.locator(".smtw-slider input").fill("0.8")
    chart.get_by_label("Kind of smoothing").select_option("mean")
    until("the window", lambda: "9 points" in chart.locator(".smtw-slider").inner_text(), 5)
    drag(notebook, 1, 0.4, 0.6)
    until("the zoom", lambda: chart.get_by_role("button", name="Show all").is_visible(), 5)
    zoomed = drawn(notebook, 1)
    notebook.page.keyboard.down("Shift")
    drag(notebook, 1, 0.3, 0.6)
    notebook.page.keyboard.up("Shift")
    until("what lies before", lambda: pixels(notebook, 1) != zoomed, 5)
    assert notebook.running(2)
    notebook.finish(2, 40)
    notebook.run_cell(3)
    band, edges, smooth, kind, low, high = notebook.output(3).inner_text().split()
    assert (band, edges, float(smooth), kind) == ("all", "deviation", 9.0, "mean")
    assert 40 < float(low) < 160
    assert 40 < float(high) - float(low) < 140


def test_the_kernel_brings_the_metric_that_is_chosen_for_x(open_notebook):
    seed = SEED + "            run.log_metric('epoch', step / 100, step=step)\n"
    notebook = open_notebook("metric-x", [LOAD + "\nexperiment = 'metric-x'" + seed, SHOW])
    notebook.run_cell(0)
    notebook.run_cell(1)
    steps = drawn(notebook, 1)
    notebook.output(1).get_by_label("x is a metric").select_option("epoch")
    until("loss by epoch", lambda: pixels(notebook, 1) != steps, 10)
    until("the points", lambda: "when the kernel is idle" not in notebook.output(1).inner_text())
    assert notebook.output(1).locator(".smtw-panel:visible").count() == 1
