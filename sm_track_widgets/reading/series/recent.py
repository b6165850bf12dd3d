"""Series that one view has read: what it shows again costs no call as long as nothing new is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets.reading.series.long import LongSeries
from sm_track_widgets.reading.series.read import read_pairs
from sm_track_widgets.reading.series.rows import RunSeries, Summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._points import Axis
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.series.read import Reader
    from sm_track_widgets.reading.series.rows import Pair

MOST_POINTS = 4_000_000
"""Points that are kept beside those shown: 96 MB."""
Key = tuple[str, str, bool]


class Recent:
    """Reads series, and keeps those that were read last; belongs to one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._kept: dict[Key, tuple[Summary, RunSeries]] = {}

    def read(self, pairs: Sequence[Pair], axis: Axis = "auto", *, drawn: bool = False) -> list[RunSeries]:
        """Return series as `read_pairs` does; those of which the same is told as before are not read again."""
        keys = [(pair.component, pair.metric, axis == "time") for pair in pairs]
        found = {
            place: _named(self._kept[key][1], pair)
            for place, (key, pair) in enumerate(zip(keys, pairs, strict=True))
            if self._holds(key, pair, drawn=drawn)
        }
        asked = [place for place in range(len(pairs)) if place not in found]
        fresh = read_pairs(self.connection, [pairs[place] for place in asked], axis, drawn=drawn)
        found |= dict(zip(asked, fresh, strict=True))
        for place, (key, pair) in enumerate(zip(keys, pairs, strict=True)):
            self._kept.pop(key, None)  # what is shown now is the last to go
            if pair.summary is not None:
                self._kept[key] = pair.summary, found[place]
        self._trim(len(pairs))
        return [found[place] for place in range(len(pairs))]

    def reader(self, *, drawn: bool) -> Reader:
        """Return `read` with one of its arguments; metrics that are joined by step need all their points."""
        return lambda pairs, axis: self.read(pairs, axis, drawn=drawn)

    def _holds(self, key: Key, pair: Pair, *, drawn: bool) -> bool:
        known = self._kept.get(key)
        if known is None or pair.summary is None or not known[0].same(pair.summary):
            return False
        return drawn or not isinstance(known[1], LongSeries)

    def _trim(self, shown: int) -> None:
        others = list(self._kept)[: max(len(self._kept) - shown, 0)]
        points = sum(_size(self._kept[key][1]) for key in others)
        for key in others:
            if points <= MOST_POINTS:
                return
            points -= _size(self._kept.pop(key)[1])


def _named(one: RunSeries, pair: Pair) -> RunSeries:
    """Return a series under the name that its run has now."""
    if one.run == pair.run or isinstance(one, LongSeries):
        one.run = pair.run
        return one
    return RunSeries(pair.run, one.metric, one.steps, one.times, one.values, one.component)


def _size(one: RunSeries) -> int:
    return len(one.level) if isinstance(one, LongSeries) else len(one)
