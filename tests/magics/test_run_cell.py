"""How a %%sm_run cell behaves in a real kernel."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("open_runs")


def test_a_body_that_ends_is_completed(kernel, stored):
    cell = kernel.run('%%sm_run plain -p depth=3\nrun.log_metric("loss", 0.5, step=0)\nprint("out")\n6 * 7')
    assert (cell.status, cell.errors, cell.result) == ("ok", [], "42")
    assert stored.status("plain") == ("Completed", "")
    held = stored.run("plain")
    assert held["Parameters"]["depth"] == {"NumberValue": 3.0}
    assert [(m["MetricName"], m["Last"]) for m in held["Metrics"]] == [("loss", 0.5)]


def test_source_and_output_are_captured_and_redacted(kernel, stored):
    source = '%%sm_run seen\nimport sys\ntoken = "abcdefgh12345"\nprint("to out")\nprint("to err", file=sys.stderr)'
    kernel.run(source)
    document = stored.capture("seen")
    assert document["source"] == source.replace("abcdefgh12345", "[redacted]")
    assert "to out" in document["output"]
    assert "to err" in document["output"]


def test_no_capture_keeps_neither(kernel, stored):
    kernel.run('%%sm_run unseen --no-capture\nprint("out")')
    assert "sm_track.capture" not in stored.run("unseen")["OutputArtifacts"]


def test_an_exception_fails_the_run_and_the_cell_with_one_error(kernel, stored):
    cell = kernel.run("%%sm_run broken\na = 1\n1 / 0\n")
    assert (cell.status, cell.ename, cell.errors) == ("error", "ZeroDivisionError", ["ZeroDivisionError"])
    assert stored.status("broken") == ("Failed", "ZeroDivisionError: division by zero")
    assert "----> " in "".join(cell.traceback)
    assert "line 3" in "".join(cell.traceback)
    assert "sm_track_widgets/" not in "".join(cell.traceback)


def test_the_traceback_keeps_the_line_numbers_of_the_cell(kernel):
    kernel.run("def here():\n    import sys\n    return sys._getframe(1).f_lineno")
    assert kernel.run("%%sm_run lines\n\n# remark\nhere()").result == "4"


def test_top_level_await(kernel, stored):
    cell = kernel.run(
        "%%sm_run awaited\nawait asyncio.sleep(0.01)\nvalue = await asyncio.sleep(0.01, 'got')\nvalue"
    )
    assert (cell.status, cell.result) == ("ok", "'got'")
    assert stored.status("awaited") == ("Completed", "")


def test_an_error_behind_an_await(kernel, stored):
    cell = kernel.run("%%sm_run awaited-broken\nawait asyncio.sleep(0.01)\n1 / 0")
    assert cell.errors == ["ZeroDivisionError"]
    assert stored.status("awaited-broken")[0] == "Failed"


def test_a_task_on_the_main_loop_goes_on(kernel):
    kernel.run(
        "ticks = 0\nasync def tick():\n    global ticks\n    while True:\n        ticks += 1\n"
        "        await asyncio.sleep(0.005)\ntask = asyncio.ensure_future(tick())\nawait asyncio.sleep(0)"
    )
    cell = kernel.run(
        "%%sm_run loop\nbefore = ticks\nfor _ in range(100):\n    await asyncio.sleep(0.01)\n"
        "    if ticks > before + 3:\n        break\nticks > before + 3"
    )
    assert cell.result == "True"
    kernel.run("task.cancel()")


def test_line_magics_and_shell_lines_in_the_body(kernel, stored):
    cell = kernel.run("%%sm_run magics\n%time x = 5\n!echo from the shell\nx")
    assert (cell.status, cell.result) == ("ok", "5")
    assert "Wall time" in cell.text
    assert "from the shell" in cell.text
    assert stored.status("magics")[0] == "Completed"


@pytest.mark.parametrize(("name", "magic"), [("timed", "%%time"), ("captured", "%%capture got")])
def test_a_body_that_is_another_cell_magic(kernel, stored, name, magic):
    cell = kernel.run(f"%%sm_run {name}\n{magic}\nrun.log_parameter('inner', 1)\nprint('x')")
    assert cell.status == "ok"
    assert stored.status(name) == ("Completed", "")
    assert "inner" in stored.run(name)["Parameters"]


@pytest.mark.parametrize(("name", "magic"), [("timed-broken", "%%time"), ("captured-broken", "%%capture")])
def test_an_error_in_another_cell_magic_is_not_called_completed(kernel, stored, name, magic):
    cell = kernel.run(f"%%sm_run {name}\n{magic}\n1 / 0")
    assert cell.errors == ["ZeroDivisionError"]
    assert stored.status(name) == ("Failed", "ZeroDivisionError: division by zero")


def test_cells_run_inside_the_body_do_not_end_the_run(kernel, stored):
    cell = kernel.run(
        "%%sm_run outer\nresult = get_ipython().run_cell('1 / 0')\nrun.log_parameter('after', result.success)"
    )
    assert cell.status == "ok"
    assert stored.status("outer") == ("Completed", "")
    assert "after" in stored.run("outer")["Parameters"]


def test_a_syntax_error_opens_no_run(kernel, stored):
    cell = kernel.run("%%sm_run never-opened\nx = = 1")
    assert cell.errors == ["SyntaxError"]
    assert "default-never-opened" not in stored.names()


def test_a_second_magic_line_is_one_line_and_opens_no_run(kernel, stored):
    cell = kernel.run("%%sm_run first\nx = 1\n%%sm_run second\ny = 2")
    assert cell.errors == ["UsageError"]
    assert len(cell.traceback) == 1
    assert "cannot hold a second one" in cell.traceback[0]
    assert not {"default-first", "default-second"} & stored.names()


def test_a_second_magic_line_in_a_text_or_remark_is_text(kernel, stored):
    cell = kernel.run('%%sm_run texts\nx = """\n%%sm_run no\n"""\n# %%sm_run no\nx.strip()')
    assert (cell.status, cell.result) == ("ok", "'%%sm_run no'")
    assert stored.status("texts")[0] == "Completed"


def test_a_second_line_magic_is_refused_and_the_first_run_ends(kernel, stored):
    cell = kernel.run("%%sm_run only\n%sm_run other")
    assert cell.errors == ["UsageError"]
    assert stored.status("only")[0] == "Failed"


def test_a_line_magic_takes_in_the_rest_of_the_cell(kernel, stored):
    cell = kernel.run("z = 1\n%sm_run rest\nrun.log_parameter('z', z)")
    assert cell.status == "ok"
    assert stored.status("rest")[0] == "Completed"


def test_help_is_the_manual(kernel, stored):
    before = stored.names()
    message_id = kernel.send("%%sm_run?")
    page = str(kernel.collect(message_id).reply["payload"])
    assert "Run this cell as a tracked run" in page
    for option in ("--experiment", "--params", "--resume", "--allow-errors", "--no-capture", "--as", "--tag"):
        assert option in page
    assert "--nested-line" not in page
    assert stored.names() == before


def test_allow_errors_shows_the_error_and_goes_on(kernel, stored):
    cell = kernel.run("%%sm_run allowed --allow-errors\nprint('before')\n1 / 0")
    assert (cell.status, cell.errors) == ("ok", ["ZeroDivisionError"])
    assert "no top-level await there" in cell.text
    assert stored.status("allowed") == ("Failed", "ZeroDivisionError: division by zero")
    assert kernel.run("%%sm_run allowed-fine --allow-errors --quiet\n%time y = 3\ny").result == "3"


def test_allow_errors_says_that_it_cannot_await(kernel, stored):
    cell = kernel.run("%%sm_run allowed-await --allow-errors\nawait asyncio.sleep(0)")
    assert cell.errors == ["UsageError"]
    assert len(cell.traceback) == 1
    assert "default-allowed-await" not in stored.names()


def test_called_from_code(kernel, stored):
    cell = kernel.run(
        "body = 'run.log_metric(\"m\", 1)\\n9'\n"
        "def go(depth):\n    return get_ipython().run_cell_magic('sm_run', 'code-{depth}', body)\n"
        "go(4)"
    )
    assert (cell.status, cell.result) == ("ok", "9")
    assert "line numbers count from the body" in cell.text
    assert stored.status("code-4")[0] == "Completed"
    cell = kernel.run("get_ipython().run_cell_magic('sm_run', 'code-broken', '1 / 0')")
    assert (cell.status, cell.errors) == ("error", ["ZeroDivisionError"])
    assert stored.status("code-broken")[0] == "Failed"


def test_a_silent_execution_leaves_nothing_open(kernel, stored, open_runs):
    kernel.run("%%sm_run silent\nx = 1", silent=True)
    assert open_runs() == 0
    assert stored.status("silent")[0] == "Completed"
    kernel.run("%%sm_run silent-broken\n1 / 0", silent=True)
    assert open_runs() == 0
    assert stored.status("silent-broken")[0] == "Failed"


def test_the_run_is_bound_and_closed_afterwards(kernel):
    kernel.run("%%sm_run bound --as mine\nmine.log_metric('m', 1)")
    cell = kernel.run("mine.log_metric('m', 2)")
    assert cell.errors == ["UsageError"]
    assert len(cell.traceback) == 1
    assert "is closed" in cell.traceback[0]


@pytest.mark.parametrize("body", ["import sys\nsys.exit()", "raise SystemExit(0)"])
def test_leaving_on_purpose_is_no_failure(kernel, stored, body):
    kernel.run(f"%%sm_run left --resume allow\n{body}")
    assert stored.status("left")[0] == "Completed"
