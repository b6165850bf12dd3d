"""%sm_best in a real kernel."""

from __future__ import annotations

import pytest

HOSTILE = "<img src=x onerror=alert(1)> \u202e עברית"


@pytest.fixture(scope="module", autouse=True)
def _four_runs(kernel):
    cell = kernel.run(
        f"hostile = {HOSTILE!r}\n"
        "for depth, name in enumerate(('a', 'b', 'c', hostile)):\n"
        "    get_ipython().run_cell_magic('sm_run', '\"{name}\" -e trees -p depth={depth} --quiet', '''\n"
        "for step, value in enumerate((depth / 10, 0.5 - depth / 10)):\n"
        "    run.log_metric('auc', value, step=step)\n"
        "    run.log_metric('val loss', value, step=step)\n"
        "run.log_parameter('note', hostile)\n"
        "''')"
    )
    assert cell.status == "ok", cell.traceback


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("auc -e trees", "a", 0.5),
        ("auc --max -e trees", "a", 0.5),
        ("auc --min -e trees", HOSTILE, 0.2),
        ("auc --stat max -e trees --min", HOSTILE, 0.3),
        ("auc --stat count -e trees", HOSTILE, 2.0),
        ("'val loss' -e trees", HOSTILE, 0.2),
        ('"val loss" -e trees --max', "a", 0.5),
        ("{metric} params.depth > {least}", "b", 0.4),
        ("-e trees auc params.depth > 0 AND name != 'b'", "c", 0.3),
        ("auc \"params.depth > 0 AND name != 'b'\" -e trees", "c", 0.3),
        ("auc -e trees name = '{hostile}'", HOSTILE, 0.2),
    ],
)
def test_the_best_run_is_found(kernel, line, name, value):
    kernel.run("metric, least = 'auc', 0")
    cell = kernel.run(f"best = %sm_best {line}")
    assert (cell.status, cell.outputs) == ("ok", []), cell.traceback
    found_name, found_value = eval(kernel.value("best.run, round(best.value, 6)"))
    assert (found_name, found_value) == (name, value)


def test_it_is_printed_with_its_parameters_and_bound(kernel):
    cell = kernel.run("%sm_best auc --min -e trees --as champion")
    assert cell.status == "ok", cell.traceback
    (output,) = cell.outputs
    assert output["kind"] == "stream"  # text, in which markup means nothing
    first, *parameters = cell.text.splitlines()
    assert first == f"{HOSTILE}  auc last 0.2  (best of 4 runs in 'trees')"
    assert parameters == ["  depth = 3", f"  note = {HOSTILE!r}"]
    assert kernel.value("champion.parameters['depth'], champion.component[:6]") == "(3, 'trees-')"


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ("", "UsageError", "takes the name of a metric"),
        ("acu", "NotFoundError", "Did you mean 'auc'?"),
        ("auc -e treees", "NotFoundError", "Did you mean 'trees'?"),
        ("auc --min --max", "UsageError", "exclude each other"),
        ("auc --stat mean", "UsageError", "invalid choice: 'mean'"),
        ("auc --as 1x", "UsageError", "not '1x'"),
        ("auc --as class", "UsageError", "not 'class'"),
        ("auc trees", "UsageError", "An experiment is named by -e: %sm_best -e trees"),
        ("{nothing}", "UsageError", "the name 'nothing' is not defined"),
    ],
)
def test_a_mistake_is_one_line(kernel, line, error, told):
    cell = kernel.run(f"%sm_best {line}")
    assert cell.errors == [error]
    (message,) = cell.traceback
    assert told in message


def test_a_query_that_cannot_be_read_is_shown_with_the_place(kernel):
    cell = kernel.run("%sm_best auc params.depth => 2")
    assert cell.errors == ["QueryError"]
    assert cell.traceback[1:] == ["params.depth => 2", " " * 14 + "^"]
