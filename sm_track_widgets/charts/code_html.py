"""Code, diffs and output as HTML without a style sheet: a little colour where it helps to read."""

from __future__ import annotations

import keyword
import re
from itertools import groupby

from sm_track_widgets.charts import markup

COLOURED_AT_MOST = 20_000
"""Characters; longer sources stay plain, since every coloured word weighs 60 bytes."""
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>[rbfuRBFU]{0,2}(?:\"{3}(?:\\.|(?!\"{3}).)*(?:\"{3}|\Z)|'{3}(?:\\.|(?!'{3}).)*(?:'{3}|\Z)
        |"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
    |(?P<magic>^[ \t]*[%!]{1,2}\w[^\n]*)
    |(?P<number>\b\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?\b)
    |(?P<word>\b[A-Za-z_]\w*\b)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_COLOURS = {
    "comment": markup.MUTED,
    "string": markup.tinted(markup.GOOD),
    "number": markup.tinted(markup.WARN),
    "magic": markup.tinted("#7a4fd0"),
    "word": f"{markup.tinted(markup.BUSY)};font-weight:600",
}
_MONO = "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace);font-size:12px;line-height:1.5"
_KEYWORDS = frozenset({*keyword.kwlist, "match", "case"})


def block(inside: str, label: str, height: int = 480) -> str:
    """Return a scrolling block of preformatted text.

    Parameters
    ----------
    inside
        HTML.
    label
        What a screen reader calls it.
    height
        The most it takes, in pixels.
    """
    style = (
        f"{_MONO};margin:4px 0 0;padding:8px 12px;max-height:{height}px;overflow:auto;white-space:pre;"
        f"background:rgba(128,128,128,.1);border-radius:4px;color:inherit"
    )
    return f'<pre style="{style}" tabindex="0" role="region" aria-label="{markup.text(label)}">{inside}</pre>'


def python(source: str) -> str:
    """Return a cell's source with keywords, texts, numbers, comments and magics in colour."""
    if len(source) > COLOURED_AT_MOST:
        return markup.text(source)
    parts: list[str] = []
    place = 0
    for match in _TOKEN.finditer(source):
        kind = str(match.lastgroup)
        if kind == "word" and match[0] not in _KEYWORDS:
            continue
        parts.append(markup.text(source[place : match.start()]))
        parts.append(f'<span style="{_COLOURS[kind]}">{markup.text(match[0])}</span>')
        place = match.end()
    parts.append(markup.text(source[place:]))
    return "".join(parts)


def diff(text: str) -> str:
    """Return a diff with added lines green, removed ones red, file names bold."""
    lines = text.rstrip("\n").split("\n")
    runs = ("\n".join(run) for _, run in groupby(lines, _diff_style))
    return "\n".join(_styled(run, _diff_style(run)) for run in runs)


def _diff_style(line: str) -> str:
    if line.startswith(("diff --git", "+++", "---")):
        return "font-weight:600"
    if line.startswith("@@"):
        return markup.MUTED
    return {"+": markup.tinted(markup.GOOD), "-": markup.tinted(markup.BAD)}.get(line[:1], "")


def _styled(words: str, style: str) -> str:
    clean = markup.text(words)
    return f'<span style="{style}">{clean}</span>' if style else clean
