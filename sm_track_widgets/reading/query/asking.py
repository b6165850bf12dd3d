"""What the service is asked, as a tree; made smaller until it fits, and written as a SearchExpression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sm_track_widgets.reading.query.signed import Both, Either, Signed

PER_LEVEL = 20  # filters, and subexpressions, of one expression [M]
CONDITIONS = 50  # filters and subexpressions in all; how they are counted is docs/assumptions.md's guess

Operator = Literal["And", "Or"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of Search."""

    name: str
    operator: str
    value: str | None = None

    def written(self) -> dict[str, str]:
        """Return it as boto3 takes it."""
        made = {"Name": self.name, "Operator": self.operator}
        return made if self.value is None else {**made, "Value": self.value}


@dataclass(frozen=True, slots=True)
class Ask:
    """Filters joined by And or Or.

    Attributes
    ----------
    operator, parts
        As said.
    said
        The same as a query.
    exact
        Whether it finds nothing else than what it was made from, by what is known of the service.
    worth
        How much it is likely to narrow; the larger, the rather it is kept.
    weaker
        What can be asked in its place when it does not fit.
    loose
        Whether it is made of conditions of the query, of which some can be left out.
    """

    operator: Operator
    parts: tuple[Filter | Ask, ...]
    said: Signed
    exact: bool
    worth: int
    weaker: Ask | None = None
    loose: bool = False


def joined(operator: Operator, parts: Sequence[Ask], *, exact: bool = True) -> Ask:
    """Join what is asked."""
    if len(parts) == 1:
        return replace(parts[0], exact=parts[0].exact and exact)
    worths = [part.worth for part in parts]
    said = tuple(part.said for part in parts)
    return Ask(
        operator,
        tuple(parts),
        Both(said) if operator == "And" else Either(said),
        exact=exact and all(part.exact for part in parts),
        worth=max(worths) if operator == "And" else min(worths),
        loose=True,
    )


def expression(ask: Ask) -> dict[str, Any]:
    """Write a SearchExpression."""
    parts = _spread(ask)
    if len(parts) == 1 and isinstance(parts[0], Ask):
        return expression(parts[0])
    filters = [part.written() for part in parts if isinstance(part, Filter)]
    inner = [expression(part) for part in parts if isinstance(part, Ask)]
    if len(filters) > PER_LEVEL:
        rows = [filters[at : at + PER_LEVEL] for at in range(0, len(filters), PER_LEVEL)]
        inner = [*({"Filters": row, "Operator": ask.operator} for row in rows), *inner]
        filters = []
    made: dict[str, Any] = {"Filters": filters, "SubExpressions": inner}
    operator = ask.operator if len(parts) > 1 else "And"
    return {**{name: part for name, part in made.items() if part}, "Operator": operator}


def size(ask: Ask) -> int:
    """Return how many of the `CONDITIONS` it takes."""
    parts = _spread(ask)
    if len(parts) == 1 and isinstance(parts[0], Ask):
        return size(parts[0])
    inner = [size(part) + 1 for part in parts if isinstance(part, Ask)]
    filters = len(parts) - len(inner)
    return filters + sum(inner) + (-(-filters // PER_LEVEL) if filters > PER_LEVEL else 0)


def fitting(asks: Sequence[Ask | None], room: int) -> list[Ask | None]:
    """Return what of each of `asks`, all of which hold, can be asked at once; the most useful ones come first."""
    kept: dict[int, Ask] = {}
    order = sorted((place for place, ask in enumerate(asks) if ask), key=lambda place: -_worth(asks[place]))
    for place in order:
        left = room - (size(joined("And", list(kept.values()))) if kept else 0)
        if left <= 0:
            break
        ask = asks[place]
        # Beside others, one that is joined by Or is a subexpression, which counts too.
        for allowed in (left, left - 1):
            made = _smaller(ask, allowed) if ask else None
            if made and size(joined("And", [*kept.values(), made])) <= room:
                kept[place] = made
                break
    return [kept.get(place) for place in range(len(asks))]


def _worth(ask: Ask | None) -> int:
    return ask.worth if ask else 0


def _smaller(ask: Ask, room: int) -> Ask | None:
    """Return something that fits and holds wherever `ask` does."""
    if size(ask) <= room:
        return ask
    if not ask.loose:
        return _smaller(ask.weaker, room) if ask.weaker else None
    parts = [part for part in ask.parts if isinstance(part, Ask)]
    if ask.operator == "Or":
        return _all_smaller(parts, room)
    kept = [part for part in fitting(parts, room) if part]
    return joined("And", kept, exact=False) if kept else None


def _all_smaller(parts: list[Ask], room: int) -> Ask | None:
    """Return alternatives that fit together; each gets a like share of what the smaller ones leave over."""
    if len(parts) > room:
        return None
    made: dict[int, Ask] = {}
    used = 0
    for place in sorted(range(len(parts)), key=lambda place: size(parts[place])):
        share = (room - used) // (len(parts) - len(made))
        found = _smaller(parts[place], max(1, share - 1))
        if found is None:
            return None
        made[place] = found
        used += size(found) + (size(found) > 1)
    whole = joined("Or", [made[place] for place in range(len(parts))], exact=False)
    return whole if size(whole) <= room else None


def _spread(ask: Ask) -> list[Filter | Ask]:
    """Return the parts of one level: what is joined by the same word, or is one filter, needs none of its own."""
    found: list[Filter | Ask] = []
    for part in ask.parts:
        if isinstance(part, Filter):
            found.append(part)
            continue
        inner = _spread(part)
        found += inner if part.operator == ask.operator or len(inner) == 1 else [part]
    return found
