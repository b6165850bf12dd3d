"""The field of a query that a column of a frame of runs holds; the way back from `table_of_frame`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sm_track_widgets.reading.query.conditions import STATUSES
from sm_track_widgets.reading.query.fields import kind_of_values
from sm_track_widgets.reading.query.nodes import Field
from sm_track_widgets.reading.query.values import folded
from sm_track_widgets.reading.table.of_frame import OURS, SDK_STATISTICS, SDKS, kind_of

if TYPE_CHECKING:
    import pandas as pd

_FIXED = {
    "run": "name",
    "DisplayName": "name",
    "TrialComponentName": "component",
    "duration_s": "duration",
    **{
        name: name
        for name in ("experiment", "group", "status", "message", "created_by", "started", "ended", "notes")
    },
}
_NONE = {"SourceArn", "Trials", "Experiments"}
_HOLDING = {"number": ("number", "mixed"), "time": ("time",), "text": ("text", "mixed", "status")}
"""What a column holds -> kinds of fields that can be asked for it."""


def fields_of_frame(frame: pd.DataFrame) -> dict[str, Field]:
    """Return for each column of a frame the field whose values it holds.

    That is ``columns.NAME`` where the language has no word of its own for it, such as the type of an artifact; where
    its values are not of the field's kind, such as times that are a parameter; and where two columns are one field.
    Not in frames of `runs`: the service, which reads them again, has no columns.
    """
    names = [str(name) for name in frame.columns.tolist()]
    found = [field_of_column(name) for name in names]
    if "components" in frame.attrs:
        return dict(zip(names, found, strict=True))
    keys = [(one.kind, folded(one.name), one.statistic) for one in found]
    often = Counter(keys)
    made: dict[str, Field] = {}
    for place, (name, one) in enumerate(zip(names, found, strict=True)):
        fits = often[keys[place]] == 1 and _holds(one, frame.iloc[:, place])
        made[name] = one if fits else Field("column", name)
    return made


def field_of_column(name: str) -> Field:
    """Return the field that a column of `runs` or of the SDK's ExperimentAnalytics holds, by its name alone."""
    if name in _FIXED:
        return Field(_FIXED[name])
    if found := OURS.fullmatch(name) or SDKS.fullmatch(name):
        return _of_metric_or_artifact(name, found["name"], found["kind"])
    family, _, rest = name.partition(".")
    if family == "tags" and rest:
        return Field("tag", rest)
    parameter = name.removeprefix("params.")
    return Field("param", parameter) if parameter and name not in _NONE else Field("column", name)


def _of_metric_or_artifact(column: str, name: str, kind: str) -> Field:
    if kind in {"MediaType", "Value"}:
        return Field("artifact", name) if kind == "Value" else Field("column", column)
    return Field("metric", name, SDK_STATISTICS.get(kind, kind))


def _holds(field: Field, column: Any) -> bool:
    """Whether the values of a column are of the kind that its field is asked for."""
    kind = kind_of_values(field)
    if kind == "status":
        return set(column.dropna().map(str).unique()) <= {*STATUSES.values(), ""}
    return kind == "any" or kind in _HOLDING[kind_of(column.dtype)] or bool(column.isna().all())
