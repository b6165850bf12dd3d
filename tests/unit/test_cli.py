"""``sm-track``: its answers, its exit statuses, and what it imports."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cleanup_home as made
import pytest
from cleanup_home import HOSTILE

from sm_track_widgets import connection
from sm_track_widgets._types import Point
from sm_track_widgets.cli import main
from sm_track_widgets.tracking.run import Run

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sm_track_widgets"]


@pytest.fixture
def cli(tmp_path, monkeypatch, capsysbinary):
    """Return a function that runs a command on a fresh home: status, stdout, stderr."""
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "home"))
    connection.reset()

    def run(*words, answer=None):
        if answer is not None:
            monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        status = main(words)
        told = capsysbinary.readouterr()
        return status, told.out.decode(), told.err.decode()

    yield run
    connection.reset()


@pytest.fixture
def trees(cli):
    place = connection.current()
    for depth in (2, 4, 6):
        component = made.run(place, "trees", f"depth{depth}", Parameters={"depth": {"NumberValue": depth}})
        points = [Point("auc", float(depth + step), step, time.time()) for step in range(3)]
        assert place.put_points(component, points) == []
    return cli


def test_runs_as_table_json_and_csv(trees):
    status, out, err = trees("runs", "-e", "trees", "--sort=-auc")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["run", "depth6", "depth4", "depth2"]
    assert "\x1b" not in out
    status, out, _ = trees("runs", "params.depth > 3", "--json", "--columns", "depth,auc")
    assert json.loads(out) == [
        {"run": "depth6", "params.depth": 6.0, "metrics.auc.last": 8.0},
        {"run": "depth4", "params.depth": 4.0, "metrics.auc.last": 6.0},
    ]
    status, out, _ = trees("runs", "--csv", "--limit", "2", "--sort", "depth")
    assert [row["run"] for row in csv.DictReader(io.StringIO(out))] == ["depth2", "depth4"]


def test_show_and_best(trees):
    status, out, _ = trees("show", "depth4", "-e", "trees")
    assert status == 0
    assert out.startswith("Completed  depth4 · trees")
    status, out, _ = trees("show", "depth4", "--json")
    told = json.loads(out)
    assert (told["parameters"], told["metrics"][0]["last"], told["component"]) == (
        {"depth": 4},
        6.0,
        "trees-depth4",
    )
    status, out, _ = trees("best", "auc", "--min", "-e", "trees")
    assert out.splitlines()[0].startswith("depth2  auc last 4 ")
    status, out, _ = trees("best", "auc", "params.depth < 5", "--json")
    assert (json.loads(out)["run"], json.loads(out)["value"]) == ("depth4", 6.0)


def test_export_and_report_print_the_file(trees, tmp_path):
    status, out, _ = trees("export", str(tmp_path / "runs.json"), "params.depth > 2")
    assert status == 0
    assert len(json.loads(Path(out.strip()).read_text())) == 2
    status, out, _ = trees("report", str(tmp_path / "trees.html"), "-e", "trees")
    assert status == 0
    assert "depth6" in Path(out.strip()).read_text("utf-8")


def test_register(trees, tmp_path):
    place = connection.current()
    (tmp_path / "model.txt").write_text("weights")
    with Run("trees", "trained", connection=place) as run:
        run.log_file(str(tmp_path / "model.txt"), name="model")
    status, out, err = trees("register", "trained", "forest", "-e", "trees", "--no-image", "--json")
    assert status == 0, err
    assert (json.loads(out)["group"], json.loads(out)["version"]) == ("forest", 1)


def test_rm_asks_on_stderr_and_answers_on_stdout(trees):
    status, out, err = trees("rm", "-e", "trees", "params.depth = 2", "--dry-run")
    assert (status, err) == (0, "")
    assert out.startswith("Delete 1 run.")
    status, out, err = trees("rm", "params.depth = 2", answer="n\n")
    assert (status, out) == (1, "Nothing was deleted.\n")
    assert err.endswith("Delete 1 run? [y/N] ")
    status, out, err = trees("rm", "params.depth = 2", answer="")
    assert (status, out) == (2, "")
    assert "nobody can be asked here. Add --yes" in err.splitlines()[-1]
    status, out, err = trees("rm", "params.depth = 2", "--json", answer="y\n")
    assert status == 0
    told = json.loads(out)
    assert (told["done"]["runs"], told["left"], told["runs"][0]["run"]) == (1, [], "depth2")
    status, out, err = trees("rm", "-e", "trees", "--yes", "--artifacts")
    assert out == "Deleted: 2 runs, 1 group, 1 experiment.\n"
    status, _, err = trees("rm", "-e", "trees", "--yes")
    assert (status, err.count("\n")) == (1, 1)


def test_archive_gc_and_sync(trees):
    assert trees("archive", "-e", "trees", "params.depth = 2")[:2] == (0, "Archived: 1 run: depth2\n")
    assert "depth2" not in trees("runs")[1]
    assert trees("archive", "-e", "trees", "params.depth = 2")[0] == 1
    assert trees("archive", "-e", "trees", "--undo", "--json")[0] == 0
    assert "depth2" in trees("runs")[1]
    connection.current().client("sagemaker").create_experiment(ExperimentName="hollow")
    assert trees("gc")[0] == 0
    assert trees("gc", "--older", "0", "--yes")[1] == "Deleted: 1 experiment.\n"
    status, out, _ = trees("sync")
    assert (status, out) == (0, "Nothing was waiting: all that was logged has arrived.\n")
    assert json.loads(trees("sync", "--json")[1])["aside"] == []


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["runs", "-e", "nobody"], 1, "There is no experiment 'nobody'"),
        (["runs", "params.depth > 99"], 1, "There is no such run."),
        (["runs", "params.dept > 3"], 1, "Did you mean 'depth'?"),
        (["runs", "trees"], 2, "An experiment is named by -e trees"),
        (["runs", "params.depth >"], 2, "column 15"),
        (["runs", "--lmit", "3"], 2, "Did you mean '--limit'?"),
        (["runs", "--limit", "some"], 2, "invalid number value: 'some'"),
        (["runs", "--backend", "moon"], 2, "invalid choice: 'moon'"),
        (["show", "depth5", "-e", "trees"], 1, "depth5"),
        (["best", "acu"], 1, "Did you mean 'auc'?"),
        (["best"], 2, "METRIC"),
        (["export", "runs.doc"], 2, "runs.doc"),
        (["rm"], 2, "names no runs"),
        (["rm", "-e", "trees", "", "--yes"], 2, "names no runs: the query is empty"),
        (["rm", "--runs", "nobody", "--yes"], 1, "There is no run 'nobody'"),
        (["gc", "--older", "-1"], 2, "number of hours"),
        (["sync", "params.depth > 3"], 2, "chosen for --to only"),
        (["sync", "--to", "aws"], 1, "region"),
        (["fly"], 2, "invalid choice: 'fly'"),
        ([], 2, "COMMAND"),
        (["report", "trees.pdf"], 2, "trees.pdf"),
        (["register", "nobody", "group"], 1, "nobody"),
        (["serve", "--fault", "explode"], 2, "There is no fault 'explode'"),
    ],
)
def test_mistakes_are_one_line_and_a_status(trees, words, status, said):
    got, out, err = trees(*words)
    assert (got, out.replace("[\n]\n", "")) == (status, "")
    assert said in err
    assert err.count("\n") == 1
    assert "%sm_" not in err


def test_an_error_that_nobody_foresaw_is_one_line_too(trees, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("of all things")

    monkeypatch.setattr("sm_track_widgets.reading.best.best_run", broken)
    status, _, err = trees("best", "auc")
    assert (status, err) == (1, "sm-track: RuntimeError: of all things (--debug shows where)\n")
    with pytest.raises(RuntimeError):
        trees("best", "auc", "--debug")


def test_hostile_names_do_not_steer_a_terminal(cli):
    place = connection.current()
    made.run(place, "e", "h", asked=HOSTILE + "\x1b[2J\x07")
    for words in (("runs",), ("show", "e-h"), ("rm", "-e", "e", "--dry-run")):
        status, out, _ = cli(*words)
        assert status == 0
        assert "\x1b" not in out
        assert "<img src=x" in out


@pytest.mark.parametrize(
    ("variables", "bold"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals_that_want_them(trees, monkeypatch, variables, bold):
    class Terminal(io.TextIOWrapper):
        def isatty(self):
            return True

    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = io.BytesIO()
    monkeypatch.setattr("sys.stdout", Terminal(screen, "utf-8"))
    assert main(["runs"]) == 0
    assert (b"\x1b[1mrun " in screen.getvalue()) == bold


def test_where_is_said_by_options(cli, tmp_path):
    other = connection.connect("embedded", path=tmp_path / "other")
    made.run(other, "e", "there")
    connection.reset()
    assert cli("runs")[0] == 1
    assert "there" in cli("runs", "--path", str(tmp_path / "other"))[1]


def shell(words, home, **more):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SM_TRACK_HOME": str(home), **more}
    return subprocess.run(
        words, env=env, capture_output=True, text=True, timeout=120, check=False, cwd=home.parent
    )


def test_help_and_version_import_next_to_nothing(tmp_path):
    probe = (
        "import sys; from sm_track_widgets.cli import main; main(['--help']); main(['rm', '--help']); "
        "main(['--version']); "
        "print([n for n in ('pandas', 'numpy', 'boto3', 'IPython', 'altair', 'ipywidgets', 'sagemaker') "
        "if n in sys.modules], file=sys.stderr)"
    )
    done = shell([sys.executable, "-c", probe], tmp_path / "home")
    assert done.stderr.strip() == "[]"
    assert all(word in done.stdout for word in ("runs", "register", "--artifacts", "sm-track "))


def test_reading_and_deleting_load_no_notebook(tmp_path):
    probe = (
        "import sys, cleanup_home as made; from sm_track_widgets import connection; "
        "from sm_track_widgets.cli import main; made.run(connection.current(), 'e', 'a'); "
        "[main(words) for words in (['runs'], ['runs', '--json'], ['show', 'a'], ['sync'], ['gc', '--yes'], "
        "['archive', '-e', 'e'], ['rm', '-e', 'e', '--yes'])]; "
        "print([n for n in ('IPython', 'altair', 'ipywidgets', 'anywidget', 'sagemaker') if n in sys.modules], "
        "file=sys.stderr)"
    )
    support = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])
    done = shell([sys.executable, "-c", probe], tmp_path / "home", PYTHONPATH=support)
    assert done.stderr.strip() == "[]", done.stderr
    assert "Deleted: 1 run, 1 group, 1 experiment." in done.stdout


def test_a_reader_that_has_had_enough_is_no_error(tmp_path):
    home = tmp_path / "home"
    place = connection.connect("embedded", path=home)
    for number in range(30):
        made.run(place, "e", f"r{number}", Tags=[{"Key": f"k{n}", "Value": "x" * 250} for n in range(50)])
    connection.reset()
    piped = f'set -o pipefail; "{sys.executable}" -m sm_track_widgets runs --csv | head -c 10'
    done = shell(["bash", "-c", piped], home)
    assert (done.returncode, done.stderr, len(done.stdout)) == (0, "", 10)


def test_streams_that_are_closed_or_full_are_one_line(trees, tmp_path):
    command = " ".join(COMMAND)
    words = f"{command} rm -e trees <&- >&-; echo $?; {command} runs -e trees --csv > /dev/full; echo $?"
    told = shell(["sh", "-c", words], tmp_path / "home")
    asked, said, full = told.stderr.splitlines()[-3:]
    assert told.stdout.split() == ["2", "1"]
    assert (asked[-6:], said.count("nobody can be asked here"), full.count("No space left")) == (
        "[y/N] ",
        1,
        1,
    )


def test_serve_until_it_is_interrupted(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([*COMMAND, "serve"], stderr=subprocess.PIPE, text=True, env=env, cwd=tmp_path)
    assert " at http://127.0.0.1:" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    process.stderr.close()
