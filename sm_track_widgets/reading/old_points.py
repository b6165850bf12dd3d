"""Points of moved runs that were too old for the service: one JSON file of the run, and their statistics beside it.

BatchPutMetrics takes no point that is older than two weeks. When a run is moved to AWS such points are kept as the
artifact ``sm_track.old-metrics``. What Search tells of a run has to be enough for frames and queries, so the statistics
are parameters: ``sm_track.old-metrics.0``, ``.1`` and so on, as many metrics in each as fit into 2,500 characters.
"""

from __future__ import annotations

import json
import math
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets._names import MAX_TEXT, OLD_METRICS
from sm_track_widgets._types import Series
from sm_track_widgets.reading.table.table import STATISTICS, Table

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

VERSION = 1
MOST_PARAMETERS = 12
"""Of the twenty that are reserved for us; some 300 metrics."""
OWN_COUNT, OWN_LAST, OLD_COUNT = "own_count", "own_last", "old_count"
"""Kinds of numbers by metric, of rows that have old points of it: what the service counts itself and its last value,
NaN for none; and how many points are in the file."""
FILES_KEPT = 64
_files: OrderedDict[str, dict[str, Series]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Statistics:
    """What `STATISTICS` names, of some points; `told` is the time of the last one."""

    count: int
    last: float
    min: float
    max: float
    avg: float
    std: float
    told: float

    @classmethod
    def of(cls, series: Series) -> Statistics:
        """Return those of a series that is not empty."""
        values = np.asarray(series.values, dtype=np.float64)
        return cls(
            len(values),
            float(values[-1]),
            float(values.min()),
            float(values.max()),
            float(values.mean()),
            float(values.std()),
            float(series.times[-1]),
        )

    def joined(self, later: Statistics) -> Statistics:
        """Return those of these points and of later ones."""
        total = self.count + later.count
        mean = (self.avg * self.count + later.avg * later.count) / total
        # A single point has no deviation for the service, or one of nothing.
        spread = sum(
            one.count * ((0.0 if math.isnan(one.std) else one.std) ** 2 + (one.avg - mean) ** 2)
            for one in (self, later)
        )
        low, high = min(self.min, later.min), max(self.max, later.max)
        return Statistics(total, later.last, low, high, mean, math.sqrt(spread / total), later.told)


# -- writing -----------------------------------------------------------------------------------------------------
def document(series: Iterable[Series]) -> bytes:
    """Return the file of these series."""
    metrics = {
        one.metric: {"steps": list(one.steps), "times": list(one.times), "values": list(one.values)}
        for one in series
    }
    return json.dumps({"version": VERSION, "metrics": metrics}, separators=(",", ":")).encode()


def summary_parameters(series: Iterable[Series]) -> tuple[dict[str, str], int]:
    """Return the parameters of their statistics, and of how many metrics there was no room for them."""
    parts: list[str] = []
    texts: list[str] = []
    for one in series:
        told = Statistics.of(one)
        numbers = [told.count, told.last, told.min, told.max, told.avg, told.std, told.told]
        part = f"{json.dumps(one.metric)}:{json.dumps(numbers, separators=(',', ':'))}"
        if parts and len(",".join([*parts, part])) + 2 > MAX_TEXT:
            texts.append(",".join(parts))
            parts = []
        parts.append(part)
    texts += [",".join(parts)] if parts else []
    kept, left = texts[:MOST_PARAMETERS], texts[MOST_PARAMETERS:]
    lost = sum(len(json.loads(f"{{{text}}}")) for text in left)
    return {f"{OLD_METRICS}.{place}": f"{{{text}}}" for place, text in enumerate(kept)}, lost


# -- reading -----------------------------------------------------------------------------------------------------
def statistics_of(parameters: Mapping[str, Any]) -> dict[str, Statistics]:
    """Return the statistics of old points, by metric, that a run's parameters tell of."""
    found: dict[str, Statistics] = {}
    for place in count():
        text = parameters.get(f"{OLD_METRICS}.{place}")
        if not isinstance(text, str):
            return found
        found.update(_read_text(text))
    raise AssertionError  # `count` does not end


@lru_cache(maxsize=4096)
def _read_text(text: str) -> dict[str, Statistics]:
    try:
        return {
            name: Statistics(int(numbers[0]), *map(float, numbers[1:7]))
            for name, numbers in json.loads(text).items()
        }
    except (ValueError, TypeError, IndexError, AttributeError):
        return {}  # nobody else writes it; what is broken is as good as not there


def with_old(table: Table) -> Table:
    """Return the table with statistics over all points of a run, those in its file too."""
    names = [name for name in table.words.get("param", {}) if name.startswith(f"{OLD_METRICS}.")]
    if not names:
        return table
    joined = table.take(np.arange(len(table)))
    texts = {name: table.text("param", name) for name in names}
    first = texts.get(f"{OLD_METRICS}.0")
    for row in [] if first is None else np.flatnonzero(first.present()).tolist():
        for metric, told in statistics_of({name: words.at(row) for name, words in texts.items()}).items():
            _join(joined, row, metric, told)
    return joined


def _join(table: Table, row: int, metric: str, old: Statistics) -> None:
    def column(kind: str) -> Any:
        columns = table.numbers.setdefault(kind, {})
        if metric not in columns:
            columns[metric] = np.full(len(table), np.nan)
        return columns[metric]

    own = {kind: float(column(kind)[row]) for kind in (*STATISTICS, "told")}
    column(OLD_COUNT)[row] = old.count
    if not math.isnan(own["count"]):
        column(OWN_COUNT)[row], column(OWN_LAST)[row] = own["count"], own["last"]
        own_statistics = [own[kind] for kind in ("last", "min", "max", "avg", "std", "told")]
        old = old.joined(Statistics(int(own["count"]), *own_statistics))
    for kind in (*STATISTICS, "told"):
        column(kind)[row] = getattr(old, kind)


def points_of(connection: Connection, uri: str) -> dict[str, Series]:
    """Read a file of old points: its metrics by name; what has been read lately is not read again.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        It is gone, or cannot be reached.
    """
    place = f"{connection.known_identity} {connection.store_mark} {uri}"  # a file's address tells its content
    if place in _files:
        _files.move_to_end(place)
        return _files[place]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    told = json.loads(connection.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    found = {
        metric: Series(
            "",
            metric,
            array("q", points["steps"]),
            array("d", points["times"]),
            array("d", points["values"]),
        )
        for metric, points in told["metrics"].items()
    }
    _files[place] = found
    while len(_files) > FILES_KEPT:
        _files.popitem(last=False)
    return found


def before(connection: Connection, uri: str, later: Sequence[Series]) -> None:
    """Put the old points of a file before those of each series."""
    old = points_of(connection, uri)
    for one in later:
        if (first := old.get(one.metric)) is not None:
            one.steps = first.steps + one.steps
            one.times = first.times + one.times
            one.values = first.values + one.values
