"""The static form of a plot of runs: a picture of some of them, and their values as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts import numbers
from sm_track_widgets.charts.plot_column import PlotColumn
from sm_track_widgets.charts.plot_svg import Picture
from sm_track_widgets.reading.files.target import write_text
from sm_track_widgets.widgets.columns import column_data, run_names
from sm_track_widgets.widgets.static_runs import StaticRuns

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets.widgets.selection.selection import Selection

GOLDEN = 0.618034


class StaticPlot:
    """Runs that pass, at most so many, spread over all of them; picked ones are always among them.

    Parameters
    ----------
    selection
        The runs.
    most
        How many are drawn.
    """

    def __init__(self, selection: Selection, most: int) -> None:
        self._selection = selection
        self._frame = selection.passing
        names = run_names(self._frame)
        picked = set(selection.selected)
        kept = set(spread(len(names), most))
        kept |= {at for at, name in enumerate(names) if name in picked}
        self._rows = sorted(kept)
        self.names = [names[at] for at in self._rows]
        self.picked = [at for at, name in enumerate(self.names) if name in picked]
        self._all = len(names)

    def table(self, columns: Sequence[str]) -> StaticRuns:
        """Return the picked runs, or the first that pass, as a table of these columns."""
        return runs_table(self._selection, columns, self._frame)

    def column(self, name: str, *, log: bool = False) -> PlotColumn | None:
        """Return a column of these runs; None for one that there is not."""
        described = {one["name"]: one for one in self._selection.header["columns"]}
        if name not in described or name not in self._frame.columns:
            return None
        data = column_data(name, self._frame[name].iloc[self._rows])
        label = str(described[name]["label"])
        if data.numbers is not None:
            return PlotColumn(label, data.kind, data.numbers.tolist(), log=log)
        codes = [math.nan if code < 0 else float(code) for code in data.codes.tolist()]
        return PlotColumn(label, "text", codes, tuple(data.texts))

    def picture(self, colour: PlotColumn | None) -> Picture:
        """Return what is drawn, coloured by a column."""
        header = self._selection.header
        colours = dict(zip(header["runs"], header["colours"], strict=True))
        drawn, note = len(self.names), ""
        if drawn < self._all:
            note = f"{numbers.count(drawn)} of {numbers.count(self._all)} runs drawn"
        return Picture(
            self.names,
            " · ".join(part for part in (header["title"], self._selection.query) if part),
            colour,
            self.picked,
            [colours.get(name, -1) for name in self.names],
            note,
        )

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.names


def runs_table(
    selection: Selection, columns: Sequence[str], passing: pd.DataFrame | None = None
) -> StaticRuns:
    """Return the picked runs, or the first that pass, as a table of some columns.

    Parameters
    ----------
    selection
        The runs.
    columns
        Names; those that there are not are left out.
    passing
        The runs that pass, where they are at hand.
    """
    header = selection.header
    described = {one["name"]: one for one in header["columns"]}
    frame = selection.df if passing is None or selection.selected else passing
    shown: list[dict[str, Any]] = [
        described[name] for name in dict.fromkeys(columns) if name in described and name in frame.columns
    ]
    title = " · ".join(part for part in (header["title"], selection.query) if part)
    return StaticRuns(frame, shown, title, header["empty"], header["missing"])


def spread(count: int, most: int) -> list[int]:
    """Return at most `most` places of `count`, spread over all without a step that values may repeat in."""
    if count <= most:
        return list(range(count))
    stride = round(count * GOLDEN)
    while math.gcd(stride, count) > 1:
        stride += 1
    return [at * stride % count for at in range(most)]


def save_svg(file: Path, svg: str) -> Path:
    """Write a picture; what stands outside a page has no text colour to take over."""
    write_text(file, svg.replace("<svg ", '<svg color="#222" ', 1))
    return file
