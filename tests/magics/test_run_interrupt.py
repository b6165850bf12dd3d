"""Interrupts, Run All and kernels that go away."""

from __future__ import annotations

import os

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from sm_track_widgets.embedded import EmbeddedSageMaker


def test_an_interrupt_stops_the_run(kernel, stored, open_runs):
    sent = kernel.send(
        "%%sm_run stopped\nrun.log_metric('m', 1.0, step=0)\nprint('running')\nwhile True:\n    time.sleep(0.01)"
    )
    kernel.wait_for_output(sent, "running")
    kernel.manager.interrupt_kernel()
    cell = kernel.collect(sent)
    assert (cell.status, cell.errors) == ("error", ["KeyboardInterrupt"])
    status, message = stored.status("stopped")
    assert (status, message.split(":")[0]) == ("Stopped", "KeyboardInterrupt")
    assert stored.run("stopped")["Metrics"][0]["Count"] == 1
    assert open_runs() == 0


def test_an_interrupt_during_an_await_stops_the_run(kernel, stored, open_runs):
    sent = kernel.send("%%sm_run stopped-await\nprint('running')\nwhile True:\n    await asyncio.sleep(0.01)")
    kernel.wait_for_output(sent, "running")
    kernel.manager.interrupt_kernel()
    kernel.wait_idle(sent)
    assert open_runs() == 0
    assert stored.status("stopped-await")[0] == "Stopped"


def notebook(*cells: str):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    return made


@pytest.fixture
def execute(tmp_path):
    def run(made):
        env = {
            **os.environ,
            "SM_TRACK_HOME": str(tmp_path / "data"),
            "SM_TRACK_CONFIG": str(tmp_path / "settings.ini"),
            "HOME": str(tmp_path),
        }
        NotebookClient(made, kernel_name="python3", timeout=60).execute(env=env)
        return made

    return run


def test_run_all_stops_at_a_failed_cell(execute, tmp_path):
    made = notebook("%load_ext sm_track_widgets", "%%sm_run broken -e e\n1/0", "print('must not run')")
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(made)
    errors = [output for output in made.cells[1].outputs if output.output_type == "error"]
    assert [error.ename for error in errors] == ["ZeroDivisionError"]
    assert made.cells[2].outputs == []
    client = EmbeddedSageMaker(tmp_path / "data").boto_session().client("sagemaker")
    held = client.describe_trial_component(TrialComponentName="e-broken")
    assert held["Status"]["PrimaryStatus"] == "Failed"


def test_a_saved_notebook_holds_the_static_card_alone(execute):
    made = execute(
        notebook(
            "%load_ext sm_track_widgets",
            "%%sm_run fine -e e\nrun.log_metric('auc', 0.91, step=3)\nprint('x')",
        )
    )
    cards = [output for output in made.cells[1].outputs if output.output_type == "display_data"]
    html = [card.data.get("text/html", "") for card in cards]
    shown = [text for text in html if text]
    assert len(shown) == 1
    assert shown[0].count("fine") >= 1
    assert "Completed" in shown[0]
    assert "0.91" in shown[0]
    assert "InProgress" not in "".join(html)
    assert not any("application/vnd.jupyter.widget-view+json" in card.data for card in cards)
    nbformat.validate(made)


def test_with_allow_errors_run_all_goes_on(execute):
    made = execute(
        notebook("%load_ext sm_track_widgets", "%%sm_run b --allow-errors\n1/0", "print('goes on')")
    )
    assert made.cells[2].outputs[0].text == "goes on\n"
