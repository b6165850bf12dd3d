"""%sm_runs and %sm_plot in a real kernel."""

from __future__ import annotations

import json
import re

import pytest

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module", autouse=True)
def _three_runs(kernel):
    cell = kernel.run(
        "for depth in (2, 3, 4):\n"
        "    get_ipython().run_cell_magic('sm_run', 'd{depth} -e trees -g g{depth % 2} -p depth={depth} --quiet', '''\n"
        "for step in range(5):\n"
        "    run.log_metric('auc', depth / 10 + step / 100, step=step)\n"
        "''')"
    )
    assert cell.status == "ok", cell.traceback


def columns_of(kernel, expression: str) -> list:
    return json.loads(eval(kernel.value(f"__import__('json').dumps({expression})")))


def test_runs_are_shown_as_a_table_with_a_static_form(kernel):
    cell = kernel.run("%sm_runs -e trees")
    assert cell.status == "ok", cell.traceback
    static, view = (output["data"] for output in cell.outputs)
    assert VIEW in view
    assert view["text/html"] == ""
    assert VIEW not in static
    for name in ("d2", "d3", "d4"):
        assert name in static["text/html"]
        assert name in static["text/plain"]


def test_assigned_they_are_a_dataframe_and_nothing_is_shown(kernel):
    cell = kernel.run("found = %sm_runs -e trees --sort -auc.max --columns depth,auc.max")
    assert (cell.status, cell.outputs) == ("ok", [])
    assert columns_of(kernel, "list(found.columns)") == ["run", "params.depth", "metrics.auc.max"]
    assert columns_of(kernel, "found['run'].tolist()") == ["d4", "d3", "d2"]


def test_df_shows_a_dataframe(kernel):
    cell = kernel.run("%sm_runs -e trees --df --sort depth --limit 2 --columns depth")
    assert "d2" in cell.result
    assert "d4" not in cell.result
    assert not any(VIEW in output["data"] for output in cell.outputs)


def test_in_a_function_and_an_expression(kernel):
    cell = kernel.run("def f():\n    inner = %sm_runs -e trees\n    return len(inner)\nf()")
    assert cell.result == "3"


def test_group_and_text_narrow(kernel):
    kernel.run("ones = %sm_runs -e trees -g g1\nfours = %sm_runs -e trees --text d4")
    assert columns_of(kernel, "[ones['run'].tolist(), fours['run'].tolist()]") == [["d3"], ["d4"]]


def test_options_reach_the_table(kernel):
    cell = kernel.run("%sm_runs -e trees --sort -depth --columns depth --text d --limit 2")
    html = cell.outputs[0]["data"]["text/html"]
    assert re.findall(r"\bd\d\b", re.sub(r"<[^>]*>", " ", html)) == ["d4", "d3"]


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ("%sm_runs -e treees", "NotFoundError", "Did you mean 'trees'?"),
        ("%sm_runs -e trees -g nope", "NotFoundError", "nope"),
        ("%sm_runs -e trees --sort deepth --df", "UsageError", "deepth"),
        ("%sm_runs --limit x", "UsageError", "--limit takes a whole number from 0, not 'x'"),
        ("%sm_runs trees", "UsageError", "An experiment is named by -e: %sm_runs -e trees"),
        ("%sm_runs --srot a", "UsageError", "Did you mean '--sort'?"),
        ("%sm_runs metrics.auc > 0.3 --srot a", "UsageError", "Did you mean '--sort'?"),
        ("%sm_runs metrics.auc > 0.3 -e", "UsageError", "expected one argument"),
        ("%sm_runs -e trees params.dept = 2", "NotFoundError", "Did you mean 'depth'?"),
        ("%sm_runs -e trees params.depth = {dept}", "UsageError", "the name 'dept' is not defined"),
        ("%sm_runs -e trees --unassigned", "UsageError", "Runs of no experiment"),
        ("%sm_plot acu -e trees", "NotFoundError", "Did you mean 'auc'?"),
        ("%sm_plot auc -e treees", "NotFoundError", "Did you mean 'trees'?"),
        ("%sm_plot auc -e trees --runs d9", "NotFoundError", "d9"),
        ("%sm_plot auc --smooth 2", "UsageError", "--smooth takes a number from 0 to 0.99, not '2'"),
        ("%sm_plot auc -e trees --save a.png", "UsageError", ".svg"),
        ("%sm_plot auc -e trees --x steps", "NotFoundError", "Did you mean 'step'?"),
        (
            "%sm_plot auc -e trees --band dept",
            "UsageError",
            "There is no column 'dept'. Did you mean 'depth'?",
        ),
        ("%sm_plot auc --smooth -1 --smooth-kind mean", "UsageError", "--smooth takes a number from 0, not"),
        ("%sm_plot auc --smooth-kind avg", "UsageError", "invalid choice: 'avg'"),
        ("%sm_plot auc --egdes range", "UsageError", "Did you mean '--edges'?"),
    ],
)
def test_a_mistake_is_one_line(kernel, line, error, told):
    cell = kernel.run(line)
    assert cell.errors == [error]
    assert len(cell.traceback) == 1
    assert "\n" not in cell.traceback[0]
    assert told in cell.traceback[0]


QUERIES = [
    ("%sm_runs -e trees metrics.auc.max > 0.3 AND params.depth IN (3, 4)", ["d4", "d3"]),
    ("%sm_runs metrics.auc.max > 0.3 AND params.depth IN (3, 4) -e trees", ["d4", "d3"]),
    ("%sm_runs metrics.auc.max > 0.3 -e trees AND params.depth != 4", ["d3"]),
    ('%sm_runs "metrics.auc > 0.3" -e trees', ["d4", "d3"]),
    ("%sm_runs 'metrics.auc > 0.3' -e trees --sort -auc --limit 1", ["d4"]),
    ("%sm_runs -e trees name = 'd3'", ["d3"]),
    ("%sm_runs \"name = 'd3'\" -e trees", ["d3"]),
    ("%sm_runs 'name = 'd3'' -e trees", ["d3"]),
    ("%sm_runs -e trees params.`depth` = 2", ["d2"]),
    ("%sm_runs -e trees name LIKE 'd%' AND NOT name LIKE '%3'", ["d4", "d2"]),
    (r"%sm_runs -e trees name LIKE 'd\%'", []),
    ("%sm_runs -e trees created > -7d and started < -1d", []),
    ("%sm_runs -e trees params.depth >= {low} AND metrics.auc < {high:.2f}", ["d3"]),
    ("%sm_runs -e trees name = '{odd}' OR name = '{third}'", ["d3"]),
    ("%sm_runs -e trees name != ' -g g1 --limit 1 '", ["d4", "d3", "d2"]),
    ("%sm_runs -e trees -g g0 params.depth > 2 --no-cache", ["d4"]),
]


@pytest.mark.parametrize(("line", "names"), QUERIES)
def test_the_rest_of_the_line_is_a_query(kernel, line, names):
    kernel.run("low, high, third = 3, 0.4, 'd3'\nodd = \"it's\" + ' -e x'")
    cell = kernel.run(f"found = {line}")
    assert (cell.status, cell.outputs) == ("ok", []), cell.traceback
    assert columns_of(kernel, "found['run'].tolist()") == names


def test_a_query_narrows_the_table_that_is_shown_too(kernel):
    cell = kernel.run("%sm_runs -e trees metrics.auc > 0.25 --sort -auc")
    assert cell.status == "ok", cell.traceback
    static, view = (output["data"] for output in cell.outputs)
    assert VIEW in view
    assert re.findall(r"\bd\d\b", re.sub(r"<[^>]*>", " ", static["text/html"])) == ["d4", "d3"]


def test_a_baseline_and_groups(kernel):
    cell = kernel.run("%sm_runs -e trees --columns depth,auc.max --baseline D3 --group-by depth")
    assert cell.status == "ok", cell.traceback
    text = cell.outputs[0]["data"]["text/plain"]
    assert "d3 baseline" in text
    assert "0.44 +.1" in text
    cell = kernel.run("%sm_runs -e trees --baseline d33")
    assert cell.traceback == ["NotFoundError: Run 'd33' is not in this table. Did you mean 'd3'?"]


def test_a_query_that_finds_nothing_says_so(kernel):
    cell = kernel.run("%sm_runs -e trees params.depth = 9")
    assert (cell.status, cell.text, cell.plain) == ("ok", "There is no such run in 'trees'.\n", "")


@pytest.mark.parametrize(
    ("line", "told", "shown", "place"),
    [
        ("metrics.auc >> 0.9", "a value is missing after '>'", "metrics.auc >> 0.9", 13),
        ("name = 'd3", "the quote ' is not closed", "name = 'd3", 7),
        (
            "name = '<img src=x onerror=alert(1)>' nope",
            "'nope'",
            "name = '<img src=x onerror=alert(1)>' nope",
            38,
        ),
        ("name ~ 'a\u202e\x1b[31m'", "'~'", "name ~ 'a  [31m'", 5),
    ],
)
def test_a_query_that_cannot_be_read_is_three_lines(kernel, line, told, shown, place):
    cell = kernel.run(f"%sm_runs -e trees {line}")
    assert cell.errors == ["QueryError"]
    message, query, mark = cell.traceback
    assert told in message
    assert query == shown
    assert mark == " " * place + "^"


def test_a_query_is_explained(kernel):
    cell = kernel.run("%sm_runs -e trees metrics.auc.max > 0.9 AND tags.team != 'Red' --explain")
    assert cell.status == "ok", cell.traceback
    first, asked, left, *expression = cell.text.splitlines()
    assert first == "query: metrics.auc.max > 0.9 AND tags.team != 'Red'"
    assert asked.startswith("asked of the service: metrics.auc.max > 0.9")
    assert left == "finished here: tags.team != 'Red'"
    written = "\n".join(expression).removeprefix("SearchExpression: ")
    assert json.loads(written)["Filters"][0] == {
        "Name": "Metrics.auc.Max",
        "Operator": "GreaterThan",
        "Value": "0.9",
    }
    assert kernel.run("told = %sm_runs name = 'a' --explain").outputs == []
    assert kernel.value("told.text().splitlines()[0]") == "\"query: name = 'a'\""


def test_runs_of_no_experiment_and_archived_ones_are_shown_when_asked_for(kernel, stored):
    stored.client.create_trial_component(TrialComponentName="alone", DisplayName="alone")
    arn = stored.run("d2", "trees")["TrialComponentArn"]
    stored.client.add_tags(ResourceArn=arn, Tags=[{"Key": "sm_track:archived", "Value": "true"}])
    kernel.run(
        "rest = %sm_runs -e trees --no-cache\nall = %sm_runs -e trees --archived\nlone = %sm_runs --unassigned"
    )
    assert columns_of(kernel, "[f['run'].tolist() for f in (rest, all, lone)]") == [
        ["d4", "d3"],
        ["d4", "d3", "d2"],
        ["alone"],
    ]
    stored.client.delete_tags(ResourceArn=arn, TagKeys=["sm_track:archived"])
    kernel.run("%sm_runs -e trees --no-cache --df")


def test_status_tells_calls_and_the_cache(kernel):
    cell = kernel.run("%sm_status")
    told = dict(line.split("  ", 1) for line in cell.text.splitlines() if "  " in line)
    assert re.match(r"\s*\d+: Search \d+", told["API calls here"]), told
    assert re.match(r"\s*\d+ files?, .* in ", told["cache of runs"]), told


def test_a_plot_is_shown_with_a_static_form(kernel):
    cell = kernel.run("%sm_plot auc -e trees --runs d2,d3 --smooth 0.5 --logy --x relative --height 150")
    assert cell.status == "ok", cell.traceback
    static, view = (output["data"] for output in cell.outputs)
    assert "<svg" in static["text/html"]
    assert VIEW in view


def test_an_assigned_plot_is_the_widget(kernel):
    cell = kernel.run("chart = %sm_plot auc -e trees --smooth 0.5\ntype(chart).__name__, chart.smooth")
    assert cell.result == "('MetricChart', 0.5)"
    assert [output["kind"] for output in cell.outputs] == ["execute_result"]


def test_a_plot_takes_groups_kinds_of_smoothing_and_another_metric(kernel):
    more = "--band depth --edges deviation --smooth 5 --smooth-kind mean --ignore-outliers"
    told = "chart.band, chart.edges, chart.smooth, chart.smooth_kind, chart.ignore_outliers"
    cell = kernel.run(f"chart = %sm_plot auc -e trees {more}\n{told}")
    assert cell.result == "('params.depth', 'deviation', 5.0, 'mean', True)"
    kernel.run(
        "with __import__('sm_track_widgets').Run('trees', 'd5') as run:\n"
        "    for step in range(3):\n"
        "        run.log_metric('auc', step, step=step)\n"
        "        run.log_metric('epoch', step / 2, step=step)\n"
        "axis = 'epoch'"
    )
    cell = kernel.run("chart = %sm_plot auc -e trees --x {axis}\nchart.x, chart._series['only_x']")
    assert cell.result == "('epoch', ['epoch'])"


def test_a_plot_is_saved(kernel, tmp_path):
    kernel.run(f"target = {str(tmp_path)!r}")
    assert kernel.run("%sm_plot auc -e trees --save {target}/a.svg").status == "ok"
    assert kernel.run("%sm_plot auc -e trees --save '{target}/b.json'").status == "ok"
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    assert "auc" in (tmp_path / "b.json").read_text()


def test_before_the_first_run(tmp_path_factory):
    from kernel import Kernel

    fresh = Kernel(tmp_path_factory.mktemp("fresh"))
    try:
        cell = fresh.run("%load_ext sm_track_widgets\n%sm_runs")
        assert cell.status == "ok", cell.traceback
        assert "%%sm_run" in cell.plain
        cell = fresh.run("%sm_runs -e nothing")
        assert cell.errors == ["NotFoundError"]
    finally:
        fresh.stop()
