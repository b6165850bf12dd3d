"""Autolog comes and goes: nothing stays wrapped, nothing is logged that should not be, results are the user's own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import types
from contextlib import suppress
from importlib import import_module

import numpy as np
import pytest
from run_home import points, stored
from sklearn import base, linear_model, model_selection, pipeline, preprocessing
from sklearn.base import BaseEstimator, ClassifierMixin

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.autolog import FRAMEWORKS, autolog, autolog_while, enabled
from sm_track_widgets.tracking.run import Run

X = np.random.default_rng(0).normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.fixture(autouse=True)
def _off_in_the_end():
    yield
    autolog(on=False)


def everything() -> dict[tuple[str, str], object]:
    """Every attribute of the libraries' modules and classes, by its place."""
    roots = set(FRAMEWORKS)
    found: dict[tuple[str, str], object] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in roots or not isinstance(module, types.ModuleType):
            continue
        for attribute, value in list(vars(module).items()):
            found[name, attribute] = value
            if isinstance(value, type) and value.__module__.partition(".")[0] in roots:
                found.update({(f"{name}.{attribute}", key): held for key, held in vars(value).items()})
    return found


def test_off_restores_the_identical_objects():
    for name in FRAMEWORKS:
        with suppress(ImportError):
            import_module(name)
    before = everything()
    autolog()
    wrapped = [place for place, value in everything().items() if before.get(place) is not value]
    assert ("sklearn.linear_model._logistic.LogisticRegression", "fit") in wrapped
    assert ("sklearn.model_selection", "cross_validate") in wrapped
    autolog(on=False)
    after = everything()
    assert [place for place, value in before.items() if after.get(place) is not value] == []
    assert set(after) == set(before)


def test_a_name_in_the_notebook_is_covered_and_given_back(monkeypatch):
    names = types.ModuleType("__main__")
    names.cross_validate = original = model_selection.cross_validate
    monkeypatch.setitem(sys.modules, "__main__", names)
    autolog("sklearn")
    assert names.cross_validate is model_selection.cross_validate is not original
    names.later = model_selection.cross_validate
    autolog("sklearn", on=False)
    assert names.cross_validate is names.later is model_selection.cross_validate is original


def test_on_and_off_by_library():
    autolog("sklearn")
    assert enabled() == ("sklearn",)
    autolog()
    assert enabled() == FRAMEWORKS
    autolog("sklearn", on=False)
    assert enabled() == FRAMEWORKS[1:]
    autolog(on=False)
    assert enabled() == ()


def test_an_unknown_library_is_one_line():
    with pytest.raises(UsageError, match=r"does not know 'xgbost'. Did you mean 'xgboost'\?"):
        autolog("xgbost")
    with pytest.raises(UsageError, match="Choose of sklearn"):
        autolog("spark")


def test_without_a_run_nothing_happens():
    plain = linear_model.LogisticRegression().fit(X, Y)
    autolog()
    logged = linear_model.LogisticRegression()
    assert logged.fit(X, Y) is logged
    assert np.array_equal(logged.coef_, plain.coef_)
    assert vars(logged).keys() == vars(plain).keys()


def test_another_run_is_left_alone(home):
    with Run("switch", "mine", connection=home) as mine:
        autolog_while(mine, ["sklearn"])
        with Run("switch", "other", connection=home) as other:
            linear_model.LogisticRegression().fit(X, Y)
        linear_model.LogisticRegression(C=3).fit(X, Y)
    assert other.parameters == {}
    assert mine.parameters["C"] == 3
    assert type(linear_model.LogisticRegression.__dict__["fit"]) is types.FunctionType
    assert enabled() == ()


def test_while_a_run_is_open_ends_with_it_and_not_with_the_switch(home):
    autolog("sklearn")
    with Run("switch", "both", connection=home) as run:
        autolog_while(run, ["sklearn"])
    assert type(linear_model.LogisticRegression.__dict__["fit"]) is not types.FunctionType


def test_results_and_random_numbers_are_the_same(home):
    def train():
        np.random.seed(7)  # noqa: NPY002 - what users do
        model = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.SGDClassifier())
        model.fit(X, Y)
        return model[-1].coef_, np.random.random()  # noqa: NPY002

    plain = train()
    autolog()
    with Run("switch", "same", connection=home):
        logged = train()
    assert np.array_equal(plain[0], logged[0])
    assert plain[1] == logged[1]


def test_looking_draws_none_of_the_users_random_numbers(home):
    class Drawing(linear_model.LogisticRegression):
        def predict(self, X):  # noqa: N803
            np.random.random(5)  # noqa: NPY002
            return super().predict(X)

    autolog()
    with Run("switch", "draws", connection=home):
        np.random.seed(3)  # noqa: NPY002
        Drawing().fit(X, Y)
        drawn = np.random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert drawn == np.random.random()  # noqa: NPY002


def test_the_users_exception_passes_and_the_parameters_are_there(home):
    autolog()
    with Run("switch", "fails", connection=home) as run:
        with pytest.raises(ValueError, match="NaN") as caught:
            linear_model.LogisticRegression(C=2).fit(np.full((4, 2), np.nan), [0, 1, 0, 1])
        assert caught.value.__context__ is None
    assert run.parameters["C"] == 2
    assert run.warnings == []


class Odd(ClassifierMixin, BaseEstimator):
    """An estimator that breaks whatever looks at it, once it is fitted."""

    __module__ = "sklearn.odd"

    def fit(self, X, y):  # noqa: N803 - scikit-learn's name
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):  # noqa: N803
        raise RuntimeError("looked at")

    @property
    def coef_(self):
        raise KeyError("coef")


def test_our_own_errors_are_one_warning(home):
    autolog()
    with Run("switch", "ours", connection=home) as run:
        assert isinstance(Odd().fit(X, Y), Odd)
        Odd().fit(X, Y)
    (told,) = run.warnings
    assert told.startswith("Logging of sklearn met KeyError")
    assert told.endswith("The training is not affected.")


def test_a_bound_method_can_be_sent_to_another_process():
    autolog()
    model = linear_model.LogisticRegression(C=5)
    copied = pickle.loads(pickle.dumps(model.fit))
    assert copied.__self__.C == 5
    assert pickle.loads(pickle.dumps(linear_model.LogisticRegression.fit)) is not None
    assert pickle.loads(pickle.dumps(model_selection.cross_validate)) is model_selection.cross_validate


def test_wrapped_methods_look_like_themselves():
    autolog()
    assert base.clone(linear_model.LogisticRegression(C=2)).C == 2
    only_transforms = pipeline.make_pipeline(preprocessing.StandardScaler())
    assert not hasattr(only_transforms, "fit_predict")
    assert linear_model.LogisticRegression.fit.__name__ == "fit"
    assert linear_model.LogisticRegression.fit.__doc__


def test_a_library_that_is_imported_later_is_covered(tmp_path):
    script = f"""
import sys
from sm_track_widgets import Run, autolog, config, connect
from pathlib import Path
autolog()
loaded = [name for name in ("sklearn", "xgboost", "lightgbm", "optuna", "pandas") if name in sys.modules]
assert not loaded, loaded
home = connect("embedded", path=Path({str(tmp_path)!r}))
with Run("later", "one", connection=home) as run:
    import sklearn.svm
    sklearn.svm.SVC(C=2).fit([[0.0], [1.0], [0.2], [0.9]], [0, 1, 0, 1])
    from sklearn.tree import DecisionTreeClassifier
    DecisionTreeClassifier(max_depth=2).fit([[0.0], [1.0]], [0, 1])
print(run.parameters["C"], run.parameters["fit_2.max_depth"])
from sklearn.svm import SVC
autolog(on=False)
print(type(SVC.__dict__.get("fit") or sklearn.svm._base.BaseLibSVM.__dict__["fit"]).__name__)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2.0", "2.0", "function"] or done.stdout.split() == ["2", "2", "function"]


def test_five_trainings_in_full_then_rows_of_a_table(home):
    autolog()
    with Run("switch", "many", connection=home) as run:
        for c in range(1, 8):
            linear_model.LogisticRegression(C=c).fit(X, Y)
    assert run.parameters["C"] == 1
    assert run.parameters["fit_5.C"] == 5
    assert "fit_6.C" not in run.parameters
    assert len(points(run, "fit_5.training_score")) == 1
    (told,) = run.warnings
    assert "5 trainings" in told
    uri = stored(run)["OutputArtifacts"]["trainings.csv"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    lines = home.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
    titles = lines[0].split(",")
    assert len(lines) == 8
    assert [float(line.split(",")[titles.index("params.C")]) for line in lines[1:]] == [1, 2, 3, 4, 5, 6, 7]


def test_the_users_own_parameters_stand(home):
    autolog()
    with Run("switch", "stand", params={"C": "mine"}, connection=home) as run:
        linear_model.LogisticRegression(C=2).fit(X, Y)
    assert run.parameters["C"] == "mine"
    assert run.parameters["max_iter"] == 100


def test_most_parameters_are_left_to_the_user(home):
    autolog()
    steps = [(f"s{at}", preprocessing.StandardScaler()) for at in range(60)]
    with Run("switch", "limit", connection=home) as run:
        pipeline.Pipeline([*steps, ("last", linear_model.LogisticRegression())]).fit(X, Y)
    assert len(run.parameters) <= 200
    (told,) = run.warnings
    assert "at most 200" in told


def test_a_loop_of_small_trainings_is_not_held_up(home, monkeypatch):
    monkeypatch.setattr("sm_track_widgets.tracking.autolog.training.FREE_SECONDS", 0.0)
    looked = []

    class Small(Odd):
        __module__ = "sklearn.odd"

        def predict(self, X):  # noqa: N803
            looked.append(1)
            return np.zeros(len(X))

        coef_ = None

    autolog()
    with Run("switch", "loop", connection=home):
        for _ in range(20):
            Small().fit(X, Y)
    assert len(looked) == 2 * 5  # score() and the classifier's scores, of the first five


def test_a_forked_process_logs_nothing(home):
    autolog()
    with Run("switch", "fork", connection=home) as run:
        child = os.fork()
        if child == 0:
            linear_model.LogisticRegression().fit(X, Y)
            os._exit(len(run.parameters) > 0)
        assert os.waitpid(child, 0)[1] == 0
