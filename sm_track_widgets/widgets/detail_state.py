"""One run as the page gets it: what each tab shows, as plain data, and its series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import is_system, lower_is_better
from sm_track_widgets.charts import details_code, markup
from sm_track_widgets.charts import details_parts as parts
from sm_track_widgets.charts.palette import Mark
from sm_track_widgets.widgets.series_wire import encode, from_live, from_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.reading.run_facts import MetricFacts, RunFacts
    from sm_track_widgets.tracking.run import Run
    from sm_track_widgets.widgets.series_wire import WireSeries

OWN, SYSTEM = 60, 24
"""Metrics whose lines are sent: the run's own, those people look for first, and the machine's."""
BUCKETS = 480
"""Buckets of a line, which is drawn about 400 pixels wide."""
Pairs = list[list[Any]]


def detail_state(facts: RunFacts, now: float, *, live: bool) -> dict[str, Any]:
    """Return what the tabs show.

    Parameters
    ----------
    facts
        The run.
    now
        Seconds since the epoch.
    live
        Whether the kernel will push what changes.
    """
    return {
        "name": markup.plain(facts.name),
        "experiment": markup.plain(facts.experiment),
        "group": markup.plain(facts.group),
        "status": facts.status,
        "started": facts.started,
        "ended": facts.ended,
        "now": now,
        "home": facts.home,
        "live": live,
        "notes": _notes(facts),
        "about": _pairs(parts.about(facts)),
        "parameters": _parameters(facts),
        "tags": _pairs(sorted(facts.tags.items())),
        "metrics": [_metric(one) for one in ordered(facts.metrics)],
        "artifacts": _artifacts(facts),
        "code": _code(facts),
        "logs": _logs(facts),
        "system": _pairs(details_code.surroundings(facts)),
        "packages": [markup.plain(one) for one in facts.capture.get("packages") or ()],
    }


def drawn(metrics: Sequence[MetricFacts]) -> list[str]:
    """Return the names of the metrics whose lines are sent."""
    names = [one.name for one in ordered(metrics)]
    own = [name for name in names if not is_system(name)][:OWN]
    return [*own, *[name for name in names if is_system(name)][:SYSTEM]]


def ordered(metrics: Sequence[MetricFacts]) -> list[MetricFacts]:
    """Return the metrics as people look for them, the machine's behind."""
    machine = [one for one in metrics if is_system(one.name)]
    return [*parts.important(metrics, len(metrics)), *machine]


def stored_lines(series: Sequence[Series], facts: RunFacts) -> tuple[list[dict[str, Any]], bytes]:
    """Lay out points as read; see `series_wire.encode`."""
    origin = facts.started or 0.0
    return encode([from_points(one, Mark(0, 0), origin, BUCKETS) for one in series if len(one)])


def live_lines(run: Run, names: Sequence[str]) -> tuple[list[dict[str, Any]], bytes]:
    """Lay out the points of a run of this process."""
    known = set(run.live.names())
    wires: list[WireSeries] = [
        from_live(run.live, run.name, name, Mark(0, 0), BUCKETS) for name in names if name in known
    ]
    return encode(wires)


def _notes(facts: RunFacts) -> list[list[str]]:
    kinds = {markup.BAD: "bad"}
    return [[kinds.get(colour, "warn"), words] for colour, words in parts.notes(facts)]


def _pairs(rows: Sequence[tuple[str, str]]) -> Pairs:
    return [[markup.plain(name), markup.plain(value)] for name, value in rows]


def _parameters(facts: RunFacts) -> Pairs:
    """Return name, value as text, and whether it is a number."""
    rows = parts.parameter_rows(facts)
    return [
        [markup.plain(name), markup.plain(value), not isinstance(facts.parameters[name], str)]
        for name, value in rows
    ]


def _metric(one: MetricFacts) -> dict[str, Any]:
    numbers = {
        "last": one.last,
        "min": one.low,
        "max": one.high,
        "mean": one.mean,
        "std": one.std,
    }
    # JSON has no NaN, and the service may tell one.
    finite = {
        name: value if value is None or math.isfinite(value) else None for name, value in numbers.items()
    }
    best = "min" if lower_is_better(one.name) else "max"
    return {"name": one.name, **finite, "count": one.count, "best": best, "system": is_system(one.name)}


def _artifacts(facts: RunFacts) -> list[dict[str, Any]]:
    return [
        {
            "name": markup.plain(one.name),
            "direction": one.direction,
            "type": markup.plain(one.media_type),
            "value": markup.plain(one.value),
            "file": one.value.startswith("s3://"),
        }
        for one in facts.artifacts
    ]


def _code(facts: RunFacts) -> dict[str, Any]:
    kept = facts.capture
    if not kept:
        return {"nothing": details_code.NOTHING}
    git: dict[str, Any] = kept.get("git") or {}
    inputs: dict[str, Any] = kept.get("inputs") or {}
    rows = [("Commit", parts.commit(git)), ("Remote", str(git.get("remote") or ""))]
    rows += [
        (title, ", ".join(git.get(key) or ()))
        for title, key in (("Changed", "changed"), ("Untracked", "untracked"))
    ]
    return {
        "source": markup.plain(kept["source"]) if "source" in kept else None,
        "cut": bool(kept.get("source_cut")),
        "inputs": [[markup.plain(cell) for cell in row] for row in details_code.input_rows(inputs)],
        "more": int(inputs.get("more") or 0),
        "modules": markup.plain(details_code.modules_line(inputs)),
        "git": _pairs([(name, value) for name, value in rows if value]),
        "diff": markup.plain(git.get("diff") or ""),
        "diff_cut": bool(git.get("diff_cut")),
        "kept": markup.plain(details_code.kept_line(facts)),
    }


def _logs(facts: RunFacts) -> dict[str, Any]:
    error: dict[str, Any] = facts.capture.get("exception") or {}
    return {
        "error": markup.plain(f"{error.get('traceback', '')}{error.get('message', '')}"),
        "output": markup.plain(facts.capture.get("output") or ""),
        "cut": bool(facts.capture.get("output_cut")),
    }
