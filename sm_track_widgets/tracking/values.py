"""What users hand in -> what the service stores: parameters, metric values, steps, times, tags.

A parameter never fails: what does not fit is stored as text, cut, and said in a note. A metric that is no number is a
mistake worth stopping for; NaN and infinity are not, they happen in the middle of a training.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import operator
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple, SupportsFloat, cast

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import (
    MAX_METRIC_NAME,
    MAX_PARAMETER_KEY,
    MAX_TAG_KEY,
    MAX_TAG_VALUE,
    MAX_TEXT,
    RESERVED_PREFIX,
    is_reserved,
)

EXACT_INTEGER = 2**53
"""Largest integer up to which every one has its own double; NumberValue is a double [M]."""
MAX_STEP = 2**31 - 1  # BatchPutMetrics Step is an Integer [M]
OLDEST_POINT = 14 * 86_400  # seconds; the SDK refuses older ones [S]
NEWEST_POINT = 2 * 3_600
_LINE_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_READ_AS_BREAK = re.compile(r"\\(?=[\\n\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029])")


class Stored(NamedTuple):
    """A value as the service takes it, and one line about what was changed (empty: nothing)."""

    value: float | int | str
    note: str = ""


# -- parameters --------------------------------------------------------------------------------------------------
def parameter(name: str, value: Any) -> Stored:
    r"""Return the stored form of a parameter: a number where it is one, else text of at most 2,500 characters.

    Booleans and None become ``"True"``, ``"False"``, ``"None"``; NaN and infinity text; numpy scalars and one-element
    arrays the Python value; containers JSON; dates ISO 8601; integers beyond 2**53 text, since the service keeps
    doubles. Line breaks become ``\n``: the service's pattern for texts ends at one.
    """
    plain = _plain(value)
    if type(plain) is float or type(plain) is int:
        return Stored(_number(plain))
    text = one_line(plain if isinstance(plain, str) else _text(plain))
    if len(text) <= MAX_TEXT:
        return Stored(text)
    return Stored(
        text[:MAX_TEXT],
        f"Parameter {name!r} has {len(text):,} characters; the first {MAX_TEXT:,} were kept. "
        "Log the whole text as a file: run.log_file(...)",
    )


def parameter_name(name: Any) -> tuple[str, str]:
    """Return a parameter's name as text, and why it cannot be used (empty: it can)."""
    text = one_line(str(name))
    if not text.strip():
        return text, "A parameter without a name was not logged. Give it a name."
    if len(text) > MAX_PARAMETER_KEY:
        short = f"{text[:40]}..."
        return text, f"Parameter {short!r} was not logged: names have at most {MAX_PARAMETER_KEY} characters."
    if is_reserved(text):
        return (
            text,
            f"Parameter {text!r} was not logged: names starting with {RESERVED_PREFIX!r} are reserved.",
        )
    return text, ""


def one_line(text: str) -> str:
    r"""Return `text` without line breaks (written ``\n``) and lone surrogates: it fits the pattern ``.*`` [M]."""
    clean = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    return _LINE_BREAKS.sub(r"\\n", clean)


def notes(text: str) -> str:
    r"""Return a run's notes as the service keeps them: on one line, ``\n`` for each line break.

    A backslash is doubled where it would be read as part of one; `sm_track_widgets._names.told_notes` is the way back.

    Raises
    ------
    UsageError
        More than 2,500 characters.
    """
    stored = one_line(_READ_AS_BREAK.sub(r"\\\\", text))
    if len(stored) > MAX_TEXT:
        raise UsageError(
            f"The notes have {len(stored):,} characters; SageMaker keeps {MAX_TEXT:,}.",
            "Shorten them, or log them as a file: run.log_file(...)",
        )
    return stored


def _plain(value: Any) -> Any:
    """Unwrap enums, numpy scalars, one-element arrays and tensors to plain Python."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if hasattr(value, "dtype") and callable(getattr(value, "item", None)) and _one_element(value):
        with suppress(TypeError, ValueError, RuntimeError):
            value = value.item()
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    return float(value) if isinstance(value, Fraction) or _is_decimal(value) else value


def _one_element(value: Any) -> bool:
    shape = getattr(value, "shape", ())
    try:
        return math.prod(shape) == 1
    except TypeError:
        return False


def _is_decimal(value: Any) -> bool:
    # Asked by name: importing decimal costs a millisecond that nobody else needs.
    return type(value).__module__ in ("decimal", "_decimal") and type(value).__name__ == "Decimal"


def _number(plain: float) -> float | int | str:
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else str(plain)
    return plain if abs(plain) <= EXACT_INTEGER else str(plain)


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Mapping | list | tuple | set | frozenset) or hasattr(value, "tolist"):
        return _json(value)
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return f"{value.__module__}.{value.__qualname__}"
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a broken __str__ of the user's must not end his run
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _json(value: Any) -> str:
    try:
        return json.dumps(_jsonable(value), default=_jsonable, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): item for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, set | frozenset):
        return sorted(cast("Iterable[Any]", value), key=str)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, list | tuple):
        return list(cast("Iterable[Any]", value))
    plain = _plain(value)
    return _text(plain) if plain is value else plain


# -- metrics -----------------------------------------------------------------------------------------------------
def metric_name(name: Any) -> str:
    """Return a metric's name.

    Raises
    ------
    UsageError
        No text, empty, over 255 characters or with a line break.
    """
    if not isinstance(name, str):
        raise UsageError(f"A metric's name is text, not {name!r}.", "Write: run.log_metric('loss', value)")
    if not name or len(name) > MAX_METRIC_NAME or _LINE_BREAKS.search(name):
        raise UsageError(
            f"Metric name {name[:40]!r} cannot be used.",
            f"Use 1 to {MAX_METRIC_NAME} characters on one line.",
        )
    return one_line(name)


def metric_value(name: str, value: Any) -> float:
    """Return a metric's value as a float; NaN and infinities (also from overflow) pass through.

    Raises
    ------
    UsageError
        `value` is no real number.
    """
    if value is None or isinstance(value, complex):
        raise UsageError(
            f"Metric {name!r} got {value!r}, which is no number.", "Log a number, or leave the call out."
        )
    if hasattr(value, "shape") and not _one_element(value):
        raise UsageError(
            f"Metric {name!r} got an array of shape {tuple(value.shape)}.",
            "Log one number, such as its mean.",
        )
    if hasattr(value, "dtype") and callable(getattr(value, "item", None)):
        value = value.item()
    try:
        return float(cast("SupportsFloat | str", value))
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        shown = repr(value)[:60]
        raise UsageError(
            f"Metric {name!r} got {shown}, which is no number.",
            "Texts are parameters: run.log_parameter(...)",
        ) from None


def is_number_type(kind: type) -> bool:
    """Whether ``float(value)`` is all it takes for values of this type: Python's and numpy's scalars."""
    return issubclass(kind, float | int) or any(
        base.__module__ == "numpy" and base.__name__ in ("floating", "integer") for base in kind.__mro__
    )


def metric_step(name: str, step: Any) -> int | None:
    """Return a step as an int; integral floats and numpy integers count.

    Raises
    ------
    UsageError
        Negative, fractional, too large or no number.
    """
    if step is None:
        return None
    plain: Any = _plain(step)
    try:
        whole = (
            int(plain)
            if isinstance(plain, float) and plain.is_integer()
            else operator.index(cast("Any", plain))
        )
    except TypeError:
        raise UsageError(
            f"Step {plain!r} of metric {name!r} is no whole number.", "Count with integers: step=0, 1, 2, ..."
        ) from None
    if not 0 <= whole <= MAX_STEP:
        raise UsageError(
            f"Step {whole} of metric {name!r} is outside 0..{MAX_STEP}.", "Count from 0, or leave step out."
        )
    return whole


def metric_time(timestamp: Any, now: float) -> float:
    """Return seconds since the epoch of a datetime (naive: local time) or a number; None is `now`.

    Raises
    ------
    UsageError
        No time, or more than 14 days before or 2 hours after `now`, which the service does not take [S].
    """
    if timestamp is None:
        return now
    try:
        seconds = timestamp.timestamp() if isinstance(timestamp, dt.datetime) else float(timestamp)
    except (TypeError, ValueError, OverflowError, OSError):
        raise UsageError(
            f"Timestamp {timestamp!r} is no time.", "Give a datetime or seconds since 1970."
        ) from None
    if not now - OLDEST_POINT <= seconds <= now + NEWEST_POINT:
        raise UsageError(
            f"Timestamp {timestamp!r} is not between 14 days ago and 2 hours ahead.",
            "SageMaker takes no other; leave timestamp out, or use step.",
        )
    return seconds


# -- tags and messages -------------------------------------------------------------------------------------------
_NO_TAG_CHARACTER = re.compile(r"[^\w .:/=+\-@]|[\t\n\r\x0b\x0c]")


def tag(key: Any, value: Any) -> tuple[str, str, str]:
    """Return key and value as the service takes them (letters, digits, spaces and ``_.:/=+-@`` [M]), and a note.

    Raises
    ------
    UsageError
        The key is empty, or starts with ``aws:`` or ``sagemaker:``, which AWS keeps to itself.
    """
    asked_key, asked_value = str(key), str(value)
    if not asked_key.strip() or asked_key.lower().startswith(("aws:", "sagemaker:", "sm_track:")):
        raise UsageError(
            f"Tag {asked_key!r} cannot be used.",
            "Name it; aws:, sagemaker: and sm_track: are taken as beginnings.",
        )
    clean_key = _NO_TAG_CHARACTER.sub("_", one_line(asked_key))[:MAX_TAG_KEY]
    clean_value = _NO_TAG_CHARACTER.sub("_", one_line(asked_value))[:MAX_TAG_VALUE]
    note = ""
    if (clean_key, clean_value) != (asked_key, asked_value):
        note = (
            f"Tag {asked_key[:40]!r} was stored as {clean_key[:40]!r} = {clean_value[:40]!r}: "
            "tags take letters, digits, spaces and _.:/=+-@, 128 and 256 characters."
        )
    return clean_key, clean_value, note
