"""Which point of a sweep is which: by its parameters alone, so that a later kernel finds it again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, cast

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def plain(value: Any) -> Any:
    """Return a NumPy number as Python's own, everything else as it is."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    return value


def canonical(params: Mapping[str, Any]) -> str:
    """Return parameters as JSON that is the same text for the same values, whatever their order; 1.0 is 1."""
    return json.dumps(_simple(params), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def identity_of(params: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that stand for these parameters."""
    return hashlib.sha256(canonical(params).encode()).hexdigest()[:16]


def _simple(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, Mapping):
        return {str(key): _simple(one) for key, one in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_simple(one) for one in cast("list[Any]", value)]
    if isinstance(value, float):
        return int(value) if value.is_integer() else repr(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__} {_ADDRESS.sub('', repr(value))}"
