"""`export`: what was tracked, as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.reading import frames, verbs
from sm_track_widgets.reading.answer import Wanted, find
from sm_track_widgets.reading.files.csv_file import write_csv
from sm_track_widgets.reading.files.json_file import write_json
from sm_track_widgets.reading.files.parquet_file import write_parquet
from sm_track_widgets.reading.files.target import checked, replacing
from sm_track_widgets.reading.series.read import read_table

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    import pandas as pd

    from sm_track_widgets.connection import Connection


def export(
    path: str | os.PathLike[str],
    experiment: str | None = None,
    query: str | None = None,
    columns: Iterable[str] | None = None,
    *,
    group: str | None = None,
    archived: bool = False,
    analytics: bool = False,
    metrics: str | Iterable[str] | None = None,
    raw: bool = False,
    connection: Connection | None = None,
) -> Path:
    """Write runs, or their points, to a file; the whole of it, or nothing.

    Parameters
    ----------
    path
        Ending in ``.csv``, ``.json`` or ``.parquet``; a file that is there is replaced. Its folder must exist.
    experiment, query, columns, group, archived
        Which runs, and which of their columns, as for `runs`.
    analytics
        Write the frame of `sm_track_widgets.analytics` instead, of all runs of the experiment.
    metrics
        Write the points of these metrics instead, one row each.
    raw
        Into ``.csv`` write texts as they are. By default those that a spreadsheet would execute, since they begin with
        ``=``, ``+``, ``-`` or ``@``, get an apostrophe before them.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    Path
        The file, absolute.

    Raises
    ------
    UsageError
        When the file cannot be written, or what is asked for does not go together.
    NotFoundError
        As `runs`, `metrics` and `analytics` raise it.

    Notes
    -----
    csv
        UTF-8; times in ISO 8601, UTC; a missing value is empty, a list is JSON.
    json
        One array of records; a missing value, NaN and infinity are null.
    parquet
        Needs pyarrow. A column of numbers and texts is written as text, and its numbers again as
        ``<column>:number``, so that neither is lost; the field's metadata say so.
    """
    target = checked(path)
    if analytics:
        if query or columns or group or archived or metrics is not None:
            raise UsageError(
                "analytics is the SDK's frame of a whole experiment.",
                "Leave all but its name and the file out.",
            )
        if experiment is None:
            raise UsageError("analytics is of one experiment.", "Name it.")
        frame = verbs.analytics(experiment, connection=connection)
    elif metrics is not None:
        if columns:
            raise UsageError("Points have no columns to choose from.", "Leave columns or metrics out.")
        verbs.check_texts(experiment=experiment, query=query, group=group)
        if query or group or archived:
            wanted = Wanted(experiment, group, query, archived)
            frame = _points(connection or connections.current(), wanted, metrics)
        else:
            frame = verbs.metrics(experiment, metrics, connection=connection)
    else:
        frame = verbs.runs(experiment, query, columns, group=group, archived=archived, connection=connection)
    return write(frame, target, raw=raw)


def write(frame: pd.DataFrame, path: str | os.PathLike[str], *, raw: bool = False) -> Path:
    """Write a frame of ours as `export` does.

    Raises
    ------
    UsageError
        When the file cannot be written.
    """
    target = checked(path)
    with replacing(target) as file:
        if target.suffix.lower() == ".csv":
            write_csv(frame, file, raw=raw)
        elif target.suffix.lower() == ".json":
            write_json(frame, file)
        else:
            write_parquet(frame, file)
    return target


def _points(connection: Connection, wanted: Wanted, metrics: str | Iterable[str]) -> pd.DataFrame:
    # Of the table itself: by its name or its component here, a run could be taken for another one of all runs.
    table = find(connection, wanted).table
    if not len(table):
        raise NotFoundError("There is no such run.", "%sm_runs shows all.")
    names = verbs.several("metrics", metrics)
    return frames.points_frame(read_table(connection, table, names, queried=bool(wanted.query)))
