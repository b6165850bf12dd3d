"""The experiments of an account, and how many runs each has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from sm_track_widgets import _aws, _progress
from sm_track_widgets import connection as connections
from sm_track_widgets._crew import Crew
from sm_track_widgets._errors import ServiceRefusedError
from sm_track_widgets._names import ARCHIVED_TAG, RUN_TAG, RUN_TAG_VALUE
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Page, Scope, ask, equals
from sm_track_widgets.reading.frames import utc
from sm_track_widgets.reading.table.decode import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.identity import Record

EXPERIMENT_COLUMNS = ("experiment", "runs", "created", "modified", "description")
UNASSIGNED = "(unassigned)"
"""In the place of a name, for runs of no experiment; no experiment can be called so."""
COUNTED = 50
"""Up to so many experiments on AWS have their runs counted unasked: a call each."""
_NO_JOBS: Params = {
    "Operator": "Or",
    "Filters": [
        equals(f"Tags.{RUN_TAG}", RUN_TAG_VALUE),
        {"Name": "Source.SourceArn", "Operator": "NotExists"},
    ],
}
_NOT_ARCHIVED: Params = {
    "Operator": "Or",
    "Filters": [
        {"Name": f"Tags.{ARCHIVED_TAG}", "Operator": "NotExists"},
        {"Name": f"Tags.{ARCHIVED_TAG}", "Operator": "NotEquals", "Value": "true"},
    ],
}
_LISTING, _COUNTING = "list experiments", "count runs"
_Job = TypeVar("_Job")


def experiments(*, counts: bool | None = None, connection: Connection | None = None) -> pd.DataFrame:
    """List the experiments, the newest first, one row each.

    Parameters
    ----------
    counts
        Whether to count their runs, which takes a call for each; None counts on the embedded service, and on AWS where
        there are at most 50.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    DataFrame
        ``experiment, runs, created, modified, description``: ``runs`` is as many as `runs` lists, missing where it was
        not counted; times are UTC. The last row is ``(unassigned)`` where there are runs of no experiment; those are
        listed by ``runs(unassigned=True)``. ``attrs["missing"]`` says, in one line, what could not be read.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    place = connection or connections.current()
    records, missing = _listed(place)
    names = [str(record["ExperimentName"]) for record in records]
    wanted = counts if counts is not None else place.home == "embedded" or len(names) <= COUNTED
    numbers, also = _counted(place, [*(names if wanted else ()), None])
    frame = _frame(records, [numbers.get(name) for name in names], numbers.get(None))
    frame.attrs["missing"] = " ".join(part for part in (missing, also) if part)
    return frame


def _listed(connection: Connection) -> tuple[list[Record], str]:
    """Return all experiments, and what could not be read."""
    found: dict[str, Record] = {}
    with _progress.told("Listing experiments") as progress:

        def take(_: str | None, page: Page) -> Iterable[str | None]:
            # One that is deleted between two pages moves those behind it.
            found.update({str(record["ExperimentName"]): record for record in page.records})
            progress(min(len(found), page.hits), page.hits)
            return () if page.token is None else (page.token,)

        missing = _run(
            _LISTING, lambda token: ask(connection, (), token=token, resource="Experiment"), [None], take
        )
    if missing and not found:
        raise missing
    return list(found.values()), f"Not all experiments could be read. {missing}" if missing else ""


def _counted(connection: Connection, names: Sequence[str | None]) -> tuple[dict[str | None, int], str]:
    """Count the runs of each experiment, None being those of no experiment; tell what could not be counted."""
    told: dict[str | None, Page] = {}

    def call(name: str | None) -> Page:
        scope = Scope(unassigned=True) if name is None else Scope(name)
        return ask(connection, scope.filters, (_NO_JOBS, _NOT_ARCHIVED), size=1)

    with _progress.told("Counting runs") as progress:

        def take(name: str | None, page: Page) -> Iterable[str | None]:
            told[name] = page
            progress(len(told), len(names))
            return ()

        try:
            missing = _run(_COUNTING, call, names, take)
        except ServiceRefusedError as refused:
            missing = refused  # The list is worth having without them.
    vague = [name or UNASSIGNED for name, page in told.items() if not page.exact]
    said = [f"Not all runs could be counted. {missing}"] if missing else []
    said += [f"At least so many are the runs of {', '.join(vague)}."] if vague else []
    return {name: page.hits for name, page in told.items()}, " ".join(said)


def _run(
    doing: str,
    call: Callable[[_Job], Page],
    jobs: Sequence[_Job],
    take: Callable[[_Job, Page], Iterable[_Job]],
) -> Exception | None:
    """Work off calls side by side; return why the first of those that were given up was."""
    with explained(doing):
        given_up = Crew(call).run(jobs, take)
    if not given_up:
        return None
    error = given_up[0].error
    return _aws.explain(error, doing) or error


def _frame(records: Sequence[Record], counts: Sequence[int | None], unassigned: int | None) -> pd.DataFrame:
    names: list[Any] = [record["ExperimentName"] for record in records]
    texts: list[Any] = [record.get("Description") or "" for record in records]
    times = {
        name: [seconds(record[member]) if record.get(member) else np.nan for record in records]
        for name, member in (("created", "CreationTime"), ("modified", "LastModifiedTime"))
    }
    numbers = list(counts)
    if unassigned:
        names.append(UNASSIGNED)
        numbers.append(unassigned)
        texts.append("")
        for moments in times.values():
            moments.append(np.nan)
    columns: dict[str, Any] = {
        "experiment": np.array(names, dtype=object),
        "runs": pd.array(numbers, dtype="Int64"),
        **{name: utc(moments) for name, moments in times.items()},
        "description": np.array(texts, dtype=object),
    }
    return pd.DataFrame({name: columns[name] for name in EXPERIMENT_COLUMNS}, index=pd.RangeIndex(len(names)))
