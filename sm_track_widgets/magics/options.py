"""A magic's line -> options: words, ``{var}`` expansion, argparse, and errors of one line that name the cure."""

from __future__ import annotations

import argparse
import ast
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from IPython.utils.text import DollarFormatter

from sm_track_widgets._errors import UsageError, did_you_mean

Namespace = Mapping[str, Any]


NEVER_MEANT = frozenset({"In", "Out", "exit", "get_ipython", "open", "quit"})
"""Names that IPython puts into every namespace."""


class _Expander(DollarFormatter):
    """IPython's formatter, with the format specifications that IPython leaves out: ``{lr:.3f}``."""

    def __init__(self, doubled: str = "") -> None:
        self._doubled = doubled

    def format_field(self, value: Any, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        return text.replace(self._doubled, self._doubled * 2) if self._doubled else text

    def vformat(self, format_string: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        return string.Formatter.vformat(self, format_string, args, kwargs)

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        del args
        if field_name.isdigit():
            raise ValueError(field_name)  # {} and {0} are no expressions
        return eval(field_name, dict(kwargs)), field_name  # noqa: S307 - the user's own expression


def words(line: str) -> list[str]:
    """Split a line at spaces.

    Quotes group where a word or the value after ``=`` begins, so that ``it's`` stays as it is; nothing is split
    inside ``{...}``; a backslash is a backslash.

    Raises
    ------
    UsageError
        When a quote is not closed.
    """
    found: list[str] = []
    word, started, quote, depth = "", False, "", 0
    for character in line:
        if quote:
            if character == quote:
                quote = ""
            else:
                word += character
        elif character.isspace() and depth == 0:
            if started:
                found.append(word)
            word, started = "", False
        elif character in "\"'" and depth == 0 and (not started or word.endswith("=")):
            quote, started = character, True
        else:
            depth = max(0, depth + (character == "{") - (character == "}"))
            word, started = word + character, True
    if quote:
        raise UsageError(f"The quote {quote} is not closed.", "Close it, or leave it out.")
    return [*found, word] if started else found


def expand(word: str, namespace: Namespace, *, doubled: str = "") -> str:
    """Replace ``{expression}`` and ``$name`` as IPython does; what cannot be evaluated stays as it stands.

    Parameters
    ----------
    word
        As typed.
    namespace
        What expressions may use.
    doubled
        A character that is doubled in what is put in: the quote around it.

    Raises
    ------
    UsageError
        When an expression uses a name that is not defined: a run called ``lr{lrate}`` helps nobody.
    """
    if "{" not in word and "$" not in word:
        return word
    names = dict(namespace)
    try:
        return _Expander(doubled).vformat(word, (), names)
    except NameError as error:
        raise _undefined(word, error.name or "", names) from error
    except Exception:  # noqa: BLE001 - an expression of the user's may raise anything; IPython leaves it too
        return word


def value_of(text: str, namespace: Namespace) -> Any:
    """Return what ``-p name=text`` means.

    A lone ``{expression}`` is the object itself, everything else is expanded, then read as a Python literal, else as
    text.
    """
    expression = _lone_expression(text)
    if expression is not None:
        names = dict(namespace)
        try:
            return eval(expression, names)  # noqa: S307 - the user's own expression in the user's own notebook
        except NameError as error:
            raise _undefined(text, error.name or "", names) from error
        except Exception:  # noqa: BLE001 - as in expand()
            return text
    expanded = expand(text, namespace)
    try:
        return ast.literal_eval(expanded)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return expanded


def pairs(items: Iterable[str] | None, option: str, namespace: Namespace, *, literal: bool) -> dict[str, Any]:
    """Turn ``name=value`` words into a dict; `literal` reads the values as Python literals where they are.

    Raises
    ------
    UsageError
        For a word without ``=`` or without a name.
    """
    found: dict[str, Any] = {}
    for item in items or ():
        name, equals, value = item.partition("=")
        name = expand(name, namespace).strip()
        if not equals or not name:
            raise UsageError(f"{option} takes name=value, not {item!r}.", f"For example: {option} lr=0.1")
        found[name] = value_of(value, namespace) if literal else expand(value, namespace)
    return found


def parse(
    function: Callable[..., Any],
    line: str,
    *,
    limit: int | None = None,
    optional: Mapping[str, Callable[[str], bool]] | None = None,
) -> argparse.Namespace:
    """Parse a magic's line with the parser that ``@magic_arguments`` has built for `function`.

    Parameters
    ----------
    function
        The magic.
    line
        What stands behind its name; not expanded.
    limit
        How many words may stand without an option; they are gathered in ``words``.
    optional
        Options whose value may be left out (``nargs="?"``), each with a test of whether the word behind it is its
        value: in ``--autolog my-run`` it is not.

    Raises
    ------
    UsageError
        In one line, with a suggestion for a misspelt option.
    """
    parser: argparse.ArgumentParser = function.parser  # type: ignore[attr-defined] - set by @magic_arguments
    parser.allow_abbrev = False
    name = parser.prog
    try:
        parsed, extra = parser.parse_known_args(
            _joined(_separated(words(line), optional or {}, parser), parser)
        )
    except UsageError:
        raise
    except Exception as error:
        if type(error).__name__ != "UsageError":  # IPython's, raised by its parser's error()
            raise
        raise UsageError(_plain(str(error)), f"Help: %{name}?") from error
    for word in extra:
        if word.startswith("-") and not _is_number(word):
            option = word.partition("=")[0]
            near = did_you_mean(option, _options(parser))
            raise UsageError(f"There is no option {option}.", near or f"Help: %{name}?")
    parsed.words = [*(getattr(parsed, "words", None) or ()), *extra]
    if limit is not None and len(parsed.words) > limit:
        surplus = " ".join(parsed.words[limit:])
        raise UsageError(f"{surplus!r} is one word too many.", "Put a name that has spaces in quotes.")
    return parsed


def named(text: str | None, namespace: Namespace, option: str) -> Any:
    """Return the object that `text` names in the user's namespace; None for None.

    Raises
    ------
    UsageError
        When there is none of that name.
    """
    if text is None:
        return None
    if text not in namespace:
        raise _undefined(option, text, namespace)
    return namespace[text]


def comma_list(text: str | None) -> list[str] | None:
    """Split ``a,b``; None stays None."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def is_name_list(word: str) -> bool:
    """Whether `word` is ``all`` or libraries of ``--autolog``, also misspelt, and not a run's name."""
    from sm_track_widgets.tracking.autolog import FRAMEWORKS

    known = ("all", *FRAMEWORKS)
    return any(part in known or did_you_mean(part, FRAMEWORKS) for part in comma_list(word) or ())


def is_number_text(word: str) -> bool:
    """Whether `word` is a number, or an ``{expression}`` that may give one."""
    return _is_number(word) or word.startswith("{")


def number(
    text: str | None, option: str, namespace: Namespace, *, lowest: float, highest: float = float("inf")
) -> float | None:
    """Read the value of a number option; None stays None.

    Raises
    ------
    UsageError
        When it is none, or out of range.
    """
    if text is None:
        return None
    value = value_of(text, namespace)
    if isinstance(value, bool) or not _is_number(str(value)) or not lowest <= float(value) <= highest:
        span = f"from {lowest:g}" if highest == float("inf") else f"from {lowest:g} to {highest:g}"
        raise UsageError(f"{option} takes a number {span}, not {text!r}.")
    return float(value)


def whole(text: str | None, option: str, namespace: Namespace) -> int | None:
    """Read the value of an option that takes a whole number from 0; None stays None.

    Raises
    ------
    UsageError
        When it is none.
    """
    if text is None:
        return None
    value = value_of(text, namespace)
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 0:
        raise UsageError(f"{option} takes a whole number from 0, not {text!r}.")
    return int(value)


def _separated(
    found: list[str], optional: Mapping[str, Callable[[str], bool]], parser: argparse.ArgumentParser
) -> list[str]:
    """Write ``--autolog`` as ``--autolog=<its default>`` where the word behind it is not its value."""
    known = {text: action for action in parser._actions for text in action.option_strings}  # noqa: SLF001
    separated: list[str] = []
    for word, behind in zip(found, [*found[1:], ""], strict=False):
        bare = word in optional and not (behind and optional[word](behind))
        separated.append(f"{word}={known[word].const}" if bare else word)
    return separated


def _joined(found: list[str], parser: argparse.ArgumentParser) -> list[str]:
    """Write ``--sort -auc`` as ``--sort=-auc``: argparse would take the value for an option."""
    known = set(_options(parser))
    takes = {text for a in parser._actions if a.nargs is None for text in a.option_strings}  # noqa: SLF001
    joined: list[str] = []
    for word in found:
        if joined and joined[-1] in takes and word.startswith("-") and word.partition("=")[0] not in known:
            joined[-1] += f"={word}" if joined[-1].startswith("--") else word
        else:
            joined.append(word)
    return joined


def _undefined(where: str, name: str, namespace: Namespace) -> UsageError:
    known = [other for other in namespace if not other.startswith("_") and other not in NEVER_MEANT]
    return UsageError(f"{where}: the name {name!r} is not defined.", did_you_mean(name, known))


def _lone_expression(text: str) -> str | None:
    if not (text.startswith("{") and text.endswith("}")):
        return None
    try:
        fields: Sequence[tuple[str, str | None, str | None, str | None]] = list(
            string.Formatter().parse(text)
        )
    except ValueError:
        return None
    if len(fields) != 1:
        return None
    before, expression, spec, conversion = fields[0]
    return expression if expression and not (before or spec or conversion) else None


def _options(parser: argparse.ArgumentParser) -> list[str]:
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]  # noqa: SLF001 - no public list
    return [text for action in shown for text in action.option_strings]


def _plain(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}".rstrip(".") + "."


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
