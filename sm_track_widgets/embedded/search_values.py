"""Properties of components by the tables made for Search: parameters, metrics and tags by name, experiments.

A row of these tables has its place at ``name's id * 2^32 + component's id`` (schema.py says why).
"""

from __future__ import annotations

from collections.abc import Sequence

from sm_track_widgets.embedded.search_properties import ABSENT, ALWAYS, Index, Kind, Property, Rows, Sql
from sm_track_widgets.embedded.service import Service

WIDTH = 1 << 32
_RECORD = f"held.place & {WIDTH - 1}"
_MANY = 10  # experiments


def held(
    service: Service,
    table: str,
    name: str,
    value: str = "value",
    *,
    kind: Kind,
    names: str,
    ordered: bool = True,
) -> Property:
    """Return the property of a component that `table` holds under `name`, in any case; the exact name sorts first.

    Parameters
    ----------
    value
        What is meant of the row: a column, or an expression of the columns of ``held``.
    kind
        The property's type.
    names
        Kind of the name, as in ``names.kind``.
    ordered
        Whether the table has an index in the order of this column, ``<table>_<column>``.
    """
    places = [number * WIDTH for number in _spellings(service, names, name)]
    if not places:
        return Property(kind, ABSENT)
    column = f"held.{value}" if value.isidentifier() else value
    rows = _at(table, places)
    firsts = [f"(SELECT {column} FROM {table} AS held WHERE held.place = ? + item.id)" for _ in places]
    rank = firsts[0] if len(firsts) == 1 else f"coalesce({', '.join(firsts)})"
    return Property(
        kind,
        Sql(column),
        rows,
        number=Sql(column) if kind == "mixed" else ABSENT,
        rank=Sql(rank, tuple(places)),
        indexes=_indexes(table, places, column, ordered=ordered),
    )


def _spellings(service: Service, names: str, name: str) -> list[int]:
    """Return the ids of all names that are `name` but for case; the one spelt so comes first."""
    rows = service.store.rows(
        "SELECT id, name FROM names WHERE kind = ? AND name = ? COLLATE NOCASE", names, name
    )
    return [row["id"] for row in sorted(rows, key=lambda row: (row["name"] != name, row["name"]))]


def _indexes(table: str, places: Sequence[int], column: str, *, ordered: bool) -> tuple[Index, ...]:
    made: list[Index] = []
    for place in places:
        every = _every(place)
        index = f"{table}_{column.removeprefix('held.')}"
        in_order = (f"{table} AS held INDEXED BY {index}", Sql("held.name_id = ?", (place // WIDTH,)))
        tables, where = in_order if ordered else (f"{table} AS held", every)
        made.append(
            Index(
                tables=tables,
                where=where,
                record=_RECORD,
                value=Sql(column),
                place="held.place",
                base=place,
                ranged=ordered,
                ordered=ordered,
                single=len(places) == 1,
                by_record=f"{table} AS held",
                by_record_where=every,
            )
        )
    return tuple(made)


def members(service: Service, test: Sql) -> Property | None:
    """Return what the components of those experiments have whose ``experiments.name`` satisfies `test`.

    None when they are many: looking from a component at its experiments is better then.
    """
    found = service.store.rows(f"SELECT id FROM experiments WHERE {test.text} LIMIT {_MANY}", *test.values)
    if not 0 < len(found) < _MANY:
        return None
    places = [row["id"] * WIDTH for row in found]
    indexes = tuple(
        Index(
            tables="memberships AS held",
            where=every,
            record=_RECORD,
            ordered=False,
            single=len(places) == 1,
            by_record="memberships AS held",
            by_record_where=every,
        )
        for every in map(_every, places)
    )
    return Property("group", rows=_at("memberships", places), indexes=indexes)


def _at(table: str, places: Sequence[int]) -> Rows:
    """Return the rows that a component has at `places` of a table."""
    return Rows(
        tables=f"{table} AS held",
        owner=_RECORD,
        where=ALWAYS,
        links=tuple(Sql("held.place = ? + item.id", (place,)) for place in places),
    )


def _every(place: int) -> Sql:
    return Sql("held.place BETWEEN ? AND ?", (place, place + WIDTH - 1))
