"""scikit-learn: what a fitted estimator tells: curves, importance, scores on its training data, a summary."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from sm_track_widgets.tracking.autolog.training import Training

SCORED_ROWS = 10_000
"""Rows of the training data that scores are computed on at most; evenly spread."""
CURVES = {
    "loss_curve_": "loss",
    "validation_scores_": "validation_score",
    "train_score_": "train_score",
    "validation_score_": "validation_score",
    "oob_scores_": "oob_score",
}
"""Attributes with a value for each iteration (MLPClassifier, GradientBoosting, HistGradientBoosting) -> metric."""
LOSSES = {"train_score_": "train_loss", "oob_scores_": "oob_loss"}
"""What GradientBoosting calls scores and documents as losses."""
_FACTS = (
    "n_features_in_",
    "n_iter_",
    "best_iteration_",
    "best_loss_",
    "n_estimators_",
    "oob_score_",
    "inertia_",
)
_FEW = 20


def final(estimator: Any) -> Any:
    """Return the estimator that predicts: the last step of a pipeline, the best of a search."""
    inner = getattr(estimator, "best_estimator_", None)
    if inner is None and hasattr(estimator, "steps"):
        inner = estimator.steps[-1][1]
    return estimator if inner is None or isinstance(inner, str) else final(inner)


def log_curves(training: Training, estimator: Any) -> None:
    """Log what the estimator keeps of its iterations."""
    model = final(estimator)
    curves = CURVES | LOSSES if type(model).__name__.startswith("GradientBoosting") else CURVES
    for attribute, name in curves.items():
        values = getattr(model, attribute, None)
        if values is not None and hasattr(values, "__len__"):
            training.series(name, values)


def log_importance(training: Training, estimator: Any) -> None:
    """Log ``feature_importances_``, else the coefficients: their mean size where there are several outputs."""
    model = final(estimator)
    values = getattr(model, "feature_importances_", None)
    kind = "importance"
    if values is None:
        values, kind = getattr(model, "coef_", None), "coefficient"
        if values is None or not hasattr(values, "shape"):
            return
        values = values.toarray() if hasattr(values, "toarray") else values
        if len(values.shape) > 1:
            values = values[0] if values.shape[0] == 1 else abs(values).mean(axis=0)
    names = _feature_names(estimator, model, len(values))
    training.importance(names, {kind: [float(value) for value in values]})


def _feature_names(estimator: Any, model: Any, count: int) -> list[str]:
    chosen = getattr(estimator, "best_estimator_", estimator)
    with suppress(Exception):  # a step that cannot name its outputs
        if hasattr(chosen, "steps") and len(chosen.steps) > 1:
            names = list(chosen[:-1].get_feature_names_out())
            if len(names) == count:
                return [str(name) for name in names]
    names = list(getattr(model, "feature_names_in_", ()))
    return [str(name) for name in names] if len(names) == count else [f"x{at}" for at in range(count)]


def log_scores(training: Training, estimator: Any, data: Any, labels: Any) -> None:
    """Log how the estimator does on its training data, under MLflow's names."""
    if data is None or labels is None or not hasattr(estimator, "predict"):
        return
    with _as_if_not_there():
        data, labels = _sample(data), _sample(labels)
        if hasattr(estimator, "score"):
            training.result("training_score", estimator.score(data, labels))
        scores = {"classifier": _classifier_scores, "regressor": _regressor_scores}.get(_kind(estimator))
        # A score that does not apply, as with several outputs, is left out together with those behind it.
        with suppress(ValueError, TypeError, AttributeError):
            for name, value in scores(estimator, data, labels) if scores else ():
                training.result(f"training_{name}", value)


def _kind(estimator: Any) -> str:
    base: Any = sys.modules["sklearn.base"]
    if base.is_classifier(estimator):
        return "classifier"
    return "regressor" if base.is_regressor(estimator) else ""


def _classifier_scores(estimator: Any, data: Any, labels: Any) -> Iterator[tuple[str, float]]:
    from sklearn import metrics

    predicted = estimator.predict(data)
    yield "accuracy_score", metrics.accuracy_score(labels, predicted)
    for name in ("precision_score", "recall_score", "f1_score"):
        yield name, getattr(metrics, name)(labels, predicted, average="weighted", zero_division=0)
    if not hasattr(estimator, "predict_proba"):
        return
    chances = estimator.predict_proba(data)
    yield "log_loss", metrics.log_loss(labels, chances, labels=estimator.classes_)
    if len(estimator.classes_) == 2:  # noqa: PLR2004 - a binary problem
        yield "roc_auc", metrics.roc_auc_score(labels, chances[:, 1])
    else:
        yield (
            "roc_auc",
            metrics.roc_auc_score(
                labels, chances, average="weighted", multi_class="ovo", labels=estimator.classes_
            ),
        )


def _regressor_scores(estimator: Any, data: Any, labels: Any) -> Iterator[tuple[str, float]]:
    from sklearn import metrics

    predicted = estimator.predict(data)
    squared = metrics.mean_squared_error(labels, predicted)
    yield "mean_squared_error", squared
    yield "root_mean_squared_error", squared**0.5
    yield "mean_absolute_error", metrics.mean_absolute_error(labels, predicted)
    yield "r2_score", metrics.r2_score(labels, predicted)


def _sample(values: Any) -> Any:
    """Return at most `SCORED_ROWS` rows, evenly spread."""
    rows = values.shape[0] if hasattr(values, "shape") else len(values)
    if rows <= SCORED_ROWS:
        return values
    chosen = [at * rows // SCORED_ROWS for at in range(SCORED_ROWS)]
    if hasattr(values, "iloc"):
        return values.iloc[chosen]
    return values[chosen] if hasattr(values, "shape") else [values[at] for at in chosen]


@contextmanager
def _as_if_not_there() -> Generator[None, None, None]:
    """Have what we compute leave no trace: no warnings, and numpy's global generator as it was."""
    import numpy as np

    state = np.random.get_state()  # noqa: NPY002 - the user's own, to be given back
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def log_summary(training: Training, estimator: Any, data: Any) -> None:
    """Keep class, sizes and what the estimator tells about its training."""
    model = final(estimator)
    facts: dict[str, Any] = {
        "class": f"{type(estimator).__module__}.{type(estimator).__qualname__}",
        "model_class": f"{type(model).__module__}.{type(model).__qualname__}",
        "version": getattr(sys.modules.get("sklearn"), "__version__", ""),
        "rows": _rows(data),
    }
    if hasattr(estimator, "steps"):
        facts["steps"] = [name for name, _ in estimator.steps]
    classes = getattr(model, "classes_", None)
    if classes is not None and not isinstance(classes, list):
        facts["classes"] = [str(name) for name in classes[:_FEW]]
    facts.update(
        {name.strip("_"): found for name in _FACTS if (found := getattr(model, name, None)) is not None}
    )
    training.summary({name: fact for name, fact in facts.items() if fact is not None})


def _rows(data: Any) -> int | None:
    shape = getattr(data, "shape", None)
    if shape:
        return int(shape[0])
    return len(data) if hasattr(data, "__len__") else None
