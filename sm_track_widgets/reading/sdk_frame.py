"""The frame of the SDK's ExperimentAnalytics, column for column, without this package's own entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sm_track_widgets._names import is_reserved

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sm_track_widgets.reading.identity import Record

STATISTICS = ("Min", "Max", "Avg", "StdDev", "Last", "Count")
"""In the order of the SDK's columns [S]."""


def analytics_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Turn Search's records into the frame that ``ExperimentAnalytics(...).dataframe()`` makes of them [S].

    Returns
    -------
    DataFrame
        ``TrialComponentName``, ``DisplayName``, ``SourceArn`` where there is one, a column per parameter,
        ``<metric> - <Min|Max|Avg|StdDev|Last|Count>``, ``<artifact> - <MediaType|Value>``, ``Trials`` and
        ``Experiments`` (lists). Without any record it has no columns, as the SDK's.
    """
    return pd.DataFrame([_row(record) for record in records])


def _row(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = {name: record.get(name, "") for name in ("TrialComponentName", "DisplayName")}
    if source := record.get("Source"):
        row["SourceArn"] = source["SourceArn"]
    for name, value in _own(record.get("Parameters")):
        row[name] = value.get("NumberValue", value.get("StringValue"))
    for summary in record.get("Metrics") or ():
        for member in STATISTICS:
            if summary.get(member) is not None:
                row[f"{summary['MetricName']} - {member}"] = summary[member]
    for direction in ("InputArtifacts", "OutputArtifacts"):
        for name, value in _own(record.get(direction)):
            row[f"{name} - MediaType"] = value.get("MediaType")
            row[f"{name} - Value"] = value.get("Value")
    parents = record.get("Parents") or ()
    row["Trials"] = [parent["TrialName"] for parent in parents]
    row["Experiments"] = [parent["ExperimentName"] for parent in parents]
    return row


def _own(entries: Mapping[str, Mapping[str, Any]] | None) -> list[tuple[str, Mapping[str, Any]]]:
    """Sort the user's entries by name; ours are left out."""
    return [(name, value) for name, value in sorted((entries or {}).items()) if not is_reserved(name)]
