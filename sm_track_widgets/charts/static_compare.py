"""Runs side by side for saved notebooks: plain HTML tables, diffs, small charts; and text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts import code_html, markup, numbers, status
from sm_track_widgets.charts import compare_cells as cells
from sm_track_widgets.charts.palette import BOTH, PALETTE
from sm_track_widgets.charts.prepare import prepare
from sm_track_widgets.charts.static_table import table_text
from sm_track_widgets.charts.svg import line_svg
from sm_track_widgets.reading.compare.code import counted, unified

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.reading.compare.comparison import Comparison
    from sm_track_widgets.reading.compare.rows import Section

ROWS = 40
CHARTS = 6
NO_CODE = "No code was kept of {}."
_BOX = f"{markup.FONT};font-size:13px;line-height:1.45;border:1px solid {markup.HAIRLINE};border-radius:6px"


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a comparison is shown: `places` of runs, that of the `baseline`, and the view's choices."""

    places: list[int]
    baseline: int
    diff_only: bool = False
    tab: str = "params"


def compare_html(
    found: Comparison,
    shown: Shown,
    *,
    series: Sequence[Sequence[Series]] = (),
    previews: Mapping[tuple[str, str], Sequence[str]] | None = None,
) -> str:
    """Write a comparison.

    Parameters
    ----------
    found, shown
        What is compared, and what of it is shown.
    series
        For each run the points of the metrics that are drawn.
    previews
        For artifacts by direction and name: each run's file as HTML.

    Returns
    -------
    str
        One ``<div>`` with inline styles only; it reads without them too.
    """
    parts = [
        _head(found, shown),
        *(_section(found, shown, one) for one in found.sections if one.tab == "params"),
        _metrics(found, shown),
        _folded("Code", _code(found, shown), opened=shown.tab == "code"),
        _folded("Environment", _environment(found, shown), opened=shown.tab == "env"),
        _folded("Artifacts", _artifacts(found, shown, previews or {}), opened=shown.tab == "artifacts"),
        _folded("Charts", _charts(found, shown, series), opened=shown.tab == "charts"),
    ]
    return f'<div style="{_BOX}"><div style="padding:8px 12px;overflow-x:auto">{"".join(parts)}</div></div>'


def compare_text(found: Comparison, shown: Shown) -> str:
    """Write the parameters and the metrics as lines of text; code or environment where that is what is shown."""
    labels = [found.labels[place] for place in shown.places]
    lines = [f"Baseline: {markup.plain(found.labels[shown.baseline])}"]
    tabs = {"params", "env"} if shown.tab == "env" else {"params"}
    for section in (one for one in found.sections if one.tab in tabs):
        rows = cells.kept(section.rows, shown.places, diff_only=shown.diff_only)
        lines += _lines(section.title, [(row.name, row.cells, row.kind) for row in rows], labels, shown)
    metrics = cells.metrics(found, shown.places, shown.diff_only)
    told = [(cells.metric_label(row), row.stats["last"], "value") for row in metrics]
    lines += _lines("Metrics, last", told, labels, shown)
    if shown.tab == "code":
        for place in shown.places:
            lines += ["", *_code_lines(found, shown.baseline, place)] if place != shown.baseline else []
    return "\n".join(lines)


def _lines(
    title: str, rows: Sequence[tuple[str, Sequence[Any], str]], labels: Sequence[str], shown: Shown
) -> list[str]:
    """Return a heading and a table of text; nothing without a row."""
    if not rows:
        return []
    told = [
        [name, *(cells.text_of(values[place], kind) for place in shown.places)]
        for name, values, kind in rows[:ROWS]
    ]
    return ["", title, table_text(["", *labels], told, more=max(0, len(rows) - ROWS))]


def _head(found: Comparison, shown: Shown) -> str:
    names: list[str] = []
    for place in shown.places:
        run, label = found.runs[place], found.labels[place]
        colour = markup.mixed(BOTH[PALETTE.mark(run.component).colour % len(BOTH)])
        aside = f' <span style="{markup.MUTED}">baseline</span>' if place == shown.baseline else ""
        cut = markup.text(numbers.middle(markup.plain(label), 40))
        names.append(
            f'<span style="white-space:nowrap"><span aria-hidden="true" style="color:{colour}">●</span> '
            f'<b style="font-weight:600" title="{markup.text(label)}">{cut}</b>{aside} {status.pill(run.status)}</span>'
        )
    return f'<div style="display:flex;flex-wrap:wrap;gap:4px 16px">{" ".join(names)}</div>'


def _section(found: Comparison, shown: Shown, section: Section) -> str:
    rows = cells.kept(section.rows, shown.places, diff_only=shown.diff_only)
    drawn = [
        (row.name, cells.row_cells(row, shown.places, shown.baseline), row.differs) for row in rows[:ROWS]
    ]
    return cells.table(section.title, found, shown.places, drawn, more=len(rows) - len(drawn))


def _metrics(found: Comparison, shown: Shown) -> str:
    rows = cells.metrics(found, shown.places, shown.diff_only)
    drawn = [
        (cells.metric_label(row), cells.metric_cells(row, "last", shown.places, shown.baseline), False)
        for row in rows[:ROWS]
    ]
    return cells.table("Metrics, last value", found, shown.places, drawn, more=len(rows) - len(drawn))


def _environment(found: Comparison, shown: Shown) -> str:
    """Show what differs only: packages are hundreds."""
    one = Shown(shown.places, shown.baseline, diff_only=True)
    sections = [section for section in found.sections if section.tab == "env"]
    if not sections:
        return _quiet("Nothing was kept of the runs' environments.")
    return "".join(_section(found, one, section) for section in sections) or _quiet("The same in all runs.")


def _code(found: Comparison, shown: Shown) -> str:
    parts: list[str] = []
    for place in shown.places:
        if place == shown.baseline:
            continue
        head, *lines = _code_lines(found, shown.baseline, place)
        parts.append(f'<div style="margin-top:6px">{markup.text(head)}</div>')
        if lines:
            parts.append(code_html.block(code_html.diff("\n".join(lines)), head, 420))
    return "".join(parts)


def _code_lines(found: Comparison, base: int, place: int) -> list[str]:
    """Return one line that says what changed, and the changes."""
    one, other = found.code.of[base], found.code.of[place]
    name, named = found.labels[place], found.labels[base]
    if one is None or other is None:
        return [NO_CODE.format(named if one is None else name)]
    if one == other:
        return [f"{name}: the same code as {named}."]
    added, removed = counted(found.code.between(one, other))
    return [f"{name} against {named}: +{added} −{removed} lines", *unified(found.code, one, other)]  # noqa: RUF001


def _artifacts(found: Comparison, shown: Shown, previews: Mapping[tuple[str, str], Sequence[str]]) -> str:
    rows: list[tuple[str, list[str], bool]] = []
    for row in found.artifacts[:ROWS]:
        files = previews.get((row.direction, row.name))
        told = [one and (one.media_type or one.direction) for one in row.of]
        inside = [
            files[place] if files and files[place] else markup.text(told[place] or "")
            for place in shown.places
        ]
        rows.append((row.name, inside, False))
    if not rows:
        return _quiet("No file was logged.")
    return cells.table("", found, shown.places, rows, more=len(found.artifacts) - len(rows), left=True)


def _charts(found: Comparison, shown: Shown, series: Sequence[Sequence[Series]]) -> str:
    if not series:
        return ""
    pictures: list[str] = []
    for metric in found.common(shown.places, CHARTS):
        lines = [
            (one, place)
            for place in shown.places
            for one in series[place]
            if one.metric == metric and len(one)
        ]
        marks = [PALETTE.mark(found.runs[place].component) for _, place in lines]
        pictures.append(
            line_svg(prepare([one for one, _ in lines], marks), title=metric, width=450, height=180)
        )
    style = "display:flex;flex-wrap:wrap;gap:12px 24px;margin-top:8px"
    inside = "".join(f"<div>{picture}</div>" for picture in pictures)
    return f'<div style="{style}">{inside}</div>' if pictures else _quiet("The runs share no metric.")


def _folded(title: str, inside: str, *, opened: bool) -> str:
    if not inside:
        return ""
    style = "cursor:pointer;font-weight:600;margin:12px 0 4px"
    mark = " open" if opened else ""
    return f'<details{mark}><summary style="{style}">{title}</summary>{inside}</details>'


def _quiet(words: str) -> str:
    return f'<div style="{markup.MUTED}">{markup.text(words)}</div>'
