"""The cells of several runs, and what changes from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.reading.run_facts import RunFacts

LINES, LINE = 2_000, 1_000
"""Lines that are compared, and characters of each that are shown."""
CONTEXT = 3
Change = Literal["equal", "replace", "delete", "insert"]
Step = tuple[Change, int, int, int, int]
"""What happens to lines i1 to i2 of the one source, which are j1 to j2 of the other."""


@dataclass(frozen=True, slots=True)
class Code:
    """Sources of several runs.

    Attributes
    ----------
    sources
        Each different one once, as lines.
    of
        For each run the place of its source; None where nothing was kept.
    steps
        For places ``(i, j)``, ``i < j``, how the one becomes the other.
    cut
        Whether some source was too long to be compared to its end.
    """

    sources: list[list[str]]
    of: list[int | None]
    steps: dict[tuple[int, int], list[Step]]
    cut: bool

    def between(self, base: int, other: int) -> list[Step]:
        """Return how source `base` becomes source `other`."""
        if base == other:
            size = len(self.sources[base])
            return [("equal", 0, size, 0, size)] if size else []
        if base < other:
            return self.steps[base, other]
        return [(_BACK[change], j1, j2, i1, i2) for change, i1, i2, j1, j2 in self.steps[other, base]]


_BACK: dict[Change, Change] = {"equal": "equal", "replace": "replace", "delete": "insert", "insert": "delete"}


def codes(runs: Sequence[RunFacts]) -> Code:
    """Compare what was kept of the runs' cells."""
    known: dict[str, int] = {}
    sources: list[list[str]] = []
    of: list[int | None] = []
    cut = False
    for run in runs:
        source = run.capture.get("source")
        if source is None:
            of.append(None)
            continue
        text = str(source)
        cut = cut or bool(run.capture.get("source_cut"))
        if text not in known:
            known[text] = len(sources)
            lines = text.rstrip("\n").split("\n")
            cut = cut or len(lines) > LINES
            sources.append([line[:LINE] for line in lines[:LINES]])
        of.append(known[text])
    steps = {
        (first, second): _steps(sources[first], sources[second])
        for second in range(len(sources))
        for first in range(second)
    }
    return Code(sources, of, steps, cut)


def unified(code: Code, base: int, other: int, context: int = CONTEXT) -> list[str]:
    """Return the changes as the lines of a unified diff, without file names; empty where nothing differs."""
    before, after = code.sources[base], code.sources[other]
    lines: list[str] = []
    for group in _grouped(code.between(base, other), context):
        first, last = group[0], group[-1]
        lines.append(f"@@ -{first[1] + 1},{last[2] - first[1]} +{first[3] + 1},{last[4] - first[3]} @@")
        for change, i1, i2, j1, j2 in group:
            if change == "equal":
                lines += [f" {line}" for line in before[i1:i2]]
                continue
            lines += [f"-{line}" for line in before[i1:i2]]
            lines += [f"+{line}" for line in after[j1:j2]]
    return lines


def counted(steps: Sequence[Step]) -> tuple[int, int]:
    """Return how many lines were added, and how many taken out."""
    added = sum(j2 - j1 for change, _, _, j1, j2 in steps if change != "equal")
    return added, sum(i2 - i1 for change, i1, i2, _, _ in steps if change != "equal")


def _steps(before: list[str], after: list[str]) -> list[Step]:
    return [
        (change, i1, i2, j1, j2)
        for change, i1, i2, j1, j2 in SequenceMatcher(None, before, after).get_opcodes()
    ]


def _grouped(steps: Sequence[Step], context: int) -> list[list[Step]]:
    """Cut long equal stretches out, as difflib does, and leave `context` lines around each change."""
    groups: list[list[Step]] = []
    current: list[Step] = []
    for place, (change, i1, i2, j1, j2) in enumerate(steps):
        if change != "equal":
            current.append((change, i1, i2, j1, j2))
            continue
        before = context if current else 0
        after = context if place < len(steps) - 1 else 0
        if i2 - i1 <= before + after:
            current.append(("equal", i1, i2, j1, j2))
            continue
        if current:
            current.append(("equal", i1, i1 + before, j1, j1 + before))
            groups.append(current)
        current = [("equal", i2 - after, i2, j2 - after, j2)] if after else []
    return [*groups, current] if any(step[0] != "equal" for step in current) else groups
