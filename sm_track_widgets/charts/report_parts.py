"""What a report says in words and small tables, from a frame of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import lower_is_better
from sm_track_widgets.charts import markup, numbers, status
from sm_track_widgets.charts.static_table import table_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

MOST = 20
"""Rows of a small table."""
PARAMETERS = 8
_TILE = f"border:1px solid {markup.HAIRLINE};border-radius:6px;padding:8px 14px;min-width:8em"


def tiles(frame: pd.DataFrame) -> str:
    """Write how many runs there are, how they ended, when they ran and for how long."""
    found = [("runs", numbers.count(len(frame)))]
    if "status" in frame:
        counts = frame["status"].dropna().value_counts()
        words = " \N{MIDDLE DOT} ".join(
            f"{count:,} {status.word(str(name)).lower()}" for name, count in counts.items()
        )
        found.append(("how they ended", words))
    first, last = _span(frame)
    if first:
        found.append(("from", f"{first} UTC"))
        found.append(("to", f"{last} UTC"))
    took: Any = frame["duration_s"].sum() if "duration_s" in frame else 0.0
    if took > 0:
        found.append(("time of all runs", numbers.clock(float(took))))
    people = (
        sorted({str(one) for one in frame["created_by"].dropna() if one}) if "created_by" in frame else []
    )
    if people:
        more = f" and {len(people) - 3} more" if len(people) > 3 else ""  # noqa: PLR2004 - as many as fit
        found.append(("by", ", ".join(people[:3]) + more))
    made = "".join(_tile(name, value) for name, value in found)
    return f'<div style="{markup.FONT};display:flex;flex-wrap:wrap;gap:8px">{made}</div>'


def best_runs(frame: pd.DataFrame, metrics: Sequence[str]) -> str:
    """Write, for each metric, the best run with its value and parameters; empty where no run has any."""
    rows: list[list[Any]] = []
    for metric in metrics:
        run = best_row(frame, metric)
        if run is None:
            continue
        kind = "lowest" if lower_is_better(metric) else "highest"
        rows.append([metric, kind, float(run[last_of(metric)]), str(run["run"]), _parameters(run)])
    if not rows:
        return ""
    return table_html(
        ["metric", "best is", "value", "run", "parameters"],
        rows,
        kinds=["text", "text", "number", "run", "text"],
    )


def best_row(frame: pd.DataFrame, metric: str) -> Any:
    """Return the row of the run with the best last value of a metric; None where no run has any."""
    column = last_of(metric)
    values: Any = frame[column].dropna() if column in frame else ()
    if len(values) == 0:
        return None
    return frame.loc[values.idxmin() if lower_is_better(metric) else values.idxmax()]


def last_of(metric: str) -> str:
    """Return the column of a metric's last values."""
    return f"metrics.{metric}.last"


def failures(frame: pd.DataFrame) -> str:
    """Write which runs failed or were stopped, and why; empty where none was."""
    if "status" not in frame:
        return ""
    gone: Any = frame[frame["status"].isin(["Failed", "Stopped"])]
    if gone.empty:
        return ""
    why = gone["message"] if "message" in gone else [""] * len(gone)
    rows = [list(row) for row in zip(gone["run"], gone["status"], why, strict=True)]
    return table_html(
        ["run", "status", "why"], rows[:MOST], kinds=["run", "status", "text"], more=max(0, len(rows) - MOST)
    )


def notes(frame: pd.DataFrame) -> str:
    """Write the notes of runs that have some, each under its run's name."""
    if "notes" not in frame:
        return ""
    held: Any = frame[frame["notes"].fillna("").astype(str) != ""]
    told = [
        f'<p style="margin:10px 0 2px;font-weight:600" dir="auto">{markup.text(run)}</p>'
        f'<p style="margin:0;white-space:pre-wrap;overflow-wrap:anywhere" dir="auto">{markup.text(text)}</p>'
        for run, text in zip(held["run"][:MOST], held["notes"][:MOST], strict=True)
    ]
    if len(held) > MOST:
        told.append(f'<p style="{markup.MUTED}">and {numbers.count(len(held) - MOST)} more</p>')
    return "".join(told)


def _tile(name: str, value: str) -> str:
    return (
        f'<div style="{_TILE}"><div style="font-size:11px;{markup.MUTED}">{markup.text(name)}</div>'
        f'<div style="font-size:15px" dir="auto">{markup.text(value)}</div></div>'
    )


def _span(frame: pd.DataFrame) -> tuple[str, str]:
    """Return when the first run began and the last one ended, as text; empty where no run tells."""
    starts: Any = frame["started"].dropna() if "started" in frame else ()
    ends: Any = frame["ended"].dropna() if "ended" in frame else ()
    if len(starts) == 0:
        return "", ""
    last = ends.max() if len(ends) else starts.max()
    return numbers.moment(starts.min().to_pydatetime()), numbers.moment(last.to_pydatetime())


def _parameters(run: Any) -> str:
    held = [
        f"{str(name).removeprefix('params.')}={numbers.number(value) if isinstance(value, float) else value}"
        for name, value in run.dropna().items()
        if str(name).startswith("params.")
    ]
    more = f", and {len(held) - PARAMETERS} more" if len(held) > PARAMETERS else ""
    return ", ".join(held[:PARAMETERS]) + more
