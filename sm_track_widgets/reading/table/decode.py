"""Search's records to columns: as botocore parses them, or as they stand in the answer's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from sm_track_widgets.reading import identity
from sm_track_widgets.reading.identity import Record
from sm_track_widgets.reading.table.table import STATISTICS, Floats, Table
from sm_track_widgets.reading.table.words import Words

_TIMES = {
    "created": "CreationTime",
    "modified": "LastModifiedTime",
    "started": "StartTime",
    "ended": "EndTime",
}
_ARTIFACTS = {"output": "OutputArtifacts", "input": "InputArtifacts"}


def table_of(records: Iterable[Record], experiment: str | None = None) -> Table:
    """Turn records into a table, in their order; of records of one component the last one counts.

    Parameters
    ----------
    records
        ``TrialComponent`` records of Search. Times are datetimes, or seconds since the epoch as in JSON.
    experiment
        What was asked for: of a component's parents that of this experiment comes first.
    """
    unique = {record["TrialComponentName"]: record for record in records}
    columns = _Columns(len(unique))
    for row, record in enumerate(unique.values()):
        _identify(columns, row, record, experiment)
        _parameters(columns, row, record)
        _metrics(columns, row, record)
        for tag in record.get("Tags") or ():
            columns.text("tag", tag["Key"], row, tag["Value"])
        _artifacts(columns, row, record)
    return columns.table(unique)


def _identify(columns: _Columns, row: int, record: Record, experiment: str | None) -> None:
    parents = identity.parents(record, experiment)
    own = parents[0][0] if parents else ""
    for place, (of, trial) in enumerate(parents):
        columns.text("experiment", str(place), row, of)
        columns.text("trial", str(place), row, trial)
        if group := identity.group_name(of, trial):
            columns.text("group", str(place), row, group)
    run = identity.run_name(record, own)
    status: Mapping[str, str] = record.get("Status") or {}
    source: Mapping[str, str] = record.get("Source") or {}
    facts = {
        "name": identity.asked_name(record) or run,
        "run": run,
        "display": record.get("DisplayName"),
        "status": status.get("PrimaryStatus"),
        "message": status.get("Message"),
        "author": identity.author(record.get("CreatedBy") or {}),
        "source": source.get("SourceArn"),
        "source_type": source.get("SourceType"),
        "job": "job" if identity.is_job(record) else None,
    }
    for name, value in facts.items():
        if value:
            columns.text("fact", name, row, value)
    for name, member in _TIMES.items():
        moment = record.get(member)
        if moment is not None:
            columns.number("time", name, row, seconds(moment))


def _parameters(columns: _Columns, row: int, record: Record) -> None:
    for name, value in (record.get("Parameters") or {}).items():
        number = value.get("NumberValue")
        if number is not None:
            columns.number("param", name, row, number)
        elif (text := value.get("StringValue")) is not None:
            columns.text("param", name, row, text)


def _metrics(columns: _Columns, row: int, record: Record) -> None:
    summaries = record.get("Metrics") or ()
    if summaries:
        columns.text("fact", "metrics", row, "\n".join(summary["MetricName"] for summary in summaries))
    for summary in summaries:
        name = summary["MetricName"]
        for kind, member in STATISTICS.items():
            value = summary.get(member)
            if value is not None:
                columns.number(kind, name, row, value)
        if (told := summary.get("TimeStamp")) is not None:
            columns.number("told", name, row, seconds(told))


def _artifacts(columns: _Columns, row: int, record: Record) -> None:
    for kind, member in _ARTIFACTS.items():
        for name, held in (record.get(member) or {}).items():
            columns.text(kind, name, row, held.get("Value") or "")
            if media_type := held.get("MediaType"):
                columns.text(f"{kind}_type", name, row, media_type)


def seconds(moment: Any) -> float:
    """Seconds since the epoch of a time as boto3 gives it, or as it stands in JSON: a number, or a text."""
    if isinstance(moment, datetime):
        return moment.timestamp()
    if isinstance(moment, str):
        from botocore.utils import parse_timestamp

        return parse_timestamp(moment).timestamp()
    return float(moment)


class _Columns:
    """Cells as they come; they become arrays when all are there."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._numbers: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
        self._texts: dict[tuple[str, str], tuple[list[int], list[str]]] = {}

    def number(self, kind: str, name: str, row: int, value: float | str) -> None:
        """Set a cell of a column of numbers; AWS's JSON has NaN and infinity as texts."""
        if isinstance(value, str):
            value = float(value)
        cells = self._numbers.get((kind, name))
        if cells is None:
            cells = self._numbers[kind, name] = ([], [])
        cells[0].append(row)
        cells[1].append(value)

    def text(self, kind: str, name: str, row: int, value: str) -> None:
        """Set a cell of a column of texts."""
        cells = self._texts.get((kind, name))
        if cells is None:
            cells = self._texts[kind, name] = ([], [])
        cells[0].append(row)
        cells[1].append(value)

    def table(self, components: Iterable[str]) -> Table:
        """Return what has been set."""
        numbers: dict[str, dict[str, Floats]] = {}
        for (kind, name), (rows, values) in self._numbers.items():
            column = np.full(self._rows, np.nan)
            column[rows] = values
            numbers.setdefault(kind, {})[name] = column
        words: dict[str, dict[str, Words]] = {}
        for (kind, name), (rows, texts) in self._texts.items():
            made, held = Words.none(self._rows), Words.of(texts)
            made.codes[rows], made.values = held.codes, held.values
            words.setdefault(kind, {})[name] = made
        return Table(components, numbers, words)
