"""Deletions that do not go as planned: throttled, refused, interrupted, killed, overtaken."""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import ExitStack

import cleanup_home as made
import pytest
import run_home
from cleanup_home import before, look, refusal

from sm_track_widgets import archive_runs, config, delete_runs, gc, plan_delete, runs
from sm_track_widgets._errors import ConfigError, ServiceRefusedError
from sm_track_widgets.actions.cleanup import resuming
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules


@pytest.fixture
def filled(tmp_path) -> Connection:
    place = run_home.aws(tmp_path / "place")
    for number in range(12):
        uri = made.put(place, "e", f"content {number}")
        made.run(place, "e", f"r{number:02}", number=number, files=[uri])
    return place


PASSING = {
    "sagemaker": (
        "Search",
        "ListAssociations",
        "DisassociateTrialComponent",
        "DeleteTrialComponent",
        "DeleteTrial",
        "DeleteExperiment",
    ),
    "s3": ("HeadObject", "DeleteObjects"),
}


def nothing(place: Connection) -> None:
    after = look(place)
    assert (after.components, after.trials, after.experiments) == (frozenset(),) * 3
    assert after.objects == {}
    assert not list((place.settings.path / "cleanup").glob("*"))


def failing(codes, *, times=1, only=lambda _: True):
    left = [times]

    def fail(params):
        if left[0] > 0 and only(params):
            left[0] -= 1
            raise refusal(codes)

    return fail


def test_what_passes_is_waited_out(filled):
    with ExitStack() as faults:
        for service, operations in PASSING.items():
            for at, operation in enumerate(operations):
                code = ("ThrottlingException", "InternalFailure")[at % 2]
                faults.enter_context(before(filled, operation, failing(code, times=2), service))
        report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert report.complete, report
    nothing(filled)


def test_a_refused_run_stays_whole_and_a_second_call_finishes(filled):
    fail = failing("ResourceInUse", only=lambda params: params["TrialComponentName"] == "e-r03")
    with before(filled, "DeleteTrialComponent", fail):
        report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert report.done["runs"] == 11
    assert report.done["files"] == 11
    (uri,) = look(filled).objects
    assert [(left.kind, left.name) for left in report.left] == [("run", "r03"), ("file", uri)]
    assert "Left: 1 run" in str(report)
    assert look(filled).components == {"e-r03"}  # of no group any more: no query finds it
    report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert report.plan.unfinished
    assert report.complete
    nothing(filled)


def test_who_may_not_delete_is_told_once_and_loses_nothing(filled):
    calls = []

    def deny(params):
        calls.append(params)
        raise refusal(
            "AccessDeniedException", "not authorized to perform: sagemaker:DisassociateTrialComponent"
        )

    with before(filled, "DisassociateTrialComponent", deny):
        report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert not any(report.done.values())
    assert len(calls) <= 8  # as many as were under way
    assert "Nothing was deleted" in str(report)
    assert "sagemaker:DisassociateTrialComponent" in str(report)
    assert (len(look(filled).components), len(look(filled).objects)) == (12, 12)
    assert delete_runs(experiment="e", artifacts=True, yes=True, connection=filled).complete
    nothing(filled)


def test_an_interrupt_says_how_far_it_came_and_the_same_call_finishes(filled):
    count = []

    def interrupt(_):
        count.append(1)
        if len(count) == 6:
            _thread.interrupt_main()
        time.sleep(0.02)

    with before(filled, "DeleteTrialComponent", interrupt), pytest.raises(KeyboardInterrupt) as stopped:
        delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert "The same call finishes it" in str(stopped.value)
    # Calls that were under way end by themselves.
    run_home.until(lambda: not any(one.name == "sm-track-read" for one in threading.enumerate()))
    assert look(filled).experiments == {"e"}
    plan = plan_delete(experiment="e", artifacts=True, connection=filled)
    assert len({run.component for run in plan.runs}) == len(look(filled).components) > 0
    assert len(plan.files) == 12
    assert delete_runs(experiment="e", artifacts=True, yes=True, connection=filled).complete
    nothing(filled)


KILLED = """
    import os, signal, sys
    import cleanup_home as made
    from sm_track_widgets import connection, delete_runs
    place = connection.connect("embedded", path=sys.argv[1])
    seen = []
    def kill(params):
        seen.append(1)
        if len(seen) == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
    with made.before(place, sys.argv[2], kill, "s3" if sys.argv[2] == "DeleteObjects" else "sagemaker"):
        delete_runs("params.n < 100", "e", artifacts=True, yes=True, connection=place)
"""


@pytest.mark.parametrize(("operation", "at"), [("DeleteTrialComponent", 5), ("DeleteObjects", 1)])
def test_a_kill_in_the_middle_is_finished_by_the_same_call(home, operation, at):
    for number in range(12):
        uri = made.put(home, "e", f"content {number}")
        made.run(home, "e", f"r{number:02}", number=number, files=[uri])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(home.settings.path), operation, str(at)],
        env={**os.environ},
        timeout=120,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    report = delete_runs("params.n < 100", "e", artifacts=True, yes=True, connection=home)
    assert report.plan.unfinished
    assert report.complete, report
    after = look(home)
    assert (after.components, after.trials, after.objects) == (frozenset(), frozenset(), {})
    assert after.experiments == {"e"}


def test_gc_finishes_what_was_interrupted_too(filled):
    fail = failing("ResourceInUse", only=lambda params: params["TrialComponentName"] == "e-r03")
    with before(filled, "DeleteTrialComponent", fail):
        delete_runs("params.n < 100", "e", artifacts=True, yes=True, connection=filled)
    assert look(filled).components == {"e-r03"}
    assert gc(older=0, yes=True, connection=filled).done["runs"] == 1
    gc(older=0, yes=True, connection=filled)
    nothing(filled)


def test_a_run_made_anew_under_the_name_of_one_that_was_left_is_another(filled):
    fail = failing("ResourceInUse", only=lambda params: params["TrialComponentName"] == "e-r03")
    with before(filled, "DeleteTrialComponent", fail):
        delete_runs("params.n = 3", "e", yes=True, connection=filled)
    filled.client("sagemaker").delete_trial_component(TrialComponentName="e-r03")
    time.sleep(1.6)
    made.run(filled, "e", "r03", number=4)
    plan = plan_delete("params.n = 3", "e", connection=filled)
    assert plan.empty
    assert gc(older=0, dry_run=True, connection=filled).plan.runs == ()


def test_what_goes_on_or_is_no_longer_meant_is_not_finished(filled):
    refused = {"e-r03", "e-r04", "e-r05"}
    fail = failing("ResourceInUse", times=9, only=lambda params: params["TrialComponentName"] in refused)
    with before(filled, "DeleteTrialComponent", fail):
        delete_runs("params.n < 100", "e", artifacts=True, yes=True, connection=filled)
    assert look(filled).components == refused
    client = filled.client("sagemaker")
    client.update_trial_component(TrialComponentName="e-r03", Status={"PrimaryStatus": "InProgress"})
    made.group(filled, "e", "kept")  # somebody wants this one, and gives it another number
    client.associate_trial_component(TrialComponentName="e-r04", TrialName="kept")
    client.update_trial_component(TrialComponentName="e-r04", Parameters={"n": {"NumberValue": 200}})
    report = delete_runs("params.n < 100", "e", artifacts=True, yes=True, connection=filled)
    assert report.complete, report
    assert look(filled).components == {"e-r03", "e-r04"}
    assert len(look(filled).objects) == 2
    assert look(filled).trials == {"kept"}


def test_a_run_that_came_into_another_group_meanwhile_stays(filled):
    client = filled.boto_session().client("sagemaker")
    made.group(filled, "other", "g")

    def associate(params):
        if params["TrialComponentName"] == "e-r03":
            client.associate_trial_component(TrialComponentName="e-r03", TrialName="g")

    with before(filled, "DeleteTrialComponent", associate):
        report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert {left.kind for left in report.left} == {"run", "file"}
    assert "linked to 1 or more trials" in str(report)
    assert look(filled).components == {"e-r03"}
    assert len(look(filled).objects) == 1


def test_what_goes_on_or_is_another_when_the_answer_comes_stays(place, monkeypatch):
    monkeypatch.setattr(resuming, "SAME", 1e-3)
    client, uri = place.client("sagemaker"), made.put(place, "e", "x")
    for name in ("again", "anew", "old"):
        made.run(place, "e", name, files=[uri] if name == "old" else [])

    def answer(_):
        client.update_trial_component(
            TrialComponentName="e-again",
            Status={"PrimaryStatus": "InProgress"},
            OutputArtifacts={"x": {"Value": uri}},
        )
        delete_runs(experiment="e", runs="anew", yes=True, connection=place)
        made.run(place, "e", "anew")
        return True

    report = delete_runs(experiment="e", artifacts=True, confirm=answer, connection=place)
    assert look(place).components == {"e-again", "e-anew"}
    assert uri in look(place).objects
    assert "in progress since the plan was shown" in str(report)
    assert "made anew since the plan was shown" in str(report)


def test_a_file_that_a_new_run_took_up_after_the_plan_stays(filled):
    uri = made.put(filled, "e", "content 5")

    def log(params):
        if params["TrialComponentName"] == "e-r11":
            made.run(filled, "new", "one", files=[uri], status="InProgress")

    with before(filled, "DeleteTrialComponent", log):
        report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert [(left.kind, left.name) for left in report.left] == [("file", uri)]
    assert set(look(filled).objects) == {uri}


def test_a_service_that_lags_behind_is_waited_for(filled):
    """On AWS a disassociation may need a moment (sagemaker-python-sdk#1515), and so may an emptied group."""
    with ExitStack() as faults:
        for operation in ("DeleteTrialComponent", "DeleteTrial", "DeleteExperiment"):
            late = failing("ValidationException", times=2)
            faults.enter_context(before(filled, operation, late))
        report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert report.complete, report
    nothing(filled)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(names_any_case=False, associate_again=False),
        Rules(search_ignores_case=True, not_equals_matches_absent=False),
        Rules(tags_touch_modified=True, metrics_touch_modified=True),
    ],
)
def test_whatever_is_not_known_of_aws(tmp_path, rules):
    home = EmbeddedSageMaker(tmp_path / "store", rules=rules)
    settings = config.resolve({"backend": "aws", "path": tmp_path / "store"})
    place = Connection(settings, home.boto_session())
    for name in ("One", "two"):
        uri = made.put(place, "Mixed-Case", name)
        made.run(place, "Mixed-Case", name, groups=["Group-A"], files=[uri])
    made.lineage(place, "mixed-case-one", uri)
    assert len(archive_runs(experiment="mixed-case", connection=place).runs) == 2
    assert delete_runs(experiment="mixed-case", artifacts=True, yes=True, connection=place).complete
    nothing(place)
    assert look(place).associations == frozenset()


def test_without_an_answer_of_the_registry_no_file_goes(filled):
    def deny(params):
        if params["Resource"] == "ModelPackage":
            raise refusal("AccessDeniedException", "no sagemaker:Search")

    with before(filled, "Search", deny):
        report = delete_runs(experiment="e", artifacts=True, yes=True, connection=filled)
    assert (report.done["runs"], report.done["files"]) == (12, 0)
    assert "registered models" in str(report)
    assert len(look(filled).objects) == 12
    gc(older=0, yes=True, connection=filled)
    nothing(filled)


def test_without_lineage_runs_go_and_it_is_said(filled):
    def deny(_):
        raise refusal("AccessDeniedException", "no sagemaker:ListAssociations")

    with before(filled, "ListAssociations", deny):
        plan = plan_delete(experiment="e", connection=filled)
        assert any("Lineage could not be asked" in remark for remark in plan.remarks)
        assert delete_runs(experiment="e", yes=True, connection=filled).complete


def test_who_may_not_delete_lineage_artifacts_keeps_only_these(filled):
    made.lineage(filled, "e-r00", made.put(filled, "e", "content 0"))

    def deny(_):
        raise refusal("AccessDeniedException", "no sagemaker:DeleteArtifact")

    with before(filled, "DeleteArtifact", deny):
        report = delete_runs(experiment="e", yes=True, connection=filled)
    assert [left.kind for left in report.left] == ["lineage"]
    assert (report.done["runs"], report.done["groups"], report.done["experiments"]) == (12, 1, 1)


def test_where_it_cannot_be_noted_nothing_is_done(filled):
    (filled.settings.path / "cleanup").write_text("in the way")
    with pytest.raises(ConfigError, match="Nothing was deleted"):
        delete_runs(experiment="e", yes=True, connection=filled)
    assert len(look(filled).components) == 12


def test_a_plan_that_cannot_be_read_is_one_line(filled):
    def deny(_):
        raise refusal("AccessDeniedException", "no sagemaker:Search")

    with before(filled, "Search", deny), pytest.raises(ServiceRefusedError, match="sagemaker:Search"):
        delete_runs(experiment="e", yes=True, connection=filled)
    assert len(runs("e", connection=filled)) == 12


def test_as_many_calls_as_needed(tmp_path):
    place = run_home.aws(tmp_path / "place")
    for number in range(120):
        made.run(place, "e", f"r{number}", groups=[f"g{number // 50}"])
    start = place.calls.copy()
    assert delete_runs(experiment="e", yes=True, connection=place).complete
    spent = place.calls - start
    assert spent["DisassociateTrialComponent"] == spent["DeleteTrialComponent"] == 120
    assert (spent["DeleteTrial"], spent["DeleteExperiment"], spent["ListTrials"]) == (3, 1, 1)
    assert spent["ListAssociations"] == spent["ListArtifacts"] == 1
    assert spent["Search"] <= 12
    assert spent.total() <= 260
