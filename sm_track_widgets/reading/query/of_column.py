"""The field of a query that a column of a frame of runs holds; the way back from `table_of_frame`."""

from __future__ import annotations

from sm_track_widgets.reading.query.nodes import Field
from sm_track_widgets.reading.table.of_frame import OURS, SDK_STATISTICS, SDKS

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


def field_of_column(name: str) -> Field | None:
    """Return the field whose values a column of `runs` or of the SDK's ExperimentAnalytics holds.

    None where the language has no word for it, such as the type of an artifact.
    """
    if name in _FIXED:
        return Field(_FIXED[name])
    if found := OURS.fullmatch(name) or SDKS.fullmatch(name):
        return _of_metric_or_artifact(found["name"], found["kind"])
    if name.startswith("tags."):
        return Field("tag", name.removeprefix("tags."))
    parameter = name.removeprefix("params.")
    return Field("param", parameter) if parameter and name not in _NONE else None


def _of_metric_or_artifact(name: str, kind: str) -> Field | None:
    if kind in {"MediaType", "Value"}:
        return Field("artifact", name) if kind == "Value" else None
    return Field("metric", name, SDK_STATISTICS.get(kind, kind))
