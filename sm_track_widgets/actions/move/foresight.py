"""What AWS will not take as it is, said before anything is moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sm_track_widgets._names import OLD_METRICS
from sm_track_widgets.actions.move.parcel import count_points
from sm_track_widgets.actions.move.points import MARGIN, apart
from sm_track_widgets.actions.move.report import counted
from sm_track_widgets.tracking.values import OLDEST_POINT

if TYPE_CHECKING:
    from sm_track_widgets.actions.move.parcel import Parcel

COMPONENTS = 50
"""Runs of one group, by AWS's default quota (sagemaker-python-sdk#3646)."""


def foresee(parcels: Sequence[Parcel], now: float) -> list[str]:
    """Return one line for each kind of thing that will be other at AWS than here.

    Parameters
    ----------
    parcels
        What would be moved.
    now
        Seconds since the epoch.
    """
    lines: list[str] = []
    runs = points = 0
    for one in parcels:
        # Points are looked at only where some can be too old.
        if one.started is None or one.started <= now - OLDEST_POINT + MARGIN:
            _, old = apart(one.load_series(), now)
            runs, points = runs + bool(old), points + count_points(old)
    if points:
        lines.append(
            f"{counted(points, 'point')} of {counted(runs, 'run')}: older than two weeks, which AWS does not take. "
            f"They are kept as a file of the run ({OLD_METRICS}); tables, queries and charts here read it, "
            "the console and the SDK do not."
        )
    held = Counter((one.experiment, one.base) for one in parcels)
    for (experiment, group), count in held.items():
        if count > COMPONENTS:
            called = group or "the default group"
            lines.append(
                f"{called} of {experiment} has {count:,} runs; AWS takes {COMPONENTS} in a group. The others go to "
                f"the groups that follow it, {group or 'Default-Run-Group-' + experiment}-2 and so on, unless the "
                "quota of the account is higher."
            )
    return lines
