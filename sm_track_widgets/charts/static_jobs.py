"""Jobs of a run for saved notebooks: a table, the last lines of those that failed, and what all of it cost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts import markup, numbers, status
from sm_track_widgets.charts.static_table import Kind, table_html, table_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOTHING = "No job was started under this run."


def jobs_html(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the jobs as HTML."""
    if not rows:
        return f'<p style="margin:10px 0 0;{markup.MUTED}">{NOTHING}</p>'
    header, cells, kinds = _table(rows)
    pieces = [table_html(header, cells, kinds=kinds)]
    style = "margin:6px 0 0;font-size:11px;white-space:pre-wrap;overflow-wrap:anywhere"
    for row in rows:
        if row["lines"]:
            text = "\n".join([str(row["name"]), *row["lines"]])
            pieces.append(f'<pre style="{style}">{markup.text(text)}</pre>')
    pieces.append(f'<div style="margin-top:6px;{markup.MUTED}">{markup.text(summary(rows))}</div>')
    return "".join(pieces)


def jobs_text(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the same as lines of text."""
    if not rows:
        return [NOTHING]
    header, cells, kinds = _table(rows)
    lines = [table_text(header, cells, kinds=kinds)]
    for row in rows:
        lines += [f"  {row['name']}: {line}" for line in row["lines"]]
    return [*lines, summary(rows)]


def summary(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say how many jobs there are, in which states, and what they cost as far as is known."""
    counted = Counter(status.word(str(row["status"])).lower() for row in rows if row["kind"] != "tuning")
    total = sum(counted.values())
    states = ", ".join(f"{count} {word}" for word, count in counted.most_common())
    text = f"{total} job{'' if total == 1 else 's'}: {states}" if counted else ""
    priced = [float(row["cost"]) for row in rows if row["cost"] is not None]
    if not priced:
        return text
    some = "" if len(priced) == total else f" for {len(priced)} of them"
    return f"{text} · about {money(sum(priced))}{some}"


def money(amount: float) -> str:
    """Return an amount with two places, small ones with two digits; the currency is that of the user's prices."""
    return f"{amount:,.2f}" if amount >= 1 or amount == 0 else f"{amount:.2g}"


def _table(rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Any]], list[Kind]]:
    priced = any(row["cost"] is not None for row in rows)
    header = ["job", "kind", "status", "time", "on", *(["cost"] if priced else []), ""]
    kinds: list[Kind] = ["text", "text", "status", "duration", "text", "text"]
    if priced:
        kinds.append("text")
    cells: list[list[Any]] = []
    for row in rows:
        started, ended = row["started"], row["ended"]
        lasted = ended - started if started is not None and ended is not None else None
        cost = [None if row["cost"] is None else money(row["cost"])] if priced else []
        told = ", ".join(f"{name} {numbers.number(value)}" for name, value in row["metrics"])
        name = f"└ {row['name']}" if row["tuner"] else row["name"]
        cells.append(
            [name, row["kind"], row["status"], lasted, row["instance"], *cost, row["detail"] or told]
        )
    return header, cells, kinds
