"""The options of ``%sm_runs`` and ``sm-track runs`` on a frame of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError, did_you_mean
from sm_track_widgets.reading import frames
from sm_track_widgets.widgets.columns import comparable
from sm_track_widgets.widgets.selection.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def ordered(frame: pd.DataFrame, sort: str | None, limit: int | None) -> pd.DataFrame:
    """Sort by a column (``-column``: the largest first; rows without a value come last), then cut."""
    components = frame.attrs
    if sort and len(frame):
        column, descending = sort_column(frame, sort)
        frame = frame.sort_values(
            column, ascending=not descending, na_position="last", kind="stable", key=comparable
        )
        frame = frame.reset_index(drop=True)
    if limit is not None:
        frame = frame.head(limit)
    frame.attrs = components
    return frame


def narrowed(frame: pd.DataFrame, columns: Sequence[str] | None, text: str | None) -> pd.DataFrame:
    """Keep the rows that the table's text filter keeps, and the wanted columns."""
    if text:
        attrs = frame.attrs
        rows = Rows(frame)
        frame = rows.where(rows.passing([], text))
        frame.attrs = attrs
    return frames.choose(frame, columns) if columns and len(frame) else frame


def table_options(
    frame: pd.DataFrame, columns: Sequence[str] | None, sort: str | None, text: str | None
) -> dict[str, Any]:
    """Return the same as keyword arguments of `RunTable`."""
    found: dict[str, Any] = {}
    if text:
        found["filter"] = text
    if not len(frame):
        return found
    if columns:
        found["columns"] = list(frames.choose(frame, columns).columns)
    if sort:
        column, descending = sort_column(frame, sort)
        found["sort"] = [{"column": column, "descending": descending}]
    return found


def sort_column(frame: pd.DataFrame, sort: str) -> tuple[str, bool]:
    """Return the column that `sort` names, and whether its largest value comes first."""
    name = sort.removeprefix("-")
    return str(frames.choose(frame, [name]).columns[-1]), name != sort


def one_run(frame: pd.DataFrame, name: str) -> str:
    """Return the run called so, in any case.

    Raises
    ------
    NotFoundError
        When it is not among them.
    """
    known = [str(run) for run in frame["run"]]
    found = [run for run in known if run == name] or [run for run in known if run.lower() == name.lower()]
    if not found:
        raise NotFoundError(f"Run {name!r} is not in this table.", did_you_mean(name, known))
    return found[0]
