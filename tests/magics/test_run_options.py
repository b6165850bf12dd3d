"""Options of %%sm_run, and what users type wrong."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("open_runs")


def one_line(cell, error: str = "UsageError") -> str:
    """Return the only line of the only error of a cell."""
    assert cell.errors == [error], cell.outputs
    assert len(cell.traceback) == 1
    assert "\n" not in cell.traceback[0]
    return cell.traceback[0]


def test_all_options_at_once(kernel, stored):
    kernel.run("lr, extra = 0.05, {'depth': 4, 'kind': 'tree'}")
    cell = kernel.run(
        "%%sm_run 'gbc {lr}' -e My-Exp -g 'First sweep' -p lr={lr} -p seed=7 -p flag=True -p text=abc --params extra "
        "-t team=vision --notes \"two words {lr}\" --as this\nthis.log_metric('auc', 0.9)"
    )
    assert cell.status == "ok", cell.traceback
    held = stored.run("gbc-0p05", "my-exp")
    parameters = {name: value.popitem()[1] for name, value in held["Parameters"].items()}
    assert {name: parameters[name] for name in ("lr", "seed", "depth", "kind", "text")} == {
        "lr": 0.05,
        "seed": 7.0,
        "depth": 4.0,
        "kind": "tree",
        "text": "abc",
    }
    assert parameters["sm_track.name"] == "gbc 0.05"
    assert parameters["sm_track.notes"] == "two words 0.05"
    tags = stored.client.list_tags(ResourceArn=held["TrialComponentArn"])["Tags"]
    assert {"Key": "team", "Value": "vision"} in tags
    trials = stored.client.list_trials(ExperimentName="my-exp")["TrialSummaries"]
    assert [trial["TrialName"] for trial in trials] == ["First-sweep"]


def test_a_name_is_made_up_when_none_is_given(kernel, stored):
    before = stored.names()
    kernel.run("%%sm_run -e auto\npass")
    (fresh,) = stored.names() - before
    assert fresh.startswith("auto-")
    assert len(fresh) > len("auto-") + 8


def test_the_experiment_comes_from_the_settings(kernel, stored):
    kernel.run("%sm_config --experiment preset")
    kernel.run("%%sm_run here\npass")
    kernel.run("%%sm_run there -e other\npass")
    assert stored.status("here", "preset")[0] == "Completed"
    assert stored.status("there", "other")[0] == "Completed"
    kernel.run("%sm_config --experiment default")


def test_expressions(kernel, stored):
    kernel.run("class C: depth = 3\nlr = 0.123456")
    kernel.run("%%sm_run {C.depth + 1}-$lr-{lr:.2f} -p same={C.depth} -p odd={} -p d={{1}}\npass")
    assert "4-0p123456-0p12" in {name.removeprefix("default-") for name in stored.names()}


def test_a_taken_name_gets_a_number_and_a_remark(kernel, stored):
    kernel.run("%%sm_run twice\npass")
    cell = kernel.run("%%sm_run twice\nrun.run_name")
    assert cell.result == "'twice-2'"
    assert "exists, so this one is 'twice-2'" in cell.text
    assert stored.status("twice-2")[0] == "Completed"


def test_resume_allow_and_must_go_on(kernel, stored):
    kernel.run("%%sm_run again --resume allow\nrun.log_metric('m', 1.0, step=0)\n1/0")
    assert stored.status("again")[0] == "Failed"
    kernel.run("%%sm_run again --resume must\nrun.log_metric('m', 2.0, step=1)")
    assert stored.status("again") == ("Completed", "")
    assert stored.run("again")["Metrics"][0]["Count"] == 2


def test_resume_never_and_must_refuse_before_the_body(kernel):
    kernel.run("%%sm_run once\nran = 0")
    kernel.run("ran = 0")
    assert "'once' exists" in one_line(kernel.run("%%sm_run once --resume never\nran = 1"))
    line = one_line(kernel.run("%%sm_run nobody --resume must\nran = 1"), "NotFoundError")
    assert "'nobody'" in line
    assert kernel.value("ran") == "0"


def test_quiet_shows_errors_only(kernel, stored):
    cell = kernel.run("%%sm_run hush --quiet\nprint('mine')")
    assert [output["kind"] for output in cell.outputs] == ["stream"]
    assert cell.text == "mine\n"
    cell = kernel.run("%%sm_run hush --quiet\n1/0")
    assert [output["kind"] for output in cell.outputs] == ["error"]
    assert stored.status("hush-2")[0] == "Failed"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--expriment x", "There is no option --expriment. Did you mean '--experiment'?"),
        ("-z", "There is no option -z."),
        ("--resume maybe", "invalid choice: 'maybe'"),
        ("-e", "expected one argument"),
        ("a b c", "'b c' is one word too many. Put a name that has spaces in quotes."),
        ("-p lr", "-p takes name=value, not 'lr'. For example: -p lr=0.1"),
        ("-p =1", "-p takes name=value"),
        ("-t team", "-t takes name=value"),
        ("--params nowhere", "--params: the name 'nowhere' is not defined."),
        ("--params five", "--params takes a dict, and 'five' is a int."),
        ("--as 'my run'", "--as takes the name of a variable, not 'my run'."),
        ("run-{fiv}", "run-{fiv}: the name 'fiv' is not defined. Did you mean 'five'?"),
        ("-p lr={nope}", "{nope}: the name 'nope' is not defined."),
        ("'open", "The quote ' is not closed."),
        ("''", "empty name"),
        ("a --notes '" + "n" * 2501 + "'", "SageMaker keeps 2,500."),
    ],
)
def test_a_mistake_is_one_line_and_opens_nothing(kernel, stored, line, told):
    kernel.run("five = 5; ran = 0")
    before = stored.names()
    assert told in one_line(kernel.run(f"%%sm_run {line}\nran = 1"))
    assert kernel.value("ran") == "0"
    assert stored.names() == before


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "žluťoučký kůň", "a/b c.d", "-dash-", "\N{SNOWMAN}", "n" * 200, "it's"],
)
def test_any_name_works_and_is_kept_as_typed(kernel, stored, name):
    kernel.run(f"name = {name!r}")
    cell = kernel.run("%%sm_run {name} -e names\nrun.run_name, run.name == name")
    assert cell.status == "ok", cell.traceback
    stored_name, same = eval(cell.result)
    assert same
    assert stored.run(stored_name, "names")["Parameters"]["sm_track.name"]["StringValue"] == name
    assert len(stored_name) <= 59
    assert "<img" not in cell.html


def test_nothing_a_user_writes_is_markup(kernel):
    cell = kernel.run(
        "%%sm_run '<b>n</b>' -e '<i>e</i>' -g '<u>g</u>' -p '<s>p</s>=<s>v</s>' -t k='<q>t</q>'\n"
        "run.log_metric('<em>m</em>', 1.0)\nraise ValueError('<script>alert(1)</script>')"
    )
    assert cell.errors == ["ValueError"]
    for tag in ("<b>n", "<i>e", "<u>g", "<s>", "<q>", "<em>", "<script"):
        assert tag not in cell.html
    assert "&lt;b&gt;n" in cell.html


def test_odd_parameters(kernel, stored):
    kernel.run(
        "params = {'np': np.float64(0.5), 'none': None, 'nan': float('nan'), 'inf': np.inf, 'long': 'x' * 3000}"
    )
    cell = kernel.run("%%sm_run odd-params --params params -p i={np.int64(3)}\npass")
    assert cell.status == "ok", cell.traceback
    held = stored.run("odd-params")["Parameters"]
    assert held["np"] == {"NumberValue": 0.5}
    assert held["i"] == {"NumberValue": 3.0}
    assert len(held["long"]["StringValue"]) <= 2500
    assert {"none", "nan", "inf"} <= set(held)
    assert "long" in cell.text


def test_odd_metrics_lose_nothing(kernel, stored):
    cell = kernel.run(
        "%%sm_run odd-metrics\nfor i, v in enumerate([np.float32(1), np.array([2.0]), float('nan'), np.inf, 5]):\n"
        "    run.log_metric('m', v, step=np.int64(i))\nrun.log_metric('m', None)"
    )
    assert cell.errors == ["UsageError"]
    assert len(cell.traceback) == 1
    assert stored.status("odd-metrics")[0] == "Failed"
    assert stored.run("odd-metrics")["Metrics"][0]["Count"] == 3


def test_a_missing_file_is_one_line(kernel, stored):
    line = one_line(kernel.run("%%sm_run file\nrun.log_metric('m', 1.0)\nrun.log_file('/nowhere/model.bin')"))
    assert "/nowhere/model.bin" in line
    assert stored.run("file")["Metrics"][0]["Count"] == 1
    assert stored.status("file")[0] == "Failed"


def test_sm_log(kernel, stored):
    kernel.run("loss = 0.25")
    cell = kernel.run(
        "%%sm_run logged\nfor epoch in range(3):\n    %sm_log loss={loss + epoch} acc=0.5 --step {epoch}"
    )
    assert cell.status == "ok", cell.traceback
    metrics = {m["MetricName"]: (m["Count"], m["Last"]) for m in stored.run("logged")["Metrics"]}
    assert metrics == {"loss": (3, 2.25), "acc": (3, 0.5)}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%sm_log", "Nothing to log"),
        ("%sm_log loss", "%sm_log takes name=value, not 'loss'"),
        ("%sm_log loss=1 --step x", "--step takes a whole number from 0, not 'x'"),
        ("%sm_log loss=1 --stpe 1", "Did you mean '--step'?"),
    ],
)
def test_sm_log_mistakes(kernel, line, told):
    assert told in one_line(kernel.run(f"%%sm_run --quiet\n{line}"))


def test_sm_log_outside_a_run(kernel):
    assert "No run is open here" in one_line(kernel.run("%sm_log loss=1"))
