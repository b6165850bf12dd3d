"""Everything that is known of a run: from the service on both homes, and from memory while it is open."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from run_home import aws, embedded

from sm_track_widgets import RunDetails, run_details
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.charts import code_html
from sm_track_widgets.charts.static_details import TABS
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(params=[embedded, aws], ids=["embedded", "aws"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    make: Callable[[Path], Connection] = request.param
    return make(tmp_path / "home")


def fill(run: Run, folder: Path) -> None:
    report = folder / f"{EVIL.replace('/', '')}.txt"
    report.write_text("fine")
    run.log_parameters({EVIL: EVIL, "depth": 4, "lr": 0.05})
    for step in range(30):
        run.log_metric(f"loss {EVIL}", 1 / (step + 1), step=step)
        run.log_metric("val:auc", step / 30, step=step)
    run.log_metric("system/cpu_percent", 40)
    run.log_metric("system/cpu_percent", 60)
    run.set_tag("team", "red")
    run.log_file(report)


def open_run(connection: Connection, **options: str) -> Run:
    run = Run("Exp", f"Run {EVIL}", notes=EVIL, connection=connection, **options)  # type: ignore[arg-type]
    run.capture(f"x = rate  # {EVIL}\n", output=True, namespace={"rate": EVIL}, environment=True, git=False)
    return run


@pytest.mark.parametrize("state", ["open", "stored"])
def test_every_tab_escapes_what_users_wrote(
    connection: Connection, tmp_path: Path, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = open_run(connection)
    fill(run, tmp_path)
    print(EVIL)
    if state == "stored":
        run.finish(ValueError(EVIL))
    for tab in TABS:
        bundle = run_details(f"Run {EVIL}", "Exp", tab=tab, connection=connection)._repr_mimebundle_()
        assert "<img src=x" not in bundle["text/html"]
        assert "&lt;img src=x" in bundle["text/html"]
        assert EVIL in bundle["text/plain"]
        ET.fromstring(bundle["text/html"])
    run.close()


def test_a_stored_run_as_an_object(connection: Connection, tmp_path: Path) -> None:
    with open_run(connection) as run:
        fill(run, tmp_path)
    found = run_details(run.run_name, "Exp", connection=connection)
    assert isinstance(found, RunDetails)
    assert (found.name, found.experiment, found.status) == (f"Run {EVIL}", "exp", "Completed")
    assert found.parameters == {EVIL: EVIL, "depth": 4.0, "lr": 0.05}
    assert found.tags == {"team": "red"}
    assert found.facts.notes == EVIL
    assert {one.name: one.count for one in found.metrics} == {
        f"loss {EVIL}": 30,
        "val:auc": 30,
        "system/cpu_percent": 2,
    }
    assert [one.direction for one in found.artifacts] == ["output"]
    assert found.capture == run.capture_preview()
    assert found.capture["inputs"]["names"][0]["value"] == repr(EVIL)
    assert found.ended is not None


def test_open_and_stored_say_the_same(connection: Connection, tmp_path: Path) -> None:
    run = open_run(connection)
    fill(run, tmp_path)
    before = run_details(connection=connection)
    run.close()
    after = run_details(run.name, connection=connection)
    assert before.parameters == after.parameters
    assert before.tags == after.tags
    assert {one.name: (one.last, one.low, one.high, one.count) for one in before.metrics} == {
        one.name: (one.last, one.low, one.high, one.count) for one in after.metrics
    }
    assert [one.name for one in before.artifacts] == [one.name for one in after.artifacts]
    assert before.capture["source"] == after.capture["source"]


def test_names(connection: Connection) -> None:
    for experiment in ("One", "Two"):
        Run(experiment, "same name", connection=connection).close()
    newest = run_details("same name", connection=connection)
    assert newest.experiment == "two"
    assert newest.facts.remarks == ["1 older run has this name too; name its experiment."]
    assert run_details("SAME-NAME", "one", connection=connection).experiment == "one"
    assert run_details("one-same-name", connection=connection).experiment == "one"
    with pytest.raises(NotFoundError, match="Did you mean 'same name'"):
        run_details("same nam", "One", connection=connection)
    with pytest.raises(UsageError, match="There is no tab 'codes'"):
        run_details("same name", "One", tab="codes", connection=connection)


def test_a_run_that_search_does_not_know_yet(connection: Connection) -> None:
    run = Run("Exp", "fresh", params={"depth": 4}, tags={"team": "red"}, connection=connection)
    run.log_metric("loss", 0.5)
    run.close()
    hidden: list[int] = []

    def behind(parsed: dict[str, object], **_: object) -> None:
        hidden.append(1)
        parsed["Results"] = []

    connection.client("sagemaker").meta.events.register("after-call.sagemaker.Search", behind)
    found = run_details("fresh", "Exp", connection=connection)
    assert hidden
    assert (found.experiment, found.parameters, found.tags) == ("exp", {"depth": 4.0}, {"team": "red"})
    assert found.metrics[0].last == 0.5


def test_without_capture_metrics_or_files(connection: Connection) -> None:
    Run("Exp", "bare", connection=connection).close()
    for tab in TABS:
        details = run_details("bare", "Exp", tab=tab, connection=connection)
        assert "Completed" in details.text()
        assert details.html()


def test_an_object_that_is_gone_hides_nothing_else(connection: Connection, tmp_path: Path) -> None:
    with open_run(connection) as run:
        fill(run, tmp_path)
    s3 = connection.client("s3")
    for listed in s3.list_objects_v2(Bucket=connection.bucket)["Contents"]:
        s3.delete_object(Bucket=connection.bucket, Key=listed["Key"])
    details = run_details(run.name, "Exp", tab="artifacts", connection=connection)
    assert details.capture == {}
    assert "kept of the cell" in details.facts.remarks[0]
    assert "cannot be read" in details.html()
    assert details.parameters["depth"] == 4.0


def test_colours_of_code() -> None:
    html = code_html.python('%time x\ndef f():  # why\n    return "a<b" + 1\n')
    text = "".join(ET.fromstring(f"<pre>{html}</pre>").itertext())
    assert text == '%time x\ndef f():  # why\n    return "a<b" + 1\n'
    assert html.count("<span") == 6
    assert code_html.python("a <b> 'c' <d>").replace(code_html.python("'c'"), "") == "a &lt;b&gt;  &lt;d&gt;"
    assert "<span" not in code_html.python("def f(): pass\n" * 5000)
    changed = code_html.diff("diff --git a b\n+++ b\n@@ 1 @@\n same\n-old <b>\n+new\n+newer\n")
    assert "".join(ET.fromstring(f"<pre>{changed}</pre>").itertext()).endswith("-old <b>\n+new\n+newer")
    assert changed.count("<span") == 4
