"""What a parameter's values are written like: ``0.01,0.1``, ``int(3,9)``, ``log(1e-4,1e-1) if kind=tree``."""

from __future__ import annotations

import ast
import re
from typing import Any

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.actions.sweep.dims import EXAMPLES, Choice, Dim, RangeKind, checked_range

KINDS: dict[str, RangeKind] = {"int": "int", "float": "float", "log": "log"}
_CALL = re.compile(r"([A-Za-z_]\w*)\((.*)\)", re.DOTALL)
_IF = re.compile(r"\s+if\s+")
_AND = re.compile(r"\s+and\s+")
_SEVERAL = re.compile(r"[(\[](.*)[)\]]", re.DOTALL)
_CONDITION = re.compile(r"(?P<name>.+?)\s*(?:==?|\s+in\s+)\s*(?P<values>.+)", re.DOTALL)
Conditions = dict[str, tuple[Any, ...]]


def is_range_text(text: str) -> bool:
    """Whether a text given from Python means more than itself: a range, or something with a condition."""
    call = _CALL.fullmatch(_IF.split(text.strip(), 1)[0].strip())
    return (call is not None and call[1] in KINDS) or bool(_IF.search(text))


def read(name: str, text: str) -> tuple[Dim, Conditions]:
    """Return what a text such as ``int(3,9) if kind=tree`` says of the parameter `name`.

    Raises
    ------
    UsageError
        In one line.
    """
    spec, *condition = _IF.split(text.strip(), 1)
    conditions = _conditions(name, condition[0]) if condition else {}
    spec = spec.strip()
    if not spec:
        raise UsageError(f"{name} has no values.", f"For example: -p {name}=0.1,0.2")
    call = _CALL.fullmatch(spec)
    if call is None:
        return Choice(tuple(values(spec))), conditions
    kind = call[1]
    if kind not in KINDS:
        near = did_you_mean(kind, KINDS) or "There are int(a,b), float(a,b) and log(a,b)."
        raise UsageError(f"{name}={spec}: there is no range {kind}().", near)
    given = values(call[2])
    if not 2 <= len(given) <= 3:  # noqa: PLR2004 - both ends, and a step
        raise UsageError(f"{name}={spec}: a range has two ends.", f"For example: {name}={EXAMPLES[kind]}")
    return checked_range(name, KINDS[kind], *given), conditions


def values(text: str) -> list[Any]:
    """Split at commas and read each part as a Python literal, else as text: ``1,0.5,relu,(1, 2)``."""
    text = text.strip()
    if not text:
        return []
    try:
        found: Any = ast.literal_eval(f"[{text}]")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return [_value(part) for part in _parts(text) if part.strip()]
    if len(found) == 1 and isinstance(found[0], list):
        return list(found[0])
    return list(found)


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text.strip()


def _parts(text: str) -> list[str]:
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _conditions(name: str, text: str) -> Conditions:
    found: Conditions = {}
    for part in _AND.split(text.strip()):
        match = _CONDITION.fullmatch(part.strip())
        if match is None:
            raise UsageError(
                f"{name}: the condition {part!r} cannot be read.",
                f"For example: -p '{name}=int(3,9) if kind=tree'",
            )
        several = _SEVERAL.fullmatch(match["values"].strip())
        found[match["name"].strip()] = tuple(values(several[1] if several else match["values"]))
    return found
