"""Sweeps that go on with another space or goal than they began with."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sm_track_widgets as sm
from sm_track_widgets.actions.sweep import study
from sm_track_widgets.connection import Connection

optuna = pytest.importorskip("optuna")


@pytest.fixture
def swept(home: Connection):
    """Sweep in a home of its own."""

    def run(fn, space, **more):
        return sm.sweep(fn, space, "s", connection=home, **{"goal": "min:val_loss", **more})

    return run


def test_a_chosen_sweep_goes_on_with_another_space_or_goal(swept, home):

    def fn(lr, size):
        return {"val_loss": lr, "auc": lr}

    first = swept(fn, {"lr": "float(0, 1)", "size": [(1,), (2, 3)]}, method="bayes", n=4, seed=1)
    fit = [point.run for point in first.points if point.params["size"] == (2, 3)]
    space = {"lr": "float(0, 1)", "size": [(2, 3), (4,), (5,)]}
    other = swept(fn, space, method="bayes", n=6, seed=1, resume=True)
    assert [point.run for point in other.points[: other.found]] == fit
    assert len(other.points) == 6
    turned = swept(fn, space, method="bayes", n=14, seed=1, goal="max:auc", resume=True)
    assert (turned.found, len(turned.points)) == (6, 14)
    storage = study._storage(optuna, home.settings.path / "sweeps" / f"{turned.component}.journal")
    kept = optuna.load_study(study_name=turned.component, storage=storage)
    assert kept.direction.name == "MAXIMIZE"
    assert len(kept.get_trials(states=[optuna.trial.TrialState.COMPLETE])) == 14


def test_arrays_are_values_as_others_and_nan_is_no_number(swept):
    space = {"width": [np.array([1, 2]), np.array([3, 4])]}
    swept(lambda width: 1.0, space, method="random", n=1)
    assert swept(lambda width: math.nan, space, method="random", n=2, resume=True).notes == [
        "Point 's-p2' logged no number as 'val_loss'."
    ]
