"""One page of Search, and what of an account is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _raw
from sm_track_widgets._names import SEARCH_PAGE

if TYPE_CHECKING:
    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.identity import Record

COMPONENTS = "ExperimentTrialComponent"
Filter = dict[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose runs are meant: those of an experiment, spelt as the service does; all; or those of none."""

    experiment: str | None = None
    unassigned: bool = False

    @property
    def filters(self) -> list[Filter]:
        """The conditions that Search is given."""
        if self.unassigned:
            return [{"Name": "Parents.ExperimentName", "Operator": "NotExists"}]
        return [] if self.experiment is None else [equals("Parents.ExperimentName", self.experiment)]

    @property
    def title(self) -> str:
        """The scope in words, for messages."""
        if self.unassigned:
            return "runs of no experiment"
        return "runs" if self.experiment is None else f"the runs of {self.experiment!r}"


@dataclass(frozen=True, slots=True)
class Page:
    """What one call of Search gave.

    Attributes
    ----------
    records
        At most a hundred.
    hits
        How many there are in all.
    exact
        Whether that number is not only a lower bound.
    token
        For the next page; None for the last.
    told
        When, by the service's clock; seconds since the epoch, None where it does not say.
    """

    records: list[Record]
    hits: int
    exact: bool
    token: str | None
    told: float | None = None


def ask(
    connection: Connection,
    filters: Sequence[Filter],
    inner: Sequence[Params] = (),
    *,
    ascending: bool = False,
    token: str | None = None,
    size: int = SEARCH_PAGE,
    resource: str = COMPONENTS,
) -> Page:
    """Ask Search for one page, in the order of creation, the newest first; a single try.

    Parameters
    ----------
    connection
        Where to look.
    filters, inner
        Filters and subexpressions, all of which must hold.
    ascending
        The oldest first.
    token
        Of the page before.
    size
        Records at most, up to 100.
    resource
        What is searched.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        As boto3 raises them.
    """
    asked: Params = {
        "Resource": resource,
        "MaxResults": size,
        "SortBy": "CreationTime",
        "SortOrder": "Ascending" if ascending else "Descending",
    }
    expression: Params = {}
    if filters:
        expression["Filters"] = list(filters)
    if inner:
        expression["SubExpressions"] = list(inner)
    if expression:
        asked["SearchExpression"] = expression
    if token is not None:
        asked["NextToken"] = token
    answer = connection.single("sagemaker").search(**asked)
    return _read(_raw.body_of(answer), connection.service_time(answer))


def equals(name: str, value: str) -> Filter:
    """Return the filter for a property of this value."""
    return {"Name": name, "Operator": "Equals", "Value": value}


def moment(seconds: float) -> str:
    """Return a moment as Search takes it: UTC, whole seconds, rounded down [M]."""
    return datetime.fromtimestamp(math.floor(seconds), tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def created(low: int | None, high: int | None) -> list[Filter]:
    """Return the filters for what was created from `low` on and before `high`, seconds since the epoch."""
    found: list[Filter] = []
    if low is not None:
        found.append({"Name": "CreationTime", "Operator": "GreaterThanOrEqualTo", "Value": moment(low)})
    if high is not None:
        found.append({"Name": "CreationTime", "Operator": "LessThan", "Value": moment(high)})
    return found


def _read(answer: dict[str, Any], told_at: float | None) -> Page:
    results: list[dict[str, Record]] = answer.get("Results") or []
    records = [record for result in results for record in result.values()]
    told: dict[str, Any] = answer.get("TotalHits") or {}
    # An empty page with a token would be asked for ever.
    token = (answer.get("NextToken") or None) if records else None
    hits = int(told.get("Value") or 0)
    return Page(
        records, max(hits, len(records)), told.get("Relation", "EqualTo") == "EqualTo", token, told_at
    )
