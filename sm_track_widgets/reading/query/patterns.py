r"""LIKE's patterns: ``%`` is any text, ``_`` any character; ``\%``, ``\_`` and ``\\`` are the signs themselves."""

from __future__ import annotations

import re
from collections.abc import Callable

ANY, ONE = "%", "_"
Part = tuple[str, bool]
"""A character, and whether it is a wildcard."""


def parts(pattern: str) -> list[Part]:
    """Return the characters of a pattern."""
    found: list[Part] = []
    signs = iter(pattern)
    for sign in signs:
        if sign != "\\":
            found.append((sign, sign in {ANY, ONE}))
            continue
        following = next(signs, "")
        if following not in {ANY, ONE, sign}:
            found.append((sign, False))
        if following:
            found.append((following, False))
    return found


def chunks(pattern: str) -> list[str]:
    """Return the texts between wildcards, each of which a match contains."""
    found = [""]
    for sign, wild in parts(pattern):
        if wild:
            found.append("")
        else:
            found[-1] += sign
    return [chunk for chunk in found if chunk]


def literal(pattern: str) -> str | None:
    """Return the one text that a pattern without wildcards matches."""
    found = parts(pattern)
    return None if any(wild for _, wild in found) else "".join(sign for sign, _ in found)


def contained(pattern: str) -> str | None:
    """Return the text of a pattern that asks for nothing but to contain it: ``%text%``."""
    found = parts(pattern)
    inner = found[1:-1]
    ends = len(found) > 2 and found[0] == found[-1] == (ANY, True)  # noqa: PLR2004 - and something between
    return "".join(sign for sign, _ in inner) if ends and not any(wild for _, wild in inner) else None


def escaped(text: str) -> str:
    """Return the pattern that matches just this text."""
    return re.sub(r"\\(?=[\\%_])|[%_]|\\\Z", lambda found: "\\" + found[0], text)


def matcher(pattern: str, *, any_case: bool) -> Callable[[str], bool]:
    """Return the test whether a whole text looks like a pattern, in time linear in both."""
    pieces = _between(parts(pattern))
    if not any_case and all(not wild for piece in pieces for _, wild in piece):
        texts = ["".join(sign for sign, _ in piece) for piece in pieces]
        return _simple(texts)
    flags = re.DOTALL | (re.IGNORECASE if any_case else 0)
    expressions = [
        re.compile("".join("." if wild else re.escape(sign) for sign, wild in piece), flags)
        for piece in pieces
    ]
    lengths = [len(piece) for piece in pieces]
    if len(pieces) == 1:
        return lambda text: expressions[0].fullmatch(text) is not None
    if lengths[1:] == [0]:
        return lambda text: expressions[0].match(text) is not None
    if len(pieces) == 3 and lengths[0] == lengths[2] == 0:  # noqa: PLR2004 - %text%
        return lambda text: expressions[1].search(text) is not None
    return lambda text: _matches(expressions, lengths[-1], text)


def _between(found: list[Part]) -> list[list[Part]]:
    """Return what is between the ``%`` of a pattern."""
    pieces: list[list[Part]] = [[]]
    for part in found:
        if part == (ANY, True):
            pieces.append([])
        else:
            pieces[-1].append(part)
    return pieces


def _simple(texts: list[str]) -> Callable[[str], bool]:
    first, last = texts[0], texts[-1]
    if len(texts) == 1:
        return first.__eq__
    middle = [text for text in texts[1:-1] if text]
    least = len(first) + len(last)
    if not middle:
        return lambda text: len(text) >= least and text.startswith(first) and text.endswith(last)
    if len(middle) == 1 and not least:
        return lambda text: middle[0] in text

    def test(text: str) -> bool:
        if len(text) < least or not text.startswith(first) or not text.endswith(last):
            return False
        place, end = len(first), len(text) - len(last)
        for part in middle:
            place = text.find(part, place, end)
            if place < 0:
                return False
            place += len(part)
        return True

    return test


def _matches(expressions: list[re.Pattern[str]], last: int, text: str) -> bool:
    """Match pieces from the left, each as early as it can be: each has one length, so that nothing is tried twice."""
    first, *middle, ending = expressions
    end = len(text) - last
    found = first.match(text)
    if found is None or end < found.end() or ending.match(text, end) is None:
        return False
    place = found.end()
    for expression in middle:
        found = expression.search(text, place, end)
        if found is None:
            return False
        place = found.end()
    return True
