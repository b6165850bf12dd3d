"""How numbers, durations and names are written; the widgets' JavaScript follows the same rules.

The cases both sides must agree on are in ``tests/unit/number_cases.json``.
"""

from __future__ import annotations

import math
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal

SIGNIFICANT = 4
INTEGER_LIMIT = 1e15
LARGE = 1e6
SMALL = 1e-4
TEN, THOUSAND = 9.95, 999.5  # what is written as 10 and as 1000
MINUTE, HOUR, DAY = 60, 3600, 86400
TENTHS = 10
"""Seconds below which a duration tells tenths."""
RELATIVE_DAYS = 30
SOON_SECONDS = 5


def number(value: float | None) -> str:
    """Write a number with 4 significant digits.

    Parameters
    ----------
    value
        Any real number; None is a missing one.

    Returns
    -------
    str
        ``""`` for None; ``NaN``, ``∞``, ``-∞``; integers in full; a value of at most 4 digits as it is
        (``0.1``); a rounded one with its zeros (``0.9340``), its integer part never rounded to tens
        (``12346``); from a million up and under 0.0001 as ``1.235e6`` and ``5e-5``. Ties are rounded away
        from zero, as JavaScript does.
    """
    if value is None:
        return ""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < INTEGER_LIMIT:
        return str(int(value))
    if abs(value) >= LARGE or abs(value) < SMALL:
        return _exponent(value)
    return _fixed(value)


def full(value: float | None) -> str:
    """Write a number with all the digits needed to read it back; ``""`` for None."""
    if value is None:
        return ""
    value = float(value)
    if math.isfinite(value) and value == int(value) and abs(value) < INTEGER_LIMIT:
        return str(int(value))
    return repr(value) if math.isfinite(value) else number(value)


def count(value: int) -> str:
    """Write how many there are, in groups of three: ``1,204``."""
    return f"{value:,}"


def data_size(count: float) -> str:
    """Write a number of bytes: ``512 B``, ``4.2 kB``, ``120 MB``; a thousand of each is one of the next."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < THOUSAND:
            return f"{count:.0f} {unit}" if unit == "B" or count >= TEN else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def clock(seconds: float | None) -> str:
    """Write a duration: ``0.8 s``, ``9.4 s``, ``42 s``, ``1:05``, ``2:03:10``; ``""`` for None.

    Under ten seconds a tenth is told, but of whole seconds (``5 s``); nothing is rounded up.
    """
    if seconds is None or math.isnan(seconds):
        return ""
    seconds = max(float(seconds), 0.0)
    if math.isinf(seconds):
        return "∞"
    whole = int(seconds)
    if whole < TENTHS and seconds != whole:
        return f"{math.floor(seconds * 10) / 10:.1f} s"
    if whole < MINUTE:
        return f"{whole} s"
    minutes, rest = divmod(whole, MINUTE)
    if whole < HOUR:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // MINUTE}:{minutes % MINUTE:02d}:{rest:02d}"


def relative(then: float, now: float) -> str:
    """Write how long ago `then` was: ``just now``, ``3 min ago``, a date after 30 days.

    Both times are in seconds since the epoch.
    """
    passed = int(now - then)
    if passed < SOON_SECONDS:
        return "just now"
    if passed < MINUTE:
        return f"{passed} s ago"
    if passed < HOUR:
        return f"{passed // MINUTE} min ago"
    if passed < DAY:
        return f"{passed // HOUR} h ago"
    if passed < RELATIVE_DAYS * DAY:
        return f"{passed // DAY} d ago"
    return moment(then)[:10]


def moment(then: float | datetime | None) -> str:
    """Write a time to the minute, in UTC: ``2026-11-23 05:54``; ``""`` for None.

    A number is seconds since the epoch; a datetime without zone is taken as UTC.
    """
    if then is None or then != then:  # noqa: PLR0124 (NaN and NaT)
        return ""
    if not isinstance(then, datetime):
        then = datetime.fromtimestamp(then, tz=timezone.utc)
    elif then.tzinfo is not None:
        then = then.astimezone(timezone.utc)
    return then.strftime("%Y-%m-%d %H:%M")


def middle(text: str, limit: int = 40) -> str:
    """Cut `text` in its middle to at most `limit` characters: both ends of a run's name tell runs apart."""
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"


def _rounded(value: float, places: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _fixed(value: float) -> str:
    shortest = f"{value!r}"
    if "e" not in shortest and len(shortest.strip("-").replace(".", "").lstrip("0")) <= SIGNIFICANT:
        return shortest
    places = max(SIGNIFICANT - 1 - math.floor(math.log10(abs(value))), 0)
    rounded = _rounded(value, places)
    if places and len(rounded.as_tuple().digits) > SIGNIFICANT:  # 0.99999 became 1.0000
        rounded = _rounded(value, places - 1)
    return f"{rounded:f}"


def _exponent(value: float) -> str:
    power = math.floor(math.log10(abs(value)))
    mantissa = Decimal(value).scaleb(-power).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
    if abs(mantissa) >= 10:  # noqa: PLR2004 (9.9996 rounds up to the next power)
        mantissa, power = mantissa / 10, power + 1
    text = f"{mantissa:f}".rstrip("0").rstrip(".")
    return f"{text}e{power}"
