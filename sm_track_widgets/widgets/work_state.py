"""How far a run is, as its card shows it: as told, as a tqdm bar has it, or as a parameter and the steps tell."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import is_system
from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.tracking.work import STEP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.tracking.live import LiveSeries
    from sm_track_widgets.tracking.run import Run

EARLY = frozenset({"Failed", "Stopped", "Stopping"})
TOTALS = frozenset(
    {
        *(
            "total_steps",
            "max_steps",
            "num_steps",
            "n_steps",
            "steps",
            "max_iter",
            "max_iterations",
            "n_iter",
        ),
        *("epochs", "n_epochs", "num_epochs", "max_epochs", "num_train_epochs", "iterations"),
        *("n_estimators", "num_boost_round", "rounds"),
    }
)
"""Names of parameters that usually say how many steps a run will log."""


def progress_state(run: Run, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return where the work of `run` is; None where it is not known.

    Returns
    -------
    dict or None
        ``done, total, label``; ``at``, when that was reported; ``first`` and ``began``, the first report and when it
        came. Times are seconds since the epoch; what is left is reckoned from there.
    """
    work = run.workload.look(run)
    if work is not None:
        return {
            "done": work.done,
            "total": work.total,
            "label": markup.plain(work.label),
            "at": work.at,
            "first": work.first,
            "began": work.began,
            "rough": work.rough,
        }
    counted = _counted(parameters, run.live)
    if counted is None:
        return None
    done, total = counted
    return {"done": done, "total": total, "label": STEP, "at": time.time(), "first": 0, "began": run.started}


def stopped_text(run: Run, work: Mapping[str, Any] | None) -> str:
    """Say where a run stopped that did not come to its end; else an empty text."""
    if run.ended is None or run.status not in EARLY or work is None or work["total"] is None:
        return ""
    if work["done"] >= work["total"]:
        return ""
    about = "about " if work.get("rough") else ""
    return f"stopped at {about}{_amount(work['done'])} of {_amount(work['total'])}"


def _amount(value: float) -> str:
    return numbers.count(int(value)) if value == int(value) else numbers.number(value)


def _counted(parameters: Mapping[str, Any], live: LiveSeries) -> tuple[int, int] | None:
    """Return steps done and to do, where one parameter tells the number and the steps so far agree with it."""
    totals = {int(value) for name, value in parameters.items() if name.lower() in TOTALS and _is_count(value)}
    done = max((_steps_done(live, name) for name in live.names() if not is_system(name)), default=0)
    if len(totals) != 1 or done < 1:
        return None
    total = totals.pop()
    return (done, total) if done <= total else None


def _steps_done(live: LiveSeries, name: str) -> int:
    """Return the last step of a metric, one more where they were counted from 0; 0 where it has no steps."""
    step = live.last(name)[1]
    if step is None:
        return 0
    return step + 1 if live.size(name) == step + 1 else step


def _is_count(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and value >= 1 and value == int(value)
