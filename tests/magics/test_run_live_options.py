"""``--live``, ``--metrics`` and run.progress of a ``%%sm_run`` cell, in a real kernel."""

from __future__ import annotations

import json

import pytest

POINTS = """
def told(run):
    import json, sm_track_widgets as sm
    found = {}
    for one in sm.metrics(experiment="default").to_dict("records"):
        if one["run"] == run:
            step = None if one["step"] is None or one["step"] != one["step"] else int(one["step"])
            found.setdefault(one["metric"], []).append([step, one["value"]])
    print(json.dumps(found))
"""


def series(kernel, name):
    """Step and value of each point of a run, by metric."""
    cell = kernel.run(f"{POINTS}\ntold({name!r})")
    assert cell.status == "ok", cell.traceback
    return {metric: [tuple(point) for point in points] for metric, points in json.loads(cell.text).items()}


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("m-dict", "found = {'loss': 0.5, 'acc': 1}", {"loss": [(None, 0.5)], "acc": [(None, 1.0)]}),
        ("m-at", "found = {'loss': 0.5, 'step': 7}", {"loss": [(7, 0.5)]}),
        (
            "m-lists",
            "found = {'loss': [3, 2, 1], 'acc': np.array([0.5, 0.75])}",
            {"loss": [(0, 3.0), (1, 2.0), (2, 1.0)], "acc": [(0, 0.5), (1, 0.75)]},
        ),
        ("m-given", "found = {'step': [10, 20], 'loss': (2, 1)}", {"loss": [(10, 2.0), (20, 1.0)]}),
        ("m-steps", "found = {'loss': {5: 2.0, 9: 1.0}}", {"loss": [(5, 2.0), (9, 1.0)]}),
        ("m-evals", "found = {'train': {'rmse': [2, 1]}}", {"train:rmse": [(0, 2.0), (1, 1.0)]}),
        (
            "m-rows",
            "found = [{'loss': 2}, {'loss': 1, 'acc': 0.5}]",
            {"loss": [(0, 2.0), (1, 1.0)], "acc": [(1, 0.5)]},
        ),
        ("m-row-steps", "found = [{'step': 4, 'loss': 2}]", {"loss": [(4, 2.0)]}),
        (
            "m-frame",
            "import pandas as pd\nfound = pd.DataFrame({'loss': [2, None], 'who': ['a', 'b']}, index=[3, 4])",
            {"loss": [(3, 2.0)]},
        ),
        (
            "m-frame-steps",
            "import pandas as pd\nfound = pd.DataFrame({'step': [8, 9], 'loss': [2, 1]})",
            {"loss": [(8, 2.0), (9, 1.0)]},
        ),
        (
            "m-history",
            "class History: history = {'loss': [2, 1]}\nfound = History()",
            {"loss": [(0, 2.0), (1, 1.0)]},
        ),
    ],
)
def test_metrics_out_of_a_variable(kernel, stored, name, body, expected):
    cell = kernel.run(f"%%sm_run {name} --metrics found\n{body}")
    assert cell.status == "ok", cell.traceback
    assert "--metrics" not in cell.text
    assert stored.status(name) == ("Completed", "")
    assert series(kernel, name) == expected


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("w-int", "found = 7", "'found' is a int, which holds no metrics."),
        ("w-text", "found = 'abc'", "'found' is a str"),
        ("w-value", "found = {'loss': 'low'}", "Metric 'loss'"),
        ("w-rows", "found = [1, 2]", "item 0 is a int and no dict"),
        ("w-step", "found = {'loss': {-1: 2.0}}", "Step -1"),
        ("w-key", "found = {1: 2.0}", "the key 1, which is no metric's name"),
        ("w-deep", "found = {'a': {'b': {'c': [1]}}}", "dicts in dicts"),
        ("w-long", "found = {'step': [1], 'loss': [1, 2]}", "has 2 values and 'step' 1"),
        ("w-none", "foumd = {}", "'found' is not defined. Did you mean 'foumd'?"),
        (
            "w-own",
            "class Bad(dict):\n  def items(self): raise OSError('broken')\nfound = Bad()",
            "cannot be read",
        ),
    ],
)
def test_a_variable_that_holds_none_is_one_line_and_the_run_is_kept(kernel, stored, name, body, said):
    kernel.run("for _ in ('found', 'foumd'): globals().pop(_, None)")
    cell = kernel.run(f"%%sm_run {name} --metrics found\nrun.log_metric('kept', 1.0, step=0)\n{body}")
    assert cell.status == "ok", cell.traceback
    (line,) = [line for line in cell.text.splitlines() if line.startswith("--metrics")]
    assert said in line
    assert stored.status(name) == ("Completed", "")
    assert series(kernel, name) == {"kept": [(0, 1.0)]}


def test_they_are_logged_also_when_the_body_failed_but_not_those_of_an_earlier_cell(kernel, stored):
    cell = kernel.run("%%sm_run failing --metrics late\nlate = {'loss': [2, 1]}\n1 / 0")
    assert cell.ename == "ZeroDivisionError"
    assert stored.status("failing")[0] == "Failed"
    assert series(kernel, "failing") == {"loss": [(0, 2.0), (1, 1.0)]}
    cell = kernel.run("%%sm_run failing-early --metrics late\nrun.log_metric('a', 1.0, step=0)\n1 / 0")
    assert series(kernel, "failing-early") == {"a": [(0, 1.0)]}
    cell = kernel.run("%%sm_run failing-2 --metrics late\nlate['loss'].append(0)\n1 / 0")
    assert series(kernel, "failing-2") == {"loss": [(0, 2.0), (1, 1.0), (2, 0.0)]}


def test_they_are_logged_after_an_interrupt(kernel, stored):
    cell = kernel.run("%%sm_run cut --metrics hist\nhist = [{'loss': 1.0}]\nraise KeyboardInterrupt")
    assert cell.ename == "KeyboardInterrupt"
    assert stored.status("cut")[0] == "Stopped"
    assert series(kernel, "cut") == {"loss": [(0, 1.0)]}


def test_with_allow_errors_too(kernel, stored):
    kernel.run("%%sm_run allowed --allow-errors --metrics here\nhere = {'loss': [1]}\n1 / 0")
    assert stored.status("allowed")[0] == "Failed"
    assert series(kernel, "allowed") == {"loss": [(0, 1.0)]}


def test_live_puts_its_metrics_first_on_the_card(kernel):
    cell = kernel.run(
        "%%sm_run shown --live lr gra* nothing -p depth=3\n"
        "for step in range(3):\n    run.log_metrics({'val:auc': 0.5, 'grad': 2.0, 'lr': 0.25}, step=step)"
    )
    assert cell.status == "ok", cell.traceback
    assert cell.plain.rstrip().splitlines()[-1].index("lr 0.25") < cell.plain.index("grad 2")
    assert "auc" not in cell.html
    assert "--live: no metric 'nothing' was logged." in cell.text
    assert "gra*" not in cell.text


def test_bare_live_is_the_default_card_and_names_the_run_before_it(kernel):
    cell = kernel.run("%%sm_run plain --live\nrun.log_metric('loss', 1.0)\nprint(run.name)")
    assert cell.status == "ok", cell.traceback
    assert cell.text.strip() == "plain"
    assert "loss" in cell.html


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("%%sm_run x --metrics 3x", "--metrics takes the name of a variable, not '3x'."),
        ("%%sm_run x --metrics a.b", "--metrics takes the name of a variable, not 'a.b'."),
        ("%%sm_run x --quiet --live loss", "--quiet shows no card"),
    ],
)
def test_mistakes_open_no_run(kernel, stored, line, error):
    cell = kernel.run(f"{line}\nprint('body')")
    assert len(cell.traceback) == 1
    assert error in cell.traceback[0]
    assert "body" not in cell.text
    assert "default-x" not in stored.names()


def test_a_run_that_fails_on_its_way_says_where_it_stopped_and_one_that_ends_does_not(kernel):
    body = "for i in range(1, 201):\n    run.progress(i, 200)\n    if i == LAST: raise RuntimeError('x')"
    cell = kernel.run(f"LAST = 124\n{body.replace('run.', 'str and run.')}")
    stopped = kernel.run("%%sm_run part-way\n" + body.replace("LAST", "124"))
    assert "stopped at 124 of 200" in stopped.plain
    assert "stopped at 124 of 200" in stopped.html
    whole = kernel.run("%%sm_run whole-way\n" + body.replace("LAST", "0"))
    assert "of 200" not in whole.plain + whole.html
    assert cell.status == "error"


@pytest.mark.parametrize("module", ["tqdm", "tqdm.auto", "tqdm.notebook"])
def test_a_tqdm_bar_drives_the_card_while_the_cell_runs(kernel, module):
    cell = kernel.run(
        f"%%sm_run barred\nfrom {module} import tqdm\n"
        "from sm_track_widgets.widgets.pump import PUMP\n"
        "shown, seen = next(iter(PUMP._live)), None\n"
        "for i in tqdm(range(150), desc='rows', mininterval=0.01):\n"
        "    time.sleep(0.01)\n"
        "    seen = seen or (shown._state.get('progress') if i > 60 else None)\n"
        "print('saw', seen['label'], seen['total'], seen['done'] > 0)\n"
    )
    assert cell.status == "ok", cell.traceback
    assert "saw rows 150 True" in cell.text
    assert "of 150" not in cell.html


def test_the_help_names_them(kernel):
    cell = kernel.run("%%sm_run?")
    text = str(cell.reply.get("payload"))
    for word in ("--live", "--metrics", "run.progress(12, 200)", "{step: value}"):
        assert word in text
