"""One run in full as plain HTML: a head, and one of its tabs below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts import details_parts as parts
from sm_track_widgets.charts import markup, numbers, status
from sm_track_widgets.charts.details_code import code_html, logs_html, surroundings_html
from sm_track_widgets.charts.palette import Mark
from sm_track_widgets.charts.prepare import prepare
from sm_track_widgets.charts.static_jobs import jobs_html
from sm_track_widgets.charts.static_table import table_html
from sm_track_widgets.charts.svg import line_svg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.reading.run_facts import MetricFacts, RunFacts

TABS = ("overview", "metrics", "params", "artifacts", "code", "logs", "system", "jobs")
SYSTEM = "system/"
"""What names of system metrics begin with."""
CHARTS = 24
TILES = 6
ROWS = 12


def details_html(
    facts: RunFacts,
    tab: str = "overview",
    *,
    series: Sequence[Series] = (),
    previews: Sequence[str] = (),
) -> str:
    """Write one tab of a run.

    Parameters
    ----------
    facts
        The run.
    tab
        One of `TABS`.
    series
        Points of the metrics that the tab draws; see `metrics_of`.
    previews
        For the artifacts' tab: files as HTML.

    Returns
    -------
    str
        One ``<div>`` with inline styles only; it reads without them too.
    """
    box = (
        f"{markup.FONT};font-size:13px;line-height:1.45;box-sizing:border-box;max-width:1080px;"
        f"border:1px solid {markup.HAIRLINE};border-radius:6px"
    )
    inside = _TABS[tab](facts, series, previews)
    below = f'<div style="padding:4px 12px 12px">{inside}</div>'
    return f'<div style="{box}">{_head(facts)}{_tab_line(facts, tab)}{below}</div>'


def metrics_of(facts: RunFacts, tab: str) -> list[str]:
    """Return the metrics whose points a tab draws: none, the important ones, all, or those of the system."""
    own = [one.name for one in facts.metrics if not one.name.startswith(SYSTEM)]
    if tab == "overview":
        return [one.name for one in parts.important(facts.metrics, TILES)]
    if tab == "metrics":
        return own[:CHARTS]
    return [one.name for one in facts.metrics if one.name not in own][:CHARTS] if tab == "system" else []


def _head(facts: RunFacts) -> str:
    cut = numbers.middle(markup.plain(facts.name), 60)
    title = f' title="{markup.text(facts.name)}"' if cut != facts.name else ""
    told = [markup.text(fact) for fact in parts.headline(facts)]
    line = (
        f"{status.pill(facts.status)} "
        f'<span style="flex:1 1 20em;min-width:0"><b style="font-weight:600"{title}>{markup.text(cut)}</b> '
        f'<span style="{markup.MUTED}">{" · ".join(told)}</span></span> '
        f'<span style="{markup.MUTED}">{markup.text(facts.home)}</span>'
    )
    below = "".join(parts.note(colour, words) for colour, words in parts.notes(facts))
    row = "display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px"
    return f'<div style="padding:8px 12px"><div style="{row}">{line}</div>{below}</div>'


def _tab_line(facts: RunFacts, tab: str) -> str:
    """Name the tabs; the page cannot switch them without a kernel, so the line says what to type."""
    names: list[str] = []
    for name in TABS:
        if name == "jobs" and not (facts.jobs or facts.job_rows or tab == name):
            continue  # most runs start none
        here = name == tab
        edge = f"border-bottom:2px solid {markup.BUSY};font-weight:600" if here else markup.MUTED
        current = ' aria-current="true"' if here else ""
        names.append(f'<span{current} style="padding:0 0 3px;{edge}">{name}</span>')
    hint = f"%sm_show {parts.quoted(facts.name)} --tab {tab}"
    style = f"display:flex;flex-wrap:wrap;gap:2px 16px;padding:4px 12px 0;border-bottom:1px solid {markup.HAIRLINE}"
    code = f'<code style="margin-left:auto;font-size:11px;{markup.MUTED}">{markup.text(hint)}</code>'
    return f'<div style="{style}">{" ".join(names)} {code}</div>'


def _overview(facts: RunFacts, series: Sequence[Series], _: object) -> str:
    found = {one.metric: one for one in series}
    tiles = "".join(parts.tile(one, found.get(one.name)) for one in parts.important(facts.metrics, TILES))
    grid = f"display:flex;flex-wrap:wrap;border:1px solid {markup.HAIRLINE};border-radius:4px;margin-top:10px"
    pieces = [parts.facts_grid(parts.about(facts))]
    if tiles:
        pieces.append(f'<div style="{grid}">{tiles}</div>')
    if facts.parameters:
        pieces.append(parts.section("Parameters") + _parameter_table(facts, ROWS))
    if facts.artifacts:
        pieces.append(parts.section("Artifacts") + _artifact_table(facts, ROWS))
    return "".join(pieces)


def _metrics(facts: RunFacts, series: Sequence[Series], _: object) -> str:
    own = [one for one in facts.metrics if not one.name.startswith(SYSTEM)]
    if not own:
        return parts.nothing("No metric was logged.")
    return _metric_table(own) + _charts(series)


def _params(facts: RunFacts, *_: object) -> str:
    if not (facts.parameters or facts.tags):
        return parts.nothing("No parameter was logged.")
    pieces = [_parameter_table(facts, len(facts.parameters))] if facts.parameters else []
    if facts.tags:
        rows = sorted(facts.tags.items())
        pieces.append(parts.section("Tags") + table_html(["tag", "value"], rows, kinds=["run", "text"]))
    return "".join(pieces)


def _artifacts(facts: RunFacts, _: object, previews: Sequence[str]) -> str:
    if not facts.artifacts:
        return parts.nothing("No file was logged.")
    pieces = [_artifact_table(facts, len(facts.artifacts))]
    pieces += [f'<div style="margin-top:16px">{shown}</div>' for shown in previews]
    return "".join(pieces)


def _code(facts: RunFacts, *_: object) -> str:
    return code_html(facts)


def _logs(facts: RunFacts, *_: object) -> str:
    return logs_html(facts)


def _system(facts: RunFacts, series: Sequence[Series], _: object) -> str:
    pieces = [surroundings_html(facts), _charts(series)]
    return "".join(pieces)


def _jobs(facts: RunFacts, *_: object) -> str:
    return jobs_html(facts.job_rows or ())


def _charts(series: Sequence[Series]) -> str:
    drawn: list[str] = []
    for one in series:
        lines = prepare([one], [Mark(0, 0)])
        drawn.append(line_svg(lines, title=one.metric, width=450, height=180))
    if not drawn:
        return ""
    style = "display:flex;flex-wrap:wrap;gap:12px 24px;margin-top:12px"
    return f'<div style="{style}">{"".join(f"<div>{picture}</div>" for picture in drawn)}</div>'


def _metric_table(metrics: Sequence[MetricFacts]) -> str:
    header, rows = parts.metric_rows(metrics)
    return table_html(header, rows, kinds=parts.METRIC_KINDS)


def _parameter_table(facts: RunFacts, most: int) -> str:
    rows = parts.parameter_rows(facts)
    return table_html(
        ["parameter", "value"], rows[:most], kinds=["run", "text"], more=max(len(rows) - most, 0)
    )


def _artifact_table(facts: RunFacts, most: int) -> str:
    header, rows = parts.artifact_rows(facts.artifacts)
    return table_html(header, rows[:most], more=max(len(rows) - most, 0))


_TABS: dict[str, Callable[[Any, Any, Any], str]] = {
    "overview": _overview,
    "metrics": _metrics,
    "params": _params,
    "artifacts": _artifacts,
    "code": _code,
    "logs": _logs,
    "system": _system,
    "jobs": _jobs,
}
