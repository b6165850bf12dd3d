"""The points a sweep may try: parameters with their values, some of them only where another one has a given value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.actions.sweep import written
from sm_track_widgets.actions.sweep.dims import Choice, Dim, Range, checked_range
from sm_track_widgets.actions.sweep.identity import identity_of, plain
from sm_track_widgets.actions.sweep.written import Conditions
from sm_track_widgets.tracking import values as stored_values

MOST = 100_000
"""Points of a grid."""
EXAMPLE = 'For example: {"lr": [0.01, 0.1], "depth": "int(3, 9)"}'


class When:
    """Values of a parameter that exists only where other parameters have given values.

    Parameters
    ----------
    values
        What the parameter may be: a list, a range, or a text such as ``"int(3, 9)"``.
    conditions
        Name of another parameter -> its value, or a list of values; all have to hold.
    **named
        The same, for names that Python can write: ``When([1, 2], kind="tree")``.
    """

    def __init__(self, values: Any, conditions: Mapping[str, Any] | None = None, **named: Any) -> None:
        self.values = values
        self.conditions: Conditions = {
            name: tuple(value) if isinstance(value, (list, tuple, set)) else (value,)
            for name, value in {**(conditions or {}), **named}.items()
        }


@dataclass(frozen=True, slots=True)
class Space:
    """Parameters of a sweep.

    Attributes
    ----------
    dims
        Name -> what it may be, those that others depend on first.
    needs
        Name -> what other parameters have to be, for it to exist.
    listed
        The points themselves, where they were listed; `dims` is empty then.
    """

    dims: dict[str, Dim] = field(default_factory=dict[str, Dim])
    needs: dict[str, Conditions] = field(default_factory=dict[str, Conditions])
    listed: tuple[dict[str, Any], ...] | None = None

    @property
    def names(self) -> list[str]:
        """Every parameter that a point may have."""
        points = self.listed or ()
        return list(dict.fromkeys([*self.dims, *(name for point in points for name in point)]))

    def exists(self, name: str, point: Mapping[str, Any]) -> bool:
        """Whether a point that has these values has a value of `name` too."""
        return all(
            other in point and point[other] in allowed for other, allowed in self.needs.get(name, {}).items()
        )

    def grid(self) -> list[dict[str, Any]]:
        """Return every point, each once.

        Raises
        ------
        UsageError
            There are too many, or no end of them.
        """
        points: list[dict[str, Any]] = [{}]
        if self.listed is not None:
            points = [dict(point) for point in self.listed]
        for name, dim in self.dims.items():
            values = dim.grid(name) if (dim.size() or 0) <= MOST else ()
            count = sum(len(values) or MOST + 1 if self.exists(name, point) else 1 for point in points)
            if count > MOST:
                raise UsageError(
                    f"This grid has more than {MOST:,} points.", "Take some of them: --method random --n 100"
                )
            points = [
                {**point, **one}
                for point in points
                for one in ([{name: value} for value in values] if self.exists(name, point) else [{}])
            ]
        return list({identity_of(point): point for point in points}.values())

    def decoded(self, stored: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the point whose parameters were stored so; None where it is none of this space's."""
        point: dict[str, Any] = {}
        for name, dim in self.dims.items():
            if not self.exists(name, point):
                continue
            value = stored.get(name)
            if isinstance(dim, Choice):
                near = [one for one in dim.values if _is_stored(name, one, value)]
                if not near:
                    return None
                point[name] = near[0]
            elif isinstance(value, (int, float)) and dim.low <= value <= dim.high:
                point[name] = int(value) if dim.kind == "int" else float(value)
            else:
                return None
        return point

    def __str__(self) -> str:
        if self.listed is not None:
            return f"{len(self.listed)} points with {', '.join(self.names)}"
        return " ".join(f"{name}={dim}{self._condition(name)}" for name, dim in self.dims.items())

    def _condition(self, name: str) -> str:
        needs = self.needs.get(name)
        if not needs:
            return ""
        told = " and ".join(
            f"{other}={allowed[0]}" if len(allowed) == 1 else f"{other} in {allowed}"
            for other, allowed in needs.items()
        )
        return f" if {told}"


def _is_stored(name: str, value: Any, stored: Any) -> bool:
    """Whether a value is what was stored: a tuple as JSON, an array, too, an enum by its value."""
    return bool(str(value) == str(stored) or stored_values.parameter(name, value).value == stored)


def space_of(given: Any) -> Space:
    """Return the space that a user means.

    Parameters
    ----------
    given
        A dict of parameter -> values; or the points themselves: a list of dicts, or a DataFrame with a row for each.
        Values are a list, a Python range or array, a text such as ``"log(1e-4, 1e-1)"``, a `When`, a range of Optuna's
        or of the SageMaker SDK's tuner, or a single value.

    Raises
    ------
    UsageError
        In one line, with the cure.
    """
    if isinstance(given, Space):
        return given
    if isinstance(given, Mapping):
        return _of_dict(cast("Mapping[Any, Any]", given))
    if hasattr(given, "columns") and hasattr(given, "to_dict"):
        given = given.to_dict("records")
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageError(
            f"A space is a dict of values or a list of dicts, not a {type(given).__name__}.", EXAMPLE
        )
    return _of_list(list(cast("Iterable[Any]", given)))


def _of_list(points: list[Any]) -> Space:
    if not points:
        raise UsageError("The grid is empty: it has no points.", 'For example: [{"lr": 0.01}, {"lr": 0.1}]')
    for point in points:
        if not isinstance(point, Mapping):
            raise UsageError(
                f"A list of points holds dicts, and {point!r:.60} is a {type(point).__name__}.",
                'For example: [{"lr": 0.01}, {"lr": 0.1}]',
            )
        if not point:
            raise UsageError("A point of the grid is empty.", 'For example: [{"lr": 0.01}, {"lr": 0.1}]')
    return Space(listed=tuple({str(name): plain(value) for name, value in point.items()} for point in points))


def _of_dict(given: Mapping[Any, Any]) -> Space:
    if not given:
        raise UsageError("The grid is empty: it names no parameter.", EXAMPLE)
    dims: dict[str, Dim] = {}
    needs: dict[str, Conditions] = {}
    for key, value in given.items():
        name = str(key).strip()
        dims[name], conditions = _dim(name, value)
        if conditions:
            needs[name] = conditions
    for name, conditions in needs.items():
        _check(name, conditions, dims)
    return Space(_ordered(dims, needs), needs)


def _dim(name: str, value: Any) -> tuple[Dim, Conditions]:
    if isinstance(value, When):
        dim, conditions = _dim(name, value.values)
        return dim, {**conditions, **value.conditions}
    if isinstance(value, str):
        return written.read(name, value) if written.is_range_text(value) else (Choice((value,)), {})
    return _plain_dim(name, value), {}


def _plain_dim(name: str, value: Any) -> Dim:
    if isinstance(value, (Choice, Range)):
        return value
    for low, high in (("low", "high"), ("min_value", "max_value")):  # Optuna's, the SDK's tuner's
        if hasattr(value, low) and hasattr(value, high):
            return _foreign(name, value, getattr(value, low), getattr(value, high))
    held = getattr(value, "choices", None) or (
        getattr(value, "values", None) if not isinstance(value, Mapping) else None
    )
    if isinstance(held, (list, tuple)):
        value = cast("Any", held)
    if isinstance(value, range) and value.step > 0 and len(value) > 0:
        return checked_range(name, "int", value[0], value[-1], None if value.step == 1 else value.step)
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        return Choice((plain(value),))
    values = tuple(plain(one) for one in cast("Iterable[Any]", value))
    if not values:
        raise UsageError(f"The grid is empty: {name!r} has no values.", f'For example: {{"{name}": [1, 2]}}')
    return Choice(tuple({identity_of({name: one}): one for one in values}.values()))


def _foreign(name: str, value: Any, low: Any, high: Any) -> Range:
    """Read a range of another library by what it says of itself."""
    log = bool(getattr(value, "log", False)) or "log" in str(getattr(value, "scaling_type", "")).lower()
    whole = "int" in type(value).__name__.lower()
    step = getattr(value, "step", None)
    if whole:
        return checked_range(name, "int", low, high, None if step in (None, 1) else step)
    return checked_range(name, "log" if log else "float", low, high, None if log else step)


def _check(name: str, conditions: Conditions, dims: Mapping[str, Dim]) -> None:
    for other, allowed in conditions.items():
        if other not in dims:
            near = did_you_mean(other, dims) or f"There are: {', '.join(dims)}."
            raise UsageError(f"{name} depends on {other!r}, which is no parameter of the sweep.", near)
        dim = dims[other]
        known = dim.values if isinstance(dim, Choice) else None
        for value in allowed:
            if known is not None and value not in known:
                near = did_you_mean(str(value), [str(one) for one in known]) or f"It is one of {dim}."
                raise UsageError(f"{name} depends on {other}={value}, which {other} never is.", near)


def _ordered(dims: Mapping[str, Dim], needs: Mapping[str, Conditions]) -> dict[str, Dim]:
    """Put what others depend on before them."""
    ordered: dict[str, Dim] = {}
    while len(ordered) < len(dims):
        ready = [
            name
            for name in dims
            if name not in ordered and all(one in ordered for one in needs.get(name, ()))
        ]
        if not ready:
            rest = ", ".join(name for name in dims if name not in ordered)
            raise UsageError(
                f"The parameters {rest} depend on each other in a circle.", "Leave one condition out."
            )
        ordered.update({name: dims[name] for name in ready})
    return ordered
