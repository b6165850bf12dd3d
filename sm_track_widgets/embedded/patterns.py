r"""Patterns of the service models, which are Java's, as Python's.

What differs: Java matches the whole value; its ``\w``, ``\d`` and ``\s`` know ASCII only; it has ``\p{L}`` and its kin,
surrogates written as two ``\u``, a class before a hyphen (``[\w-_]``) and a repeated end (``${1,128}``).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import cache

# Python's own Unicode classes are exact, and cost nothing, where \p{L}, \p{N} and "_" are allowed together, as in tags.
_CHEAP = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": "\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}
_CHEAP_MARK = r"\p{L}\p{Z}\p{N}_"
_ASCII_CLASSES = {"Alnum": "a-zA-Z0-9"}
_PROPERTY = re.compile(r"\\p\{(\w+)\}")
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_PAIRS_RANGE = r"\uD800\uDC00-\uDBFF\uDFFF"
_CLASS_THEN_HYPHEN = re.compile(r"(\\[wds])-(?!\])")
_REPEATED_END = re.compile(r"\$\{\d+,\d*\}")


def python_pattern(pattern: str, *, multiline: bool = True) -> re.Pattern[str]:
    """Translate a pattern of a service model to Python's, to be used with ``fullmatch``.

    Parameters
    ----------
    pattern
        As the model has it.
    multiline
        Whether its dot lets line breaks pass [inf].
    """
    flags = re.DOTALL if multiline else re.RegexFlag(0)
    translated = _REPEATED_END.sub("$", pattern)
    if _CHEAP_MARK in translated:
        for java, python in _CHEAP.items():
            translated = translated.replace(java, python)
        return re.compile(translated, flags)
    translated = translated.replace(_PAIRS_RANGE, r"\U00010000-\U0010FFFF")
    translated = _PAIR.sub(_joined, translated)
    translated = _CLASS_THEN_HYPHEN.sub(r"\1\\-", translated)
    translated = _PROPERTY.sub(lambda found: _class(found[1]), translated)
    return re.compile(translated, flags | re.ASCII)


def _joined(pair: re.Match[str]) -> str:
    high, low = (int(part, 16) for part in pair.groups())
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _class(name: str) -> str:
    return _ASCII_CLASSES.get(name) or _categories()[name]


@cache
def _categories() -> Mapping[str, str]:
    """Return the inside of a character class for each major category of Unicode; 0.12 s, once, for who needs it."""
    majors = "".join(unicodedata.category(chr(code))[0] for code in range(sys.maxunicode + 1))
    return {
        major: "".join(
            f"\\U{run.start():08x}-\\U{run.end() - 1:08x}" for run in re.finditer(f"{major}+", majors)
        )
        for major in "LMNPSZ"
    }
