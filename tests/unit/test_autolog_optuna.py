"""What of Optuna is logged: each trial a point, the study one training."""

from __future__ import annotations

import pytest
from run_home import points, stored
from sklearn.linear_model import LogisticRegression

from sm_track_widgets.tracking.autolog import autolog
from sm_track_widgets.tracking.run import Run

optuna = pytest.importorskip("optuna")


@pytest.fixture(autouse=True)
def _on():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    autolog()
    yield
    autolog(on=False)


def parabola(trial):
    x = trial.suggest_float("x", -1, 1)
    return x * x


def study(**options):
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), **options)


def test_values_the_best_so_far_and_the_best_parameters(home):
    with Run("opt", "one", connection=home) as run:
        made = study()
        seen = []
        made.optimize(parabola, n_trials=6, callbacks=[lambda _, trial: seen.append(trial.number)])
    assert seen == list(range(6))
    assert points(run, "value") == [(trial.number, trial.value) for trial in made.trials]
    best = points(run, "best_value")
    assert [value for _, value in best] == sorted((value for _, value in best), reverse=True)
    assert best[-1] == (made.best_trial.number, made.best_value)
    assert points(run, "best_trial") == [(0, made.best_trial.number)]
    assert run.parameters["best_x"] == made.best_params["x"]
    assert run.parameters["sampler"] == "RandomSampler"
    assert {"trials.csv", "model_summary.json"} <= set(stored(run)["OutputArtifacts"])
    assert run.warnings == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_trainings_of_trials_are_part_of_the_study(home, jobs):
    def objective(trial):
        LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        return parabola(trial)

    with Run("opt", "inner", connection=home) as run:
        study().optimize(objective, n_trials=4, n_jobs=jobs)
    assert len(points(run, "value")) == 4
    assert not [name for name in run.parameters if name.startswith("fit_2")]


def test_a_run_that_a_trial_opens_gets_the_trials_training(home):
    opened = []

    def objective(trial):
        with Run("opt", "trial", connection=home) as inner:
            opened.append(inner)
            LogisticRegression(C=1 + trial.number).fit([[0.0], [1.0]], [0, 1])
        return parabola(trial)

    with Run("opt", "outer", connection=home) as run:
        study().optimize(objective, n_trials=2)
    assert [inner.parameters["C"] for inner in opened] == [1, 2]
    assert "C" not in run.parameters


def test_failed_pruned_and_interrupted(home):
    def objective(trial):
        if trial.number == 1:
            raise ValueError
        if trial.number == 2:
            raise optuna.TrialPruned
        if trial.number == 4:
            raise KeyboardInterrupt
        return parabola(trial)

    with Run("opt", "bad", connection=home) as run, pytest.raises(KeyboardInterrupt):
        study().optimize(objective, n_trials=9, catch=(ValueError,))
    assert [step for step, _ in points(run, "value")] == [0, 3]
    assert "best_x" in run.parameters
    assert run.warnings == []


def test_several_objectives_and_more_trials(home):
    with Run("opt", "multi", connection=home) as run:
        study(directions=["minimize", "maximize"]).optimize(lambda trial: (parabola(trial), 1.0), n_trials=3)
    assert len(points(run, "value_0")) == len(points(run, "value_1")) == 3
    made = study(direction="maximize")
    made.optimize(parabola, n_trials=2)
    with Run("opt", "again", connection=home) as run:
        made.optimize(parabola, n_trials=3)
    assert [step for step, _ in points(run, "value")] == [2, 3, 4]
    assert run.warnings == []
