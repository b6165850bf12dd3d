"""`archive_runs` and `restore_runs`: out of the lists, and back as it was."""

from __future__ import annotations

import cleanup_home as made
import pytest
from cleanup_home import HOSTILE

from sm_track_widgets import archive_runs, restore_runs, runs
from sm_track_widgets._errors import UsageError


@pytest.fixture
def four(place):
    for number in range(4):
        made.run(place, "e", f"r{number}", number=number)
    return place


def listed(place, **options):
    return sorted(runs("e", connection=place, **options)["run"])


def test_there_and_back(four):
    told = archive_runs("params.n < 2", "e", connection=four)
    assert sorted(told.runs) == ["r0", "r1"]
    assert str(told).startswith("Archived: 2 runs: ")
    assert listed(four) == ["r2", "r3"]
    assert listed(four, archived=True) == ["r0", "r1", "r2", "r3"]
    assert archive_runs("params.n < 2", "e", connection=four).runs == ()
    assert restore_runs("params.n = 0", "e", connection=four).runs == ("r0",)
    assert listed(four) == ["r0", "r2", "r3"]
    assert restore_runs(experiment="e", connection=four).runs == ("r1",)
    assert listed(four) == ["r0", "r1", "r2", "r3"]


def test_a_dry_run_and_a_frame(four):
    assert len(archive_runs(experiment="e", dry_run=True, connection=four).runs) == 4
    assert len(listed(four)) == 4
    frame = runs("e", "params.n > 2", connection=four)
    assert archive_runs(runs=frame, experiment="e", connection=four).runs == ("r3",)


def test_what_cannot_be_archived_is_told(four):
    full = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]
    made.run(four, "e", "full", Tags=full)
    told = archive_runs(experiment="e", connection=four)
    assert list(told.failed) == ["full"]
    assert "Not changed: 1 (ValidationException" in str(told)
    assert len(told.runs) == 4


def test_hostile_names_and_nothing_named(place):
    made.run(place, "e", "h", asked=HOSTILE)
    assert archive_runs(runs=[HOSTILE], experiment="e", connection=place).runs == (HOSTILE,)
    with pytest.raises(UsageError, match="names no runs"):
        archive_runs(connection=place)
