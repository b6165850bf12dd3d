"""scikit-learn: every estimator's fit, and cross-validation.

scikit-learn has no place where a callback could be registered for all estimators, so the methods that fit are wrapped
on each class that defines one. Classes are found as loaded subclasses of ``BaseEstimator``; nothing is imported.
"""

from __future__ import annotations

import pkgutil
import sys
from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.autolog import sklearn_model, sklearn_search
from sm_track_widgets.tracking.autolog.training import Training, begin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sm_track_widgets.tracking.autolog.calls import Call
    from sm_track_widgets.tracking.autolog.patches import Patches

METHODS = ("fit", "fit_predict", "fit_transform")
PREPARES = ("preprocessing", "impute", "feature_extraction", "feature_selection", "compose")
"""Packages of what only prepares data; logged as a part of a pipeline, not by itself."""
_CROSS_VALIDATION = ("sklearn.model_selection._validation", "sklearn.model_selection")


def watched() -> Iterator[str]:
    """Yield scikit-learn itself, and once it is loaded, its packages."""
    yield "sklearn"
    package = sys.modules.get("sklearn")
    for found in pkgutil.iter_modules(getattr(package, "__path__", [])):
        if not found.name.startswith("_"):
            yield f"sklearn.{found.name}"


def wrap(patches: Patches) -> None:
    """Wrap the estimators that are loaded."""
    base = getattr(sys.modules.get("sklearn.base"), "BaseEstimator", None)
    if base is None:
        return
    for kind in _kinds(base):
        if kind.__module__.startswith("sklearn."):
            for name in METHODS:
                patches.method(kind, name, _fit)
    # cross_val_score calls it by its module's name, and so is covered, too.
    patches.function(_CROSS_VALIDATION, "cross_validate", _cross_validate)


def _kinds(base: type) -> Iterator[type]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _fit(call: Call, instance: Any) -> Any:
    training = None if _only_prepares(instance) else begin("sklearn")
    if training is None:
        return call()
    training.attempt(_before, training, instance)
    with training.around():
        result = training.timed(call)
        training.attempt(_after, training, instance, call)
    return result


def _only_prepares(estimator: Any) -> bool:
    package = type(estimator).__module__.partition("sklearn.")[2].partition(".")[0]
    return package in PREPARES and not hasattr(type(estimator), "predict")


def _before(training: Training, estimator: Any) -> None:
    """Log the parameters, so that a training that fails has them."""
    search = sklearn_search.is_search(estimator)
    if not search:
        # XGBoost's or LightGBM's own training function runs inside, with iterations to log.
        training.takes_iterations = type(sklearn_model.final(estimator)).__module__.partition(".")[0]
    parameters = estimator.get_params(deep=not search)
    training.parameters({"estimator_name": type(estimator).__name__, **parameters})


def _after(training: Training, estimator: Any, call: Call) -> None:
    """Log what came out; each part has its chance."""
    given = call.given()
    data, labels = given.get("X"), given.get("y")
    if sklearn_search.is_search(estimator):
        training.attempt(sklearn_search.log_search, training, estimator)
    training.attempt(sklearn_model.log_curves, training, estimator)
    training.look(sklearn_model.log_importance, training, estimator)
    training.look(sklearn_model.log_scores, training, estimator, data, labels)
    training.attempt(sklearn_model.log_summary, training, estimator, data)


def _cross_validate(call: Call, _: Any) -> Any:
    training = begin("sklearn")
    if training is None:
        return call()
    training.attempt(sklearn_search.before_cross_validation, training, call)
    with training.around():
        result = training.timed(call)
        training.attempt(sklearn_search.log_folds, training, result)
    return result
