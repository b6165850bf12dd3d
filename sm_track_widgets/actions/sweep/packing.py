"""The user's code on its way to another process: by value, as far as it was written in the notebook."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets.actions.sweep.calling import FunctionBody
from sm_track_widgets.actions.sweep.study import INSTALL


def packed(body: Any) -> bytes:
    """Return a body as bytes.

    Raises
    ------
    UsageError
        Something in it cannot be sent; named, with the cure.
    ConfigError
        cloudpickle is not installed.
    """
    dumps = _dumps()
    try:
        return dumps(body)
    except Exception as error:
        for name, value in _parts(body).items():
            reason = _refused(dumps, value)
            if reason:
                raise _unsendable(name, value, reason) from error
        raise UsageError(
            f"The function cannot be sent to another process: {_line(error)}.", "Run it here: leave out jobs."
        ) from error


def _dumps() -> Callable[[Any], bytes]:
    try:
        return importlib.import_module("cloudpickle").dumps
    except ImportError as error:
        raise ConfigError(
            "Points in other processes need cloudpickle, which is not installed.", INSTALL
        ) from error


def _parts(body: Any) -> dict[str, Any]:
    """Return what a body carries along, by the names that the user knows."""
    carried = getattr(body, "carried", None)
    if isinstance(carried, dict):
        return _deeper(carried)
    function = body.function if isinstance(body, FunctionBody) else body
    return _deeper(_closure(function))


def _deeper(names: Mapping[str, Any]) -> dict[str, Any]:
    """Add what the functions among `names` use: the innermost name is the one to be told."""
    found: dict[str, Any] = {}
    for value in names.values():
        if inspect.isfunction(value) and value.__module__ == "__main__":
            found.update({inner: one for inner, one in _closure(value).items() if inner not in names})
    return {**found, **names}


def _closure(function: Any) -> dict[str, Any]:
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    try:
        used = inspect.getclosurevars(function)
    except (TypeError, ValueError):
        return {}
    defaults = {
        one.name: one.default
        for one in inspect.signature(function).parameters.values()
        if one.default is not inspect.Parameter.empty
    }
    bound = {"self": function.__self__} if inspect.ismethod(function) else {}
    return {**used.globals, **used.nonlocals, **defaults, **bound}


def _refused(dumps: Callable[[Any], bytes], value: Any) -> str:
    try:
        dumps(value)
    except Exception as error:  # noqa: BLE001 - whatever a user's object raises
        return _line(error)
    return ""


def _unsendable(name: str, value: Any, reason: str) -> UsageError:
    kind = type(value)
    shown = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return UsageError(
        f"The variable {name!r} ({shown}) cannot be sent to another process: {reason}.",
        f"Make {name} inside the cell or function, or leave out jobs.",
    )


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__
