"""What the tabs of a run are made of: facts, tiles, rows; as HTML and as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import lower_is_better
from sm_track_widgets.charts import markup, numbers, static_card
from sm_track_widgets.charts.palette import BOTH
from sm_track_widgets.charts.static_table import Kind
from sm_track_widgets.reading.downsample import minmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.reading.run_facts import Artifact, MetricFacts, RunFacts

_NAME = (
    "border:0;padding:1px 16px 1px 0;vertical-align:top;text-align:left;white-space:nowrap;" + markup.MUTED
)
_VALUE = "border:0;padding:1px 0;text-align:left;overflow-wrap:anywhere;white-space:pre-wrap"
WIDTH, HEIGHT = 150, 34
"""Pixels of a tile's line."""
METRIC_KINDS: list[Kind] = ["run", "number", "number", "number", "number", "number"]
"""What the columns of the table of metrics hold."""


def headline(facts: RunFacts) -> list[str]:
    """Return what stands behind the run's name: experiment, group, how long or since when."""
    told = [markup.plain(facts.experiment)]
    if facts.group:
        told.append(f"group {markup.plain(facts.group)}")
    if facts.started is not None:
        ended = facts.ended
        told.append(
            numbers.clock(ended - facts.started)
            if ended is not None
            else f"started {numbers.moment(facts.started)} UTC"
        )
    return [fact for fact in told if fact]


def notes(facts: RunFacts) -> list[tuple[str, str]]:
    """Return one coloured line each of what went wrong."""
    found: list[tuple[str, str]] = []
    if facts.message:
        colour = markup.BAD if facts.status == "Failed" else markup.WARN
        found.append((colour, numbers.middle(markup.plain(facts.message), static_card.MESSAGE_LENGTH)))
    return found + [(markup.WARN, markup.plain(remark)) for remark in facts.remarks]


def note(colour: str, words: str) -> str:
    """Return a coloured line as HTML."""
    return f'<div style="font-size:12px;overflow-wrap:anywhere;{markup.tinted(colour)}">{markup.text(words)}</div>'


def about(facts: RunFacts) -> list[tuple[str, str]]:
    """Return what the overview says in words; empty facts are left out."""
    git: dict[str, Any] = facts.capture.get("git") or {}
    tags = ", ".join(f"{name}={value}" for name, value in sorted(facts.tags.items()))
    rows = [
        ("Notes", facts.notes),
        ("Started", f"{numbers.moment(facts.started)} UTC" if facts.started is not None else ""),
        ("Ended", f"{numbers.moment(facts.ended)} UTC" if facts.ended is not None else ""),
        ("By", facts.created_by),
        ("Parent", facts.parent),
        ("Tags", tags),
        ("Commit", commit(git)),
        ("Registered as", ", ".join(facts.models)),
        ("Stored as", facts.component),
    ]
    return [(name, value) for name, value in rows if value]


def commit(git: dict[str, Any]) -> str:
    """Say which commit it was, on which branch, and whether something was changed."""
    if not git:
        return ""
    told = str(git.get("commit") or "")[:12] or "none yet"
    branch = f" on {git['branch']}" if git.get("branch") else ""
    changed = len(git.get("changed") or ())
    files = "1 file changed" if changed == 1 else f"{changed} files changed"
    return f"{told}{branch}{', ' + files if changed else ''}"


def facts_grid(rows: Sequence[tuple[str, str]]) -> str:
    """Return names and values in two columns."""
    if not rows:
        return ""
    cells = "".join(
        f'<tr><td align="left" style="{_NAME}">{markup.text(name)}</td>'
        f'<td align="left" style="{_VALUE}">{markup.text(value)}</td></tr>'
        for name, value in rows
    )
    style = f"{markup.FONT};font-size:12px;border-collapse:collapse;margin:6px 0 0"
    return f'<table style="{style}"><tbody>{cells}</tbody></table>'


def section(title: str, aside: str = "") -> str:
    """Return a small heading."""
    more = f' <span style="font-weight:400;{markup.MUTED}">{markup.text(aside)}</span>' if aside else ""
    return f'<div style="font-weight:600;margin:14px 0 4px">{markup.text(title)}{more}</div>'


def nothing(words: str) -> str:
    """Return what stands where there is nothing."""
    return f'<p style="margin:10px 0 0;{markup.MUTED}">{markup.text(words)}</p>'


def folded(title: str, inside: str) -> str:
    """Return something long that opens with a click."""
    style = "cursor:pointer;font-weight:600;margin:14px 0 4px"
    return f'<details><summary style="{style}">{markup.text(title)}</summary>{inside}</details>'


def important(metrics: Sequence[MetricFacts], most: int) -> list[MetricFacts]:
    """Return the metrics people look for first, without those of the system."""
    rows = [
        {"name": one.name, "n": one.count, "facts": one}
        for one in metrics
        if not one.name.startswith("system/")
    ]
    return [row["facts"] for row in static_card.headline(rows, most)]


def tile(metric: MetricFacts, series: Series | None) -> str:
    """Return one metric: its name, last value, line and best value."""
    best = metric.low if lower_is_better(metric.name) else metric.high
    name = numbers.middle(markup.plain(metric.name), 26)
    below = _points(metric.count)
    if best is not None and metric.count > 1:
        below = f"best {numbers.number(best)} of {below}"
    style = "flex:1 1 170px;padding:8px 12px"
    small = f"font-size:11px;{markup.MUTED}"
    return (
        f'<div style="{style}"><div style="font-size:12px;{markup.MUTED}" title="{markup.text(metric.name)}">'
        f'{markup.text(name)}</div><div style="font-size:17px;font-variant-numeric:tabular-nums">'
        f"{markup.text(numbers.number(metric.last))}</div>{_line(series)}"
        f'<div style="{small}">{markup.text(below)}</div></div>'
    )


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{numbers.count(count)} points"


def _line(series: Series | None) -> str:
    if series is None or len(series) < 2:  # noqa: PLR2004 - a line has two ends
        return f'<div style="height:{HEIGHT}px"></div>'
    import numpy as np

    values = np.asarray(series.values, dtype=np.float64)
    places = np.arange(len(values), dtype=np.float64)
    if len(values) > 2 * WIDTH:
        places, low, high = minmax(places, values, WIDTH)
        values = (low + high) / 2
    known = [(float(x), float(y)) for x, y in zip(places, values, strict=True) if math.isfinite(y)]
    if len(known) < 2:  # noqa: PLR2004 - see above
        return f'<div style="height:{HEIGHT}px"></div>'
    left, right = known[0][0], known[-1][0]
    bottom, top = min(y for _, y in known), max(y for _, y in known)
    across, up = (WIDTH - 4) / ((right - left) or 1), (HEIGHT - 8) / ((top - bottom) or 1)
    path = " ".join(f"{2 + (x - left) * across:.1f},{HEIGHT - 4 - (y - bottom) * up:.1f}" for x, y in known)
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" '
        f'style="display:block">'
        f'<polyline points="{path}" fill="none" stroke="{BOTH[0]}" stroke-width="1.5"/></svg>'
    )


def metric_rows(metrics: Sequence[MetricFacts]) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of the table of metrics."""
    header = ["metric", "last", "min", "max", "mean", "points"]
    return header, [[one.name, one.last, one.low, one.high, one.mean, one.count] for one in metrics]


def parameter_rows(facts: RunFacts) -> list[list[str]]:
    """Return the rows of the table of parameters, sorted by name; numbers with all their digits."""
    return [
        [name, value if isinstance(value, str) else numbers.full(value)]
        for name, value in sorted(facts.parameters.items())
    ]


def artifact_rows(artifacts: Sequence[Artifact]) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of the table of artifacts."""
    return ["artifact", "", "type", "where"], [
        [one.name, one.direction, one.media_type, one.value] for one in artifacts
    ]


def quoted(name: str) -> str:
    """Return a run's name as it is typed in a magic's line."""
    plain = markup.plain(name)
    return f'"{plain}"' if any(sign.isspace() for sign in plain) else plain
