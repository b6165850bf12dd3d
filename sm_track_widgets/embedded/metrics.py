"""Metric points in: BatchPutMetrics, and the bulk path that our own sender uses in its place."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sm_track_widgets._names import MAX_METRIC_NAME
from sm_track_widgets._types import JournalMark, Outline, Params, Piece, Point, Refusal, Series
from sm_track_widgets.embedded import outlines
from sm_track_widgets.embedded import points as storage
from sm_track_widgets.embedded.metric_queries import batch_get_metrics
from sm_track_widgets.embedded.service import Operation, Service, seconds
from sm_track_widgets.embedded.store_files import told

OLDEST_SECONDS = 14 * 24 * 3600.0  # [S]; whether the service checks it too is not known [inf]
NEWEST_SECONDS = 2 * 3600.0  # [S], as above
MAX_STEP = 2**63 - 1
REFUSED = "VALIDATION_ERROR"


def batch_put_metrics(service: Service, params: Params) -> Params:
    """BatchPutMetrics: what is valid is stored, each refused point is named in ``Errors`` by its index.

    An unknown component refuses every point with ``VALIDATION_ERROR`` [Mo]. ``Errors`` is there even when
    empty: the SDK reads it without asking.
    """
    now = service.clock()
    points: list[Point] = []
    places: list[int] = []
    errors: list[tuple[int, str]] = []
    for index, datum in enumerate(params["MetricData"]):
        point = _point(service, datum)
        if not service.rules.metric_window or -OLDEST_SECONDS <= point.time - now <= NEWEST_SECONDS:
            points.append(point)
            places.append(index)
        else:
            errors.append((index, REFUSED))
    refused = append_points(service, params["TrialComponentName"], points, None)
    errors.extend((places[refusal.index], refusal.code) for refusal in refused)
    if not service.rules.metrics_shown_at_once:
        never = {refusal.index for refusal in refused}
        taken = [point for index, point in enumerate(points) if index not in never]
        service.late += [(now, params["TrialComponentName"].lower(), point.metric) for point in taken]
    return {"Errors": [{"Code": code, "MetricIndex": index} for index, code in sorted(errors)]}


def append_points(
    service: Service, component_key: str, points: Sequence[Point], mark: JournalMark | None
) -> list[Refusal]:
    """Store any number of points and where their journal has been read to, in one transaction.

    Parameters
    ----------
    component_key
        Name of the trial component, in any case.
    points
        In the order of arrival. There is no time window here: what waited in a journal for a month is kept.
    mark
        A mark at or before the journal's committed one means that these points are stored already: they are
        skipped.

    Returns
    -------
    list of Refusal
        The points that are never taken. The others are committed, and so is `mark`.

    Raises
    ------
    StoreError
        When the disk does not take them; nothing is committed then.
    """
    with told(service.store.path), service.store.atomic() as connection:
        if mark is not None and not _advance(service, connection, mark):
            return []
        row = connection.execute(
            "SELECT id FROM components WHERE key = ?", (component_key.lower(),)
        ).fetchone()
        if row is None:
            text = f"Trial component '{component_key}' does not exist."
            return [Refusal(index, REFUSED, text) for index in range(len(points))]
        refused: list[Refusal] = []
        for metric, own in _by_metric(points, refused).items():
            storage.append(connection, row["id"], metric, own)
        if service.rules.metrics_touch_modified and len(refused) < len(points):
            connection.execute(
                "UPDATE components SET modified = ? WHERE id = ?", (service.clock(), row["id"])
            )
        return refused


def read_points(service: Service, wanted: Iterable[tuple[str, str]]) -> list[Series]:
    """Return all points of each (component, metric) pair, in that order; empty where there are none.

    Raises
    ------
    StoreError
        When the file cannot be read.
    """
    found: list[Series] = []
    with told(service.store.path):
        connection = service.store.connection()
        for component, metric in wanted:
            series = storage.read(connection, component.lower(), metric)
            series.run = component
            found.append(series)
    return found


def read_outlines(service: Service, wanted: Iterable[tuple[str, str]]) -> list[Outline | None]:
    """Return the outline of each (component, metric) pair, in that order; None where there are no points.

    Raises
    ------
    StoreError
        When the file cannot be read.
    """
    with told(service.store.path), service.store.snapshot():
        connection = service.store.connection()
        return [outlines.read(connection, component.lower(), metric) for component, metric in wanted]


def read_part(
    service: Service, component: str, metric: str, first: int, stop: int
) -> tuple[int, list[Piece]]:
    """Return the stored pieces that hold the points from number `first` to before `stop`, and where they begin.

    Raises
    ------
    StoreError
        When the file cannot be read.
    """
    with told(service.store.path), service.store.snapshot():
        return outlines.parts(service.store.connection(), component.lower(), metric, first, stop)


def journal_offset(service: Service, journal: str) -> int | None:
    """Return the offset up to which `journal` is stored, or None when nothing of it is."""
    with told(service.store.path):
        row = service.store.row("SELECT offset FROM journals WHERE journal = ?", journal)
    return None if row is None else int(row["offset"])


def _advance(service: Service, connection: sqlite3.Connection, mark: JournalMark) -> bool:
    """Move the journal's mark forward; False when it is there already."""
    cursor = connection.execute(
        "INSERT INTO journals (journal, offset, updated) VALUES (?, ?, ?) ON CONFLICT (journal) "
        "DO UPDATE SET offset = excluded.offset, updated = excluded.updated WHERE excluded.offset > offset",
        (mark.journal, mark.offset, service.clock()),
    )
    return cursor.rowcount > 0


def _by_metric(points: Sequence[Point], refused: list[Refusal]) -> dict[str, list[Point]]:
    """Sort valid points by metric; the others go to `refused`."""
    groups: dict[str, list[Point]] = {}
    metric: str | None = None
    group: list[Point] = []
    finite = math.isfinite
    for index, point in enumerate(points):
        if not (
            finite(point.value)
            and finite(point.time)
            and (point.step is None or 0 <= point.step <= MAX_STEP)
            and 1 <= len(point.metric) <= MAX_METRIC_NAME
        ):
            refused.append(Refusal(index, REFUSED, _trouble(point)))
            continue
        if point.metric != metric:
            metric = point.metric
            group = groups.setdefault(metric, [])
        group.append(point)
    return groups


def _trouble(point: Point) -> str:
    """Return what is wrong with a point of which something is."""
    if not math.isfinite(point.value):
        return f"The value of metric '{point.metric}' is {point.value}; it must be finite."
    if not 1 <= len(point.metric) <= MAX_METRIC_NAME:
        return f"A metric's name has 1 to {MAX_METRIC_NAME} characters, not {len(point.metric)}."
    if point.step is not None and not 0 <= point.step <= MAX_STEP:
        return f"The step of metric '{point.metric}' is {point.step}; it must be 0 or more."
    return f"The time of metric '{point.metric}' is {point.time}; it must be finite."


def _point(service: Service, datum: Params) -> Point:
    time = _time(datum["Timestamp"])
    return Point(
        metric=datum["MetricName"],
        value=float(datum["Value"]),
        step=datum.get("Step"),
        time=float(int(time)) if service.rules.whole_seconds else time,
    )


def _time(moment: Any) -> float:
    """Seconds since the epoch; the SDK sends them as text."""
    try:
        return float(moment)  # 20 times faster than botocore's reader
    except (TypeError, ValueError):
        return seconds(moment)


OPERATIONS: dict[str, Operation] = {
    "BatchPutMetrics": batch_put_metrics,
    "BatchGetMetrics": batch_get_metrics,
}
