"""`archive_runs` and `restore_runs`: out of every list, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sm_track_widgets import connection as connections
from sm_track_widgets._names import ARCHIVED_TAG, REPEATED_TAG
from sm_track_widgets.actions.cleanup import plan_words
from sm_track_widgets.actions.cleanup.choosing import request_of, selected
from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.reading.table import rows
from sm_track_widgets.tracking.tagging import change_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from sm_track_widgets.connection import Connection


@dataclass(frozen=True, slots=True)
class Archived:
    """What was archived, or brought back; `print` it.

    Attributes
    ----------
    runs
        Names of the runs that were changed.
    failed
        Why not, for those that were not.
    archived
        Whether they were archived; False: brought back.
    dry_run
        Whether nothing was changed.
    """

    runs: tuple[str, ...]
    failed: dict[str, str]
    archived: bool
    dry_run: bool = False

    def __str__(self) -> str:
        """Return what happened, in lines."""
        verb = "Archived" if self.archived else "Brought back"
        would = "Would be " + verb.lower() if self.dry_run else verb
        names = f": {plan_words.some(self.runs)}" if self.runs else ""
        lines = [f"{would}: {plan_words.many(len(self.runs), 'runs')}{names}"]
        for why in dict.fromkeys(self.failed.values()):
            these = [name for name, reason in self.failed.items() if reason == why]
            lines.append(f"Not changed: {numbers.count(len(these))} ({why}): {plan_words.some(these)}")
        return "\n".join(markup.plain(line) for line in lines)

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:  # noqa: FBT001 - IPython's signature
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]


def mark(
    components: Sequence[str], *, archived: bool, connection: Connection | None = None
) -> dict[str, str]:
    """Mark stored runs as archived, or take the mark away; return why not, for each that was not changed.

    Parameters
    ----------
    components
        Their trial components.
    connection
        Where they are; default: where runs go.
    """
    return change_tags(components, {ARCHIVED_TAG: "true" if archived else None}, connection=connection)


def archive_runs(
    query: str | None = None,
    experiment: str | None = None,
    *,
    group: str | None = None,
    runs: str | Iterable[str] | pd.DataFrame | None = None,
    dry_run: bool = False,
    connection: Connection | None = None,
) -> Archived:
    """Leave runs out of all lists unless these ask for archived ones; nothing is lost, `restore_runs` undoes it.

    Parameters
    ----------
    query, experiment, group, runs
        Which, as for `delete_runs`.
    dry_run
        Only tell which.
    connection
        Where; default: where runs go.

    Raises
    ------
    NotFoundError, UsageError, ServiceRefusedError, ConfigError
        As `delete_runs`.
    """
    return _change(query, experiment, group, runs, archived=True, dry_run=dry_run, connection=connection)


def restore_runs(
    query: str | None = None,
    experiment: str | None = None,
    *,
    group: str | None = None,
    runs: str | Iterable[str] | pd.DataFrame | None = None,
    dry_run: bool = False,
    connection: Connection | None = None,
) -> Archived:
    """Bring archived runs back into the lists; takes what `archive_runs` takes.

    Attempts at a point of a sweep for which another run stands come back only when `runs` names them.
    """
    return _change(query, experiment, group, runs, archived=False, dry_run=dry_run, connection=connection)


def _change(
    query: str | None,
    experiment: str | None,
    group: str | None,
    runs: str | Iterable[str] | pd.DataFrame | None,
    *,
    archived: bool,
    dry_run: bool,
    connection: Connection | None,
) -> Archived:
    place = connection or connections.current()
    request = replace(request_of(query, experiment, runs, group=group), archived=True)
    table = selected(place, request)
    marked = rows.is_archived(table)
    if runs is None and not archived:
        marked &= ~table.text("tag", REPEATED_TAG).present()
    table = table.take(np.flatnonzero(~marked if archived else marked))
    names = dict(zip(table.components, rows.shown_names(table), strict=True))
    if dry_run or not names:
        return Archived(tuple(names.values()), {}, archived, dry_run)
    failed = mark(list(names), archived=archived, connection=place)
    done = tuple(name for component, name in names.items() if component not in failed)
    return Archived(done, {names[component]: why for component, why in failed.items()}, archived)
