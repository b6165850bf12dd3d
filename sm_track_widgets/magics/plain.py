"""Plain-text tables for the cell's output."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDEST = 80


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return columns padded with blanks, two between them; one line a row, cells of at most 80 characters."""
    cells = [[_one_line(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(line.rstrip() for line in lines)


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Return `name  value` lines with the values below each other; values keep their length."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {' '.join(value.split())}" for name, value in rows)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 3] + "..."
