"""What of a query the service can be asked, as one SearchExpression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets.reading.query.asking import CONDITIONS, Ask, expression, fitting, joined
from sm_track_widgets.reading.query.fields import kind_of_values
from sm_track_widgets.reading.query.leaves import Budget, asked
from sm_track_widgets.reading.query.signed import Both, Sign, Signed, plain, signed
from sm_track_widgets.reading.query.special import asked_duration, asked_name, asked_time
from sm_track_widgets.reading.query.written import written

if TYPE_CHECKING:
    from sm_track_widgets.reading.query.parsing import Query


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a query is shared between the service and us.

    Attributes
    ----------
    expression
        A SearchExpression for boto3's ``search`` that finds every run the query finds; None: nothing can be asked.
    asked
        The same as a query; empty for everything.
    left
        What of the query has to be looked at here; empty if the service finds nothing else.
    """

    expression: dict[str, Any] | None
    asked: str
    left: str


def push(query: Query, *, room: int = 44) -> Pushed:
    """Return what the service can be asked of a query: the narrowest expression that is sure to find all of it.

    That holds whatever is not known of Search: whether it regards case, whether NotEquals finds records without the
    property, whether it compares decimals as integers. So the whole query has to be evaluated on what comes back.

    Parameters
    ----------
    query
        A query.
    room
        How many conditions the expression may have in all; a service's limit is 50, of which others may need some.
    """
    tree = signed(query.tree)
    parts = tree.parts if isinstance(tree, Both) else (tree,)
    budget = Budget()
    once = list(dict.fromkeys(parts))
    asks = fitting([_asked(part, query.now, budget) for part in once], min(room, CONDITIONS))
    made = [ask for ask in asks if ask]
    left = tuple(part for part, ask in zip(once, asks, strict=True) if ask is None or not ask.exact)
    if not made:
        return Pushed(None, "", written(plain(Both(left))))
    whole = joined("And", made)
    return Pushed(expression(whole), written(plain(whole.said)), written(plain(Both(left))))


def _asked(tree: Signed, now: float, budget: Budget) -> Ask | None:
    if isinstance(tree, Sign):
        return _condition(tree, now, budget)
    before = budget.contains
    found = [_asked(part, now, budget) for part in tree.parts]
    asks = [ask for ask in found if ask]
    if isinstance(tree, Both):
        return joined("And", asks, exact=len(asks) == len(found)) if asks else None
    if len(asks) == len(found):
        return joined("Or", asks)
    budget.contains = before
    return None


def _condition(sign: Sign, now: float, budget: Budget) -> Ask | None:
    field = sign.leaf.field
    if field.kind == "name":
        return asked_name(sign, budget)
    if field.kind == "duration":
        return asked_duration(sign)
    if kind_of_values(field) == "time":
        return asked_time(sign, now)
    return asked(sign, budget)
