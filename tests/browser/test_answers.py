"""A sweep of 5,000 runs with known answers: who opens the explorer finds them in five gestures, and Python has them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from notebook_page import until

SEED = """%load_ext sm_track_widgets
import time
import numpy as np
import sm_track_widgets as sm
from sm_track_widgets import connection

rng = np.random.default_rng(7)
count = 5000
depth = rng.integers(2, 12, count)
lr = np.round(10 ** rng.uniform(-4, -1, count), 6)
subsample = np.round(rng.uniform(0.5, 1, count), 3)
seed = rng.integers(0, 1000, count)
tree = np.array(["hist", "approx", "exact"])[rng.integers(0, 3, count)]
auc = 0.9 - 0.03 * (np.log10(lr) + 2) ** 2 - 0.002 * (depth - 7) ** 2 + rng.normal(0, 0.002, count)
auc[1234] = 0.97  # the best run
client = connection.connect("embedded", path=PATH).client("sagemaker")
points = connection.current().client("sagemaker-metrics")
client.create_experiment(ExperimentName="answers")
for trial in range(count // 50):
    client.create_trial(TrialName=f"answers-{trial}", ExperimentName="answers")
for i in range(count):
    name = f"answers-run-{i:04}"
    client.create_trial_component(
        TrialComponentName=name, DisplayName=f"run-{i:04}", Status={"PrimaryStatus": "Completed"},
        Parameters={
            "depth": {"NumberValue": float(depth[i])}, "lr": {"NumberValue": float(lr[i])},
            "subsample": {"NumberValue": float(subsample[i])}, "seed": {"NumberValue": float(seed[i])},
            "tree": {"StringValue": str(tree[i])},
        },
    )
    client.associate_trial_component(TrialComponentName=name, TrialName=f"answers-{i // 50}")
    points.batch_put_metrics(
        TrialComponentName=name,
        MetricData=[{"MetricName": "auc", "Timestamp": int(time.time()), "Step": 0, "Value": float(auc[i])}],
    )"""
OPEN = "board = %sm_dashboard -e answers\nboard"
TELL = """import json
print(json.dumps({
    "query": board.query, "runs": sorted(board.df["run"]), "selected": board.selected, "baseline": board.baseline,
}))"""


def truth() -> pd.DataFrame:
    """The sweep as the notebook makes it."""
    rng = np.random.default_rng(7)
    count = 5000
    frame = pd.DataFrame({"depth": rng.integers(2, 12, count)})
    frame["lr"] = np.round(10 ** rng.uniform(-4, -1, count), 6)
    rng.uniform(0.5, 1, count)
    rng.integers(0, 1000, count)
    frame["tree"] = np.array(["hist", "approx", "exact"])[rng.integers(0, 3, count)]
    frame["auc"] = 0.9 - 0.03 * (np.log10(frame["lr"]) + 2) ** 2 - 0.002 * (frame["depth"] - 7) ** 2
    frame["auc"] += rng.normal(0, 0.002, count)
    frame.loc[1234, "auc"] = 0.97
    frame["run"] = [f"run-{i:04}" for i in range(count)]
    return frame


def shown_by_importance(board) -> list[str]:
    """Open the tab that says what matters; return the parameters in their order."""
    board.get_by_role("tab", name="Importance").click()
    bars = board.locator(".smtw-importance").get_by_role("rowheader")
    until("the forest", lambda: bars.count() >= 5, 60)
    return [one.inner_text().strip() for one in bars.all()]


def compare_with_second(board, distance: float) -> None:
    """Pick the second best run, and measure the others against it."""
    table = board.locator(".smtw-dash-table")
    table.get_by_role("rowheader").nth(1).click()
    table.get_by_role("button", name="Baseline").click()
    until("the distance", lambda: f"+{distance:.4f}".lstrip("+0") in table.inner_text(), 10)


def filter_runs(notebook, board, left: int) -> None:
    """Click a value, and move a handle by a key."""
    board.get_by_role("button", name="hist").click()
    board.get_by_role("slider", name="depth, lowest").focus()
    notebook.page.keyboard.press("ArrowRight")
    count = board.get_by_role("status").first
    until("these runs", lambda: count.inner_text() == f"{left:,} of 5,000 runs", 10)


def told(notebook, holds) -> dict:
    """What Python has, as soon as it `holds`; the page's changes reach it one after the other."""

    def ask() -> dict | None:
        notebook.run_cell(2)
        found = json.loads(notebook.output(2).inner_text())
        return found if holds(found) else None

    return until("Python has it", ask, 30)


def test_five_gestures_find_what_the_sweep_hides(open_notebook, screenshots, tmp_path):
    seed = SEED.replace("PATH", repr(str(tmp_path / "store")))
    notebook = open_notebook("answers", [seed, OPEN, TELL])
    notebook.command("application:toggle-left-area")
    notebook.page.set_viewport_size({"width": 1400, "height": 1500})
    notebook.run_cell(0, 240)
    notebook.run_cell(1, 120)
    board = notebook.output(1).locator(".smtw-dash")
    table = board.locator(".smtw-dash-table")
    first = table.get_by_role("rowheader").first
    first.wait_for()
    known = truth()
    second = known.sort_values("auc", ascending=False).iloc[1]
    expected = known[(known["tree"] == "hist") & (known["depth"] >= 3)]

    assert first.inner_text().strip() == "run-1234"  # without a gesture
    assert set(shown_by_importance(board)[:2]) == {"lr", "depth"}
    compare_with_second(board, 0.97 - second["auc"])
    filter_runs(notebook, board, len(expected))
    notebook.cell(1).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / "answers.png")

    found = told(notebook, lambda now: "depth" in now["query"])
    assert found["query"] == "params.tree = 'hist' AND params.depth >= 3"
    assert (found["selected"], found["baseline"]) == ([second["run"]], second["run"])
    table.get_by_role("button", name="Clear", exact=True).first.click()
    told(notebook, lambda now: now["runs"] == sorted(expected["run"]))
