"""The card of a cell that runs: numbers move, Stop stops."""

from __future__ import annotations

from notebook_page import until

LOAD = "%load_ext sm_track_widgets\nimport time, sm_track_widgets as sm"


def training(name: str, seconds: float, pause: float = 0.1) -> str:
    """A cell that logs a falling loss for so long."""
    return (
        f"%%sm_run {name} -e live -p rate=0.1\n"
        f"for step in range({round(seconds / pause)}):\n"
        "    run.log_metric('loss', 1 / (1 + 0.1 * step), step=step)\n"
        f"    time.sleep({pause})\n"
    )


def test_numbers_move_while_the_cell_runs_and_fold_when_it_is_over(open_notebook):
    notebook = open_notebook("card", [LOAD, training("moving", 6)])
    notebook.run_cell(0)
    notebook.start_cell(1)
    card = notebook.output(1).locator(".smtw-live")
    value = card.locator(".smtw-tile-value").first
    value.wait_for(timeout=15_000)
    first = value.inner_text()
    until("another value", lambda: value.inner_text() != first, 5)
    assert notebook.running(1)
    assert "Running" in card.inner_text()
    notebook.finish(1)
    until("the end on the card", lambda: "Completed" in notebook.output(1).inner_text())
    shown = notebook.output(1).inner_text()
    assert shown.count("moving") == 1
    assert "Running" not in shown


def test_stop_interrupts_the_cell_and_the_run_is_stopped(open_notebook):
    check = "sm.runs('live', columns=['status']).set_index('run').loc['endless', 'status']"
    notebook = open_notebook("stop", [LOAD, training("endless", 300), check])
    notebook.run_cell(0)
    notebook.start_cell(1)
    stop = notebook.output(1).get_by_role("button", name="Stop", exact=True)
    stop.wait_for(timeout=15_000)
    assert notebook.running(1)
    stop.click()
    notebook.finish(1, 20)
    until("Stopped on the card", lambda: "Stopped" in notebook.output(1).inner_text())
    assert "KeyboardInterrupt" in notebook.output(1).inner_text()
    notebook.run_cell(2)
    assert "Stopped" in notebook.output(2).inner_text()


def test_a_tqdm_bar_moves_the_card_s_bar_and_tells_the_time_left(open_notebook, screenshots):
    cell = (
        "%%sm_run barred -e live --live loss\nfrom tqdm import tqdm\n"
        "for step in tqdm(range(100), desc='epoch'):\n"
        "    run.log_metric('loss', 1 / (1 + 0.1 * step), step=step)\n    time.sleep(0.08)\n"
        "    if step == 60: raise RuntimeError('enough')"
    )
    notebook = open_notebook("barred", [LOAD, cell])
    notebook.run_cell(0)
    notebook.start_cell(1)
    card = notebook.output(1).locator(".smtw-live")
    card.get_by_text("of 100").wait_for(timeout=15_000)
    bar = card.get_by_role("progressbar", name="Progress")
    until("a third of it", lambda: int(bar.get_attribute("aria-valuenow") or 0) >= 33, 15)
    assert "epoch " in card.inner_text()
    until("the time left", lambda: " left" in card.inner_text(), 5)
    assert notebook.running(1)
    card.screenshot(path=screenshots / "card-tqdm.png")
    notebook.finish(1, 20)
    until("where it stopped", lambda: "stopped at about" in notebook.output(1).inner_text())
