r"""The ``%%sm_run`` line -> an opening call, so that IPython itself runs the body.

A pure function of the cell's text: IPython transforms a cell more than once (to see whether it is complete, to find a
top-level await), and nothing may happen then.
"""

from __future__ import annotations

import re

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics.options import words

MAGIC = "sm_run"
NESTED = "--nested-line"
"""Internal option by which the transformer reports a second ``%%sm_run`` line to the opening call."""

CODE_MAGICS = frozenset({"capture", "prun", "sm_run", "time", "timeit"})
"""Cell magics whose body is Python; the others take text, in which ``%%sm_run`` may stand."""

_FIRST_LINE = re.compile(r"%%sm_run(?:[ \t]+(?P<line>.*))?$")
_SECOND_LINE = re.compile(r"^[ \t]*%%sm_run\b(?!\?)", re.MULTILINE)
_INNER_MAGIC = re.compile(r"\s*^%%(\w+)", re.MULTILINE)
_NOT_CODE = re.compile(
    r"""\#[^\n]*
    | (?P<triple>\"{3}|'{3})(?:\\.|(?!(?P=triple)).)*(?:(?P=triple)|\Z)
    | "(?:\\.|[^"\\\n])*"?
    | '(?:\\.|[^'\\\n])*'?""",
    re.VERBOSE | re.DOTALL,
)


def transform(lines: list[str]) -> list[str]:
    """Rewrite the first line of a ``%%sm_run`` cell; the body keeps its lines and their numbers.

    A body that begins with another cell magic becomes that magic's call, since IPython looks for one in the first
    line only. With ``--allow-errors`` the cell is left to the cell magic, which runs the body itself.
    """
    match = _FIRST_LINE.match(lines[0].rstrip("\r\n")) if lines else None
    if match is None:
        return lines
    line = (match["line"] or "").strip()
    if _allows_errors(line):
        return lines
    body = lines[1:]
    if has_second_line("".join(body)):
        return [_call(NESTED)]
    return [_call(line), *_inner_magic(body)]


def has_second_line(body: str) -> bool:
    """Whether `body` holds a ``%%sm_run`` line outside comments and text literals."""
    if "%%sm_run" not in body:
        return False
    inner = _INNER_MAGIC.match(body)
    if inner is not None and inner[1] not in CODE_MAGICS:
        return False
    code = _NOT_CODE.sub(lambda found: '""' + "\n" * found[0].count("\n"), body)
    return _SECOND_LINE.search(code) is not None


def is_inner_magic(cell: str) -> bool:
    """Whether the body of a ``%%sm_run`` cell as typed is another cell magic."""
    first, _, body = cell.lstrip().partition("\n")
    return _FIRST_LINE.match(first.rstrip()) is not None and _INNER_MAGIC.match(body) is not None


def _call(line: str) -> str:
    return f"get_ipython().run_line_magic({MAGIC!r}, {line!r})\n"


def _allows_errors(line: str) -> bool:
    try:
        return "--allow-errors" in words(line)
    except UsageError:
        return False


def _inner_magic(body: list[str]) -> list[str]:
    blank = 0
    while blank < len(body) and not body[blank].strip():
        blank += 1
    if blank == len(body) or not body[blank].startswith("%%"):
        return body
    from IPython.core.inputtransformer2 import cell_magic

    return [*body[:blank], *cell_magic(body[blank:])]
