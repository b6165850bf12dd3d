"""Series from the cache as far as their summaries say that they still hold, the others from the service.

Search's summary of a metric costs nothing here, since it comes with the listing of runs. Where it is the one that the
points were read for, no call is made. Where its count has grown, only the points from the last known step on are read,
and the counts then have to add up: so a component that was made anew, or a second point of an earlier step, is noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._types import Series
from sm_track_widgets.reading.cache.runs import folder_of
from sm_track_widgets.reading.series.cache import SeriesCache
from sm_track_widgets.reading.series.rows import Kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._points import Axis
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.series.rows import Pair, Summary

SETTLED, LONG_SETTLED = 60.0, 3600.0
"""Seconds after a metric's last point from which on BatchGetMetrics surely shows all that Search has counted: where the
last value is the one told, and where it is not."""
TIES = 16
"""Points, up to the one counted last, of which one has the last value: those of one second have no order [inf]."""


def cache_of(connection: Connection) -> SeriesCache | None:
    """Return the cache for a connection; None for the embedded home, which reads its own files as fast."""
    if connection.home == "embedded":
        return None
    return SeriesCache(folder_of(connection) / "series.db")


def read(
    connection: Connection, wanted: Sequence[Pair], axis: Axis = "auto", cache: SeriesCache | None = None
) -> list[Series]:
    """Return the points of each of `wanted`, in that order; their ``run`` is the component.

    Parameters
    ----------
    connection
        Where to look.
    wanted
        Those with a summary are looked up in the cache and kept there.
    axis
        As of `Connection.read_series`.
    cache
        None reads all from the service.
    """
    known = [None] * len(wanted) if cache is None else _known(cache, wanted, axis)
    found = {
        place: kept.series
        for place, (one, kept) in enumerate(zip(wanted, known, strict=True))
        if kept is not None and one.summary is not None and kept.summary.same(one.summary)
    }
    asked = [place for place in range(len(wanted)) if place not in found]
    tails = {
        place: kept
        for place in asked
        if (kept := known[place]) is not None and axis != "time" and _has_grown(wanted[place], kept)
    }
    for place, series in _ask(connection, wanted, asked, axis, tails).items():
        joined = _joined(tails[place], series, wanted[place]) if place in tails else series
        if joined is not None:
            found[place] = joined
    found |= _ask(connection, wanted, [place for place in tails if place not in found], axis, {})
    if cache is not None:
        _keep(cache, [(found[place], wanted[place].summary) for place in asked], axis)
    return [found[place] for place in range(len(wanted))]


def _keep(cache: SeriesCache, fresh: Sequence[tuple[Series, Summary | None]], axis: Axis) -> None:
    now = cache.clock()
    cache.keep(
        [
            Kept(series, summary, axis)
            for series, summary in fresh
            if summary is not None and _is_all(series, summary, now)
        ]
    )


def _known(cache: SeriesCache, wanted: Sequence[Pair], axis: Axis) -> list[Kept | None]:
    places = [place for place, one in enumerate(wanted) if one.summary is not None]
    found: list[Kept | None] = [None] * len(wanted)
    kept = cache.find([(wanted[place].component, wanted[place].metric, axis) for place in places])
    for place, one in zip(places, kept, strict=True):
        found[place] = one
    return found


def _ask(
    connection: Connection,
    wanted: Sequence[Pair],
    places: Sequence[int],
    axis: Axis,
    tails: dict[int, Kept],
) -> dict[int, Series]:
    """Read the series of some places; of those in `tails` only from the last known step on."""
    if not places:
        return {}
    start: list[int | None] = []
    expected: list[int] = []
    for place in places:
        summary, kept = wanted[place].summary, tails.get(place)
        start.append(None if kept is None else kept.series.steps[-1])
        expected.append((0 if summary is None else summary.count) - (0 if kept is None else len(kept.series)))
    pairs = [(wanted[place].component, wanted[place].metric) for place in places]
    found = connection.read_series(pairs, start, axis, expected=[max(number, 0) for number in expected])
    return dict(zip(places, found, strict=True))


def _has_grown(one: Pair, kept: Kept) -> bool:
    """Whether the points since may be all that is new: one a step so far, as far as the counts tell."""
    summary = one.summary
    return (
        summary is not None
        and kept.by_step
        and len(kept.series) >= kept.summary.count
        and summary.count > kept.summary.count
        and summary.same_component(kept.summary)
    )


def _joined(kept: Kept, tail: Series, one: Pair) -> Series | None:
    """Return the known points and those of `tail`, which begins at the last of them; None if that cannot be all."""
    old, summary = kept.series, one.summary
    if summary is None or not len(tail) or tail.steps[0] != old.steps[-1] or tail.values[0] != old.values[-1]:
        return None
    joined = Series(
        old.run,
        old.metric,
        old.steps + tail.steps[1:],
        old.times + tail.times[1:],
        old.values + tail.values[1:],
    )
    missing = summary.count - len(joined)
    if missing > 0:
        return None
    # More have come since the count: then the value told as the last is among the first so many.
    counted = joined.values[max(0, summary.count - TIES) : summary.count]
    return joined if missing == 0 or summary.last in counted else None


def _is_all(series: Series, summary: Summary, now: float) -> bool:
    """Whether a series that was just read has all points that its summary tells of, so that it need not be read again.

    Fewer points than were counted are no proof, since those of one step or minute are one: it may be too early.
    """
    if not len(series) or len(series) >= summary.count:
        return len(series) > 0
    age = now - summary.told  # NaN where unknown: compares as false
    return age >= LONG_SETTLED or (age >= SETTLED and series.values[-1] == summary.last)
