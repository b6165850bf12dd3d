"""Models: the format each library has, the document beside them, and that they come back."""

from __future__ import annotations

import json
import pickle
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_home import stored

from sm_track_widgets._errors import UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.media import models
from sm_track_widgets.tracking.run import Run

X = np.random.default_rng(0).random((40, 3))
Y = (X[:, 0] > 0.5).astype(int)


def fetched(run: Run, folder: Path) -> dict[str, Path]:
    """Close the run and fetch its artifacts: name -> file."""
    run.close()
    found: dict[str, Path] = {}
    for name, uri in stored(run)["OutputArtifacts"].items():
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        found[name] = folder / name.replace("/", "_")
        found[name].write_bytes(run.connection.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return found


def test_scikit_learn(home: Connection, tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.LogisticRegression(C=0.5).fit(X, Y)
    run = Run("e", connection=home)
    run.log_model(model, metadata={"owner": "me", "password": "hunter22"})
    files = fetched(run, tmp_path)
    assert set(files) == {"model.joblib", "model.json"}
    assert run.files == 2
    assert (joblib.load(files["model.joblib"]).predict(X) == model.predict(X)).all()
    told = json.loads(files["model.json"].read_text())
    assert told["sm_track_model"] == 1
    assert told["class"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert (told["library"], told["version"]) == ("scikit-learn", sys.modules["sklearn"].__version__)
    assert (told["file"], told["format"], told["load"]) == ("model.joblib", "joblib", "joblib.load(path)")
    assert told["facts"] == {"features": 3, "classes": 2, "iterations": int(model.n_iter_.max())}
    assert told["summary"] == "LogisticRegression(C=0.5)"
    assert told["metadata"] == {"owner": "me", "password": "[redacted]"}
    assert told["size"] == files["model.joblib"].stat().st_size


def loaded(told: dict[str, Any], path: Path, names: dict[str, Any]) -> Any:
    """Run the line that the document names."""
    scope = {**names, "path": str(path)}
    line = told["load"]
    if line.startswith("model = "):
        exec(line, scope)
        return scope["model"]
    return eval(line, scope)


def test_xgboost(home: Connection, tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, Y), 4)
    classifier = xgboost.XGBClassifier(n_estimators=3).fit(X, Y)
    run = Run("e", connection=home)
    run.log_model(booster, "booster")
    run.log_model(classifier, "best/classifier.ubj")
    files = fetched(run, tmp_path)
    assert set(files) == {"booster.ubj", "booster.json", "best/classifier.ubj", "best/classifier.json"}
    told = json.loads(files["booster.json"].read_text())
    assert told["facts"] == {"iterations": 4}
    again = loaded(told, files["booster.ubj"], {"xgboost": xgboost})
    assert (again.predict(xgboost.DMatrix(X)) == booster.predict(xgboost.DMatrix(X))).all()
    told = json.loads(files["best/classifier.json"].read_text())
    assert told["facts"] == {"features": 3, "classes": 2, "iterations": 3}
    again = loaded(told, files["best/classifier.ubj"], {"xgboost": xgboost})
    assert (again.predict(X) == classifier.predict(X)).all()


def test_lightgbm(home: Connection, tmp_path: Path) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    booster = lightgbm.train({"verbose": -1, "min_data_in_leaf": 2}, lightgbm.Dataset(X, Y), 4)
    classifier = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, Y)
    run = Run("e", connection=home)
    run.log_model(booster, "booster")
    run.log_model(classifier, "classifier")
    files = fetched(run, tmp_path)
    assert set(files) == {"booster.txt", "booster.json", "classifier.joblib", "classifier.json"}
    told = json.loads(files["booster.json"].read_text())
    assert told["facts"] == {"iterations": 4}
    again = loaded(told, files["booster.txt"], {"lightgbm": lightgbm})
    assert np.allclose(again.predict(X), booster.predict(X))


class Plain:
    """A model of no library."""

    def __init__(self, weights: list[float]) -> None:
        self.weights = weights


class Broken:
    """Neither printed nor pickled."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __reduce__(self) -> str:
        raise TypeError("no pickle")


def test_any_object(home: Connection, tmp_path: Path) -> None:
    run = Run("e", connection=home)
    run.log_model(Plain([1.0]), "mine.pkl")
    files = fetched(run, tmp_path)
    assert set(files) == {"mine.pkl", "mine.json"}
    assert pickle.loads(files["mine.pkl"].read_bytes()).weights == [1.0]
    told = json.loads(files["mine.json"].read_text())
    assert (told["format"], told["summary"], told["facts"]) == ("pickle", "", {})


def test_a_class_of_the_notebook_is_kept_whole(home: Connection, tmp_path: Path) -> None:
    pytest.importorskip("cloudpickle")
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec("class Model:\n    def predict(self, x): return x + 1\n", scope)
    run = Run("e", connection=home)
    run.log_model(scope["Model"]())
    files = fetched(run, tmp_path)
    assert set(files) == {"model.pkl", "model.json"}
    assert pickle.loads(files["model.pkl"].read_bytes()).predict(1) == 2
    assert json.loads(files["model.json"].read_text())["format"] == "cloudpickle"


def test_what_cannot_be_saved_is_said_in_one_line(home: Connection) -> None:
    with Run("e", connection=home) as run:
        with pytest.raises(
            UsageError, match=r"This Broken cannot be saved as joblib: .*no pickle.*run.log_file"
        ) as told:
            run.log_model(Broken())
        assert "\n" not in str(told.value)
        run.log_metric("still", 1.0)
    assert run.files == 0
    assert not list((home.settings.path / "spool").iterdir())


def test_a_model_on_disk(home: Connection, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "weights.bin").write_bytes(b"w")
    run = Run("e", connection=home)
    run.log_model(tmp_path / "saved" / "weights.bin", "weights.bin")
    run.log_model(str(tmp_path / "saved"), "folder.zip")
    files = fetched(run, tmp_path)
    assert files["weights.bin"].read_bytes() == b"w"
    assert files["folder.zip"].read_bytes()[:2] == b"PK"


class _Weights:
    def numel(self) -> int:
        return 6


def _library(monkeypatch: pytest.MonkeyPatch, name: str, **members: Any) -> types.ModuleType:
    """Stand in for a library that no environment of these tests has: only which of its methods is called counts."""
    module = types.ModuleType(name)
    vars(module).update({"__version__": "9.9", **members})
    monkeypatch.setitem(sys.modules, name, module)
    return module


def _of(module: str, **members: Any) -> Any:
    return type("Net", (), {"__module__": module, "__repr__": lambda _: "Net(3, 2)", **members})()


def test_torch_keeps_weights(home: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _library(monkeypatch, "torch", save=lambda content, path: Path(path).write_text(repr(content)))
    net = _of("torch.nn.modules", state_dict=lambda _: {"w": 1}, parameters=lambda _: [_Weights()])
    run = Run("e", connection=home)
    run.log_model(net)
    run.log_model({"epoch": 3, "model": {"w": _of("torch")}}, "checkpoint.pt")
    files = fetched(run, tmp_path)
    assert set(files) == {"model.pt", "model.json", "checkpoint.pt", "checkpoint.json"}
    assert files["model.pt"].read_text() == "{'w': 1}"
    told = json.loads(files["model.json"].read_text())
    assert (told["format"], told["library"], told["version"]) == ("state_dict", "torch", "9.9")
    assert told["load"] == "model.load_state_dict(torch.load(path, weights_only=True))"
    assert told["facts"] == {"parameters": 6}
    assert told["summary"] == "Net(3, 2)"


@pytest.mark.parametrize(
    ("module", "method", "suffix"),
    [("keras.src.models", "save", ".keras"), ("catboost.core", "save_model", ".cbm")],
)
def test_other_formats(home: Connection, tmp_path: Path, module: str, method: str, suffix: str) -> None:
    run = Run("e", connection=home)
    run.log_model(_of(module, **{method: lambda _, path: Path(path).write_text("saved")}), "m")
    files = fetched(run, tmp_path)
    assert set(files) == {f"m{suffix}", "m.json"}
    assert files[f"m{suffix}"].read_text() == "saved"


def test_hugging_face_models_become_one_zip(home: Connection, tmp_path: Path) -> None:
    import zipfile

    def save_pretrained(_: Any, folder: str) -> None:
        (Path(folder) / "config.json").write_text("{}")
        (Path(folder) / "model.safetensors").write_bytes(b"w")

    run = Run("e", connection=home)
    run.log_model(_of("transformers.models", save_pretrained=save_pretrained), "m")
    files = fetched(run, tmp_path)
    assert zipfile.ZipFile(files["m.zip"]).namelist() == ["config.json", "model.safetensors"]


def test_an_asked_format_is_obeyed() -> None:
    xgboost = pytest.importorskip("xgboost")
    assert models.form_of(xgboost.XGBClassifier(), ".pkl").kind == "pickle"
    assert models.form_of(xgboost.XGBClassifier(), ".joblib").kind == "joblib"
    assert models.form_of(xgboost.XGBClassifier(), "").kind == "xgboost"
