"""%sm_sync --to aws and %sm_import of a file, in a real kernel; MLflow's are in tests/faults/test_move_mlflow.py."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def _two_runs(kernel):
    cell = kernel.run(
        "for name in ('one', 'two'):\n"
        "    body = 'run.log_metric(\"auc\", 0.5, step=0)'\n"
        "    get_ipython().run_cell_magic('sm_run', '{name} -e moved --quiet', body)\n"
        "%sm_sync"
    )
    assert cell.status == "ok", cell.traceback


@pytest.fixture
def account(kernel, tmp_path):
    """An account of AWS in the kernel; where runs go again afterwards."""
    cell = kernel.run(
        "from sm_track_widgets import connect\n"
        "from sm_track_widgets.embedded import EmbeddedSageMaker\n"
        f"there = EmbeddedSageMaker({str(tmp_path / 'aws')!r}, account_id='123456789012')\n"
        f"aws = connect('aws', session=there.boto_session(), path={str(tmp_path / 'aws')!r})"
    )
    assert cell.status == "ok", cell.traceback
    yield
    kernel.run("from sm_track_widgets.connection import reset; reset()")


def test_sync_to_aws_says_the_plan_and_moves_what_is_meant(kernel, account):
    dry = kernel.run("%sm_sync --to aws -e moved --dry-run")
    assert dry.text.splitlines()[1:] == ["Nothing was moved: this was a dry run."], dry.text
    cell = kernel.run("%sm_sync --to aws -e moved name = 'one'")
    plan, done = cell.text.splitlines()
    assert plan.startswith("1 run of 1 experiment (1 point, 1 artifact) from the embedded home at ")
    assert plan.endswith("to AWS account 123456789012, us-east-1.")
    assert done == "Moved 1 run to AWS account 123456789012, us-east-1."
    cell = kernel.run("report = %sm_sync --to aws")
    assert (cell.status, cell.text) == ("ok", "")
    assert kernel.value("len(report.moved), len(report.there), report.complete") == "(1, 1, True)"


def test_a_file_is_imported(kernel, tmp_path):
    (tmp_path / "my runs.csv").write_text("Title,lr,loss\nfirst,0.1,0.5\n", encoding="utf-8")
    cell = kernel.run(
        f"%sm_import 'csv:{tmp_path}/my runs.csv' --metrics loss --column name=Title --into Brought"
    )
    assert cell.text.splitlines()[1:] == [
        "Taken as parameters: lr. Name the metrics among them with metrics= (--metrics).",
        "Moved 1 run to the embedded home at "
        + kernel.value("str(__import__('os').environ['SM_TRACK_HOME'])")[1:-1]
        + ".",
    ]
    assert (
        kernel.value("float(__import__('sm_track_widgets').runs('brought')['metrics.loss.last'][0])") == "0.5"
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%sm_sync --to asw", "cannot be synced to 'asw'. Did you mean 'aws'"),
        ("%sm_sync --dry-run", "Write %sm_sync --to aws"),
        ("%sm_sync name = 'one'", "runs are chosen for --to only"),
        ("%sm_import", "takes a source. For example: %sm_import mlflow:"),
        ("%sm_import csv:none.csv", "There is no file"),
        ("%sm_import csv:none.csv --column name", "does not say which column is what"),
        ("%sm_export --to mlflow:x --raw", "To MLflow go whole runs"),
        ("%sm_export --dry-run runs.csv", "go with --to"),
    ],
)
def test_a_mistake_is_one_line(kernel, line, told):
    cell = kernel.run(line)
    (message,) = cell.traceback
    assert told in message
