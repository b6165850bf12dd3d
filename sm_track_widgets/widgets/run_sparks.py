"""The small curves of a table: a metric of some runs, in few points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets import connection
from sm_track_widgets._errors import TrackError
from sm_track_widgets.reading.downsample import reduced
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.widgets.kept_answers import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sm_track_widgets.widgets.kept_answers import Room
    from sm_track_widgets.widgets.selection.selection import Selection

BUCKETS = 60
"""Of a curve at most: one for each pixel it is wide."""
LARGEST = 2 * 8 * 2 * BUCKETS
"""Bytes of a curve, at most."""


def sparks(selection: Selection, metric: str, runs: Sequence[str]) -> tuple[dict[str, Any], bytes]:
    """Return what the page is told, and its bytes.

    Parameters
    ----------
    selection
        Where the runs are named.
    metric
        Its name.
    runs
        Names of runs as the table shows them.

    Returns
    -------
    tuple
        For each run how many points it has (0 where it lacks the metric, or where nothing can be read), and for each
        run so many steps and then so many values as f64.
    """
    known = selection.runs.attrs.get("components", {})
    components = {known[run]: run for run in runs if run in known}
    found = {one.component: one for one in _read(selection.source.experiment, metric, list(components))}
    counts: list[int] = []
    parts: list[bytes] = []
    by_run = {run: component for component, run in components.items()}
    for run in runs:
        points = _points(found.get(by_run.get(run, "")))
        counts.append(points.shape[1])
        parts.append(points.tobytes())
    return {"type": "sparks", "metric": metric, "runs": list(runs), "counts": counts}, b"".join(parts)


def kept_sparks(
    selection: Selection, metrics: Sequence[str], runs: Sequence[str], room: Room
) -> Iterator[Answer]:
    """Give the curves of a saved page: of the first `runs`, as many as there is room for."""
    for metric in metrics:
        kept = min(len(runs), room.left // LARGEST)
        told, data = sparks(selection, metric, runs[:kept])
        room.take(len(data))
        if kept < len(runs):
            left = len(runs) - kept
            room.without.append(f"curves of {metric} of {'1 run' if left == 1 else f'{left:,} runs'}")
        yield Answer({"type": "sparks", "metric": metric}, told, [data])


def _read(experiment: str | None, metric: str, components: list[str]) -> Sequence[Any]:
    if not components:
        return ()
    try:
        # The table that shows them has just read the runs.
        return series.read(connection.current(), experiment, [metric], components, fresh=False)
    except TrackError:  # no run has the metric, or nothing can be read: then there is no curve
        return ()


def _points(one: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return steps and values as two rows."""
    if one is None:
        return np.empty((2, 0), dtype=np.float64)
    values = np.asarray(one.values, dtype=np.float64)
    level = reduced(one.steps, one.times, np.where(np.isfinite(values), values, np.nan), finest=BUCKETS)
    middle = (np.asarray(level.low) + np.asarray(level.high)) / 2
    return np.ascontiguousarray(np.stack([np.asarray(level.step), middle]), dtype="<f8")
