"""Runs that have been read: refreshed at the cost of what changed, kept on disk, equal to reading all anew."""

from __future__ import annotations

import json
import os
import random

import pytest
import run_home
from cache_place import SCOPE, START, Place, filled
from run_records import plain

from sm_track_widgets._types import Point
from sm_track_widgets.embedded import Rules
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.cache import shelf
from sm_track_widgets.reading.fetch.pages import Scope
from sm_track_widgets.reading.table.table import Table


@pytest.fixture(autouse=True)
def _empty_memory():
    cache._all_held.clear()
    yield
    cache._all_held.clear()


@pytest.fixture
def place(tmp_path):
    return filled(tmp_path)


def test_one_call_when_nothing_has_changed(place):
    first = place.read()
    assert (len(first.table), first.fetched, first.refreshed) == (30, 30, False)
    assert place.calls(place.read) == {"Search": 1}
    again = place.read()
    assert (again.fetched, again.refreshed) == (0, True)
    assert plain(again.table) == plain(place.all_anew().table)
    assert again.runs is place.read().runs  # nothing is worked out twice


def test_a_refresh_costs_what_has_changed(place):
    place.read()
    size = sum(path.stat().st_size for path in place.files())
    place.client.update_trial_component(
        TrialComponentName="exp-r3", Parameters={"late": {"StringValue": "yes"}}
    )
    place.add("exp-new")
    assert place.calls(place.read) == {"Search": 1}
    found = place.read()
    assert plain(found.table) == plain(place.all_anew().table)
    assert found.table.components[0] == "exp-new"
    more = place.files()
    assert len(more) == 2
    assert sum(path.stat().st_size for path in more) < 2 * size
    place.restart()
    assert place.calls(place.read) == {"Search": 1}
    assert plain(place.read().table) == plain(place.all_anew().table)


def test_a_restarted_kernel_makes_one_call(place):
    place.read()
    place.restart()
    assert place.calls(place.read) == {"Search": 1}
    assert place.read().refreshed


@pytest.mark.parametrize("touch", [False, True])
def test_points_and_tags_of_what_runs_or_has_just_ended(tmp_path, touch):
    place = Place(tmp_path, rules=Rules(metrics_touch_modified=touch, tags_touch_modified=touch))
    place.add("exp-open")
    place.add("exp-ended")
    place.end("exp-ended")
    place.now += 600
    place.read()
    place.now += 200
    for name in ("exp-open", "exp-ended"):
        place.log(name, 5.0)
        place.tag(name, "late")
    found = place.read().table
    assert found.number("last", "loss").tolist() == [5.0, 5.0]
    assert found.text("tag", "team").objects().tolist() == ["late", "late"]


@pytest.mark.parametrize("touch", [False, True])
def test_tags_of_what_ended_within_a_day_are_seen_within_an_hour(tmp_path, touch):
    place = Place(tmp_path, rules=Rules(tags_touch_modified=touch))
    place.add("exp-ended")
    place.end("exp-ended")
    place.now += 3600
    place.read()
    place.now += 1800
    place.tag("exp-ended", "late")
    seen_at_once = place.read().table.text("tag", "team").at(0)
    assert seen_at_once == ("late" if touch else None)
    place.now += 1801
    assert place.read().table.text("tag", "team").at(0) == "late"


def test_deleted_runs_on_aws_are_missed_for_an_hour_at_most(place):
    place.read()
    place.delete("exp-r7")
    assert len(place.read().table) == 30
    place.now += 3601
    found = place.read().table
    assert "exp-r7" not in found.components
    assert plain(found) == plain(place.all_anew().table)
    place.restart()
    assert len(place.read().table) == 29


def test_deleted_runs_of_the_embedded_home_are_missed_at_once(tmp_path):
    place = Place(tmp_path, home="embedded")
    for number in range(5):
        place.add(f"exp-r{number}", status="Completed")
    place.now += 1000
    place.read()
    place.delete("exp-r2")
    assert place.read().table.components == ["exp-r4", "exp-r3", "exp-r1", "exp-r0"]


def test_another_store_in_the_same_place_is_not_mistaken(tmp_path):
    place = Place(tmp_path)
    place.add("exp-old", status="Completed")
    place.read()
    place.service.close()
    (tmp_path / "service").rename(tmp_path / "elsewhere")
    other = Place(tmp_path)
    other.add("exp-young", status="Completed")
    assert other.read().table.components == ["exp-young"]
    other.restart()
    assert other.read().table.components == ["exp-young"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: [path.write_bytes(path.read_bytes()[:-50]) for path in place.files()],
        lambda place: [path.unlink() for path in place.files()],
        lambda place: place.index.write_text("{"),
        lambda place: place.index.write_text('{"parts": 3}'),
        lambda place: place.index.write_text(
            json.dumps({**json.loads(place.index.read_text()), "base": "no"})
        ),
        lambda place: place.index.write_text(
            json.dumps({**json.loads(place.index.read_text()), "state": []})
        ),
        lambda place: place.index.unlink(),
        lambda place: [(path.unlink(), path.mkdir()) for path in [place.index]],
    ],
)
def test_a_broken_cache_is_made_anew(place, spoil):
    place.read()
    place.add("exp-new")
    place.read()
    spoil(place)
    place.restart()
    assert plain(place.read().table) == plain(place.all_anew().table)
    place.restart()
    assert plain(place.read().table) == plain(place.all_anew().table)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(place):
    place.folder.chmod(0o500)
    assert len(place.read().table) == 30


def test_a_folder_that_is_a_file(place):
    (place.folder / "cache").write_text("mine")
    assert len(place.read().table) == 30
    assert place.read().refreshed


def test_a_kernel_takes_over_what_another_has_read(place):
    place.read()
    mine = dict(cache._all_held)
    place.restart()
    place.add("exp-new")
    place.read()  # the other kernel
    place.now += 3 * 86400
    place.client.update_trial_component(TrialComponentName="exp-r1", DisplayName="again")
    cache._all_held.clear()
    cache._all_held.update(mine)
    found = place.read()
    assert found.fetched == 2  # what is in progress, and the change since; the new run came from the disk
    assert plain(found.table) == plain(place.all_anew().table)


def test_who_comes_second_leaves_the_disk_alone(place, monkeypatch):
    place.read()
    place.client.update_trial_component(TrialComponentName="exp-r1", DisplayName="again")
    monkeypatch.setattr(shelf._locks, "lock", lambda _: "held")
    before = place.index.read_text()
    assert plain(place.read().table) == plain(place.all_anew().table)
    assert place.index.read_text() == before


def test_what_was_known_before_another_wrote_is_not_written_over_it(place):
    place.read()
    (held,) = cache._all_held.values()
    known, table, state = held.known.index, held.known.table, held.known.state
    made = held.shelf.append(known, table, Table(), ["exp-r1"], state)
    assert made.generation == known.generation + 1
    assert held.shelf.append(known, table, Table(), ["exp-r2"], state) is None
    assert held.shelf.index() == made
    assert len(held.shelf.load(made)) == 29


def test_many_changes_are_put_together(place, monkeypatch):
    monkeypatch.setattr(shelf, "MANY_PARTS", 3)
    place.read()
    first = json.loads(place.index.read_text())["base"]
    for number in range(8):
        place.client.update_trial_component(TrialComponentName="exp-r1", DisplayName=f"again-{number}")
        place.read()
    assert len(json.loads(place.index.read_text())["parts"]) <= 3
    (base,) = {json.loads(place.index.read_text())["base"]}
    assert base == first  # not all of it is written anew for one run that changes
    place.restart()
    assert plain(place.read().table) == plain(place.all_anew().table)


def test_files_nobody_names_go_in_time(place, monkeypatch):
    place.read()
    orphan = place.index.with_name("orphan.npz")
    orphan.write_bytes(b"x")
    cache.read(place.connection, SCOPE, anew=True, now=place.now)
    assert orphan.exists()
    monkeypatch.setattr(shelf, "ORPHANED", -10.0)
    cache.read(place.connection, SCOPE, anew=True, now=place.now)
    assert not orphan.exists()
    assert len(place.files()) == 1


def test_a_service_that_refuses_leaves_what_is_known(place):
    place.read()
    denied = ("AccessDeniedException", "not authorized")
    client = place.connection.single("sagemaker")
    place.service.fail_next("Search", *denied)
    with pytest.raises(Exception, match="Cannot refresh the runs of 'exp': AccessDeniedException"):
        place.read()
    assert client is place.connection.single("sagemaker")
    assert len(place.read().table) == 30


def test_all_may_be_read_anew_and_is_what_is_known_then(place):
    place.read()
    place.delete("exp-r7")
    assert len(place.read().table) == 30  # an hour has not passed
    found = cache.read(place.connection, SCOPE, anew=True, now=place.now)
    assert (len(found.table), found.refreshed) == (29, False)
    assert len(place.read().table) == 29
    place.restart()
    assert len(place.read().table) == 29
    for number in range(30):
        if number != 7:
            place.delete(f"exp-r{number}")
    assert len(cache.read(place.connection, SCOPE, anew=True, now=place.now).table) == 0
    assert not cache.known(place.connection, "exp")


def test_an_experiment_without_runs_is_not_kept(tmp_path):
    place = Place(tmp_path)
    assert len(place.read().table) == 0
    assert not cache.known(place.connection, "exp")


@pytest.mark.parametrize("home", ["aws", "embedded"])
@pytest.mark.parametrize("touch", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_a_refresh_equals_reading_all_anew(tmp_path, home, touch, seed):
    rules = Rules(metrics_touch_modified=touch, tags_touch_modified=touch)
    place, dice = Place(tmp_path, home, rules), random.Random(seed)
    names, ended = [], {}
    place.add("exp-first")
    names.append("exp-first")
    place.read()
    for step in range(60):
        place.now += dice.choice([0.5, 5, 100, 1000, 4000, 90_000])
        fresh = [name for name in names if name not in ended or touch or place.now - ended[name] < 900]
        what = dice.choice(["add", "add", "end", "log", "tag", "update", "delete", "restart", "nothing"])
        name = dice.choice(names)
        if what == "add":
            names.append(f"exp-{step}")
            place.add(names[-1])
        elif what == "end" and name not in ended:
            place.end(name)
            ended[name] = place.now
        elif what in {"log", "tag"} and fresh:
            getattr(place, what)(dice.choice(fresh), dice.choice([1.0, 2.0]) if what == "log" else "y")
        elif what == "update":
            place.client.update_trial_component(
                TrialComponentName=name, Parameters={"p": {"NumberValue": float(step)}}
            )
        elif what == "delete" and len(names) > 1 and (home == "embedded" or place.now):
            place.delete(name)
            names.remove(name)
            if home == "aws":
                place.now += 3601
        elif what == "restart":
            place.restart()
        assert plain(place.read().table) == plain(place.all_anew().table), (step, what)


def test_whole_accounts_are_kept_apart(place):
    place.client.create_trial_component(TrialComponentName="nobodys")
    assert len(cache.read(place.connection, Scope(), now=place.now).table) == 31
    assert len(place.read().table) == 30
    assert cache.known(place.connection, None)
    assert cache.known(place.connection, "EXP")
    assert not cache.known(place.connection, "other")


def test_few_scopes_are_kept_in_memory(place, monkeypatch):
    monkeypatch.setattr(cache, "IN_MEMORY", 1)
    place.read()
    cache.read(place.connection, Scope(), now=place.now)
    assert len(cache._all_held) == 1
    assert place.calls(place.read) == {"Search": 1}  # from the disk


def test_runs_of_our_own_are_seen_while_they_run(tmp_path):
    home = run_home.embedded(tmp_path)
    from sm_track_widgets.tracking.run import Run

    with Run("exp", "mine", connection=home) as run:
        run.log_metric("loss", 1.0, step=0)
        run_home.until(lambda: run.progress().done)
        assert cache.read(home, SCOPE).table.number("last", "loss").tolist() == [1.0]
        run.log_metric("loss", 0.5, step=1)
        run_home.until(lambda: run.progress().done)
        assert cache.read(home, SCOPE).table.number("last", "loss").tolist() == [0.5]
    assert cache.read(home, SCOPE).table.text("fact", "status").at(0) == "Completed"
    home.put_points("exp-mine", [Point("late", 1.0, 0, START)])
    assert cache.read(home, SCOPE).table.names("last") == ["loss", "late"]
