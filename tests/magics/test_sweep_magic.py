"""%%sm_sweep in a real kernel."""

from __future__ import annotations

import os
import signal
import time

import pytest

LOSS = "run.log_metric('val_loss', lr * depth)"


def test_the_cell_runs_for_each_point(kernel, stored, open_runs):
    kernel.run("lr, run, other = 'before', 'mine', 0")
    cell = kernel.run(
        "%%sm_sweep first -p lr=0.01, 0.1 -p depth=int(3, 4) --goal min:val_loss -e exp -t team=x --notes 'a b'\n"
        "other += 1\n"
        f"print('depth', depth, params['lr'])\n{LOSS}"
    )
    assert cell.status == "ok", cell.traceback
    assert cell.text.startswith("Sweep 'first' in 'exp': Completed, 4 of 4 points, ")
    assert "best val_loss: 0.03  first-p1  lr=0.01, depth=3" in cell.text
    assert "4 of 4 points" in cell.plain, "the board"
    assert "depth 3 0.01" not in cell.text, "what points print is folded"
    assert "Output of 4 points" in cell.plain
    assert "depth 3 0.01" in cell.html
    assert kernel.value("sweep_result.best_params, len(sweep_result.df)") == "({'lr': 0.01, 'depth': 3}, 4)"
    assert kernel.value("lr, run, other, 'params' in globals(), 'depth' in globals()") == (
        "('before', 'mine', 4, False, False)"
    )
    assert stored.status("first", "exp") == ("Completed", "")
    assert stored.capture("first", "exp")["source"].startswith("%%sm_sweep first")
    assert stored.capture("first-p1", "exp")["output"] == "depth 3 0.01\n"


@pytest.mark.parametrize(
    ("line", "body", "told"),
    [
        ("", "lr", "The sweep has no parameters. For example: %%sm_sweep -p"),
        ("-p lr=0.1 -p dpeth=1", "lr, depth", "The cell never reads 'dpeth'. Did you mean 'depth'"),
        ("-p lr=0.1", "pass", "The cell never reads 'lr'. Use it"),
        ("-p max-depth=1,2", "pass", "'max-depth' is no name of a variable. Read it as params['max-depth']"),
        ("-p run=1", "run", "A parameter cannot be called 'run'"),
        ("-p lr=", "lr", "lr has no values"),
        ("-p lr", "lr", "-p takes name=values, not 'lr'"),
        ("-p lr=1 -p lr=2", "lr", "'lr' is given twice"),
        ("-p lr=float(0,1)", "lr", "lr=float(0,1) is continuous"),
        ("-p lr=1,2 --method grdi", "lr", "Did you mean 'grid'"),
        ("-p lr=1,2 --goal mix:loss", "lr", "Did you mean"),
        ("-p lr=1,2 --early-stop median", "lr", "needs to know what is good"),
        ("-p lr=1,2 --time-limit soon", "lr", "--time-limit takes seconds, minutes or hours"),
        ("-p lr=1,2 --resume", "lr", "Which sweep is to go on"),
        ("-p lr=1,2 --as 1x", "lr", "--as takes the name of a variable"),
        ("-p lr=1,2 --sed 1", "lr", "There is no option --sed. Did you mean '--seed'"),
        ("--space nothing", "lr", "the name 'nothing' is not defined"),
        ("--space empty", "lr", "The grid is empty"),
        ("--space listed -p lr=1", "lr", "--space holds the points already"),
        ("-p lr={nothing}", "lr", "the name 'nothing' is not defined"),
        ("-p lr=1,2", "# nothing", "The cell never reads"),
        ("-p lr=1,2", "await lr", "A top-level await does not work"),
        ("-p lr=1,2", "%%sm_run\nlr", "each point is a run already"),
        ("-p lr=1,2 --jobs 2", "%time lr", "Magics and get_ipython() do not work in other processes"),
        ("-p lr=1,2 --jobs 2", "lr, lock", "The variable 'lock' (_thread.lock) cannot be sent"),
        ("-p lr=1,2 --jobs 2", "lr, locked()", "The variable 'lock' (_thread.lock) cannot be sent"),
    ],
)
def test_a_mistake_is_one_line_and_opens_nothing(kernel, stored, line, body, told):
    before = stored.names()
    kernel.run(
        "empty, listed = [], [{'lr': 1}]\nlock = __import__('threading').Lock()\ndef locked(): return lock"
    )
    cell = kernel.run(
        f"%%sm_sweep bad {line}\n{body}" if "--resume" not in line else f"%%sm_sweep {line}\n{body}"
    )
    assert cell.errors == ["UsageError"], cell.traceback or cell.outputs
    (message,) = cell.traceback
    assert told in message
    assert stored.names() == before


def test_a_name_that_a_function_of_the_notebook_reads_counts(kernel):
    kernel.run("def inner():\n    return [rate for _ in 'x']\ndef outer():\n    return inner()[0]")
    cell = kernel.run("%%sm_sweep reads -p rate=1,2 --goal max:auc --quiet\nrun.log_metric('auc', outer())")
    assert (cell.status, cell.outputs) == ("ok", []), cell.traceback
    assert kernel.value("sweep_result.best_params") == "{'rate': 2}"


def test_the_articles_list_of_dicts(kernel, open_runs):
    kernel.run(
        "grid = [{'max-depth': d, 'learning-rate': r, 'subsample': s}\n"
        "        for d in (1, 2, 3) for r in (0.05, 0.1, 0.2) for s in (0.7, 1.0)]"
    )
    cell = kernel.run(
        "%%sm_sweep article --space grid --goal max:auc --as found\n"
        "run.log_metric('auc', params['max-depth'] * params['learning-rate'] * subsample)"
    )
    assert cell.status == "ok", cell.traceback
    assert kernel.value("found.best_params") == "{'max-depth': 3, 'learning-rate': 0.2, 'subsample': 1.0}"
    assert kernel.value("found.counts['completed']") == "18"


def test_a_dry_run_prints_the_points(kernel, stored):
    before = stored.names()
    cell = kernel.run(
        "%%sm_sweep dry -p kind=tree,linear -p 'depth=int(3,4) if kind=tree' --dry-run\nkind, depth"
    )
    assert cell.text.splitlines() == [
        "1  kind=tree, depth=3",
        "2  kind=tree, depth=4",
        "3  kind=linear",
        "3 points; nothing was run.",
    ]
    cell = kernel.run("%%sm_sweep dry -p lr=log(1e-3,1) --method random --n 5 --dry-run\nlr")
    assert cell.text == "5 points chosen by random of lr=log(0.001,1); nothing was run.\n"
    cell = kernel.run("%%sm_sweep dry -p lr={[x / 10 for x in (1, 2)]} -p k=1, 2 --n 1 --dry-run\nlr, k")
    assert cell.text == "1  lr=0.1, k=1\n1 point; nothing was run.\n"
    assert stored.names() == before


def test_a_failed_point_fails_the_cell_and_shows_the_users_line(kernel, stored, open_runs):
    cell = kernel.run("%%sm_sweep fails -p lr=1,0,2 --goal min:x\nx = 1\ny = x / lr\nrun.log_metric('x', y)")
    assert (cell.status, cell.ename) == ("error", "ZeroDivisionError")
    shown = "\n".join(cell.traceback)
    assert "line 3" in shown, "as it is numbered in the cell"
    assert "sm_track_widgets" not in shown
    assert stored.status("fails") == ("Failed", "1 of 2 points failed; ZeroDivisionError: division by zero")
    assert stored.status("fails-p2") == ("Failed", "ZeroDivisionError: division by zero")
    assert kernel.value("sweep_result.counts['failed']") == "1"
    cell = kernel.run(
        "%%sm_sweep fails -p lr=1,0,2 --goal min:x --resume --continue-on-error\nrun.log_metric('x', 1 / lr)"
    )
    assert cell.status == "ok", cell.traceback
    assert "3 of 3 points, 1 failed, 1 found finished" in cell.text


def test_an_interrupt_stops_the_point_and_the_sweep(kernel, stored, open_runs):
    message = kernel.send(
        "%%sm_sweep long -p lr=1,2,3 --goal min:x\nimport pathlib, time\nrun.log_metric('x', lr)\n"
        "pathlib.Path.home().joinpath('begun').touch()\ntime.sleep(60)"
    )
    deadline = time.monotonic() + 30
    while not (kernel.home / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kernel.manager.interrupt_kernel()
    cell = kernel.collect(message)
    assert (cell.status, cell.ename) == ("error", "KeyboardInterrupt")
    assert cell.traceback == [
        "KeyboardInterrupt: the sweep was stopped. Go on with it: %%sm_sweep long ... --resume"
    ]
    assert stored.status("long")[0] == "Stopped"
    assert stored.status("long-p1")[0] == "Stopped"
    cell = kernel.run("%%sm_sweep long -p lr=1,2,3 --goal min:x --resume\nrun.log_metric('x', lr)")
    assert "3 of 3 points" in cell.text
    assert stored.status("long")[0] == "Completed"


def test_early_stop_and_a_figure(kernel, stored, open_runs):
    kernel.run("%matplotlib inline")
    cell = kernel.run(
        "%%sm_sweep prune -p lr=1,1.1,1.2,1.3,1.4,9 --goal min:loss --early-stop median\n"
        "import matplotlib.pyplot as plt\n"
        "if lr == 1: plt.plot([1, lr]); plt.show()\n"
        "for step in range(4):\n"
        "    run.log_metric('loss', lr, step=step)"
    )
    assert cell.status == "ok", cell.traceback
    assert "1 pruned" in cell.text
    status, message = stored.status("prune-p6")
    assert (status, message.partition(":")[0]) == ("Stopped", "pruned")
    assert not any("image/png" in out.get("data", {}) for out in cell.outputs)
    assert "figure-1.png" in stored.run("prune-p1")["OutputArtifacts"], "the run has it"


def test_two_processes(kernel, stored, open_runs):
    kernel.run(
        "lr, data = 50, [1, 2]\ndef loss():\n    return lr + sum(data)"
    )  # the point's lr, as in the kernel
    cell = kernel.run(
        "%%sm_sweep jobs -p lr=1,2,3 --goal min:loss --jobs 2\n"
        "import os\nprint('in', os.getpid())\nrun.log_metric('loss', loss())",
        timeout=90,
    )
    assert cell.status == "ok", cell.traceback
    assert len(cell.text.splitlines()) == 2, "what workers print is folded, too"
    assert kernel.value("sweep_result.best_params, sweep_result.best.value") == "({'lr': 1}, 4.0)"
    pids = kernel.value("len({point.output for point in sweep_result.points})")
    assert pids == "2"
    assert (
        kernel.value(
            "{os.getpid() for os in [__import__('os')]} & {int(p.output.split()[1]) for p in sweep_result.points}"
        )
        == "set()"
    )


def test_an_interrupt_of_two_processes_leaves_no_worker(kernel, stored, open_runs):
    message = kernel.send(
        "%%sm_sweep pair -p lr=1,2,3,4 --goal min:x --jobs 2\nimport time\nrun.log_metric('x', lr)\ntime.sleep(60)"
    )
    deadline = time.monotonic() + 60
    while not {"default-pair-p1", "default-pair-p2"} <= stored.names():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.kill(kernel.manager.provisioner.pid, signal.SIGINT)  # to the kernel alone
    cell = kernel.collect(message)
    assert cell.ename == "KeyboardInterrupt", cell.outputs
    assert [stored.status(name)[0] for name in ("pair", "pair-p1", "pair-p2")] == ["Stopped"] * 3
    assert "default-pair-p3" not in stored.names()
    left = kernel.value(
        "[c.cmdline() for c in __import__('psutil').Process().children() if 'loky.backend.popen' in str(c.cmdline())]"
    )
    assert left == "[]"


def test_a_sweep_in_code_shows_its_board(kernel, open_runs):
    cell = kernel.run(
        "import sm_track_widgets as sm\n"
        "found = sm.sweep(lambda lr: print('said', lr) or lr, {'lr': [1, 2]}, 'code', goal='min:loss')\nfound"
    )
    assert cell.status == "ok", cell.traceback
    assert cell.text == ""
    assert "2 of 2 points" in cell.plain
    assert "said 1" in cell.html
    assert cell.result.startswith("Sweep 'code' in 'default': Completed")


def test_the_manual_names_every_option(kernel):
    cell = kernel.run("get_ipython().run_line_magic('pinfo', '%%sm_sweep')")
    told = str(cell.reply["payload"])
    for option in ("--early-stop", "--continue-on-error", "--max-failures", "log(1e-4,1e-1)", "best_params"):
        assert option in told


def test_hostile_texts_stay_texts(kernel, open_runs):
    kernel.run("attack = '<img src=x onerror=alert(1)>'")
    cell = kernel.run(
        "%%sm_sweep '{attack}' -p kind={[attack, 'b']} --goal max:auc -t team={attack}\n"
        "print(attack)\nrun.log_metric('auc', len(kind))\nif kind == 'b': raise ValueError(attack)"
    )
    assert cell.ename == "ValueError"
    assert "Output of 2 points" in cell.html
    assert "<img" not in cell.html
