"""Names in a query that no run has: a slip of the pen, most of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sm_track_widgets._errors import did_you_mean
from sm_track_widgets._names import is_reserved, is_system
from sm_track_widgets.reading.query.nodes import FAMILIES, Field
from sm_track_widgets.reading.query.values import folded
from sm_track_widgets.reading.query.written import written_field
from sm_track_widgets.reading.table.table import STATISTICS, Table

if TYPE_CHECKING:
    from sm_track_widgets.reading.query.parsing import Query

_KINDS = {
    "param": ("param",),
    "metric": STATISTICS,
    "tag": ("tag",),
    "artifact": ("output", "input"),
    "column": ("column", "moment"),
}
"""Family -> the table's kinds of columns."""
_WORDS = {"param": "parameter", "metric": "metric", "tag": "tag", "artifact": "artifact", "column": "column"}
_OURS = ("sagemaker:", "sm_track:")
_LISTED = 5


class Unknown(NamedTuple):
    """A name that no run has.

    kind, name, column
        As in `Mention`.
    suggestion
        What may be meant, or what there is: one sentence.
    """

    kind: str
    name: str
    column: int
    suggestion: str


def unknown(query: Query, table: Table) -> list[Unknown]:
    """Return the parameters, metrics, tags and artifacts of a query that no row of a table has, each once.

    Those that are only asked to be missing (``IS NULL``) are not among them.
    """
    found: dict[tuple[str, str], Unknown] = {}
    for mention in query.mentions:
        key = mention.kind, folded(mention.name)
        if mention.null_test or key in found or key[1] in map(folded, table.names(*_KINDS[mention.kind])):
            continue
        hint = _suggestion(mention.kind, mention.name, table)
        found[key] = Unknown(mention.kind, mention.name, mention.column, hint)
    return list(found.values())


def explain_unknown(found: list[Unknown]) -> str:
    """Return one line about them: ``No run has a metric 'acc'. Did you mean 'accuracy'?``; empty for none."""
    return " ".join(
        f"No run has {'an' if one.kind == 'artifact' else 'a'} {_WORDS[one.kind]} {one.name!r}. {one.suggestion}"
        for one in found
    )


def _suggestion(kind: str, name: str, table: Table) -> str:
    names = _visible(kind, table)
    others = [
        family
        for family in FAMILIES
        if family not in {kind, "column"} and folded(name) in map(folded, _visible(family, table))
    ]
    if others:
        fields = (Field(family, name, "last" if family == "metric" else "") for family in others)
        return f"Did you mean {' or '.join(map(written_field, fields))}?"
    if near := did_you_mean(name, names):
        return near
    if not names:
        return "There is none at all." if kind != "column" else "Columns are those of a DataFrame."
    more = "" if len(names) <= _LISTED else f" and {len(names) - _LISTED} more"
    listed = (name if name.isprintable() else repr(name) for name in names[:_LISTED])
    return f"There are: {', '.join(listed)}{more}."


def _visible(kind: str, table: Table) -> list[str]:
    """Return the names of a kind, without ours and the service's; metrics of the machine come last."""
    names = (
        name for name in table.names(*_KINDS[kind]) if not is_reserved(name) and not name.startswith(_OURS)
    )
    return sorted(names, key=lambda name: (is_system(name), name))
