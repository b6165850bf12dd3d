"""Metrics as people keep them in a variable: dicts, lists of dicts, frames, Keras' History -> single points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.values import metric_name, metric_step, metric_value

Point = tuple[str, Any, "int | None"]
STEP = "step"
"""Key or column that gives the steps."""
CURE = "It takes a dict of numbers, of lists or of {step: number}, a list of dicts, or a DataFrame."


def points(value: Any, called: str) -> list[Point]:
    """Return (metric, value, step) of all that `value` holds.

    Parameters
    ----------
    value
        A dict: of numbers; of lists or arrays, whose steps count from 0; of ``{step: number}``; or of dicts of these,
        as XGBoost's ``evals_result``, named ``outer:inner``. A list of dicts, one for each step. A DataFrame with a
        column for each metric. A key or column ``step`` gives the steps. Anything with a dict as its ``history``, such
        as Keras' History, counts as that.
    called
        Its name, for the errors.

    Raises
    ------
    UsageError
        For anything else, before a single point is taken.
    """
    plain: Any = value
    if not isinstance(value, Mapping) and isinstance(getattr(value, "history", None), Mapping):
        plain = value.history
    if _is_frame(plain):
        found = list(_of_frame(plain, called))
    elif isinstance(plain, Mapping):
        found = list(_of_dict(cast("Mapping[Any, Any]", plain), called))
    elif isinstance(plain, Sequence) and not isinstance(plain, str | bytes):
        found = list(_of_rows(cast("Sequence[Any]", plain), called))
    else:
        raise UsageError(f"{called!r} is a {type(value).__name__}, which holds no metrics.", CURE)
    return [(metric_name(name), _number(name, one), metric_step(name, step)) for name, one, step in found]


def _of_dict(held: Mapping[Any, Any], called: str, prefix: str = "") -> Iterator[Point]:
    steps: list[Any] | None = None
    if STEP in held and any(_is_list(one) for name, one in held.items() if name != STEP):
        steps = list(held[STEP]) if _is_list(held[STEP]) else None
    lone = held[STEP] if STEP in held and not _is_list(held[STEP]) else None
    for name, one in held.items():
        if not isinstance(name, str):
            raise UsageError(f"{called!r} has the key {name!r}, which is no metric's name.", CURE)
        if name == STEP and (steps is not None or lone is not None):
            continue
        metric = f"{prefix}{name}"
        if isinstance(one, Mapping):
            yield from _of_inner(cast("Mapping[Any, Any]", one), called, metric)
        elif _is_list(one):
            values = list(one)
            if steps is not None and len(steps) != len(values):
                raise UsageError(
                    f"{called!r}: {metric!r} has {len(values):,} values and 'step' {len(steps):,}."
                )
            yield from ((metric, value, steps[at] if steps else at) for at, value in enumerate(values))
        else:
            yield metric, one, lone


def _of_inner(held: Mapping[Any, Any], called: str, metric: str) -> Iterator[Point]:
    """Take ``{step: value}`` where all keys are numbers, else one level more of names."""
    if all(not isinstance(key, str) for key in held):
        yield from ((metric, value, step) for step, value in held.items())
    elif ":" in metric:
        raise UsageError(f"{called!r} has dicts in dicts at {metric!r}.", CURE)
    else:
        yield from _of_dict(held, called, f"{metric}:")


def _of_rows(rows: Sequence[Any], called: str) -> Iterator[Point]:
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping):
            kind = type(row).__name__
            raise UsageError(f"{called!r} is a list whose item {at} is a {kind} and no dict.", CURE)
        told = cast("Mapping[Any, Any]", row)
        step = told.get(STEP, at)
        yield from ((str(name), value, step) for name, value in told.items() if name != STEP)


def _of_frame(frame: Any, called: str) -> Iterator[Point]:
    """Take the columns that hold numbers; missing values are no points."""
    names = [name for name in frame.columns if name != STEP and frame[name].dtype.kind in "iuf"]
    if not names:
        raise UsageError(f"{called!r} has no column of numbers.", CURE)
    if STEP in frame.columns:
        steps: Any = frame[STEP].tolist()
    elif (
        frame.index.is_unique
        and frame.index.dtype.kind in "iu"
        and (not len(frame) or frame.index.min() >= 0)
    ):
        steps = frame.index.tolist()
    else:
        steps = range(len(frame))
    for name in names:
        known = frame[name].notna().tolist()
        yield from (
            (str(name), value, step)
            for value, step, there in zip(frame[name].tolist(), steps, known, strict=True)
            if there
        )


def _number(name: str, value: Any) -> float:
    return metric_value(str(name), value)


def _is_frame(value: Any) -> bool:
    return hasattr(value, "columns") and hasattr(value, "iloc") and hasattr(value, "index")


def _is_list(value: Any) -> bool:
    """Whether `value` is many values: a list, a tuple, a Series, an array with one dimension."""
    if isinstance(value, str | bytes | Mapping):
        return False
    return isinstance(value, Sequence) or getattr(value, "ndim", 0) == 1
