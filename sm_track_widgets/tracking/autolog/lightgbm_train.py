"""LightGBM: ``train`` gets a callback of LightGBM's own kind; the scikit-learn interface is logged as a whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog.boosting import logged_fit, logged_train
from sm_track_widgets.tracking.autolog.sklearn_model import log_scores
from sm_track_widgets.tracking.autolog.training import Training

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sm_track_widgets.tracking.autolog.calls import Call
    from sm_track_widgets.tracking.autolog.patches import Patches

_TRAIN = ("lightgbm.engine", "lightgbm.sklearn", "lightgbm")
_BEFORE_EARLY_STOPPING = 15
"""Order of our callback: LightGBM's own that records has 20, and the one that stops 30."""


def watched() -> Iterator[str]:
    """Yield LightGBM: its package loads all of it."""
    yield "lightgbm"


def wrap(patches: Patches) -> None:
    """Wrap training and the estimators."""
    patches.function(_TRAIN, "train", _train)
    patches.methods("lightgbm.sklearn", "LGBMModel", "fit", _fit)


def _train(call: Call, _: Any) -> Any:
    return logged_train(
        "lightgbm",
        call,
        before=_before,
        with_callback=_with_callback,
        after=lambda training, booster: _after(training, booster, "lightgbm.basic.Booster"),
    )


def _with_callback(training: Training, call: Call) -> Call:
    def more(others: Iterable[Any]) -> list[Any]:
        return [*others, _callback(training)]

    return call.with_callbacks(more)


def _callback(training: Training) -> Any:
    def log(environment: Any) -> None:
        training.attempt(_log_iteration, training, environment)

    log.order = _BEFORE_EARLY_STOPPING  # type: ignore[attr-defined] - how LightGBM is told
    return log


def _log_iteration(training: Training, environment: Any) -> None:
    for data, name, value, *_ in environment.evaluation_result_list or ():
        training.metric(f"{data}-{name}", value, environment.iteration)


def _before(training: Training, call: Call) -> None:
    given = call.given(defaults=True)
    training.parameters({**given["params"], "num_boost_round": given["num_boost_round"]})


def _after(training: Training, booster: Any, kind: str) -> None:
    if booster.best_iteration > 0:
        training.attempt(_log_best, training, booster)
    training.look(_log_importance, training, booster)
    training.attempt(_log_summary, training, booster, kind)


def _log_best(training: Training, booster: Any) -> None:
    """Log the best and the last iteration of a training that stops early, counted from 1 as LightGBM does."""
    training.result("best_iteration", booster.best_iteration)
    training.result("stopped_iteration", booster.current_iteration())
    for data, metrics in booster.best_score.items():
        for name, value in metrics.items():
            training.result(f"best_{data}-{name}", value)


def _log_importance(training: Training, booster: Any) -> None:
    training.importance(
        booster.feature_name(),
        {kind: booster.feature_importance(importance_type=kind) for kind in ("gain", "split")},
    )


def _log_summary(training: Training, booster: Any, kind: str) -> None:
    training.summary(
        {
            "class": kind,
            "version": getattr(sys.modules.get("lightgbm"), "__version__", ""),
            "n_features": booster.num_feature(),
            "n_trees": booster.num_trees(),
        }
    )


# -- the scikit-learn interface --------------------------------------------------------------------------------------
def _fit(call: Call, instance: Any) -> Any:
    return logged_fit("lightgbm", call, instance, after=_after_fit)


def _after_fit(training: Training, model: Any, call: Call) -> None:
    given = call.given()
    if type(model).__name__ != "LGBMRanker":
        training.look(log_scores, training, model, given.get("X"), given.get("y"))
    training.attempt(_after, training, model.booster_, f"{type(model).__module__}.{type(model).__name__}")
