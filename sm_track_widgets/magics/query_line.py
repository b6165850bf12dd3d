"""A magic's line -> its options, and the query beside them.

A query has quotes of its own, which the splitting at blanks would take away, and minus signs that begin no option:
``created > -7d``. So the options are cut out, and what is left of the line is the query as it stands.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import options
from sm_track_widgets.magics.options import Namespace

_OPTION = re.compile(r"--?[A-Za-z]")
_QUOTED = re.compile(r"""(?P<quote>['"`]).*?(?:(?P=quote)|\Z)""", re.DOTALL)
_FIELD = re.compile(r"(?:params|metrics|tags|artifacts)\.[\w.:/@+-]+", re.IGNORECASE)
_BARE_WORD = re.compile(r"[\w.:/@+-]+")


def parse(function: Callable[..., Any], line: str) -> tuple[argparse.Namespace, str]:
    """Return the options of a magic, and the rest of its line, which is not expanded.

    Parameters
    ----------
    function
        The magic, with the parser of ``@magic_arguments``.
    line
        What stands behind its name; the options may stand before the query, behind it and in it.

    Raises
    ------
    UsageError
        For an option that it does not have, or one without its value.
    """
    parser: argparse.ArgumentParser = function.parser  # type: ignore[attr-defined] - set by @magic_arguments
    takes = {text for a in parser._actions if a.nargs is None for text in a.option_strings}  # noqa: SLF001
    given: list[str] = []
    rest: list[str] = []
    at = _begin(line, 0)
    while at < len(line):
        is_option = _OPTION.match(line, at) is not None
        end = _end(line, at, anywhere=not is_option)
        (given if is_option else rest).append(line[at:end])
        if is_option and line[at:end] in takes:
            at = _begin(line, end)
            end = _end(line, at, anywhere=False)
            given.append(line[at:end])
        at = _begin(line, end)
    return options.parse(function, " ".join(given), limit=0), " ".join(rest)


def query(rest: str, namespace: Namespace, magic: str = "") -> str | None:
    """Return the query that `rest` is, its ``{expressions}`` replaced; None for an empty one.

    Quotes around all of it are taken off. What is put in between quotes has these doubled, so that any text can be
    looked for: ``tags.team = '{team}'``.

    Parameters
    ----------
    magic
        The magic's name, for the cure where a lone name is given, which is an experiment most likely.

    Raises
    ------
    UsageError
        For a lone name, and for an expression with a name that is not defined.
    """
    text = rest.strip()
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        text = text[1:-1].strip()
    if magic and _FIELD.fullmatch(text):
        raise UsageError(f"{text!r} is no condition.", f"Write, for example, {text} IS NOT NULL.")
    if magic and _BARE_WORD.fullmatch(text):
        raise UsageError(
            f"{text!r} is no condition.",
            f"An experiment is named by -e: %{magic} -e {text}; a condition is, for example, metrics.auc > 0.9.",
        )
    parts: list[str] = []
    at = 0
    for found in _QUOTED.finditer(text):
        parts += [
            options.expand(text[at : found.start()], namespace),
            options.expand(found[0], namespace, doubled=found["quote"]),
        ]
        at = found.end()
    parts.append(options.expand(text[at:], namespace))
    return "".join(parts) or None


def first_word(rest: str) -> tuple[str, str]:
    """Return the first word of `rest`, without its quotes, and what is behind it."""
    end = _end(rest, 0, anywhere=False)
    return _plain(rest[:end]), rest[end:].strip()


def last_word(rest: str) -> tuple[str, str]:
    """Return the last word of `rest`, without its quotes, and what is before it."""
    start = at = _begin(rest, 0)
    while at < len(rest):
        start, at = at, _begin(rest, _end(rest, at, anywhere=True))
    return _plain(rest[start:]), rest[:start].strip()


def _plain(word: str) -> str:
    return (options.words(word) or [""])[0]


def _begin(line: str, at: int) -> int:
    while at < len(line) and line[at].isspace():
        at += 1
    return at


def _end(line: str, start: int, *, anywhere: bool) -> int:
    """Return where the word ends that begins at `start`.

    Quotes group `anywhere`, backticks too, as in a query; else as `options.words` has it.
    """
    quote, depth = "", 0
    for at in range(start, len(line)):
        sign = line[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign.isspace() and depth == 0:
            return at
        elif depth == 0 and _opens(line, at, start, anywhere=anywhere):
            quote = sign
        else:
            depth = max(0, depth + (sign == "{") - (sign == "}"))
    return len(line)


def _opens(line: str, at: int, start: int, *, anywhere: bool) -> bool:
    if anywhere:
        return line[at] in "'\"`"
    return line[at] in "'\"" and (at == start or line[at - 1] == "=")
