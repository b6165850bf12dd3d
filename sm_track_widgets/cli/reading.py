"""``sm-track runs``, ``show``, ``best``, ``export``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError
from sm_track_widgets.cli import output
from sm_track_widgets.cli.words import listed, query_of

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from sm_track_widgets.reading.run_facts import RunFacts

SHOWN = 10
"""Columns that a table has unless some are named: a terminal is narrow."""
_CALLABLE = ("read_series", "read_object")


def runs(parsed: argparse.Namespace) -> int:
    """List runs; status 1 when there is none."""
    from sm_track_widgets.reading import runs as read
    from sm_track_widgets.widgets import frame_options

    frame = read(
        parsed.experiment,
        query_of(parsed),
        group=parsed.group,
        archived=parsed.archived,
        unassigned=parsed.unassigned,
        cached=not parsed.no_cache,
    )
    frame = frame_options.ordered(frame, parsed.sort, parsed.limit)
    columns = listed(parsed.columns)
    frame = frame_options.narrowed(frame, columns, None)
    if parsed.json or parsed.csv:
        output.say_frame(frame, "json" if parsed.json else "csv")
    elif len(frame):
        output.say_table(frame if columns else _chosen(frame))
    if not len(frame):
        raise NotFoundError("There is no such run.")
    return 0


def _chosen(frame: pd.DataFrame) -> pd.DataFrame:
    from sm_track_widgets.widgets.columns import default_columns

    names = ["run", *(name for name in default_columns(frame) if name != "run")]
    return frame.loc[:, names[:SHOWN]]


def show(parsed: argparse.Namespace) -> int:
    """Show one run."""
    from sm_track_widgets.charts.text_details import details_text
    from sm_track_widgets.connection import current
    from sm_track_widgets.reading.run_facts import stored_facts

    facts = stored_facts(current(), parsed.run, parsed.experiment)
    if parsed.json:
        output.say_json(_as_dict(facts))
    else:
        output.say(details_text(facts, parsed.tab))
    return 0


def _as_dict(facts: RunFacts) -> dict[str, Any]:
    names = [name for name in facts.__dataclass_fields__ if name not in _CALLABLE]
    return {name: getattr(facts, name) for name in names}


def best(parsed: argparse.Namespace) -> int:
    """Find the best run."""
    from sm_track_widgets.reading.best import best_run

    found = best_run(
        parsed.metric,
        parsed.experiment,
        query_of(parsed),
        goal="max" if parsed.max else "min" if parsed.min else None,
        stat=parsed.stat,
    )
    if parsed.json:
        output.say_json(found)
    else:
        output.say(found)
    return 0


def export(parsed: argparse.Namespace) -> int:
    """Write a file; print its path."""
    from sm_track_widgets.reading.export import export as write

    path = write(
        parsed.file,
        parsed.experiment,
        query_of(parsed),
        listed(parsed.columns),
        group=parsed.group,
        archived=parsed.archived,
        analytics=parsed.analytics,
        metrics=listed(parsed.metrics),
        raw=parsed.raw,
    )
    output.say(path)
    return 0
