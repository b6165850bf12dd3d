"""A plan and a report in words and as HTML."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.charts.static_table import table_html, table_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sm_track_widgets.actions.cleanup.plan import Kept, Plan, PlannedRun

LISTED = 10
"""Runs that are listed; the others are counted."""
NAMED = 5
HEADER = ("run", "experiment", "status", "groups", "")
_NOUNS = {
    "runs": ("run", "runs"),
    "jobs": ("job's component", "components of jobs"),
    "groups": ("group", "groups"),
    "experiments": ("experiment", "experiments"),
    "files": ("file", "files"),
    "lineage": ("lineage artifact", "lineage artifacts"),
    "spool": ("leftover on this machine", "leftovers on this machine"),
}


def many(count: int, what: str) -> str:
    """Write how many there are: ``1 run``, ``2,000 runs``."""
    one, more = _NOUNS[what]
    return f"{numbers.count(count)} {one if count == 1 else more}"


def listed(counts: Mapping[str, int]) -> str:
    """Write what is counted, without what there is none of: ``12 runs, 3 files (1.2 MB in all)``."""
    parts = [many(counts[what], what) for what in _NOUNS if counts.get(what)]
    size = f" ({numbers.data_size(counts['bytes'])} in all)" if parts and counts.get("bytes") else ""
    return ", ".join(parts) + size


def summary(counts: Mapping[str, int]) -> str:
    """Write what would be done: ``Delete 12 runs; take 1 run out of these groups``."""
    parts: list[str] = []
    if things := listed(counts):
        parts.append(f"Delete {things}")
    if counts.get("shared"):
        parts.append(f"{'take' if parts else 'Take'} {many(counts['shared'], 'runs')} out of these groups")
    return "; ".join(parts) or "Nothing to delete"


def text(plan: Plan) -> str:
    """Return a plan in lines."""
    lines = [f"{summary(plan.counts)}.  ({markup.plain(plan.title)})"]
    runs = [*plan.runs, *plan.shared]
    if runs:
        lines.append(table_text(HEADER, _rows(runs[:LISTED]), kinds=_KINDS, more=max(0, len(runs) - LISTED)))
    return "\n".join(markup.plain(line) for line in [*lines, *_facts(plan)])


def html(plan: Plan) -> str:
    """Return a plan as HTML: a line, a table, and what stays."""
    runs = [*plan.runs, *plan.shared]
    title = f"<span style={_MUTED!r}>{markup.text(plan.title)}</span>"
    head = f"<strong>{markup.text(summary(plan.counts))}</strong> {title}"
    rows = _rows(runs[:LISTED])
    below = table_html(HEADER, rows, kinds=_KINDS, more=max(0, len(runs) - LISTED)) if runs else ""
    facts = "".join(f"<div style={_MUTED!r}>{markup.text(line)}</div>" for line in _facts(plan))
    return f'<div style="{markup.FONT};font-size:12px"><div>{head}</div>{below}{facts}</div>'


_KINDS = ("run", "text", "status", "text", "text")
_MUTED = markup.MUTED


def _rows(runs: Iterable[PlannedRun]) -> list[list[str]]:
    return [
        [
            run.name,
            run.experiment,
            run.status,
            ", ".join(run.groups),
            f"stays in {', '.join(run.stays_in)}"
            if run.stays_in
            else "of a job"
            if run.kind == "job"
            else "",
        ]
        for run in runs
    ]


def _facts(plan: Plan) -> list[str]:
    lines: list[str] = []
    if plan.unfinished:
        lines.append(
            f"{numbers.count(plan.unfinished)} of these were left by a clean-up that was interrupted."
        )
    for what, names in (("Groups", plan.groups), ("Experiments", plan.experiments)):
        if names:
            lines.append(f"{what} that go: {some(names)}")
    if plan.associations:
        lines.append(f"Lineage associations that go: {numbers.count(plan.associations)}")
    return [*lines, *kept(plan.kept), *plan.remarks]


def kept(things: Sequence[Kept]) -> list[str]:
    """Say what stays and why, one line for each reason."""
    found: list[str] = []
    for (kind, why), count in Counter((one.kind, one.why) for one in things).items():
        names = [one.name for one in things if (one.kind, one.why) == (kind, why)]
        found.append(f"Stays: {numbers.count(count)} {_KEPT[kind][count > 1]} ({why}): {some(names)}")
    return found


_KEPT = {
    "run": ("run", "runs"),
    "job": ("component of a job", "components of jobs"),
    "file": ("file", "files"),
    "group": ("group", "groups"),
    "experiment": ("experiment", "experiments"),
    "lineage": ("lineage artifact", "lineage artifacts"),
    "spool": ("leftover", "leftovers"),
}


def some(names: Sequence[str]) -> str:
    """Name the first few, and count the others."""
    shown = ", ".join(numbers.middle(markup.plain(name), 100) for name in names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {numbers.count(len(names) - NAMED)} more"
