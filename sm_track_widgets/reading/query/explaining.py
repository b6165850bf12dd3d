"""A query explained: what the service is asked, and what is finished here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets.reading.query.errors import QueryError
from sm_track_widgets.reading.query.parsing import parse
from sm_track_widgets.reading.query.pushing import Pushed, push

if TYPE_CHECKING:
    from sm_track_widgets.reading.query.parsing import Query


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a query is carried out; prints as text.

    Attributes
    ----------
    query
        In one spelling; empty for everything.
    pushed
        What the service is asked, and what is left.
    """

    query: str
    pushed: Pushed

    def text(self) -> str:
        """Return four parts, each a line or more: the query, what is asked, what is finished here, the expression."""
        lines = [
            f"query: {self.query or 'everything'}",
            f"asked of the service: {self.pushed.asked or 'everything'}",
            f"finished here: {self.pushed.left or 'nothing'}",
        ]
        if self.pushed.expression is not None:
            lines.append(
                f"SearchExpression: {json.dumps(self.pushed.expression, indent=2, ensure_ascii=False)}"
            )
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def explain(query: Query) -> Explanation:
    """Explain how a query is carried out.

    Examples
    --------
    >>> print(explain(parse("metrics.auc.max > 0.9 AND tags.team != 'Red'")))
    query: metrics.auc.max > 0.9 AND tags.team != 'Red'
    asked of the service: metrics.auc.max > 0.9 AND tags.team IS NOT NULL
    finished here: tags.team != 'Red'
    SearchExpression: {
      "Filters": [
        {
          "Name": "Metrics.auc.Max",
          "Operator": "GreaterThan",
          "Value": "0.9"
        },
        {
          "Name": "Tags.team",
          "Operator": "Exists"
        }
      ],
      "Operator": "And"
    }
    """
    return Explanation(query.canonical(), push(query))


def to_search_expression(text: str, *, strict: bool = False, now: float | None = None) -> dict[str, Any]:
    """Return the SearchExpression of a query, for boto3's ``search`` of ``ExperimentTrialComponent``.

    It finds every run that the query finds, and more where the service cannot be asked for all of it: see `explain`.
    A query of which nothing can be asked gives an empty expression, which finds everything; so does an empty query.

    Parameters
    ----------
    text
        A query in the language of ``docs/query.md``.
    strict
        Refuse a query that would find more than it says.
    now
        Seconds since the epoch that relative times count from; the clock's if None.

    Raises
    ------
    QueryError
        When the query cannot be read; or, if `strict`, names what the service cannot be asked.

    Examples
    --------
    >>> to_search_expression("params.depth = 4")
    {'Filters': [{'Name': 'Parameters.depth', 'Operator': 'Equals', 'Value': '4'}], 'Operator': 'And'}
    """
    query = parse(text, now=now)
    pushed = push(query, room=50)
    if strict and pushed.left:
        cure = "Leave strict out, and look at what is found by sm_track_widgets.runs."
        raise QueryError(f"Search cannot be asked for just this: {pushed.left!r}.", cure, query=text)
    return pushed.expression or {}
