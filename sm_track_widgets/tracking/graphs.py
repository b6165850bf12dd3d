"""The three graphs of the SDK's Run, in the form in which it stores them and Studio draws them.

Each is a JSON document in S3, made known as a lineage artifact whose type is the graph's, and associated with the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sm_track_widgets._errors import UsageError
from sm_track_widgets._types import Params

Labels = Sequence[Any]
"""Anything scikit-learn takes as one label or score for each sample."""
CURE_SKLEARN = "Install it: %pip install scikit-learn"


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph to store: its `kind` is the lineage artifact's type, `title` the user's or the kind's, never empty."""

    kind: str
    title: str
    data: Params


def precision_recall(
    y_true: Labels,
    predicted_probabilities: Labels,
    positive_label: str | int | None = None,
    title: str | None = None,
    no_skill: int | None = None,
) -> Graph:
    """Return a precision-recall curve.

    Raises
    ------
    UsageError
        Lengths differ, scikit-learn is missing or refuses the data.
    """
    _same_length(y_true, predicted_probabilities, "predicted probabilities")
    sklearn = _sklearn_metrics()
    label = {} if positive_label is None else {"pos_label": positive_label}
    try:
        precision, recall, _ = sklearn.precision_recall_curve(y_true, predicted_probabilities, **label)
        score = sklearn.average_precision_score(y_true, predicted_probabilities, average="micro", **label)
    except (ValueError, TypeError) as error:
        raise _refused("precision-recall curve", error) from error
    return _graph(
        "PrecisionRecallCurve",
        title,
        precision=precision.tolist(),
        recall=recall.tolist(),
        averagePrecisionScore=float(score),
        noSkill=no_skill,
    )


def roc_curve(y_true: Labels, y_score: Labels, title: str | None = None) -> Graph:
    """Return a receiver operating characteristic.

    Raises
    ------
    UsageError
        Lengths differ, scikit-learn is missing or refuses the data.
    """
    _same_length(y_true, y_score, "predicted scores")
    sklearn = _sklearn_metrics()
    try:
        false_positive, true_positive, _ = sklearn.roc_curve(y_true, y_score)
        area = sklearn.auc(false_positive, true_positive)
    except (ValueError, TypeError) as error:
        raise _refused("ROC curve", error) from error
    return _graph(
        "ROCCurve",
        title,
        falsePositiveRate=false_positive.tolist(),
        truePositiveRate=true_positive.tolist(),
        areaUnderCurve=float(area),
    )


def confusion_matrix(y_true: Labels, y_pred: Labels, title: str | None = None) -> Graph:
    """Return a confusion matrix: rows are true labels, columns predicted ones, in sorted order.

    Raises
    ------
    UsageError
        Lengths differ, scikit-learn is missing or refuses the data.
    """
    _same_length(y_true, y_pred, "predicted labels")
    sklearn = _sklearn_metrics()
    try:
        matrix = sklearn.confusion_matrix(y_true, y_pred)
    except (ValueError, TypeError) as error:
        raise _refused("confusion matrix", error) from error
    return _graph("ConfusionMatrix", title, confusionMatrix=matrix.tolist())


def _graph(kind: str, title: str | None, **data: Any) -> Graph:
    return Graph(kind, title or kind, {"type": kind, "version": 0, "title": title, **data})


def _same_length(y_true: Labels, predicted: Labels, what: str) -> None:
    try:
        here, there = len(y_true), len(predicted)
    except TypeError:
        raise UsageError(
            f"True labels and {what} must be lists or arrays.", "Give one value a sample."
        ) from None
    if here != there:
        raise UsageError(f"There are {here} true labels and {there} {what}.", "Give one of each a sample.")


def _sklearn_metrics() -> Any:
    try:
        from sklearn import metrics
    except ImportError:
        raise UsageError(
            "This graph is computed by scikit-learn, which is not installed.", CURE_SKLEARN
        ) from None
    return metrics


def _refused(what: str, error: Exception) -> UsageError:
    return UsageError(f"scikit-learn cannot make a {what} of this: {' '.join(str(error).split())}")
