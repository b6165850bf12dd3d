"""Versions of a model, and two of them side by side, for saved notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._names import lower_is_better
from sm_track_widgets.charts import deltas, markup, numbers
from sm_track_widgets.charts.static_table import Kind, table_html, table_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROWS = 20
METRICS = 5
COMMIT = 10
NOTHING = "This group has no versions yet."
Version = "Mapping[str, Any]"


def models_html(title: str, versions: Sequence[Mapping[str, Any]], pair: Sequence[Mapping[str, Any]]) -> str:
    """Return one ``<div>``: the versions, and the two of `pair` side by side.

    Parameters
    ----------
    title
        The group.
    versions
        As the page gets them, the newest first.
    pair
        Two of them, the baseline first; or none.
    """
    head = f'<div><b style="font-weight:600">{markup.text(title)}</b> '
    head += f'<span style="{markup.MUTED}">{markup.text(headline(versions))}</span></div>'
    body = f'<p style="margin:6px 0 0;{markup.MUTED}">{NOTHING}</p>'
    if versions:
        header, rows, kinds = _table(versions)
        body = table_html(header, rows, kinds=kinds, more=max(0, len(versions) - ROWS))
    if len(pair) == 2:  # noqa: PLR2004 - two sides
        header, rows, kinds, beside = _pair(*pair)
        caption = f"{pair[0]['name']} and {pair[1]['name']}"
        compared = table_html(header, rows, kinds=kinds, caption=caption, deltas=beside)
        body += f'<div style="margin-top:10px">{compared}</div>'
    return f'<div style="{markup.FONT};font-size:13px;line-height:1.45">{head}{body}</div>'


def models_text(title: str, versions: Sequence[Mapping[str, Any]], pair: Sequence[Mapping[str, Any]]) -> str:
    """Return the same as lines of text."""
    lines = [f"{markup.plain(title)}  {headline(versions)}"]
    if versions:
        header, rows, kinds = _table(versions)
        lines.append(table_text(header, rows, kinds=kinds, more=max(0, len(versions) - ROWS)))
    else:
        lines.append(NOTHING)
    if len(pair) == 2:  # noqa: PLR2004 - two sides
        header, rows, kinds, beside = _pair(*pair)
        lines += ["", table_text(header, rows, kinds=kinds, deltas=beside)]
    return "\n".join(lines)


def headline(versions: Sequence[Mapping[str, Any]]) -> str:
    """Say how many versions there are, and which approved one is the newest."""
    if not versions:
        return ""
    count = "1 version" if len(versions) == 1 else f"{numbers.count(len(versions))} versions"
    approved = [one["version"] for one in versions if one["status"] == "Approved"]
    return f"{count} · approved: {max(approved)}" if approved else f"{count} · none approved"


def _table(versions: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Any]], list[Kind]]:
    metrics = list(dict.fromkeys(name for one in versions for name in one["metrics"]))[:METRICS]
    header = ["version", "status", "run", "registered", *metrics, "commit"]
    kinds: list[Kind] = ["number", "status", "text", "time", *(["number"] * len(metrics)), "text"]  # type: ignore[list-item]
    rows = [
        [
            one["version"],
            one["status"],
            one["run"],
            one["created"],
            *(one["metrics"].get(name) for name in metrics),
            one["commit"][:COMMIT],
        ]
        for one in versions[:ROWS]
    ]
    return header, rows, kinds


def _pair(
    base: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[list[str], list[list[Any]], list[Kind], list[list[tuple[str, str]]]]:
    """Return what differs: header, rows, kinds and what stands beside the second value."""
    rows: list[list[Any]] = []
    beside: list[list[tuple[str, str]]] = []
    for kind in ("metrics", "parameters"):
        for name in sorted({*base[kind], *other[kind]}):
            one, two = base[kind].get(name), other[kind].get(name)
            if one == two:
                continue
            both = isinstance(one, (int, float)) and isinstance(two, (int, float))
            apart = deltas.delta(two, one) if both else ""
            best = ("min" if lower_is_better(name) else "max") if kind == "metrics" else ""
            tone = deltas.tone(two, one, best) if both else ""
            rows.append(
                [name, *(value if isinstance(value, str) else numbers.number(value) for value in (one, two))]
            )
            beside.append([("", ""), ("", ""), (apart, tone)])
    return ["what differs", str(base["name"]), str(other["name"])], rows, ["text", "text", "text"], beside
