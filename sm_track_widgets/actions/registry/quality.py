"""A run's metrics as the model quality statistics of its model package, a JSON document in S3.

The document is the one that SageMaker's model quality monitor writes and that the model registry shows:
``{"regression_metrics": {"rmse": {"value": 0.4, "standard_deviation": "NaN"}}}``. Source: Developer Guide, "Model
Quality Metrics". Which of the three sections a metric belongs to is told from its name; that the registry shows
metrics of other names too is a guess, see ``docs/assumptions.md``.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import TYPE_CHECKING, Any, Literal, cast

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets._names import is_system

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sm_track_widgets.reading.run_facts import RunFacts

Problem = Literal["regression", "binary", "multiclass"]
SECTIONS: Mapping[str, str] = {
    "regression": "regression_metrics",
    "binary": "binary_classification_metrics",
    "multiclass": "multiclass_classification_metrics",
}
NO_SPREAD = "NaN"
"""What the monitor writes where it has no standard deviation."""
CONTENT = "application/json"
_REGRESSION = frozenset(("mae", "mse", "rmse", "r2", "mape", "rmsle", "msle", "medae"))
_MULTICLASS = frozenset(("weighted", "macro", "micro", "mlogloss", "merror", "top5"))


def chosen(facts: RunFacts, names: Iterable[str] | None) -> dict[str, float]:
    """Return the last value of each metric that is registered: all that are finite, or those of `names`.

    Raises
    ------
    UsageError
        The run has no metric of a name that was asked for.
    """
    held = {
        one.name: one.last
        for one in facts.metrics
        if one.last is not None and math.isfinite(one.last) and not is_system(one.name)
    }
    if names is None:
        return dict(sorted(held.items()))
    asked = [names] if isinstance(names, str) else list(names)
    for name in asked:
        if name not in held:
            hint = did_you_mean(name, held) or (f"It has: {', '.join(sorted(held)[:8])}." if held else "")
            raise UsageError(f"Run {facts.name!r} has no metric {name!r} with a last value.", hint)
    return {name: held[name] for name in asked}


def section(metrics: Iterable[str], problem: str | None) -> str:
    """Return the section that the metrics stand in.

    Raises
    ------
    UsageError
        For an unknown `problem`.
    """
    if problem is not None:
        if problem not in SECTIONS:
            hint = did_you_mean(problem, SECTIONS) or f"There are: {', '.join(SECTIONS)}."
            raise UsageError(f"There is no kind of problem {problem!r}.", hint)
        return SECTIONS[problem]
    words = {word for name in metrics for word in re.split(r"[^a-z0-9]+", name.lower())}
    if words & _REGRESSION:
        return SECTIONS["regression"]
    return SECTIONS["multiclass" if words & _MULTICLASS else "binary"]


def document(metrics: Mapping[str, float], problem: str | None = None) -> bytes:
    """Return the document of some metrics."""
    held = {name: {"value": value, "standard_deviation": NO_SPREAD} for name, value in metrics.items()}
    return json.dumps({section(metrics, problem): held}, sort_keys=True, indent=1).encode()


def key_of(data: bytes) -> str:
    """Return the key of a document in the bucket: the same metrics are stored once."""
    return f"sm-track/models/quality/{hashlib.sha256(data).hexdigest()}.json"


def values_of(data: bytes) -> dict[str, float]:
    """Return the metrics of any statistics document: every ``value`` in it that is a number."""
    try:
        read: Any = json.loads(data)
    except ValueError:
        return {}
    found: dict[str, float] = {}
    _collect(read, "", found)
    return found


def _collect(node: Any, name: str, found: dict[str, float]) -> None:
    if not isinstance(node, dict):
        return
    held = cast("dict[str, Any]", node)
    value = held.get("value")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        found.setdefault(name, float(value))
        return
    for inner, child in held.items():
        _collect(child, inner, found)
