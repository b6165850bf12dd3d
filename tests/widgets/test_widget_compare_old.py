"""Runs that were moved to AWS when their points were too old for it: compared with all of their points."""

from __future__ import annotations

import move_home
from run_home import embedded

from sm_track_widgets import connection, move_runs
from sm_track_widgets.reading.compare.comparison import comparison
from sm_track_widgets.widgets.compared_runs import ComparedRuns


def test_points_in_files_are_compared_too(tmp_path, monkeypatch):
    home, there = embedded(tmp_path / "home"), move_home.aws(tmp_path / "aws")
    move_home.plain_runs(home, 2, age=40 * 86_400.0)
    move_runs(to=there, connection=home)
    monkeypatch.setattr(connection, "_holder", [there])
    runs = ComparedRuns()
    found = comparison(runs.facts([("r0000", "many"), ("r0001", "many")]))
    lines, problems = runs.series(found)
    assert problems == []
    assert [[len(line) for line in run] for run in lines] == [[20, 20], [20, 20]]
