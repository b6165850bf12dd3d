"""One condition as the service can be asked it: what holds for every run that the condition finds, or more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sm_track_widgets._names import DEFAULT_GROUP
from sm_track_widgets.reading.query import patterns
from sm_track_widgets.reading.query.asking import Ask, Filter, Operator
from sm_track_widgets.reading.query.fields import kind_of_values
from sm_track_widgets.reading.query.nodes import (
    Between,
    Compare,
    Field,
    Like,
    Null,
    Number,
    OneOf,
    Text,
    Value,
)
from sm_track_widgets.reading.query.properties import (
    listable,
    longest_writable,
    properties,
    repeatable,
    writable,
)
from sm_track_widgets.reading.query.signed import Sign
from sm_track_widgets.reading.query.values import caseless, read_plain, reads_as_number

ORDERS = {"<": "LessThan", "<=": "LessThanOrEqualTo", ">": "GreaterThan", ">=": "GreaterThanOrEqualTo"}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
# How much a filter is likely to narrow: a name, a value, a range, part of a text, a bound, ... there at all.
VALUE, RANGE, PART, BOUND, MISSING, OTHER, THERE = 90, 70, 60, 50, 30, 20, 10
# Where our reading of a record and Search's Exists may differ: an empty message and a default group are missing to us.
_NEVER_MISSING = frozenset({"component", "message", "group", "notes"})


@dataclass(slots=True)
class Budget:
    """What an expression may hold only so many times.

    contains
        How often Contains may still be used of a property that is not `repeatable` [M].
    """

    contains: int = 1

    def spend(self, name: str) -> bool:
        """Whether one more Contains of this property is allowed, which is then used up."""
        if repeatable(name):
            return True
        if self.contains < 1:
            return False
        self.contains -= 1
        return True


def there(field: Field, name: str) -> Ask:
    """Ask whether a property is there at all."""
    return Ask("And", (Filter(name, "Exists"),), Sign(Null(field), holds=False), exact=False, worth=THERE)


def asked(sign: Sign, budget: Budget) -> Ask | None:
    """Return what can be asked about a field of numbers or texts; None for nothing.

    What only an empty value, say, keeps from being asked becomes the question whether there is a value.
    """
    field = sign.leaf.field
    found = (_of(sign, name, budget) for name in properties(field))
    asks = [ask for ask in found if ask]
    if len(asks) < 2:  # noqa: PLR2004 - most fields are one property
        return asks[0] if asks else None
    # Of several properties a value is missing if it is in none, and unequal if it is equal in none.
    missing = isinstance(sign.leaf, Null) and sign.holds
    weaker = _several([there(field, name) for name in properties(field)])
    if not sign.holds and not isinstance(sign.leaf, Null):
        return weaker
    return replace(_several(asks, "And" if missing else "Or"), weaker=None if missing else weaker)


def _several(asks: list[Ask], operator: Operator = "Or") -> Ask:
    first = asks[0]
    return Ask(operator, tuple(asks), first.said, all(ask.exact for ask in asks), first.worth)


def _of(sign: Sign, name: str, budget: Budget) -> Ask | None:
    """Return what can be asked of one property."""
    leaf, field = sign.leaf, sign.leaf.field
    exists = there(field, name)
    found: Ask | None
    if isinstance(leaf, Null):
        return _missing(sign, name)
    if isinstance(leaf, Like):
        found = _like(leaf, name, budget) if sign.holds else None
    elif isinstance(leaf, Between) or (isinstance(leaf, Compare) and leaf.sign in ORDERS):
        found = _ordered(sign, name)
    else:
        values = leaf.values if isinstance(leaf, OneOf) else (leaf.value,)
        found = _equal(field, name, values) if sign.holds else _unequal(field, name, values)
    if found is not None:
        return replace(found, weaker=exists, exact=found.exact and not _may_be_default(sign))
    return None if field.kind == "component" else exists


def _may_be_default(sign: Sign) -> bool:
    """Whether the service's answer may hold runs of no named group, which to it are in a group of the default name."""
    leaf = sign.leaf
    if leaf.field.kind != "group" or not sign.holds or isinstance(leaf, Like):
        return leaf.field.kind == "group"
    values = leaf.values if isinstance(leaf, OneOf) else (leaf.value,) if isinstance(leaf, Compare) else ()
    start = DEFAULT_GROUP.lower()
    return any(isinstance(value, Text) and value.value.lower().startswith(start) for value in values)


def _missing(sign: Sign, name: str) -> Ask | None:
    kind = sign.leaf.field.kind
    if sign.holds:
        if kind in _NEVER_MISSING:
            return None
        return Ask("And", (Filter(name, "NotExists"),), sign, exact=True, worth=MISSING)
    exact = kind not in _NEVER_MISSING
    return None if kind == "component" else replace(there(sign.leaf.field, name), exact=exact)


def _equal(field: Field, name: str, values: tuple[Value, ...]) -> Ask | None:
    said = Sign(Compare(field, "=", values[0]) if len(values) == 1 else OneOf(field, values))
    texts = [_spelt(field, value) for value in values]
    if not all(_askable(field, text) for text in texts):
        return None
    if len(texts) > 1 and kind_of_values(field) in {"text", "status"} and listable(texts):
        return Ask("And", (Filter(name, "In", ",".join(texts)),), said, exact=True, worth=VALUE)
    filters = tuple(Filter(name, "Equals", text) for text in texts)
    # Search takes 06 and 1e3 for numbers, too.
    exact = field.kind != "param" or not any(
        reads_as_number(text) and read_plain(text) is None for text in texts
    )
    return Ask("Or", filters, said, exact=exact, worth=VALUE)


def _unequal(field: Field, name: str, values: tuple[Value, ...]) -> Ask | None:
    """Ask for the presence of a value, too: whether NotEquals finds records that have none is not known."""
    safe = tuple(value for value in values if _surely_unequal(field, value))
    if not safe:
        return None
    said = Sign(Compare(field, "=", safe[0]) if len(safe) == 1 else OneOf(field, safe), holds=False)
    filters = (Filter(name, "NotEquals", _spelt(field, value)) for value in safe)
    exists = () if field.kind == "component" else (Filter(name, "Exists"),)
    # An empty message is none to us, and unequal to the service.
    exact = len(safe) == len(values) and field.kind not in {"message", "notes"}
    return Ask("And", (*exists, *filters), said, exact=exact, worth=OTHER)


def _surely_unequal(field: Field, value: Value) -> bool:
    """Whether NotEquals leaves out none that we find: not by case, nor since a decimal is compared as an integer."""
    kind = kind_of_values(field)
    if kind in {"number", "status"}:
        return writable(_spelt(field, value))
    if not isinstance(value, Text) or not _askable(field, value.value) or not caseless(value.value):
        return False
    return kind == "text" or not reads_as_number(value.value)


def _askable(field: Field, text: str) -> bool:
    """Whether a filter can ask for this text: notes are kept on one line, with backslashes for its breaks."""
    return writable(text) and not (field.kind == "notes" and "\\" in text)


def _spelt(field: Field, value: Value) -> str:
    if isinstance(value, Text):
        return value.value
    assert isinstance(value, Number), value
    return decimal(value) if kind_of_values(field) == "number" else value.spelling


def decimal(value: Number) -> str:
    """Return a number with a fraction: with an integer Search may compare integers [M]."""
    return value.spelling if "." in value.spelling else f"{value.spelling}.0"


def _ordered(sign: Sign, name: str) -> Ask | None:
    """Compare numbers. What must not hold is turned round: none of the values is on that side, so one is on this."""
    leaf = sign.leaf
    if isinstance(leaf, Compare):
        bounds = [(leaf.sign if sign.holds else OPPOSITE[leaf.sign], leaf.value)]
    else:
        assert isinstance(leaf, Between), leaf
        bounds = [(">=", leaf.low), ("<=", leaf.high)] if sign.holds else [("<", leaf.low), (">", leaf.high)]
    texts = [decimal(value) for _, value in bounds if isinstance(value, Number)]
    if not all(map(writable, texts)):
        return None
    filters = tuple(Filter(name, ORDERS[order], text) for (order, _), text in zip(bounds, texts, strict=True))
    both = isinstance(leaf, Between) and sign.holds
    return Ask("And" if both else "Or", filters, sign, exact=True, worth=RANGE if both else BOUND)


def _like(leaf: Like, name: str, budget: Budget) -> Ask | None:
    whole = None if leaf.any_case else patterns.literal(leaf.pattern)
    if whole is not None:
        ask = _equal(leaf.field, name, (Text(whole),))
        # A parameter's numbers look like nothing, yet they equal their spelling.
        mixed = leaf.field.kind == "param" and reads_as_number(whole)
        return replace(ask, said=Sign(leaf), exact=not mixed) if ask else None
    chunks = patterns.chunks(leaf.pattern)
    notes = leaf.field.kind == "notes"
    if notes:
        chunks = [part for chunk in chunks for part in chunk.split("\\")]
    chunk = longest_writable(chunks, any_case=leaf.any_case)
    if not chunk or not budget.spend(name):
        return None
    said = Sign(Like(leaf.field, f"%{patterns.escaped(chunk)}%"))
    exact = patterns.contained(leaf.pattern) == chunk and not (notes and chunk.startswith("n"))
    return Ask("And", (Filter(name, "Contains", chunk),), said, exact=exact, worth=PART)
