"""To a real MLflow server and back: 100 runs come back as they were, also when the server dies on the way."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import move_home
import pytest
from kernel import Kernel
from run_home import components, embedded

import sm_track_widgets as smt
from sm_track_widgets import Run, UsageError, export_runs, import_runs
from sm_track_widgets._errors import ConfigError, NotFoundError
from sm_track_widgets.actions.move import document, mlflow_client
from sm_track_widgets.connection import reset
from sm_track_widgets.tracking.outbox.sync import sync

HOUR = 3600.0


class Server:
    """An MLflow tracking server on loopback, of one database and one folder of artifacts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db", "--workers", "1"]
        command += ["--serve-artifacts", "--artifacts-destination", str(self.folder / "artifacts")]
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
        quiet["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # ten more processes, for what nobody asks here
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **quiet}, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 150
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.uri}/health", timeout=5).read()
        except OSError:
            return False
        return True

    def documents(self) -> int:
        """How many runs of an export are whole but for their status."""
        return len(list((self.folder / "artifacts").rglob("run.json")))

    def kill(self) -> None:
        """End the server and its workers at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("mlflow")
    made = Server(tmp_path_factory.mktemp("mlflow"))
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    home = move_home.real_runs(folder / "home", folder / "files")
    move_home.plain_runs(home, 96, points=12, age=50 * 24 * HOUR)
    return home


@pytest.fixture
def client(server):
    with mlflow_client.opened(server.uri) as opened:
        yield opened.client


@pytest.fixture(scope="module")
def exported(server, filled):
    before = dict(os.environ)
    report = export_runs(f"mlflow:{server.uri}", connection=filled)
    assert dict(os.environ) == before
    return report


def test_a_hundred_runs_go_there_and_come_back_unchanged(server, filled, exported, tmp_path):
    assert exported.complete
    assert (len(exported.moved), exported.remarks) == (100, ())
    assert len(export_runs(f"mlflow:{server.uri}", connection=filled).there) == 100
    back = embedded(tmp_path / "back")
    report = import_runs(f"mlflow:{server.uri}", connection=back)
    assert report.complete
    assert (len(report.moved), report.remarks) == (100, ())
    move_home.alike(filled, back)
    assert move_home.graphs(back) == ["ConfusionMatrix"]
    assert len(import_runs(f"mlflow:{server.uri}", connection=back).there) == 100
    # They are known where they came from, and MLflow knows what came from it.
    assert len(import_runs(f"mlflow:{server.uri}", connection=filled).there) == 100
    assert len(export_runs(f"mlflow:{server.uri}", connection=back).there) == 100


def test_mlflow_shows_the_run_as_its_own_would_be(client, exported):
    run = client.get_run(exported.moved["Fraud/base".lower()])
    assert run.info.status == "FINISHED"
    assert (run.data.params["lr"], run.data.params["n"], run.data.params["kind"]) == ("0.1", "1", "a")
    assert run.data.tags["mlflow.note.content"] == "a note\nof two lines \\n"
    assert run.data.tags["team"] == "risk"
    assert run.data.tags[f"{document.REFERENCE}dataset"] == "s3://elsewhere/data.csv"
    history = client.get_metric_history(run.info.run_id, "loss")
    assert [(one.step, one.value) for one in history] == [(step, 1 / (step + 1)) for step in range(25)]
    assert all(abs(one.timestamp - run.info.start_time) < 600_000 for one in history)
    assert [one.step for one in client.get_metric_history(run.info.run_id, "bare")] == [0, 1]
    listed = {one.path for one in client.list_artifacts(run.info.run_id)}
    assert listed == {"model.txt", "inputs", "confusion", "sm_track"}
    child = client.get_run(exported.moved[f"fraud/{move_home.HOSTILE}"])
    assert child.data.tags["mlflow.parentRunId"] == run.info.run_id
    failed = client.get_run(exported.moved["fraud/bad"])
    assert (failed.info.status, failed.data.tags["sm_track.message"]) == ("FAILED", "ValueError: no")
    assert client.get_run(exported.moved["other/stopped"]).info.status == "KILLED"


OLD = 1_500_000_000_000
"""Milliseconds: 2017."""


@pytest.fixture
def foreign(client, tmp_path):
    """Id of a run that MLflow users would have, years old; another one of its name, its child, is running."""
    from mlflow.entities import Metric, Param, RunTag

    experiment = client.create_experiment("changed")
    run = client.create_run(
        experiment, start_time=OLD, run_name="mine", tags={"mlflow.user": "ada"}
    ).info.run_id
    losses = [Metric("a b/c", float(step), OLD + step, step) for step in range(3)]
    odd = [Metric("odd", float("nan"), OLD, 0), Metric("odd", 2.0, OLD + 5, 1)]
    texts = {"lr": "1e-3", "flag": "True", "long": "y" * 6000, "version": "1.2.3"}
    client.log_batch(
        run,
        metrics=losses + odd,
        params=[Param(*one) for one in texts.items()],
        tags=[RunTag("wei:rd", "\N{SNOWMAN}"), RunTag("mlflow.note.content", "two\nlines")],
    )
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "a.csv").write_text("x\n1\n")
    client.log_artifacts(run, str(tmp_path / "plots"), "plots")
    client.set_terminated(run, "FINISHED", end_time=OLD + 60_000)
    child = client.create_run(experiment, run_name="mine", tags={"mlflow.parentRunId": run}).info.run_id
    return run, child


def test_runs_of_others_come_in_with_what_fits(server, client, exported, foreign, tmp_path):
    home = embedded(tmp_path / "home")
    report = import_runs(f"mlflow:{server.uri}", "changed", connection=home)
    assert (len(report.moved), report.plan.left_out) == (1, 1)
    row = smt.runs("changed", connection=home).iloc[0]
    assert (row["run"], row["status"], row["started"].timestamp()) == ("mine", "Completed", OLD / 1000)
    assert (row["params.lr"], row["params.flag"], row["params.version"]) == (0.001, "True", "1.2.3")
    assert (len(row["params.long"]), row["tags.mlflow.user"], row["tags.wei:rd"]) == (2500, "ada", "_")
    facts = smt.run_details("mine", "changed", connection=home).facts
    assert facts.notes == "two\nlines"
    assert {one.name for one in facts.artifacts} == {"plots/a.csv", "imported-rest.json"}
    points = smt.metrics("changed", connection=home)
    assert points["value"].tolist() == [0.0, 1.0, 2.0, 2.0]
    assert points["time"].iloc[0].timestamp() == OLD / 1000
    assert "Values of 'odd' that are no numbers are gaps: 1." in str(report)
    # The one that ran is taken as it is, then finished; runs that share a name have the begin of their id behind it.
    import_runs(f"mlflow:{server.uri}", "changed", running=True, connection=home)
    run, child = foreign
    client.log_metric(child, "late", 1.0, step=3)
    client.set_terminated(child, "FAILED")
    assert len(import_runs(f"mlflow:{server.uri}", "changed", connection=home).moved) == 1
    assert sorted(components(home).values()) == ["Completed", "Failed"]
    late = smt.runs("changed", "metrics.late.count = 1", connection=home)
    assert late["status"].tolist() == ["Failed"]
    (component,) = {late.attrs["components"][name] for name in late["run"]}
    assert smt.run_details(component, connection=home).facts.parent == f"changed-mine-{run[:8]}"


def test_an_edit_in_mlflow_wins_over_what_was_written_then(server, client, tmp_path):
    home = embedded(tmp_path / "home")
    with Run("edits", "one", connection=home, params={"lr": 0.5}, notes="old", tags={"team": "a"}) as run:
        run.log_metric("loss", 1.0, step=0)
    sync(connection=home)
    report = export_runs(f"mlflow:{server.uri}", "edits", connection=home)
    (identity,) = report.moved.values()
    client.set_tag(identity, "team", "b")
    client.set_tag(identity, "mlflow.note.content", "new")
    client.log_metric(identity, "loss", 0.25, step=1)
    back = embedded(tmp_path / "back")
    import_runs(f"mlflow:{server.uri}", "edits", into="Edits two", connection=back)
    row = smt.runs("edits-two", connection=back).iloc[0]
    assert (row["params.lr"], row["tags.team"], row["metrics.loss.count"]) == (0.5, "b", 2)
    assert smt.run_details("one", "edits-two", connection=back).facts.notes == "new"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    made = Kernel(tmp_path_factory.mktemp("kernel"))
    assert made.run("%load_ext sm_track_widgets").status == "ok"
    yield made
    made.stop()


def test_the_magics_say_the_plan_and_what_became_of_it(server, kernel):
    kernel.run("%%sm_run one -e magical -p lr=0.1 --quiet\nrun.log_metric('loss', 1.0, step=0)")
    kernel.run("%sm_sync")
    line = f"%sm_export --to mlflow:{server.uri} -e magical params.lr > 0"
    dry = kernel.run(f"{line} --dry-run")
    assert dry.text.splitlines()[1:] == ["Nothing was moved: this was a dry run."], dry.text
    cell = kernel.run(f"uri = 'mlflow:{server.uri}'\n%sm_export --to {{uri}} -e magical")
    first, second = cell.text.splitlines()
    assert first.startswith("1 run of 1 experiment (1 point, 1 artifact) from the embedded home at ")
    assert second == f"Moved 1 run to MLflow at {server.uri}."
    cell = kernel.run(f"report = %sm_import mlflow:{server.uri} -e magical --into copies metrics.loss > 0")
    assert (cell.status, cell.text) == ("ok", ""), cell.traceback
    # Into another experiment it is a copy, once.
    assert kernel.value("len(report.there), len(report.moved)") == "(0, 1)"
    again = kernel.run(f"%sm_import mlflow:{server.uri} -e magical --into copies")
    assert "Nothing to move: 1 run there already." in again.text
    wrong = kernel.run("%sm_import mlflw:x")
    assert (wrong.errors, len(wrong.traceback)) == (["UsageError"], 1)
    assert kernel.value("[name for name in __import__('os').environ if 'MLFLOW' in name]") == "[]"


def test_mistakes_are_one_line(server, tmp_path, monkeypatch):
    home = embedded(tmp_path / "home")
    with pytest.raises(NotFoundError, match=r"has no experiment 'frod'\. Did you mean 'fraud'"):
        import_runs(f"mlflow:{server.uri}", "frod", connection=home)
    with pytest.raises(UsageError, match="does not take this query"):
        import_runs(f"mlflow:{server.uri}", "fraud", "metrics.loss >", connection=home)
    with pytest.raises(UsageError, match="MLflow cannot use 'gopher://x'"):
        import_runs("mlflow:gopher://x", connection=home)
    with pytest.raises(UsageError, match="begins with none of mlflow:"):
        export_runs("wandb:x", connection=home)
    monkeypatch.setattr(mlflow_client, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"needs the plugin sagemaker-mlflow.*pip install"):
        export_runs("mlflow:arn:aws:sagemaker:us-east-1:1:mlflow-tracking-server/x", connection=home)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(
        ConfigError, match=r"not installed\. Install it: %pip install 'sm-track-widgets\[mlflow\]'"
    ):
        export_runs(f"mlflow:{server.uri}", connection=home)


def test_the_python_of_the_page_runs(server, tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "moving.md").read_text("utf-8")
    sources = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    reset()
    names: dict[str, object] = {}
    for source in sources:
        exec(source.replace("http://127.0.0.1:5000", server.uri), names)
    reset()
    assert len(sources) == 3
    assert (len(names["back"].there), len(names["copied"].there), len(names["copied"].moved)) == (1, 0, 1)
    assert smt.runs("theirs", connection=names["here"])["metrics.loss.last"].tolist() == [0.25]


def test_a_server_that_dies_is_one_line_and_the_next_call_finishes(server, tmp_path):
    home = embedded(tmp_path / "home")
    move_home.plain_runs(home, 30, experiment="mortal", points=5)
    killer = threading.Thread(target=_kill_after, args=(server, server.documents() + 8))
    killer.start()
    with pytest.raises(
        ConfigError, match=r"does not answer\. \d+ of 30 runs are there; start it.*goes on"
    ) as told:
        export_runs(f"mlflow:{server.uri}", connection=home)
    killer.join()
    assert "\n" not in str(told.value)
    server.start()
    report = export_runs(f"mlflow:{server.uri}", connection=home)
    assert report.complete
    back = embedded(tmp_path / "back")
    assert len(import_runs(f"mlflow:{server.uri}", "mortal", connection=back).moved) == 30
    move_home.alike(home, back)


def _kill_after(server: Server, documents: int) -> None:
    while server.documents() < documents:
        time.sleep(0.01)
    server.kill()
