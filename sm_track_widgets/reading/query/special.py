"""What the service is asked about names, times and durations, which are no single property of its records."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sm_track_widgets._names import NAME_PARAMETER
from sm_track_widgets.reading.query import patterns
from sm_track_widgets.reading.query.asking import Ask, Filter
from sm_track_widgets.reading.query.evaluate import span_of
from sm_track_widgets.reading.query.leaves import BOUND, MISSING, OPPOSITE, PART, RANGE, THERE, Budget, there
from sm_track_widgets.reading.query.nodes import Between, Compare, Field, Like, Null, OneOf, Text, Value
from sm_track_widgets.reading.query.properties import longest_writable, properties, writable
from sm_track_widgets.reading.query.signed import Both, Either, Sign, Signed
from sm_track_widgets.reading.query.times import Span, stamp

_NAME = f"Parameters.{NAME_PARAMETER}"
_BY_NAME = 80


# -- names ---------------------------------------------------------------------------------------------------------
def asked_name(sign: Sign, budget: Budget) -> Ask | None:
    """Return what can be asked about a run's name: every run has one, so that only a positive condition narrows.

    The name is the parameter `sm_track.name`; or, by `identity.run_name`, the DisplayName, RunName, or the end of the
    component's name, which may be in lower case.
    """
    leaf = sign.leaf
    if not sign.holds or isinstance(leaf, (Null, Between)):
        return None
    if isinstance(leaf, Like):
        whole = None if leaf.any_case else patterns.literal(leaf.pattern)
        return _called((whole,), sign) if whole is not None else _looking(leaf, budget)
    values = leaf.values if isinstance(leaf, OneOf) else (leaf.value,)
    return _called(tuple(value.value for value in values if isinstance(value, Text)), sign)


def _called(names: tuple[str, ...], said: Sign) -> Ask | None:
    if not all(map(writable, names)):
        return None
    filters: list[Filter] = []
    for name in names:
        filters.append(Filter(_NAME, "Equals", name))
        if _may_be_entity(name):
            filters += [
                Filter("DisplayName", "Equals", name),
                Filter("RunName", "Equals", name),
                *_in_component(name),
            ]
    return Ask("Or", tuple(filters), said, exact=False, worth=_BY_NAME)


def _looking(leaf: Like, budget: Budget) -> Ask | None:
    chunk = longest_writable(patterns.chunks(leaf.pattern), any_case=leaf.any_case)
    if not chunk or not budget.spend(_NAME):
        return None
    filters = [Filter(_NAME, "Contains", chunk)]
    if _may_be_entity(chunk):
        filters += [Filter("DisplayName", "Contains", chunk), *_in_component(chunk)]
    said = Sign(Like(leaf.field, f"%{patterns.escaped(chunk)}%"))
    return Ask("Or", tuple(filters), said, exact=False, worth=PART)


def _may_be_entity(text: str) -> bool:
    """Whether a text can be part of an entity's name: of others the service has none [M]."""
    return re.fullmatch("[a-zA-Z0-9-]+", text) is not None


def _in_component(text: str) -> list[Filter]:
    return [Filter("TrialComponentName", "Contains", one) for one in dict.fromkeys((text, text.lower()))]


# -- times ---------------------------------------------------------------------------------------------------------
def asked_time(sign: Sign, now: float) -> Ask | None:
    """Return what can be asked about a time: bounds in whole seconds, rounded outwards."""
    leaf = sign.leaf
    (name,) = properties(leaf.field)
    exists = there(leaf.field, name)
    if isinstance(leaf, Null):
        if sign.holds:
            return Ask("And", (Filter(name, "NotExists"),), sign, exact=True, worth=MISSING)
        return replace(exists, exact=True)
    alternatives = _alternatives(sign, partial(span_of, now=now))
    found = _either(leaf.field, name, alternatives) if alternatives else None
    return replace(found, weaker=exists) if found else exists


def _alternatives(sign: Sign, span: Callable[[Value], Span]) -> list[list[_Bound]]:
    """Return bounds, one list of which a time keeps to; none for what bounds cannot say."""
    leaf = sign.leaf
    if isinstance(leaf, Between):
        low, high = span(leaf.low), span(leaf.high)
        if sign.holds:
            return [[_bound(">=", low), _bound("<=", high)]]
        return [[_bound("<", low)], [_bound(">", high)]]
    if isinstance(leaf, Compare) and leaf.sign != "=":
        return [[_bound(leaf.sign if sign.holds else OPPOSITE[leaf.sign], span(leaf.value))]]
    if not sign.holds or not isinstance(leaf, (Compare, OneOf)):
        return []
    spans = map(span, leaf.values if isinstance(leaf, OneOf) else (leaf.value,))
    return [[_bound(">=", one), _bound("<=", one)] for one in spans]


_Bound = tuple[str, float, bool]
"""``>=`` or ``<=``, seconds, and whether the bound itself belongs to what is meant as it does to what is asked."""


def _bound(order: str, span: Span) -> _Bound:
    moment = span.start == span.end
    if order in {"<", "<="}:
        return "<=", span.start if order == "<" else span.end, order == "<=" and moment
    return ">=", span.end if order == ">" else span.start, order == ">=" or not moment


def _bounded(field: Field, name: str, bounds: list[_Bound]) -> Ask | None:
    """Ask for all of the bounds that can be written; None for none."""
    filters: list[Filter] = []
    said: list[Signed] = []
    exact = True
    for order, seconds, included in bounds:
        if math.isinf(seconds):  # longer ago than a double can tell
            exact = False
            continue
        whole = math.floor(seconds) if order == ">=" else math.ceil(seconds)
        text = stamp(whole)
        exact = exact and included and whole == seconds and text is not None
        if text is not None:
            operator = "GreaterThanOrEqualTo" if order == ">=" else "LessThanOrEqualTo"
            filters.append(Filter(name, operator, text))
            said.append(Sign(Compare(field, order, Text(f"{text}Z"))))
    if not filters:
        return None
    worth = RANGE if len(filters) > 1 else BOUND
    return Ask("And", tuple(filters), said[0] if len(said) == 1 else Both(tuple(said)), exact, worth)


def _either(field: Field, name: str, alternatives: list[list[_Bound]]) -> Ask | None:
    found = [_bounded(field, name, bounds) for bounds in alternatives]
    asks = [ask for ask in found if ask]
    if len(asks) < len(found):
        return None
    if len(asks) == 1:
        return asks[0]
    exact = all(ask.exact for ask in asks)
    return Ask("Or", tuple(asks), Either(tuple(ask.said for ask in asks)), exact, BOUND)


# -- durations -----------------------------------------------------------------------------------------------------
def asked_duration(sign: Sign) -> Ask:
    """Ask for both ends of a run: the service has no durations."""
    missing = isinstance(sign.leaf, Null) and sign.holds
    filters = tuple(Filter(name, "NotExists" if missing else "Exists") for name in ("StartTime", "EndTime"))
    said = sign if missing else Sign(Null(sign.leaf.field), holds=False)
    return Ask(
        "Or" if missing else "And",
        filters,
        said,
        exact=isinstance(sign.leaf, Null),
        worth=MISSING if missing else THERE,
    )
