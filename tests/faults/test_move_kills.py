"""A move that is killed in the middle: the second call finishes it, and nothing is there twice."""

from __future__ import annotations

import subprocess
import sys

import move_home
import pytest
from run_home import embedded

from sm_track_widgets import move_runs
from sm_track_widgets.actions.move import points as points_out

SCRIPT = """
import os, sys
sys.path.insert(0, {support!r})
import move_home
from run_home import embedded
from sm_track_widgets import move_runs
left = [{calls}]
def strike(**_):
    left[0] -= 1
    if not left[0]:
        os._exit(9)
there = move_home.aws({aws!r})
for service in ("sagemaker", "sagemaker-metrics"):
    for client in (there.single(service), there.client(service), there.client(service, patient=False)):
        client.meta.events.register("{event}", strike)
move_runs(to=there, connection=embedded({home!r}))
"""


@pytest.mark.parametrize(
    ("event", "calls"),
    [
        ("after-call.*.BatchPutMetrics", 17),  # done, and nobody heard of it
        ("after-call.*.CreateTrialComponent", 5),  # made, and in no group yet
        ("after-call.*.UpdateTrialComponent", 3),
    ],
)
def test_a_killed_move_is_finished_by_the_next_one(tmp_path, monkeypatch, event, calls):
    monkeypatch.setattr(points_out, "SETTLED", 0.0)
    home = embedded(tmp_path / "home")
    move_home.plain_runs(home, 12, points=25)
    places = {"home": str(tmp_path / "home"), "aws": str(tmp_path / "aws")}
    script = SCRIPT.format(
        support=str(move_home.__file__).rpartition("/")[0], event=event, calls=calls, **places
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    there = move_home.aws(tmp_path / "aws")
    assert move_runs(to=there, connection=home).complete
    move_home.alike(home, there, times=False)
    assert move_home.count(there) == 12 * 50
