"""XGBoost: ``train`` gets a callback of XGBoost's own kind; the scikit-learn interface is logged as a whole."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog.boosting import logged_fit, logged_train
from sm_track_widgets.tracking.autolog.sklearn_model import log_scores
from sm_track_widgets.tracking.autolog.training import Training

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sm_track_widgets.tracking.autolog.calls import Call
    from sm_track_widgets.tracking.autolog.patches import Patches

_TRAIN = ("xgboost.training", "xgboost.sklearn", "xgboost")
LOGGED_ARGUMENTS = ("num_boost_round", "maximize", "early_stopping_rounds", "verbose_eval")
KINDS = ("gain", "weight", "cover", "total_gain", "total_cover")
"""Importance types of ``Booster.get_score``; the table is ordered by the first that the booster has."""


def watched() -> Iterator[str]:
    """Yield XGBoost: its package loads all of it."""
    yield "xgboost"


def wrap(patches: Patches) -> None:
    """Wrap training and the estimators."""
    patches.function(_TRAIN, "train", _train)
    patches.methods("xgboost.sklearn", "XGBModel", "fit", _fit)


def _train(call: Call, _: Any) -> Any:
    return logged_train(
        "xgboost",
        call,
        before=_before,
        with_callback=_with_callback,
        after=lambda training, booster: _after(training, booster, call),
    )


def _before(training: Training, call: Call) -> None:
    given = call.given(defaults=True)
    settings = {name: given[name] for name in LOGGED_ARGUMENTS if given.get(name) is not None}
    training.parameters({**dict(given["params"]), **settings})


def _with_callback(training: Training, call: Call) -> Call:
    """Return the call with ours as the first callback: one that stops early would leave later ones out."""

    def first(others: Iterable[Any]) -> list[Any]:
        return [_callback(training), *others]

    return call.with_callbacks(first)


def _callback(training: Training) -> Any:
    module: Any = sys.modules["xgboost.callback"]

    class Iterations(module.TrainingCallback):
        """Logs what XGBoost has evaluated after each iteration."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            del model
            training.attempt(_log_iteration, training, epoch, evals_log)
            return False

    return Iterations()


def _log_iteration(training: Training, epoch: int, evaluated: Any) -> None:
    for data, metrics in evaluated.items():
        for name, values in metrics.items():
            value = values[-1]
            training.metric(f"{data}-{name}", value[0] if isinstance(value, tuple) else value, epoch)


def _after(training: Training, booster: Any, call: Call) -> None:
    given = call.given()
    stops = {type(one).__name__ for one in given.get("callbacks") or ()}
    if given.get("early_stopping_rounds") or "EarlyStopping" in stops:
        training.attempt(log_best, training, booster)
    training.look(log_importance, training, booster)
    training.attempt(_log_summary, training, booster, "xgboost.core.Booster")


def log_best(training: Training, booster: Any) -> None:
    """Log best and last iteration of a training that stops early."""
    training.result("best_iteration", booster.best_iteration)
    training.result("best_score", booster.best_score)
    training.result("stopped_iteration", booster.num_boosted_rounds() - 1)


def log_importance(training: Training, booster: Any) -> None:
    """Log all importance types that the booster has; features that no tree uses count 0."""
    scores: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        with suppress(ValueError):  # gblinear has weights only
            scores[kind] = booster.get_score(importance_type=kind)
    names = booster.feature_names or sorted({name for score in scores.values() for name in score})
    kinds = {
        kind: [_number(score.get(name, 0.0)) for name in names] for kind, score in scores.items() if score
    }
    training.importance(names, kinds)


def _number(score: Any) -> float:
    """Return a score; gblinear has one for each class."""
    return sum(abs(one) for one in score) / len(score) if isinstance(score, list) else float(score)


def _log_summary(training: Training, booster: Any, kind: str) -> None:
    version = getattr(sys.modules.get("xgboost"), "__version__", "")
    sizes = {"n_features": booster.num_features(), "n_rounds": booster.num_boosted_rounds()}
    training.summary({"class": kind, "version": version, **sizes})


# -- the scikit-learn interface --------------------------------------------------------------------------------------
def _fit(call: Call, instance: Any) -> Any:
    return logged_fit("xgboost", call, instance, after=_after_fit)


def _after_fit(training: Training, model: Any, call: Call) -> None:
    booster, given = model.get_booster(), call.given()
    training.parameters({"objective": model.objective})  # fit has chosen it by the labels
    if getattr(model, "early_stopping_rounds", None):
        training.attempt(log_best, training, booster)
    training.look(log_importance, training, booster)
    if "sklearn.base" in sys.modules and type(model).__name__ != "XGBRanker":
        training.look(log_scores, training, model, given.get("X"), given.get("y"))
    training.attempt(_log_summary, training, booster, f"{type(model).__module__}.{type(model).__name__}")
