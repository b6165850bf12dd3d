"""An open run as its live card shows it."""

from __future__ import annotations

import fnmatch
import re
from array import array
from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import SYSTEM_PREFIX, default_group, is_reserved, is_system
from sm_track_widgets.charts.numbers import count, data_size, middle
from sm_track_widgets.charts.static_card import headline
from sm_track_widgets.widgets.job_rows import watch_of
from sm_track_widgets.widgets.work_state import progress_state, stopped_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sm_track_widgets.tracking.live import LiveSeries
    from sm_track_widgets.tracking.outbox.progress import Progress
    from sm_track_widgets.tracking.run import Run

TILES, MOST_TILES, UPLOAD_NAME = 4, 12, 40
SPARK_WIDTH = 160
"""Buckets of a sparkline, which is 200 pixels wide."""


def card_state(run: Run, now: float, wanted: Sequence[str] = ()) -> tuple[dict[str, Any], bytes]:
    """Return what the live card shows of `run`, and the bytes of its sparklines.

    Parameters
    ----------
    run
        Open or closed.
    now
        Seconds since the epoch; the page counts on from there by its own clock.
    wanted
        Metrics to show first, in this order; names or patterns such as ``val*``.

    Returns
    -------
    tuple
        The card's state, and for each of ``sparks`` its x and then its y values as f64.
    """
    parameters = {name: value for name, value in run.parameters.items() if not is_reserved(name)}
    first = chosen(run.live.names(), wanted)
    others = [name for name in run.live.names() if not is_system(name) and name not in first]
    metrics = [_metric(run.live, name) for name in first]
    metrics += headline([_metric(run.live, name) for name in others], count=len(others))
    tiles = min(max(TILES, len(first)), MOST_TILES)
    sparks, data = _sparks(run.live, [str(metric["name"]) for metric in metrics[:tiles]])
    work = progress_state(run, parameters)
    group, told = run.run_group_name, run.progress()
    state: dict[str, Any] = {
        "status": run.status,
        "name": run.name,
        "experiment": run.experiment_name,
        "group": "" if group.lower() == default_group(run.experiment_name).lower() else group,
        "started": run.started,
        "ended": run.ended,
        "now": now,
        "home": run.connection.home,
        "metrics": [dict(metric) for metric in metrics],
        "sparks": sparks,
        "first": len(first),
        "system": system_strip(run.live) if run.ended is None else [],
        "parameters": len(parameters),
        "files": run.files,
        "trouble": trouble(told),
        "upload": upload(told),
        "message": run.message,
        "progress": work if run.ended is None else None,
        "stopped": stopped_text(run, work),
        "jobs": watch_of(run).rows if run.started_jobs else [],
    }
    return state, data


def chosen(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return those of `names` that were asked for, in the order of asking; a name as it is before a pattern."""
    found: dict[str, None] = {}
    for pattern in wanted:
        matching = (
            [pattern] if pattern in names else [name for name in names if fnmatch.fnmatchcase(name, pattern)]
        )
        found.update(dict.fromkeys(matching))
    return list(found)


def system_strip(live: LiveSeries) -> list[str]:
    """Say what the run uses of its machine by its last sample: CPU, memory, each GPU; empty without system metrics."""
    last = {name.removeprefix(SYSTEM_PREFIX): live.last(name)[0] for name in live.names() if is_system(name)}
    strip: list[str] = []
    if "cpu_percent" in last:
        strip.append(f"CPU {last['cpu_percent']:.0f}%")
    if "memory_mb" in last:
        strip.append(f"memory {_size(last['memory_mb'])}")
    cards = [name.removesuffix("_percent") for name in last if re.fullmatch(r"gpu_\d+_percent", name)]
    for card in cards:
        number = f" {card.removeprefix('gpu_')}" if len(cards) > 1 else ""
        held = last.get(f"{card}_memory_mb")
        strip.append(f"GPU{number} {last[f'{card}_percent']:.0f}%" + (f", {_size(held)}" if held else ""))
    return strip


def trouble(progress: Progress) -> str:
    """Say in one sentence what is in the way of delivery; an empty text when nothing is."""
    parts: list[str] = []
    if progress.error:
        waiting = f"{_points(progress.waiting)} waiting: " if progress.waiting else ""
        parts.append(f"{waiting}{progress.error.rstrip('.')}, nothing lost")
    if progress.refused:
        records = "1 record" if progress.refused == 1 else f"{count(progress.refused)} records"
        parts.append(f"{records} refused by the service, %sm_status says why")
    return "; ".join(parts)


def _size(megabytes: float) -> str:
    return f"{megabytes / 1e3:.1f} GB" if megabytes >= 1e3 else f"{megabytes:.0f} MB"  # noqa: PLR2004 - 1 GB


def upload(progress: Progress) -> dict[str, Any] | None:
    """Say which large file is being sent and how far it is; None when none is."""
    if not progress.uploading:
        return None
    done, total = progress.upload_done, progress.upload_total
    name = middle(progress.uploading, UPLOAD_NAME)
    return {"text": f"sending {name}: {data_size(done)} of {data_size(total)}", "done": done, "total": total}


def _points(number: int) -> str:
    return "1 point" if number == 1 else f"{count(number)} points"


def _metric(live: LiveSeries, name: str) -> Mapping[str, Any]:
    last, step = live.last(name)
    best, best_step = live.best(name)
    return {
        "name": name,
        "last": last,
        "step": step,
        "best": best,
        "best_step": best_step,
        "n": live.size(name),
    }


def _sparks(live: LiveSeries, names: list[str]) -> tuple[list[dict[str, Any]], bytes]:
    headers: list[dict[str, Any]] = []
    data = array("d")
    for name in names:
        xs, lows, highs = live.envelope(name, width=SPARK_WIDTH)
        headers.append({"name": name, "offset": len(data) * data.itemsize, "n": len(xs)})
        data.extend(xs)
        data.extend((low + high) / 2 for low, high in zip(lows, highs, strict=True))
    return headers, data.tobytes()
