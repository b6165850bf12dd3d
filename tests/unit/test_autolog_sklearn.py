"""What of scikit-learn is logged: estimators, pipelines, searches, cross-validation."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import run_home
from run_home import points, stored
from sklearn import (
    cluster,
    ensemble,
    linear_model,
    model_selection,
    neural_network,
    pipeline,
    preprocessing,
    tree,
)
from sklearn.decomposition import PCA

from sm_track_widgets.tracking.autolog import autolog, autolog_while
from sm_track_widgets.tracking.run import Run

X = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 3)), columns=["a", "b", "c"])
Y = (X["a"] + 0.3 * X["b"] > 0).astype(int)


@pytest.fixture(autouse=True)
def _on():
    autolog("sklearn")
    yield
    autolog(on=False)


def kept(run: Run, name: str) -> str:
    """Return the text of an artifact."""
    bucket, _, key = stored(run)["OutputArtifacts"][name].removeprefix("s3://").partition("/")
    return run.connection.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def test_a_classifier(home):
    with Run("sk", "classifier", connection=home) as run:
        model = linear_model.LogisticRegression(C=0.5).fit(X, Y)
    told = stored(run)
    assert told["Parameters"]["estimator_name"] == "LogisticRegression"
    assert told["Parameters"]["C"] == 0.5
    assert told["Parameters"]["class_weight"] == "None"
    assert set(model.get_params()) < set(told["Parameters"])
    assert told["Parameters"]["top_features"].startswith("a (")
    assert points(run, "training_score") == [(0, model.score(X, Y))]
    for name in ("accuracy_score", "precision_score", "recall_score", "f1_score", "log_loss", "roc_auc"):
        assert len(points(run, f"training_{name}")) == 1
    assert [line.split(",")[0] for line in kept(run, "feature_importance.csv").splitlines()] == [
        "feature",
        "a",
        "b",
        "c",
    ]
    summary = json.loads(kept(run, "model_summary.json"))
    assert summary["class"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert (summary["rows"], summary["n_features_in"], summary["classes"]) == (80, 3, ["0", "1"])
    assert summary["seconds"] >= 0
    assert run.warnings == []


def test_a_regressor(home):
    with Run("sk", "regressor", connection=home) as run:
        ensemble.RandomForestRegressor(n_estimators=5, random_state=0).fit(X, X["a"] * 2)
    for name in ("mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "r2_score", "score"):
        assert len(points(run, f"training_{name}")) == 1
    assert run.parameters["top_features"].startswith("a (")


def test_a_pipeline_is_one_training_with_the_parameters_of_its_steps(home):
    with Run("sk", "pipe", connection=home) as run:
        pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.Ridge(alpha=3)).fit(X, Y)
    assert run.parameters["ridge__alpha"] == 3
    assert run.parameters["standardscaler__with_mean"] == "True"
    assert not [name for name in run.parameters if name.startswith("fit_2")]
    assert "a," in kept(run, "feature_importance.csv")


@pytest.mark.parametrize("jobs", [None, 2])
def test_a_search_is_one_training(home, jobs):
    with Run("sk", "search", connection=home) as run:
        search = model_selection.GridSearchCV(
            tree.DecisionTreeClassifier(), {"max_depth": [1, 2, 3]}, n_jobs=jobs
        )
        search.fit(X, Y)
    assert run.parameters["best_max_depth"] == search.best_params_["max_depth"]
    assert points(run, "best_cv_score") == [(0, search.best_score_)]
    assert points(run, "mean_test_score") == list(enumerate(search.cv_results_["mean_test_score"]))
    assert points(run, "best_candidate") == [(0, search.best_index_)]
    assert len(kept(run, "cv_results.csv").splitlines()) == 4
    assert "trainings.csv" not in stored(run)["OutputArtifacts"]
    assert run.warnings == []


def test_threads_of_scikit_learn_are_part_of_its_training(home):
    from joblib import parallel_backend

    with Run("sk", "threads", connection=home) as run, parallel_backend("threading", n_jobs=2):
        ensemble.BaggingClassifier(tree.DecisionTreeClassifier(), n_estimators=4, n_jobs=2).fit(X, Y)
        model_selection.cross_val_score(tree.DecisionTreeClassifier(), X, Y, n_jobs=2)
    assert run.parameters["estimator_name"] == "BaggingClassifier"
    assert run.parameters["fit_2.estimator_name"] == "DecisionTreeClassifier"
    assert not [name for name in run.parameters if name.startswith("fit_3")]


def test_cross_validation_in_a_loop(home):
    with Run("sk", "folds", connection=home) as run:
        for depth in (1, 2):
            scores = model_selection.cross_val_score(tree.DecisionTreeClassifier(max_depth=depth), X, Y, cv=4)
    assert run.parameters["max_depth"] == 1
    assert run.parameters["cv"] == 4
    assert run.parameters["fit_2.max_depth"] == 2
    assert points(run, "fit_2.cv_test_score") == list(enumerate(scores))
    assert points(run, "fit_2.cv_test_score_mean") == [(0, pytest.approx(scores.mean()))]
    assert len(kept(run, "trainings.csv").splitlines()) == 3


def test_iterations_are_series(home):
    with Run("sk", "curves", connection=home) as run:
        model = neural_network.MLPClassifier((4,), max_iter=5, random_state=0).fit(X, Y)
        ensemble.GradientBoostingClassifier(n_estimators=4).fit(X, Y)
    assert points(run, "loss") == list(enumerate(model.loss_curve_))
    assert len(points(run, "fit_2.train_loss")) == 4


def test_what_only_prepares_is_not_logged(home):
    with Run("sk", "prepare", connection=home) as run:
        preprocessing.StandardScaler().fit_transform(X)
        preprocessing.KBinsDiscretizer(strategy="kmeans").fit(X)
    assert run.parameters == {}


def test_clusters_and_projections(home):
    with Run("sk", "clusters", connection=home) as run:
        labels = cluster.KMeans(2, n_init=1).fit_predict(X)
        PCA(2).fit_transform(X)
    assert set(labels) == {0, 1}
    assert run.parameters["n_clusters"] == 2
    assert run.parameters["fit_2.n_components"] == 2
    assert run.warnings == []


def test_odd_inputs_leave_no_warning(home):
    many = np.column_stack([Y, 1 - Y])
    with Run("sk", "odd", connection=home) as run:
        tree.DecisionTreeClassifier().fit(X, many)
        tree.DecisionTreeRegressor().fit(X.to_numpy().tolist(), list(Y))
        linear_model.LogisticRegression().fit(y=Y, X=X)
        cluster.DBSCAN().fit(X)
    assert len(points(run, "fit_3.training_score")) == 1
    assert run.warnings == []


def test_scores_of_large_data_are_taken_of_a_part(home, monkeypatch):
    big = np.random.default_rng(0).normal(size=(30_000, 2))
    seen = []

    class Watching(linear_model.LogisticRegression):
        def predict(self, data):
            seen.append(len(data))
            return super().predict(data)

    with Run("sk", "big", connection=home):
        Watching().fit(big, (big[:, 0] > 0).astype(int))
    assert max(seen) == 10_000


def test_the_aws_home(tmp_path):
    home = run_home.aws(tmp_path / "aws")
    with Run("sk", "aws", connection=home) as run:
        autolog_while(run, ["sklearn"])
        linear_model.LogisticRegression().fit(X, Y)
    assert stored(run)["Parameters"]["C"] == 1.0
    assert "model_summary.json" in stored(run)["OutputArtifacts"]
