"""What of XGBoost and LightGBM is logged, by their own callbacks."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from run_home import points, stored
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sm_track_widgets.tracking.autolog import autolog
from sm_track_widgets.tracking.run import Run

xgboost = pytest.importorskip("xgboost")
lightgbm = pytest.importorskip("lightgbm")

RANDOM = np.random.default_rng(0)
X = pd.DataFrame(RANDOM.normal(size=(200, 3)), columns=["a", "b", "c"])
Y = (X["a"] + 0.3 * RANDOM.normal(size=200) > 0).astype(int)
PARAMS = {
    "objective": "binary:logistic",
    "max_depth": 2,
    "eval_metric": ["logloss", "error@0.7"],
    "nthread": 1,
}
LIGHT = {"objective": "binary", "num_leaves": 4, "verbose": -1, "num_threads": 1}


@pytest.fixture(autouse=True)
def _on():
    autolog()
    yield
    autolog(on=False)


def kept(run: Run, name: str) -> str:
    """Return the text of an artifact."""
    bucket, _, key = stored(run)["OutputArtifacts"][name].removeprefix("s3://").partition("/")
    return run.connection.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def matrices():
    return xgboost.DMatrix(X[:150], Y[:150]), xgboost.DMatrix(X[150:], Y[150:])


def sets():
    train = lightgbm.Dataset(X[:150], Y[:150])
    return train, train.create_valid(X[150:], Y[150:])


def test_xgboost_train(home):
    train, test = matrices()
    told: dict = {}
    evals = [(train, "train"), (test, "test")]
    with Run("xgb", "train", connection=home) as run:
        booster = xgboost.train(
            PARAMS, train, 60, evals=evals, early_stopping_rounds=3, evals_result=told, verbose_eval=False
        )
    assert points(run, "train-logloss") == list(enumerate(told["train"]["logloss"]))
    assert points(run, "test-error_at_0.7") == list(enumerate(told["test"]["error@0.7"]))
    assert points(run, "best_iteration") == [(0, booster.best_iteration)]
    assert points(run, "best_score") == [(0, booster.best_score)]
    assert points(run, "stopped_iteration") == [(0, len(told["train"]["logloss"]) - 1)]
    assert run.parameters["max_depth"] == 2
    assert (run.parameters["num_boost_round"], run.parameters["early_stopping_rounds"]) == (60, 3)
    assert run.parameters["top_features"].startswith("a (")
    assert kept(run, "feature_importance.csv").startswith("feature,gain,weight,cover")
    summary = json.loads(kept(run, "model_summary.json"))
    assert (summary["n_features"], summary["n_rounds"]) == (3, booster.num_boosted_rounds())
    assert run.warnings == []


def test_xgboost_gives_the_same_model_and_calls_the_users_callbacks(home):
    seen = []

    class Mine(xgboost.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            seen.append(epoch)
            return epoch == 3

    def train():
        matrix = matrices()[0]
        return xgboost.train(
            PARAMS, matrix, 10, evals=[(matrix, "t")], callbacks=[Mine()], verbose_eval=False
        )

    logged_nothing = train()
    with Run("xgb", "same", connection=home) as run:
        logged = train()
    assert seen == [0, 1, 2, 3] * 2
    assert logged.save_raw() == logged_nothing.save_raw()
    assert run.parameters["num_boost_round"] == 10
    assert [step for step, _ in points(run, "t-logloss")] == seen[:4]
    assert run.warnings == []


@pytest.mark.filterwarnings("ignore:Pass")
def test_xgboost_takes_by_position_what_it_wants_by_name(home):
    train, test = matrices()
    with Run("xgb", "position", connection=home) as run:
        xgboost.train(PARAMS, train, 3, [(test, "v")], verbose_eval=False)
        xgboost.XGBRegressor(n_estimators=2).fit(X, Y, np.ones(len(Y)))
    assert len(points(run, "v-logloss")) == 3
    assert len(points(run, "fit_2.training_score")) == 1
    assert run.warnings == []


@pytest.mark.parametrize("kind", ["XGBClassifier", "XGBRegressor", "XGBRFClassifier"])
def test_xgboost_estimators(home, kind):
    with Run("xgb", kind, connection=home) as run:
        model = getattr(xgboost, kind)(n_estimators=4, max_depth=2, n_jobs=1)
        assert model.fit(X, Y, eval_set=[(X, Y)], verbose=False) is model
    (metric,) = model.evals_result()["validation_0"].items()
    assert points(run, f"validation_0-{metric[0]}") == list(enumerate(metric[1]))
    assert run.parameters["estimator_name"] == kind
    assert run.parameters["max_depth"] == 2
    assert run.parameters["objective"] == model.objective
    assert "colsample_bylevel" not in run.parameters
    assert points(run, "training_score") == [(0, pytest.approx(model.score(X, Y)))]
    assert run.warnings == []


def test_lightgbm_train(home):
    train, test = sets()
    told: dict = {}
    with Run("lgb", "train", connection=home) as run:
        booster = lightgbm.train(
            LIGHT,
            train,
            60,
            valid_sets=[test],
            callbacks=[lightgbm.early_stopping(3, verbose=False), lightgbm.record_evaluation(told)],
        )
    assert points(run, "valid_0-binary_logloss") == list(enumerate(told["valid_0"]["binary_logloss"]))
    assert points(run, "best_iteration") == [(0, booster.best_iteration)]
    assert points(run, "best_valid_0-binary_logloss") == [
        (0, booster.best_score["valid_0"]["binary_logloss"])
    ]
    assert run.parameters["num_leaves"] == 4
    assert run.parameters["num_boost_round"] == 60
    assert kept(run, "feature_importance.csv").startswith("feature,gain,split\na,")
    assert json.loads(kept(run, "model_summary.json"))["n_features"] == 3
    assert run.warnings == []


def test_lightgbm_gives_the_same_model_and_takes_callbacks_by_position(home):
    seen = []

    def train():
        mine = [lambda environment: seen.append(environment.iteration)]
        return lightgbm.train(dict(LIGHT), sets()[0], 3, None, None, None, None, False, mine)

    plain = train()
    with Run("lgb", "same", connection=home) as run:
        logged = train()
    assert seen == [0, 1, 2] * 2
    assert logged.model_to_string() == plain.model_to_string()
    assert run.warnings == []


def test_lightgbm_estimators(home):
    with Run("lgb", "estimator", connection=home) as run:
        model = lightgbm.LGBMClassifier(n_estimators=4, num_leaves=4, verbose=-1, n_jobs=1)
        model.fit(X, Y, eval_set=[(X[:50], Y[:50])])
    assert len(points(run, "valid_0-binary_logloss")) == 4
    assert run.parameters["estimator_name"] == "LGBMClassifier"
    assert run.parameters["num_leaves"] == 4
    assert points(run, "training_score") == [(0, pytest.approx(model.score(X, Y)))]
    assert run.warnings == []


def test_a_booster_in_a_pipeline_has_its_iterations_and_in_a_search_none(home):
    with Run("nest", "pipe", connection=home) as run:
        booster = xgboost.XGBClassifier(n_estimators=3, n_jobs=1)
        pipe = make_pipeline(StandardScaler(), booster)
        pipe.fit(X, Y, xgbclassifier__eval_set=[(X.to_numpy(), Y)], xgbclassifier__verbose=False)
    assert len(points(run, "validation_0-logloss")) == 3
    assert run.parameters["xgbclassifier__n_estimators"] == 3
    with Run("nest", "search", connection=home) as run:
        GridSearchCV(booster, {"max_depth": [1, 2]}, cv=2).fit(X, Y, eval_set=[(X, Y)], verbose=False)
    assert points(run, "validation_0-logloss") == []
    assert len(points(run, "mean_test_score")) == 2
    assert not [name for name in run.parameters if name.startswith("fit_2")]
