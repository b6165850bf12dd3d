"""Two versions of a model side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets._names import lower_is_better

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets._types import Scalar
    from sm_track_widgets.actions.registry.version import ModelVersion

FACTS = ("status", "run", "experiment", "commit", "image", "model", "description")


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of two versions.

    Attributes
    ----------
    kind
        ``"metric"``, ``"parameter"`` or ``"fact"``.
    name
        Of the metric, the parameter or the fact.
    base, other
        Values; None where a version has none.
    delta
        `other` less `base`, where both are numbers.
    better
        Of metrics: whether `other` is the better one by the metric's name; None where they are alike or one is missing.
    """

    kind: str
    name: str
    base: Scalar | None
    other: Scalar | None
    delta: float | None = None
    better: bool | None = None

    @property
    def same(self) -> bool:
        """Whether both versions have the same value."""
        return self.base == self.other


def differences(base: ModelVersion, other: ModelVersion) -> list[Difference]:
    """Return all metrics, parameters and facts of two versions, metrics first."""
    rows = [_metric(name, base, other) for name in sorted({*base.metrics, *other.metrics})]
    for name in sorted({*base.parameters, *other.parameters}):
        one, two = base.parameters.get(name), other.parameters.get(name)
        rows.append(Difference("parameter", name, one, two, _delta(one, two)))
    rows += [
        Difference("fact", name, getattr(base, name) or None, getattr(other, name) or None)
        for name in FACTS
        if getattr(base, name) or getattr(other, name)
    ]
    return rows


def difference_frame(base: ModelVersion, other: ModelVersion) -> pd.DataFrame:
    """Return what differs as a frame indexed by ``kind`` and ``name``: one column per version, ``delta, better``."""
    import pandas as pd

    rows = differences(base, other)
    columns = {
        base.name: [one.base for one in rows],
        other.name: [one.other for one in rows],
        "delta": [one.delta for one in rows],
        "better": [one.better for one in rows],
    }
    index = pd.MultiIndex.from_tuples([(one.kind, one.name) for one in rows], names=["kind", "name"])
    return pd.DataFrame(columns, index=index)


def _metric(name: str, base: ModelVersion, other: ModelVersion) -> Difference:
    one, two = base.metrics.get(name), other.metrics.get(name)
    delta = _delta(one, two)
    better = None if not delta else (delta < 0) is lower_is_better(name)
    return Difference("metric", name, one, two, delta, better)


def _delta(base: Scalar | None, other: Scalar | None) -> float | None:
    if isinstance(base, (int, float)) and isinstance(other, (int, float)):
        return other - base
    return None
