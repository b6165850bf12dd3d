"""Times as they are written in a query: the moment or the period that they mean."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import NamedTuple

_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
_MILLISECONDS = 1e11
"""Numbers beyond it are milliseconds, as MLflow's times are; in seconds they would be after the year 5138."""


class Span(NamedTuple):
    """From `start` on and before `end`, in seconds since the epoch; a single moment if they are equal."""

    start: float
    end: float


def moment(seconds: float) -> Span:
    """Return a number as a moment: seconds since the epoch, or milliseconds."""
    found = seconds / 1000 if abs(seconds) > _MILLISECONDS else seconds
    return Span(found, found)


def iso(text: str) -> Span | None:
    """Return the period that an ISO 8601 text means, within the precision it is written in; None for other texts.

    Without a zone it is UTC.
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (None if one is None else int(one) for one in found.groups()[:6])
    try:
        first, last = _days(int(year or 0), month, day)
    except ValueError:
        return None
    if hour is None:
        return Span((first - _EPOCH) * _DAY, (last - _EPOCH) * _DAY)
    zone = _zone(found[8])
    if hour > 23 or (minute or 0) > 59 or (second or 0) > 59 or zone is None:  # noqa: PLR2004 - a clock's
        return None
    digits = (found[7] or "")[:6]
    fraction = Fraction(int(digits or 0), 10 ** len(digits))
    start = (first - _EPOCH) * _DAY + hour * 3600 + (minute or 0) * 60 + (second or 0) - zone + fraction
    length = 3600 if minute is None else 60 if second is None else Fraction(1, 10 ** len(digits))
    return Span(float(start), float(start + length))


def stamp(seconds: int) -> str | None:
    """Return whole seconds since the epoch as Search takes them [M]; None outside of the years 1970 to 9999."""
    days, rest = divmod(seconds, _DAY)
    if days < 0 or days + _EPOCH > date.max.toordinal():
        return None
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{date.fromordinal(days + _EPOCH).isoformat()}T{clock}"


def _days(year: int, month: int | None, day: int | None) -> tuple[int, int]:
    """Return the ordinals of the first day of a year, month or day, and of the day after it."""
    if month is None:
        return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1
    if day is None:
        return date(year, month, 1).toordinal(), date(year, month, monthrange(year, month)[1]).toordinal() + 1
    first = date(year, month, day).toordinal()
    return first, first + 1


def _zone(text: str | None) -> int | None:
    """Return the seconds that a zone is ahead of UTC; None for one that is none."""
    if text is None or text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - a clock's
        return None
    return (-1 if text[0] == "-" else 1) * (hours * 3600 + minutes * 60)
