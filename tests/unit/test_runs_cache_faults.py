"""Refreshes that fail, are interrupted, or meet a service that is not as it was: what is known stays right."""

from __future__ import annotations

import pytest
from cache_place import Place, filled
from run_records import plain

from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.cache import shelf


@pytest.fixture(autouse=True)
def _empty_memory():
    cache._all_held.clear()
    yield
    cache._all_held.clear()


@pytest.fixture
def place(tmp_path):
    return filled(tmp_path)


def test_what_could_not_be_written_is_not_lost_for_others(place, monkeypatch):
    place.read()
    place.add("exp-new")
    with monkeypatch.context() as patch:
        patch.setattr(shelf._locks, "lock", lambda _: "held")
        assert len(place.read().table) == 31
    place.now += 300
    place.end("exp-new")
    place.now += 3 * 86400
    place.client.update_trial_component(TrialComponentName="exp-r1", DisplayName="again")
    place.read()
    place.restart()
    assert plain(place.read().table) == plain(place.all_anew().table)


@pytest.mark.parametrize("operation", ["Search"])
def test_a_refresh_that_fails_half_way_changes_nothing(place, operation):
    first = place.read()
    place.add("exp-new")
    place.now += 3601  # runs are counted: the second call of the refresh
    seen = []

    def refuse(**_):
        seen.append(1)
        if len(seen) == 2:
            raise KeyboardInterrupt

    events = place.connection.single("sagemaker").meta.events
    events.register(f"provide-client-params.sagemaker.{operation}", refuse)
    with pytest.raises(KeyboardInterrupt):
        place.read()
    events.unregister(f"provide-client-params.sagemaker.{operation}", refuse)
    assert len(first.table) == len(first.runs) == 30
    found = place.read()
    assert plain(found.table) == plain(place.all_anew().table)
    assert found.table.components[0] == "exp-new"
    assert len(found.runs) == 31


def test_who_has_read_a_table_goes_on_seeing_it(place):
    first = place.read()
    before = plain(first.table)
    place.add("exp-new")
    place.client.update_trial_component(TrialComponentName="exp-r3", Parameters={"n": {"StringValue": "x"}})
    place.read()
    assert plain(first.table) == before


def test_runs_that_come_into_an_experiment_are_found_by_the_count(place):
    place.client.create_trial_component(TrialComponentName="exp-older")
    place.now += 3 * 86400
    place.read()
    place.client.associate_trial_component(TrialComponentName="exp-older", TrialName="t")
    place.now += 3601
    assert plain(place.read().table) == plain(place.all_anew().table)


def test_a_clock_that_is_put_right(place):
    place.now += 90_000
    place.read()
    place.now -= 90_000
    place.add("exp-new")
    assert "exp-new" in place.read().table.components
    place.now += 10
    place.add("exp-newer")
    assert "exp-newer" in place.read().table.components


def test_an_experiment_whose_last_run_is_deleted_is_forgotten(tmp_path):
    place = Place(tmp_path, home="embedded")
    place.add("exp-only", status="Completed")
    place.read()
    place.delete("exp-only")
    assert len(place.read().table) == 0
    assert not cache.known(place.connection, "exp")


def test_files_do_not_pile_up_while_a_run_is_watched(place, monkeypatch):
    monkeypatch.setattr(shelf, "ORPHANED", -1.0)
    place.add("exp-live")
    place.read()
    for number in range(60):
        place.log("exp-live", float(number))
        place.read()
    assert len(place.files()) <= shelf.MANY_PARTS + 2
    place.restart()
    assert plain(place.read().table) == plain(place.all_anew().table)
