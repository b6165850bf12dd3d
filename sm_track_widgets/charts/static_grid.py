"""A parameter grid as plain HTML: a small histogram or the commonest values for each column, and what is filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sm_track_widgets.charts.markup import text
from sm_track_widgets.charts.numbers import number
from sm_track_widgets.charts.static_table import table_text

BINS = 20
WIDTH, HEIGHT = 160, 24
VALUES = 4
LOG_RATIO = 100.0


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column of the grid.

    Attributes
    ----------
    label
        What it is called.
    condition
        The filter on it as a query; empty for none.
    numbers
        Its numbers, NaN for missing; None for texts.
    counts
        Of texts: each with the number of runs that pass, the commonest first.
    passing
        Which rows satisfy all filters.
    """

    label: str
    condition: str
    numbers: npt.NDArray[np.float64] | None
    counts: Sequence[tuple[str, int]]
    passing: npt.NDArray[np.bool_]


def grid_html(title: str, query: str, columns: Sequence[GridColumn]) -> str:
    """Return a ``<table>`` with a row for each column."""
    head = "".join(f'<th style="text-align:left">{name}</th>' for name in ("column", "values", "filter"))
    rows = "".join(
        f"<tr><td>{text(one.label)}</td><td>{_picture(one)}</td><td>{_code(one.condition)}</td></tr>"
        for one in columns
    )
    caption = f'<caption style="text-align:left"><b>{text(title)}</b> {_code(query)}</caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def grid_text(title: str, columns: Sequence[GridColumn]) -> str:
    """Return the same as lines of text."""
    rows = [[one.label, _spread(one), one.condition] for one in columns]
    return table_text(["column", "values", "filter"], rows, caption=title)


def _code(query: str) -> str:
    return f"<code>{text(query)}</code>" if query else ""


def _picture(one: GridColumn) -> str:
    if one.numbers is None:
        return text(_spread(one))
    return f"{_histogram(one.numbers, one.passing)} {text(_spread(one))}"


def _spread(one: GridColumn) -> str:
    """Return the ends of the numbers, or the commonest texts with their counts."""
    if one.numbers is None:
        told = [f"{value} ({count})" for value, count in one.counts[:VALUES]]
        rest = len(one.counts) - VALUES
        return ", ".join([*told, f"{rest} more"] if rest > 0 else told)
    finite = one.numbers[np.isfinite(one.numbers)]
    if len(finite) == 0:
        return ""
    low, high = number(float(finite.min())), number(float(finite.max()))
    return low if low == high else f"{low} – {high}"  # noqa: RUF001 - a range


def _histogram(numbers: npt.NDArray[np.float64], passing: npt.NDArray[np.bool_]) -> str:
    """Return bars of all runs in grey, and before them of those that pass."""
    finite = np.isfinite(numbers)
    if not finite.any():
        return ""
    values = numbers[finite]
    if values.min() > 0 and values.max() / values.min() >= LOG_RATIO:
        values = np.log(values)
    # As shares: NumPy cuts neither numbers that differ by their last digits only nor those at the ends of all numbers.
    low, high = values.min() / 2, values.max() / 2
    shares = (values / 2 - low) / (high - low if high > low else 1.0)
    everything, edges = np.histogram(shares, BINS, (0.0, 1.0))
    kept, _ = np.histogram(shares[passing[finite]], edges)
    peak = max(int(everything.max()), 1)
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    bars = _bars(everything, peak, "#bbb") + _bars(kept, peak, "#1976d2")
    return f'<svg role="img" aria-label="histogram" {size}>{bars}</svg>'


def _bars(counts: npt.NDArray[np.int64], peak: int, colour: str) -> str:
    step = WIDTH / len(counts)
    bars: list[str] = []
    for place, count in enumerate(counts):
        tall = HEIGHT * int(count) / peak
        size = f'x="{place * step:.1f}" y="{HEIGHT - tall:.1f}" width="{step - 1:.1f}" height="{tall:.1f}"'
        bars.append(f'<rect {size} fill="{colour}"/>' if tall else "")
    return "".join(bars)
