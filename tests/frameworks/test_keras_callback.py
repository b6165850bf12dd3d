"""A small Keras training, on whichever backend is there."""

from __future__ import annotations

import os

import numpy as np
import pytest
from run_home import points, stored

from sm_track_widgets.tracking.run import Run

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")

X = np.random.default_rng(0).normal(size=(64, 3))
Y = (X[:, 0] > 0).astype("float32")


def model():
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Input((3,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)]
    made = keras.Sequential(layers)
    made.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    return made


def test_metrics_by_epoch_parameters_and_summary(home):
    with Run("keras", "one", connection=home) as run:
        history = (
            model()
            .fit(X, Y, epochs=3, validation_split=0.25, verbose=0, callbacks=[run.keras_callback()])
            .history
        )
    for name in ("loss", "mae", "val_loss", "val_mae"):
        assert [value for _, value in points(run, name)] == pytest.approx(history[name])
        assert [step for step, _ in points(run, name)] == [0, 1, 2]
    best = int(np.argmin(history["val_loss"]))
    assert points(run, "best_epoch") == [(0, best)]
    told = stored(run)
    assert told["Parameters"]["epochs"] == 3
    assert told["Parameters"]["optimizer_name"] == "Adam"
    assert told["Parameters"]["opt_learning_rate"] == pytest.approx(0.01)
    assert "model_summary.txt" in told["OutputArtifacts"]
    assert run.warnings == []


def test_a_closed_run_does_not_end_the_training(home):
    with Run("keras", "closed", connection=home) as run:
        callback = run.keras_callback()
    history = model().fit(X, Y, epochs=2, verbose=0, callbacks=[callback]).history
    assert len(history["loss"]) == 2
    (told,) = run.warnings
    assert "is closed" in told
    assert "not affected" in told
