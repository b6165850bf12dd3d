"""Runs of the embedded home to AWS: all of them, once, whatever happens on the way."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace

import move_home
import pytest
from botocore.exceptions import ReadTimeoutError
from run_home import components, embedded, fault

import sm_track_widgets as smt
from sm_track_widgets import Run, UsageError, move_runs
from sm_track_widgets._errors import ConfigError, ServiceRefusedError
from sm_track_widgets.actions.move import points as points_out
from sm_track_widgets.actions.move import verbs
from sm_track_widgets.actions.move.parcel import Parcel, parents_first
from sm_track_widgets.actions.move.to_service import ServiceTarget
from sm_track_widgets.reading import asked_for
from sm_track_widgets.tracking.outbox.sync import sync
from sm_track_widgets.tracking.tagging import change_tags

WEEKS = 7 * 86_400.0


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    """The service here shows points at once."""
    monkeypatch.setattr(points_out, "SETTLED", 0.0)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("move")
    return move_home.real_runs(folder / "home", folder / "files")


def writes(place) -> int:
    """Calls that change something."""
    return sum(
        n
        for name, n in place.calls.items()
        if name.startswith(("Create", "Update", "Put", "BatchPut", "Add"))
    )


def test_all_of_a_run_goes_along_and_nothing_twice(filled, tmp_path):
    there = move_home.aws(tmp_path / "aws")
    plans = []
    report = move_runs(to=there, connection=filled, on_plan=plans.append)
    assert report.complete
    assert len(report.moved) == 4
    assert (plans[0].runs, plans[0].experiments, plans[0].there) == (4, 2, 0)
    assert "AWS account 123456789012" in str(plans[0])
    move_home.alike(filled, there, times=False)
    assert move_home.stored_points(there, "fraud-base") == move_home.stored_points(
        filled, "fraud-base", near=True
    )
    assert move_home.graphs(there) == move_home.graphs(filled) == ["ConfusionMatrix"]
    before = writes(there)
    again = move_runs(to=there, connection=filled)
    assert (len(again.moved), len(again.there)) == (0, 4)
    assert str(again) == "Nothing to move: 4 runs there already."
    assert writes(there) == before


def test_the_sdk_and_display_names_find_them(filled, tmp_path):
    there = move_home.aws(tmp_path / "aws")
    move_runs("Fraud", "status = 'Completed'", to=there, connection=filled)
    told = there.client("sagemaker").describe_experiment(ExperimentName="fraud")
    assert told["DisplayName"] == "Fraud"
    assert "fraud-base" in smt.analytics("fraud", connection=there)["TrialComponentName"].tolist()
    assert set(components(there).values()) == {"Completed"}


def test_full_groups_are_followed_and_it_is_said_before(tmp_path):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws", quotas="aws")
    move_home.plain_runs(home, 61, points=1)
    plan = move_runs(to=there, connection=home, dry_run=True).plan
    assert "many-sweep of many has 61 runs; AWS takes 50" in plan.notes[0]
    assert not components(there)
    assert move_runs(to=there, connection=home).complete
    sizes = smt.runs("many", connection=there)["group"].value_counts().to_dict()
    assert sizes == {"many-sweep": 50, "many-sweep-2": 11}
    # Groups that follow are one group again where the next quota is another.
    further = move_home.aws(tmp_path / "further", quotas="aws", max_components_per_trial=100)
    assert move_runs(to=further, connection=there).complete
    assert set(smt.runs("many", connection=further)["group"]) == {"many-sweep"}


@pytest.mark.parametrize("window", [True, False])
def test_points_too_old_are_a_file_that_is_read_back(tmp_path, window, monkeypatch):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws", metric_window=window)
    # The first run began a bit more than two weeks ago: some of its points are taken, some are not.
    move_home.plain_runs(home, 3, points=30, age=2 * WEEKS - points_out.MARGIN + 15)
    move_home.plain_runs(home, 1, experiment="older", age=5 * WEEKS)
    report = move_runs(to=there, connection=home)
    assert report.complete
    told = re.match(r"(\d+) points of 4 runs: older than two weeks", report.plan.notes[0])
    assert 40 < int(told[1]) < 40 + 180
    move_home.alike(home, there, times=False)
    found = smt.runs(query="metrics.auc.max > 4", connection=there)
    expected = smt.runs(query="metrics.auc.max > 4", connection=home)
    assert sorted(found["run"]) == sorted(expected["run"]) != []
    monkeypatch.setattr(
        asked_for, "FEW", 0
    )  # of so many runs the service is asked for those of the query alone
    assert len(smt.runs("older", "metrics.auc.last > 4", connection=there, cached=False)) == 1
    details = smt.run_details("r0000", "older", connection=there)
    assert details.facts.metrics[0].count == 20
    assert [len(one) for one in details.facts.read_series(["loss", "auc"])] == [20, 20]
    held = there.read_series([("older-r0000", "loss")])
    assert len(held[0]) == 0
    assert "loss - Count" not in smt.analytics("older", connection=there)
    assert not [name for name in smt.parameters("older", connection=there) if name.startswith("sm_track")]
    # Once more, from there to a third place: the file is points again.
    third = move_home.aws(tmp_path / "third")
    assert move_runs(to=third, connection=there).complete
    move_home.alike(there, third, times=False)


def test_a_file_of_old_points_that_is_gone_is_said(tmp_path, caplog):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 1, age=5 * WEEKS)
    move_runs(to=there, connection=home)
    uri = smt.artifacts("many", connection=there, reserved=True)["uri"][0]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    there.client("s3").delete_object(Bucket=bucket, Key=key)
    assert not len(smt.metrics("many", connection=there))
    assert "Cannot read the older points" in caplog.text


@pytest.mark.parametrize("target", [move_home.aws, embedded])
def test_runs_in_progress_are_left_out_or_go_on(tmp_path, target):
    home, there = embedded(tmp_path / "home"), target(tmp_path / "there")
    run = Run("live", "one", connection=home)
    for step, value in enumerate([1.0, 1.0, 0.7]):
        run.log_metric("loss", value, step=step)
        run.log_metric("auc", 0.5, step=step)
    sync(connection=home)
    assert "1 run is in progress and left out" in str(move_runs(to=there, connection=home).plan)
    assert not components(there)
    move_runs(to=there, connection=home, running=True)
    assert components(there) == {"live-one": "InProgress"}
    run.log_metric("loss", 0.5, step=3)
    run.log_parameter("late", 7)
    run.set_tag("team", "risk")
    run.set_notes("went on")
    run.close()
    sync(connection=home)
    assert list(move_runs(to=there, connection=home).moved) == ["live/one"]
    move_home.alike(home, there, times=False)


def test_points_that_grow_too_old_between_two_moves_are_not_doubled(tmp_path, monkeypatch):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    run = Run("live", "one", connection=home)
    run.log_metric("loss", 1.0, step=0)
    sync(connection=home)
    move_runs(to=there, connection=home, running=True)
    run.log_metric("loss", 0.5, step=1)
    run.close()
    sync(connection=home)
    later = time.time() + 3 * WEEKS
    monkeypatch.setattr(verbs, "ServiceTarget", lambda place: ServiceTarget(place, lambda: later))
    assert move_runs(to=there, connection=home).complete
    found = smt.metrics("live", connection=there)
    assert sorted(found["value"]) == [0.5, 1.0]


def lost(place, operation: str, times: int):
    """Let the answers of some calls be lost: the service has done them."""
    left = [times]

    def drop(**_):
        if left[0]:
            left[0] -= 1
            raise ReadTimeoutError(endpoint_url="https://metrics")

    for service in ("sagemaker-metrics", "sagemaker"):
        place.single(service).meta.events.register(f"after-call.*.{operation}", drop)
        place.client(service, patient=False).meta.events.register(f"after-call.*.{operation}", drop)


@pytest.mark.parametrize(
    "operation",
    ["BatchPutMetrics", "CreateTrialComponent", "UpdateTrialComponent", "AssociateTrialComponent"],
)
def test_lost_answers_double_nothing(tmp_path, operation):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 6)
    lost(there, operation, 5)
    first = move_runs(to=there, connection=home)
    if not first.complete:
        move_runs(to=there, connection=home)
    move_home.alike(home, there, times=False)
    assert move_home.count(there) == 6 * 40


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure", "ConflictException"])
def test_throttling_is_waited_out(tmp_path, code):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 4, points=10)
    there.served.fail_next("BatchPutMetrics", code, times=6)
    there.served.fail_next("UpdateTrialComponent", code, times=3)
    assert move_runs(to=there, connection=home).complete
    assert move_home.count(there) == 80


def test_a_run_that_is_refused_hinders_no_other(tmp_path):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 5, points=2)
    there.served.fail_next("UpdateTrialComponent", "ValidationException", "no such status", times=1)
    report = move_runs(to=there, connection=home)
    assert (len(report.moved), len(report.failed)) == (4, 1)
    assert "no such status" in str(report)
    assert move_runs(to=there, connection=home).complete
    assert move_home.count(there) == 20


def test_what_ends_everything_is_one_line_and_the_rest_goes_on(tmp_path):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 60, points=1)
    with (
        fault(there, "CreateTrialComponent", ("AccessDeniedException", "not authorized"), times=1),
        pytest.raises(ServiceRefusedError, match=r"not authorized.*of 60 runs are there.*same call goes on"),
    ):
        move_runs(to=there, connection=home)
    assert move_runs(to=there, connection=home).complete
    move_home.alike(home, there, times=False)


def test_an_interrupt_loses_and_doubles_nothing(tmp_path):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 60, points=3)
    seen = []

    def strike(done, total):
        seen.append((done, total))
        if done == 50:
            raise KeyboardInterrupt

    from sm_track_widgets import _progress

    _progress.install(lambda _: SimpleNamespace(show=strike, clear=lambda: None))
    try:
        with pytest.raises(KeyboardInterrupt):
            move_runs(to=there, connection=home)
    finally:
        _progress.uninstall()
    time.sleep(0.3)  # calls under way end by themselves
    assert seen[-1] == (50, 60)
    report = move_runs(to=there, connection=home)
    assert report.complete
    assert report.there
    assert move_home.count(there) == 60 * 6


def test_a_name_that_is_taken_gets_a_number_once(tmp_path):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 1)
    other = embedded(tmp_path / "other")
    move_home.plain_runs(other, 1)  # of the same name, on another machine
    assert move_runs(to=there, connection=home).moved == {"many/r0000": "many-r0000"}
    for _ in range(2):
        report = move_runs(to=there, connection=other)
        assert {**report.moved, **report.there} == {"many/r0000": "many-r0000-2"}
    assert sorted(components(there)) == ["many-r0000", "many-r0000-2"]


def test_archived_runs_stay_or_are_archived_there(tmp_path):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 2, points=1)
    change_tags(["many-r0000"], {"sm_track:archived": "true"}, connection=home)
    assert list(move_runs(to=there, connection=home).moved) == ["many/r0001"]
    assert list(move_runs(to=there, connection=home, archived=True).moved) == ["many/r0000"]
    assert smt.runs("many", connection=there)["run"].tolist() == ["r0001"]
    move_home.alike(home, there, times=False)


def test_back_to_where_they_came_from_is_nothing(tmp_path):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 2)
    move_runs(to=there, connection=home)
    assert len(move_runs(to=home, connection=there).there) == 2


def test_mistakes_are_one_line(tmp_path):
    home = embedded(tmp_path / "home")
    with pytest.raises(UsageError, match="source and target are one"):
        move_runs(to=home, connection=home)
    with pytest.raises(UsageError, match=r"cannot be moved to 'asw'"):
        move_runs(to="asw", connection=home)
    with pytest.raises(ConfigError, match="No AWS region is set"):
        move_runs(connection=home)
    assert "Nothing to move" in str(move_runs(to=move_home.aws(tmp_path / "aws"), connection=home))


def test_parents_come_first_and_a_circle_is_cut():
    def one(key, parent=""):
        return Parcel(key, "e", key, key, parent=parent)

    ordered = parents_first(
        [one("c", "b"), one("b", "a"), one("x", "y"), one("y", "x"), one("a"), one("d", "gone")]
    )
    assert [p.key for p in ordered] == ["a", "b", "c", "y", "x", "d"]
