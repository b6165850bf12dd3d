"""A sweep for saved notebooks: progress, best, history and failed points as HTML with a small SVG, and as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.charts.axes import Axis, value_axis
from sm_track_widgets.charts.sweep import KINDS, WORDS, Sweep

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, FOOT, EDGE = 56, 10, 8, 22, 18
FAILED, NAME, CHIPS = 10, 40, 8
MOST = 600
"""Points drawn of each kind; of more every n-th, and all that were better than those before."""
COLOURS = {"done": markup.BUSY, "running": markup.BUSY, "stopped": markup.WARN, "failed": markup.BAD}
MINUS = "\N{MINUS SIGN}"


def sweep_html(sweep: Sweep) -> str:
    """Return one ``<div>``: how far it is, the best, the history, what failed."""
    head = (
        f'<div><b style="font-weight:600">{markup.text(sweep.title)}</b> '
        f"<span>{markup.text(sweep.progress())}</span></div>"
    )
    parts = [head, _bar(sweep), _best_html(sweep), _history(sweep), _failed_html(sweep)]
    return f'<div style="{markup.FONT};font-size:13px;line-height:1.45;max-width:{WIDTH}px">{"".join(parts)}</div>'


def sweep_text(sweep: Sweep) -> str:
    """Return the same as lines of text."""
    lines = [f"{markup.plain(sweep.title)}  {sweep.progress()}".strip()]
    if sweep.steps:
        name = sweep.names[sweep.steps[-1]]
        told = ", ".join(f"{markup.plain(label)} {_value(value)}" for label, value in _chips(sweep, name))
        lines.append(f"best {_what(sweep)}  {markup.plain(name)}  {ahead(sweep)}".rstrip())
        lines += [f"  {told}"] if told else []
    failed = _failed(sweep)
    lines += [f"failed {markup.plain(name)}  {_line(why)}".rstrip() for name, why in failed[:FAILED]]
    if len(failed) > FAILED:
        lines.append(f"and {len(failed) - FAILED} more failed")
    return "\n".join(lines)


def ahead(sweep: Sweep) -> str:
    """Write how far the best is from the baseline, or from the middle of the completed points."""
    if not sweep.steps:
        return ""
    value = sweep.values[sweep.steps[-1]]
    known = sweep.baseline is not None and math.isfinite(sweep.baseline[1])
    other = sweep.baseline[1] if known and sweep.baseline is not None else sweep.median
    name = numbers.middle(sweep.baseline[0], 24) if sweep.baseline is not None else ""
    to = f"the baseline {name}" if known else "the median"
    by = value - other
    if not math.isfinite(by) or by == 0:
        return f"the same as {to}" if known and by == 0 else ""
    good = (by > 0) == (sweep.goal == "max")
    size = f"{'+' if by > 0 else MINUS}{numbers.number(float(f'{abs(by):.4g}'))}"
    return f"{size}, {'better' if good else 'worse'} than {to}"


def _bar(sweep: Sweep) -> str:
    """Draw what came of the points: full, hollow, striped by strokes, and dotted for those under way."""
    whole = max(sweep.total, len(sweep.kinds), 1)
    look = {
        "done": f'fill="{COLOURS["done"]}"',
        "stopped": f'fill="none" stroke="{COLOURS["stopped"]}" stroke-width="2"',
        "failed": f'fill="{COLOURS["failed"]}" fill-opacity=".55" stroke="{COLOURS["failed"]}"',
        "running": f'fill="{COLOURS["running"]}" fill-opacity=".3" stroke="{COLOURS["running"]}" '
        'stroke-dasharray="2 2"',
    }
    left, out = 0.0, [f'<rect width="{WIDTH}" height="8" fill="currentColor" fill-opacity=".12"/>']
    for kind in ("done", "stopped", "failed", "running"):
        width = WIDTH * sweep.counts[kind] / whole
        if width:
            told = f"<title>{sweep.counts[kind]:,} {WORDS[kind]}</title>"
            shown = max(width - 2, 1)
            out.append(
                f'<rect x="{left + 0.5:.1f}" y="1" width="{shown:.1f}" height="6" {look[kind]}>{told}</rect>'
            )
        left += width
    return _svg(8, "".join(out), sweep.progress(), "margin:3px 0 6px")


def _best_html(sweep: Sweep) -> str:
    if not sweep.steps:
        return f'<div style="{markup.MUTED}">No point has completed yet.</div>'
    name = sweep.names[sweep.steps[-1]]
    chips = " ".join(
        f'<span style="display:inline-block;padding:0 7px;border:1px solid {markup.HAIRLINE};border-radius:9px;'
        f'font-size:11px">{markup.text(numbers.middle(label, 24))} <b style="font-weight:600">'
        f"{markup.text(numbers.middle(_value(value), 24))}</b></span>"
        for label, value in _chips(sweep, name)
    )
    told = ahead(sweep)
    return (
        f'<div>best {markup.text(_what(sweep))} · <b style="font-weight:600">'
        f"{markup.text(numbers.middle(name, NAME))}</b> "
        f'<span style="{markup.MUTED}">{markup.text(told)}</span></div><div>{chips}</div>'
    )


def _what(sweep: Sweep) -> str:
    return f"{sweep.metric} {numbers.number(sweep.values[sweep.steps[-1]])}"


def _chips(sweep: Sweep, name: str) -> list[tuple[str, float | str]]:
    return list(sweep.parameters(name))[:CHIPS]


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else numbers.number(value)


def _history(sweep: Sweep) -> str:
    """Draw each point by the order of its end, and the best so far as stairs."""
    finite = [
        value
        for value, kind in zip(sweep.values, sweep.kinds, strict=True)
        if kind != "failed" and math.isfinite(value)
    ]
    axis = value_axis(finite, ticks=4)
    if axis is None:
        return ""
    out = [_axes(axis)]
    for kind in KINDS:
        places = [place for place, one in enumerate(sweep.kinds) if one == kind]
        stride = max(1, len(places) // MOST)
        marks = "".join(_mark(kind, *_spot(sweep, axis, place)) for place in places[::stride])
        if marks:
            out.append(f'<path d="{marks}" {_look(kind)}/>')
    if sweep.steps:
        out.append(f'<path d="{_stairs(sweep, axis)}" stroke="currentColor" stroke-width="1.6" fill="none"/>')
    told = f"{sweep.metric} of {len(sweep.values)} points in the order of their end"
    return _svg(HEIGHT, "".join(out), told, "margin-top:4px")


def _axes(axis: Axis) -> str:
    foot = HEIGHT - FOOT
    out = [f'<path d="M{LEFT} {foot}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".4"/>']
    for value, label in axis.ticks:
        y = _down(axis, value)
        out.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".13"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="currentColor" '
            f'fill-opacity=".7">{markup.text(label)}</text>'
        )
    out.append(
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end" fill="currentColor" fill-opacity=".7">'
        "points in the order of their end; hollow: stopped, diamond: running, cross: failed</text>"
    )
    return "".join(out)


def _spot(sweep: Sweep, axis: Axis, place: int) -> tuple[float, float]:
    across = LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / len(sweep.values)
    value = sweep.values[place]
    if sweep.kinds[place] == "failed" or not math.isfinite(value):
        return across, HEIGHT - FOOT - EDGE / 2 + 2
    return across, _down(axis, value)


def _down(axis: Axis, value: float) -> float:
    bottom = HEIGHT - FOOT - EDGE
    return bottom - axis.place(value) * (bottom - TOP)


def _mark(kind: str, x: float, y: float) -> str:
    if kind == "failed":
        return f"M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6"
    if kind == "running":
        return f"M{x:.1f} {y - 4:.1f}l4 4-4 4-4-4z"
    if kind == "stopped":
        return f"M{x - 3:.1f} {y:.1f}a3 3 0 1 0 6 0a3 3 0 1 0-6 0"
    return f"M{x:.1f} {y:.1f}h.01"


def _look(kind: str) -> str:
    wide = (
        'stroke-width="6" stroke-linecap="round" stroke-opacity=".85"'
        if kind == "done"
        else 'stroke-width="1.6"'
    )
    return f'stroke="{COLOURS[kind]}" fill="none" {wide}'


def _stairs(sweep: Sweep, axis: Axis) -> str:
    spots = [_spot(sweep, axis, place) for place in sweep.steps]
    first, *others = spots
    turns = "".join(f"H{x:.1f}V{y:.1f}" for x, y in others)
    return f"M{first[0]:.1f} {first[1]:.1f}{turns}H{WIDTH - RIGHT}"


def _failed(sweep: Sweep) -> list[tuple[str, str]]:
    """Return name and message of the failed points, the latest first."""
    found = zip(sweep.names, sweep.messages, sweep.kinds, strict=True)
    return [(name, why) for name, why, kind in found if kind == "failed"][::-1]


def _failed_html(sweep: Sweep) -> str:
    failed = _failed(sweep)
    if not failed:
        return ""
    rows = "".join(_failed_rows(failed[:FAILED]))
    more = (
        f'<div style="{markup.MUTED}">and {len(failed) - FAILED} more</div>' if len(failed) > FAILED else ""
    )
    return (
        f'<div style="font-size:12px;margin-top:4px"><b style="font-weight:600">{len(failed):,} failed</b>'
        f"{rows}{more}</div>"
    )


def _failed_rows(failed: Iterable[tuple[str, str]]) -> Iterable[str]:
    for name, why in failed:
        yield (
            f'<div style="overflow-wrap:anywhere"><span style="{markup.tinted(markup.BAD)}">\N{MULTIPLICATION SIGN}'
            f"</span> {markup.text(numbers.middle(name, NAME))} "
            f'<span style="{markup.MUTED}" title="{markup.text(why[:1000])}">{markup.text(_line(why))}</span></div>'
        )


def _line(why: str) -> str:
    first = markup.plain(why).strip().partition("\n")[0]
    return numbers.middle(first, 120)


def _svg(height: int, inside: str, told: str, style: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{markup.text(told)}" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}" font-size="11" fill="none" '
        f'style="display:block;max-width:100%;height:auto;{style}">{inside}</svg>'
    )
