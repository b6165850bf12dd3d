"""Spaces of sweeps: what may be written, which points follow, what a mistake says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets.actions.sweep import plan as plans
from sm_track_widgets.actions.sweep import study
from sm_track_widgets.actions.sweep.goal import Goal, goal_of
from sm_track_widgets.actions.sweep.identity import canonical, identity_of
from sm_track_widgets.actions.sweep.space import When, space_of
from sm_track_widgets.actions.sweep.written import read, values

LIMITS = ("n", "time_limit", "max_failures")


def plan_of(space, **asked):
    limits = plans.Limits(**{name: asked.pop(name) for name in LIMITS if name in asked})
    return plans.plan_of(space, limits, **asked)


ARTICLE = [
    {"max-depth": depth, "learning-rate": rate, "subsample": part}
    for depth in (1, 2, 3)
    for rate in (0.05, 0.1, 0.2)
    for part in (0.7, 1.0)
]


@pytest.mark.parametrize(
    ("space", "points"),
    [
        (ARTICLE, ARTICLE),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
        ({"a": [1, 2], "b": "x"}, [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]),
        ({"a": range(3, 9, 2)}, [{"a": 3}, {"a": 5}, {"a": 7}]),
        ({"a": range(3, 0, -1)}, [{"a": 3}, {"a": 2}, {"a": 1}]),
        ({"a": np.array([0.5, 1.0])}, [{"a": 0.5}, {"a": 1.0}]),
        ({"a": "int(1, 6, 2)"}, [{"a": 1}, {"a": 3}, {"a": 5}]),
        ({"a": "float(0, 0.3, 0.1)"}, [{"a": 0.0}, {"a": 0.1}, {"a": 0.2}, {"a": 0.3}]),
        ({"a": "log(1e-3, 1, 4)"}, [{"a": 0.001}, {"a": 0.01}, {"a": 0.1}, {"a": 1.0}]),
        ({"a": [1, 1, 1.0, np.int64(1)]}, [{"a": 1.0}]),
        ([{"a": 1}, {"a": 1}], [{"a": 1}]),
        (
            {"depth": When([2, 3], kind="tree"), "kind": ["tree", "linear"]},
            [{"kind": "tree", "depth": 2}, {"kind": "tree", "depth": 3}, {"kind": "linear"}],
        ),
        (
            {"kind": ["a", "b", "c"], "x": "1,2 if kind in (a, b)", "y": "int(8,9) if kind=b and x=2"},
            [
                {"kind": "a", "x": 1},
                {"kind": "a", "x": 2},
                {"kind": "b", "x": 1},
                {"kind": "b", "x": 2, "y": 8},
                {"kind": "b", "x": 2, "y": 9},
                {"kind": "c"},
            ],
        ),
    ],
)
def test_a_grid_has_every_point_once(space, points):
    assert space_of(space).grid() == points


def test_the_articles_grid_has_18_points():
    plan = plan_of(ARTICLE)
    assert (len(plan.grid), plan.total, plan.space.names) == (
        18,
        18,
        ["max-depth", "learning-rate", "subsample"],
    )
    assert (
        plan_of({"max-depth": [1, 2, 3], "learning-rate": [0.05, 0.1, 0.2], "subsample": [0.7, 1.0]}).grid
        == ARTICLE
    )


def test_ranges_of_other_libraries_are_understood():
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    space = space_of(
        {
            "a": FloatDistribution(1e-3, 1, log=True),
            "b": IntDistribution(1, 5),
            "c": CategoricalDistribution(["x", None]),
        }
    )
    assert str(space) == "a=log(0.001,1) b=int(1,5) c=x,None"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.01,0.1", [0.01, 0.1]),
        ("relu, gelu", ["relu", "gelu"]),
        ("None,True,x", [None, True, "x"]),
        ("(1, 2),(3,)", [(1, 2), (3,)]),
        ("[1, 2]", [1, 2]),
        ("f(a, b),c", ["f(a, b)", "c"]),
    ],
)
def test_values_are_literals_or_texts(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "The grid is empty: it has no points"),
        ({}, "The grid is empty: it names no parameter"),
        ({"a": []}, "The grid is empty: 'a' has no values"),
        ([{"a": 1}, 2], "A list of points holds dicts, and 2 is a int"),
        ([{}], "A point of the grid is empty"),
        ("a=1", "A space is a dict of values or a list of dicts"),
        ({"a": "int(5, 3)"}, r"ends before it begins. Write int\(3, 5\)"),
        ({"a": "int(1.5, 3)"}, "1.5 is no whole number"),
        ({"a": "int(x, 3)"}, "'x' is no number"),
        ({"a": "float(0, 1)"}, r"a=float\(0,1\) is continuous. For example a=float\(0,1,0.25\)"),
        ({"a": "log(1e-3, 1)"}, r"For example a=log\(0.001,1,4\)"),
        ({"a": "log(0, 1)"}, "lies above 0"),
        ({"a": "log(1, 2, 1)"}, "whole number from 2"),
        ({"a": "int(1, 2, 0)"}, "step is larger than 0"),
        ({"a": "int(3)"}, "a range has two ends"),
        ({"a": "1,2 if b=2"}, "depends on 'b', which is no parameter of the sweep"),
        ({"kind": ["tree"], "a": "1,2 if kind=tre"}, "which kind never is. Did you mean 'tree'?"),
        ({"a": "1 if b=1", "b": "1 if a=1"}, "depend on each other in a circle"),
        ({"a": "int(1,9) if b"}, "the condition 'b' cannot be read"),
        ({"a": "int(1,1000000000)"}, "more than 100,000 points"),
        ({"a": range(1000), "b": range(1000)}, "more than 100,000 points"),
    ],
)
def test_a_mistake_in_a_space_is_one_line(given, told):
    with pytest.raises(UsageError, match=told) as caught:
        plan_of(given)
    assert "\n" not in str(caught.value)


def test_an_unknown_range_names_the_nearest():
    with pytest.raises(UsageError, match=r"there is no range lg\(\). Did you mean 'log'"):
        read("lr", "lg(1,2)")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"method": "gird"}, "Did you mean 'grid'"),
        ({"method": "random"}, "How many points may random try?"),
        ({"method": "bayes", "n": 3}, "needs to know what is good"),
        ({"early_stop": "median"}, "needs to know what is good"),
        ({"early_stop": "medain", "goal": "loss"}, "Did you mean 'median'"),
        ({"n": 0}, "n is a whole number from 1"),
        ({"seed": -1}, "seed is a whole number from 0"),
        ({"time_limit": 0}, "above 0"),
        ({"max_failures": 1.5}, "max_failures is a whole number"),
        ({"goal": "mni:loss"}, "Did you mean 'min'"),
        ({"goal": "min:"}, "names no metric"),
        ({"goal": " "}, "goal is empty"),
    ],
)
def test_a_mistake_in_an_option_is_one_line(asked, told):
    with pytest.raises(UsageError, match=told):
        plan_of({"a": [1, 2]}, **asked)


def test_bayes_cannot_learn_from_a_list():
    with pytest.raises(UsageError, match="no neighbourhood"):
        plan_of(ARTICLE, method="bayes", n=3, goal="min:loss")


@pytest.mark.parametrize("asked", [{"method": "random", "n": 2}, {"early_stop": "asha", "goal": "loss"}])
def test_without_optuna_one_line_with_the_cure(asked, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(study.importlib, "import_module", missing)
    assert len(plan_of({"a": [1, 2]}).grid) == 2, "a grid needs none"
    with pytest.raises(ConfigError, match=r"needs Optuna 4.*pip install 'sm-track-widgets\[sweep\]'"):
        plan_of({"a": [1, 2]}, **asked)


def test_a_goal_without_a_direction_goes_by_its_name():
    assert (goal_of("val_loss"), goal_of("auc")) == (Goal("val_loss", "min"), Goal("auc", "max"))
    assert goal_of("maximize:validation:loss") == Goal("validation:loss", "max")
    assert goal_of("validation:auc") == Goal("validation:auc", "max")


def test_identity_is_that_of_the_values():
    assert identity_of({"a": 1, "b": 2.0}) == identity_of({"b": 2, "a": np.float64(1)})
    assert identity_of({"a": 1}) != identity_of({"a": True})
    assert identity_of({"a": "1"}) != identity_of({"a": 1})
    assert canonical({"b": (1, 2), "a": None}) == '{"a":null,"b":[1,2]}'
    assert identity_of({"a": object()}) == identity_of({"a": object()}), "an address is no value"


def test_random_points_of_a_list_repeat_with_the_seed():
    first, again, other = (plan_of(ARTICLE, method="random", n=5, seed=seed).grid for seed in (1, 1, 2))
    assert first == again != other
    assert len({identity_of(point) for point in first}) == 5
