"""The best run: direction, statistic, ties, missing values, its parameters."""

from __future__ import annotations

import pytest

from sm_track_widgets import config
from sm_track_widgets._connection import Connection
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._types import Point
from sm_track_widgets.reading.best import best_run

VALUES = {"a": [0.5, 0.9, 0.7], "b": [0.1, 0.7], "c": [0.95, 0.2], "d": []}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    moment = iter(range(1_790_000_000, 1_800_000_000))
    settings = config.resolve({"backend": "embedded", "path": tmp_path_factory.mktemp("best")})
    made = Connection(settings, clock=lambda: float(next(moment)))
    client = made.client("sagemaker")
    client.create_experiment(ExperimentName="exp")
    client.create_trial(TrialName="g", ExperimentName="exp")
    for name, values in VALUES.items():
        parameters = {
            "depth": {"NumberValue": 4.0},
            "lr": {"NumberValue": 0.05},
            "opt": {"StringValue": name},
            "sm_track.name": {"StringValue": f"Run {name} <i>"},
        }
        client.create_trial_component(
            TrialComponentName=f"exp-{name}", DisplayName=name, Parameters=parameters
        )
        client.associate_trial_component(TrialComponentName=f"exp-{name}", TrialName="g")
        for metric in ("auc", "val_loss"):
            made.put_points(f"exp-{name}", [Point(metric, v, at, 1e9 + at) for at, v in enumerate(values)])
    return made


@pytest.mark.parametrize(
    ("options", "run", "value"),
    [
        ({}, "Run b <i>", 0.7),  # of two as good the newest
        ({"stat": "max"}, "Run c <i>", 0.95),
        ({"stat": "max", "goal": "min"}, "Run b <i>", 0.7),
        ({"goal": "min"}, "Run c <i>", 0.2),
        ({"stat": "count"}, "Run a <i>", 3.0),
        ({"query": "params.opt IN ('a', 'c')"}, "Run a <i>", 0.7),
    ],
)
def test_the_best_by_a_metric(place, options, run, value):
    best = best_run("auc", "exp", connection=place, **options)
    assert (best.run, best.value, best.experiment, best.group) == (run, value, "exp", "g")


def test_a_loss_is_better_when_it_is_low(place):
    best = best_run("val_loss", "exp", connection=place)
    assert (best.run, best.value, best.component) == ("Run c <i>", 0.2, "exp-c")


def test_ties_and_parameters_to_train_with(place):
    best = best_run("auc", "exp", connection=place)
    assert best.ties == ["Run a <i>"]
    assert best.runs == 3
    assert best.parameters == {"depth": 4, "lr": 0.05, "opt": "b"}
    assert type(best.parameters["depth"]) is int
    assert str(best).splitlines() == [
        "Run b <i>  auc last 0.7  (best of 3 runs in 'exp')",
        "  depth = 4",
        "  lr = 0.05",
        "  opt = 'b'",
        "  as good: Run a <i>",
    ]


@pytest.mark.parametrize(
    ("metric", "options", "error", "words"),
    [
        ("acu", {}, NotFoundError, "No run has a metric 'acu'. Did you mean 'auc'?"),
        ("zzz", {}, NotFoundError, "No run has a metric 'zzz'. There are: auc, val_loss."),
        ("auc", {"stat": "mx"}, UsageError, "stat is one of last, min, max, avg, std, count, not 'mx'."),
        ("auc", {"goal": "up"}, UsageError, "goal is 'max' or 'min', not 'up'."),
        (
            "auc",
            {"query": "params.opt = 'd'"},
            NotFoundError,
            "No run has a metric 'auc'. The runs of the query have no metrics.",
        ),
        ("auc", {"query": "params.depth > 99"}, NotFoundError, "No run satisfies the query."),
    ],
)
def test_what_cannot_be_told(place, metric, options, error, words):
    with pytest.raises(error) as caught:
        best_run(metric, "exp", connection=place, **options)
    assert str(caught.value).startswith(words)


def test_parameters_are_what_was_logged_so_that_they_can_be_trained_with(tmp_path):
    settings = config.resolve({"backend": "embedded", "path": tmp_path})
    place = Connection(settings)
    client = place.client("sagemaker")
    client.create_experiment(ExperimentName="exp")
    client.create_trial(TrialName="g", ExperimentName="exp")
    texts = {
        "flag": "True",
        "off": "False",
        "none": "None",
        "layers": "[64, 32]",
        "extra": '{"a": 1}',
        "quoted": '"adam"',
        "broken": "[64, 32",
        "SageMaker.InstanceType": "ml.m5.large",
    }
    parameters = {name: {"StringValue": text} for name, text in texts.items()}
    client.create_trial_component(
        TrialComponentName="exp-a",
        Parameters={
            **parameters,
            "depth": {"NumberValue": 4.0},
            "SageMaker.InstanceCount": {"NumberValue": 1},
        },
        Tags=[{"Key": "sagemaker:trial-component-source", "Value": "run"}],
    )
    client.associate_trial_component(TrialName="g", TrialComponentName="exp-a")
    place.put_points("exp-a", [Point("auc", 0.5, 0, 1_790_000_000.0)])
    assert best_run("auc", "exp", connection=place).parameters == {
        "broken": "[64, 32",
        "depth": 4,
        "extra": {"a": 1},
        "flag": True,
        "layers": [64, 32],
        "none": None,
        "off": False,
        "quoted": "adam",
    }


@pytest.mark.parametrize("wrong", [{"metric": 3}, {"experiment": 3}, {"query": 3}, {"stat": None}])
def test_what_is_no_text_is_said_in_one_line(place, wrong):
    with pytest.raises(UsageError, match=r"is a text|stat is one of"):
        best_run(**{"metric": "auc", **wrong}, connection=place)
