"""A short text and the shape of a value, without calling anything that its author wrote.

Plain types are written here, arrays and frames tell their shape, dataclasses and scikit-learn's estimators their
fields. Of everything else only the type is said: a ``__repr__`` can take minutes, raise, or start a computation.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT_LENGTH = 2_000
"""Characters written; whoever shows the text cuts it further, after secrets are out of it."""
ITEMS, DEPTH = 20, 3
COLUMNS = 50
BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("{", "}"),
}
_PLAIN = frozenset(
    {
        *(int, float, complex, bool, type(None), range, slice, type(Ellipsis)),
        *(dt.date, dt.datetime, dt.time, dt.timedelta, dt.timezone),
        *(pathlib.PurePosixPath, pathlib.PosixPath, pathlib.PureWindowsPath),
    }
)
_LARGEST = 2**200
"""Integers beyond are not written in digits: that takes time with the square of their length."""
_ARRAYS = frozenset({("numpy", "ndarray"), ("torch", "Tensor"), ("torch.nn.parameter", "Parameter")})
_FRAMES = frozenset(
    {"pandas.core.frame", "pandas.core.series", "polars.dataframe.frame", "polars.series.series"}
)
"""Modules of classes that are frames or columns held in memory; lazy ones are not among them."""


def type_name(value: Any) -> str:
    """Return the name of a value's type (of a class: its own), after the package that it comes from."""
    kind: type = value if issubclass(type(value), type) else type(value)
    module = str(kind.__module__)
    name = str(kind.__qualname__)
    if module in {"builtins", "__main__"}:
        return name
    return f"{module.partition('.')[0]}.{name}"


def shape_of(value: Any) -> dict[str, Any]:
    """Return ``shape``, ``dtype`` and ``columns`` of arrays and frames in memory, ``length`` of containers."""
    kind = type(value)
    try:
        if _is_array(kind):
            return {"shape": [int(size) for size in value.shape], "dtype": str(value.dtype)}
        if _is_frame(kind):
            return _frame(value)
        if kind in BRACKETS or kind in {dict, str, bytes, bytearray}:
            return {"length": len(value)}
    except Exception:  # noqa: BLE001 - a library's object half made; its type is enough
        return {}
    return {}


def short_text(value: Any) -> str | None:
    """Return a text for a value of a type known here, at most 2,000 characters long; None for any other."""
    try:
        text = _text(value, DEPTH)
    except Exception:  # noqa: BLE001 - what cannot be written is said by its type
        return None
    return None if text is None else text[:TEXT_LENGTH]


def _is_array(kind: type) -> bool:
    return (kind.__module__, kind.__name__) in _ARRAYS


def _is_frame(kind: type) -> bool:
    module = kind.__module__
    # pandas 3 shows its classes as pandas.DataFrame.
    return module in _FRAMES or (module, kind.__name__) in {("pandas", "DataFrame"), ("pandas", "Series")}


def _frame(value: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"shape": [int(size) for size in value.shape]}
    if len(told["shape"]) == 1:
        return {**told, "dtype": str(value.dtype)}
    names = [_text(name, 1) if type(name) is not str else name for name in list(value.columns)[:COLUMNS]]
    return {**told, "columns": [name or "?" for name in names]}


def _text(value: Any, depth: int) -> str | None:
    kind = type(value)
    if kind is int and abs(value) > _LARGEST:
        return f"<integer of {value.bit_length()} bits>"
    if kind in _PLAIN or (kind.__module__ == "numpy" and _is_numpy_scalar(value)):
        return repr(value)
    if kind in {str, bytes, bytearray}:
        return repr(value[:TEXT_LENGTH])
    return "…" if depth == 0 else _nested(value, kind, depth)


def _nested(value: Any, kind: type, depth: int) -> str | None:
    """Return the text of something that holds other values."""
    if kind is dict:
        return _dict(value, depth)
    if kind in BRACKETS:
        return _items(value, BRACKETS[kind], depth)
    fields = _fields(value, kind)
    return None if fields is None else f"{kind.__qualname__}({_named(fields, depth)})"


def _dict(value: dict[Any, Any], depth: int) -> str:
    parts = [f"{_short(key, depth)}: {_short(value[key], depth)}" for key in _first(value)]
    return "{" + _joined(parts, len(value)) + "}"


def _items(value: Any, brackets: tuple[str, str], depth: int) -> str:
    parts = [_short(item, depth) for item in _first(value)]
    comma = "," if brackets[0] == "(" and len(value) == 1 else ""
    return brackets[0] + _joined(parts, len(value)) + comma + brackets[1]


def _named(fields: dict[str, Any], depth: int) -> str:
    return _joined([f"{name}={_short(fields[name], depth)}" for name in _first(fields)], len(fields))


def _short(value: Any, depth: int) -> str:
    text = _text(value, depth - 1)
    if text is not None:
        return text
    told = shape_of(value)
    shape = "\N{MULTIPLICATION SIGN}".join(map(str, told["shape"])) if "shape" in told else ""
    return f"<{type_name(value)}{' ' if shape else ''}{shape}>"


def _first(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if len(found) == ITEMS:
            break
        found.append(item)
    return found


def _joined(parts: list[str], total: int) -> str:
    more = [f"… {total - len(parts)} more"] if total > len(parts) else []
    return ", ".join([*parts, *more])


def _is_numpy_scalar(value: Any) -> bool:
    numpy: Any = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic) and value.dtype.kind in "biufcmM"


def _fields(value: Any, kind: type) -> dict[str, Any] | None:
    """Return the fields of a dataclass, a namespace or an estimator, read past any ``__getattr__``."""
    estimator = kind.__module__.startswith("sklearn.")
    plain = "__dataclass_fields__" in kind.__dict__ or (kind.__module__, kind.__name__) in {
        ("argparse", "Namespace"),
        ("types", "SimpleNamespace"),
    }
    if not (plain or estimator):
        return None
    held: dict[str, Any] = dict(object.__getattribute__(value, "__dict__"))
    # What an estimator has learned ends in an underscore.
    return {
        name: one
        for name, one in held.items()
        if not (name.startswith("_") or (estimator and name.endswith("_")))
    }
