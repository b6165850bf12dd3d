"""Pages of Search's results, in the order asked for.

A page is found in one of two ways. *Walking* follows the index of the property that is sorted by and looks at each
record in turn until the page is full: right when many records satisfy the conditions. *Gathering* looks at all that
the plan's lead leads to, and sorts them. Both give the same records in the same order; a walk that goes further than
expected is given up. Records without the property come last, in both orders [inf].
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from sm_track_widgets.embedded.search_plan import FEW, Plan, sql, where
from sm_track_widgets.embedded.search_properties import Index, Property, Sql, under
from sm_track_widgets.embedded.search_sql import Test

PATIENCE = 8
"""A walk may take so many times what is expected of it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What records are sorted by, and which way."""

    by: Property
    ascending: bool

    @property
    def index(self) -> Index | None:
        """The index that holds what is sorted by, if it is one and can be walked along."""
        found = self.by.indexes
        able = len(found) == 1 and found[0].single and (found[0].ordered or found[0].by_record)
        return found[0] if able else None

    @property
    def ordered(self) -> bool:
        """Whether that index has the records in this order."""
        return self.index is not None and self.index.ordered

    def columns(self, *columns: str) -> str:
        """Return the ORDER BY of `columns`."""
        way = "ASC" if self.ascending else "DESC"
        return f"ORDER BY {', '.join(f'{column} {way}' for column in columns)}"

    def behind(self, columns: str, *values: Any) -> Sql:
        """Return the condition that a row of `columns` comes behind `values`."""
        marks = ", ".join("?" for _ in values)
        return Sql(f"({columns}) {'>' if self.ascending else '<'} ({marks})", values)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ends: the value (None: it has none) and the id of its last record."""

    value: Any
    record: int


def first_page(plan: Plan, order: Order, size: int) -> tuple[list[sqlite3.Row], int]:
    """Return the first `size` rows (id, rank), and how many records there are in all."""
    if _worth_one_pass(plan, order):
        rows = gather(plan, order, size, None, counted=True)
        total = int(rows[0]["total"]) if rows else plan.count()
    else:
        total = plan.count()
        rows = _present(plan, order, size, total, None) if total else []
    if len(rows) < min(size, total):
        rows += _absent(plan, order, size - len(rows), None)
    return rows, total


def next_page(plan: Plan, order: Order, size: int, total: int, after: Position) -> list[sqlite3.Row]:
    """Return the first `size` rows (id, rank) behind `after`.

    total
        About how many records the plan finds; only the way that is chosen depends on it.
    """
    rows: list[sqlite3.Row] = []
    lacking = None
    if after.value is not None:
        rows = _present(plan, order, size, total, after)
    else:
        lacking = after
    if len(rows) < size and not _all_have(plan, order.by):
        rows += _absent(plan, order, size - len(rows), lacking)
    return rows


def _worth_one_pass(plan: Plan, order: Order) -> bool:
    """Whether records are better counted while they are gathered: when counting is slow, and all must be seen."""
    slow = any(test is not plan.lead.test or not test.exact for test in plan.tests)
    return slow and (not order.ordered or plan.lead.rows < FEW)


def _present(plan: Plan, order: Order, size: int, total: int, after: Position | None) -> list[sqlite3.Row]:
    """Return records that have the property."""
    index = order.index
    if index is None:
        return gather(plan, order, size, after)
    if not index.ordered:
        if plan.lead.test is not None:
            return gather(plan, order, size, after)
        every = replace(index, tables=index.by_record, where=index.by_record_where)
        return walk(plan, order, every, size, after, limit=plan.records) or []
    steps = size * plan.records // max(total, 1)
    rows = None
    if steps <= FEW or steps <= plan.lead.rows // 2:
        # All that match may be far from here (names begin with their experiment's), yet to pass by a record costs less
        # than to gather it. Behind the first page, where the lead is not known, that is seen when it is needed.
        limit = max(FEW, PATIENCE * steps, plan.lead.rows if after is None else 0)
        rows = walk(plan, order, index, size, after, limit=limit)
        if rows is None and plan.lead.rows > limit:
            rows = walk(plan, order, index, size, after, limit=plan.lead.rows)
    return gather(plan, order, size, after) if rows is None else rows


def walk(
    plan: Plan, order: Order, index: Index, size: int, after: Position | None, *, limit: int
) -> list[sqlite3.Row] | None:
    """Walk along `index`; None when its next `limit` rows do not fill the page and more would follow.

    One that is not in this order is read to its end, and sorted.
    """
    along = [test for test in plan.tests if _along(test, index)]
    others = [test for test in plan.tests if not (test.exact and test in along)]
    rows = [index.where, *(test.reaches[0].test for test in along)]
    if not along:
        rows.append(Sql(f"{index.value.text} IS NOT NULL"))
    columns = f"{index.value.text}, {index.place}"
    if after is not None:
        rows.append(order.behind(columns, after.value, index.base + after.record))
    sort = order.columns(index.value.text, index.place)
    end = _end(plan, sql(f"SELECT {columns} FROM {index.tables}", where(rows), sort), limit)
    if end is not None:
        too_far = order.behind(columns, *end)
        rows.append(Sql(f"NOT {too_far.text}", too_far.values))
    told = f"{index.record} AS id, {index.value.text} AS rank, {index.place} AS spot"
    found = plan.joined(sql(f"SELECT {told} FROM {index.tables}", where(rows)), others)
    sort = order.columns("rank", "spot")
    page = sql("SELECT item.id, rank FROM", found.source, where(found.checks), sort, Sql("LIMIT ?", (size,)))
    taken = _rows(plan, page)
    return None if end is not None and len(taken) < size else taken


def _end(plan: Plan, rows: Sql, limit: int) -> tuple[Any, Any] | None:
    """Return value and place of the row at which a walk ends; None when there are not that many."""
    if limit >= plan.records:
        return None
    found = _rows(plan, sql(rows, Sql("LIMIT 1 OFFSET ?", (limit,))))
    return (found[0][0], found[0][1]) if found else None


def gather(
    plan: Plan, order: Order, size: int, after: Position | None, *, counted: bool = False
) -> list[sqlite3.Row]:
    """Look at all records that the plan's lead leads to, and sort those that have the property.

    If `counted`, each row says how many (``total``) satisfy the plan's tests, with the property or without.
    """
    found = plan.led(plan.lead, order.by.sort_key())
    rank, source = _ranked(order.by, found.source, outer=counted)
    every = sql("SELECT item.id AS id,", rank, "AS rank FROM", source, where(found.checks))
    tests = [Sql("rank IS NOT NULL")]
    if after is not None:
        tests.append(order.behind("rank, id", after.value, after.record))
    rest = sql(where(tests), order.columns("rank", "id"), Sql("LIMIT ?", (size,)))
    if counted:
        total = "(SELECT count(*) FROM every) AS total"
        return _rows(
            plan, sql("WITH every AS MATERIALIZED (", every, f") SELECT id, rank, {total} FROM every", rest)
        )
    # LIMIT keeps SQLite from working a rank out wherever it is named; a column's it may.
    kept = "LIMIT -1" if source == found.source else ""
    return _rows(plan, sql("SELECT id, rank FROM (", every, f"{kept})", rest))


def _ranked(by: Property, source: Sql, *, outer: bool) -> tuple[Sql, Sql]:
    """Return the value that the records of `source` are sorted by, and `source` with what it takes to tell it."""
    if by.rows is None or not by.rows.one:
        return by.sort_key(), source
    there = Sql(f"{by.value.text} IS NOT NULL", by.value.values)
    rank = Sql(under("ranked", by.value.text), by.value.values)
    return rank, sql(source, by.rows.joined("ranked", there, outer=outer))


def _absent(plan: Plan, order: Order, size: int, after: Position | None) -> list[sqlite3.Row]:
    """Return records that lack the property, by id."""
    rank = order.by.sort_key()
    if plan.lead.rows < FEW:
        found = plan.led(plan.lead, rank)
    else:  # by id, so that a full page ends it
        found = plan.looked_at(Sql(f"{plan.table} AS item NOT INDEXED"), plan.tests)
    tests = [Sql(f"({rank.text}) IS NULL", rank.values), *found.checks]
    if after is not None:
        tests.append(order.behind("item.id", after.record))
    sort, limit = order.columns("item.id"), Sql("LIMIT ?", (size,))
    return _rows(plan, sql("SELECT item.id, NULL AS rank FROM", found.source, where(tests), sort, limit))


def _all_have(plan: Plan, by: Property) -> bool:
    """Whether all records have the property, or one of the tests says that those meant have it."""
    return by.always or any(
        test.exact and any(_along(test, index) for index in by.indexes) for test in plan.tests
    )


def _along(test: Test, index: Index) -> bool:
    """Whether the test is one of the values in `index`."""
    return len(test.reaches) == 1 and test.reaches[0].index == index


def _rows(plan: Plan, question: Sql) -> list[sqlite3.Row]:
    return plan.store.rows(question.text, *question.values)
