"""Numbers as they are spelt, and how a name or a text is compared without regard to case."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from sm_track_widgets.reading.query.errors import QueryError

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_LOOSE = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")


def spelling(text: str, column: int) -> str:
    """Return the plain decimal spelling of a number.

    Raises
    ------
    QueryError
        When a double cannot hold it.
    """
    value = float(text)
    mantissa, *exponent = re.split("[eE]", text)
    if math.isinf(value) or (value == 0 and re.search("[1-9]", mantissa)):
        raise QueryError(f"the number {_short(text)} is out of range.", column=column)
    # 0e-999999999 would be spelt with as many zeros.
    return "0" if value == 0 and exponent else format(Decimal(text), "f")


def read_plain(text: str) -> float | None:
    """Return the number that a text is the plain spelling of: ``6``, ``-0.5``; not ``06`` or ``1e3``."""
    return float(text) if _PLAIN.fullmatch(text) else None


def reads_as_number(text: str) -> bool:
    """Whether a person would take a text for a number."""
    return _LOOSE.fullmatch(text) is not None and math.isfinite(float(text))


def folded(name: str) -> str:
    """Return a name in lower case, as names are compared.

    A few letters outside of ASCII have their lower case in it (the Kelvin sign's is ``k``). They stay as they are:
    Search, which is asked for the plain name, does not take them for it.
    """
    if name.isascii():
        return name.lower()
    return "".join(_lower(sign) for sign in name)


def caseless(text: str) -> bool:
    """Whether no other text differs from this one in case only."""
    return all(map(caseless_sign, text))


def caseless_sign(sign: str) -> bool:
    """Whether a character has no other case."""
    return sign.lower() == sign == sign.upper() and sign.casefold() == sign


def _lower(sign: str) -> str:
    low = sign.lower()
    return low if len(low) == 1 and low.isascii() == sign.isascii() else sign


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:27]}..."  # noqa: PLR2004 - as long as a line may be for it
