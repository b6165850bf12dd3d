"""The order of texts as people read them: numbers in them by their size; the page's JavaScript follows the same rules.

The cases both sides must agree on are in ``tests/unit/sort_cases.json``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_PLACES = 12


def ranks(texts: Sequence[str]) -> list[int]:
    """Return the place of each text in natural order; texts that differ only in case share one.

    What is a number as a whole comes first, by its value. Of the others, numbers inside them count by value, as a
    decimal (``lr0.05`` before ``lr0.1``) or, with more than one point, piece by piece (``1.9.2`` before ``1.10.0``).
    """
    keys = [_key(text) for text in texts]
    place = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return [place[key] for key in keys]


def ordered(texts: Sequence[str]) -> list[str]:
    """Return the texts in natural order; those that share a place as they came."""
    places = ranks(texts)
    return [texts[at] for at in sorted(range(len(texts)), key=places.__getitem__)]


def _key(text: str) -> tuple[bool, float, bytes]:
    if _NUMBER.fullmatch(text):
        return False, float(text), b""
    spelt = _DIGITS.sub(_padded, text.lower())
    # JavaScript compares UTF-16.
    return True, 0.0, spelt.encode("utf-16-be", "surrogatepass")


def _padded(found: re.Match[str]) -> str:
    whole, *pieces = found[0].split(".")
    decimal = len(pieces) == 1
    return ".".join([whole.zfill(_PLACES), *(piece if decimal else piece.zfill(_PLACES) for piece in pieces)])
