"""How Search finds records: which index leads to them, how many they are, and what follows FROM.

Records are found through the index of the condition that leads to the fewest, and the other conditions are looked at
record by record. How many a condition leads to is counted in its index, up to a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sm_track_widgets.embedded.search_properties import ALWAYS, Index, Sql
from sm_track_widgets.embedded.search_sql import Reach, Test
from sm_track_widgets.embedded.store import Store

FEW = 2000
"""So many rows of an index are counted, or walked along, without a second thought."""
DENSE = 8
"""From this part, an eighth of all, on, records are read faster in their own order than in that of the values."""
_COLUMN = re.compile(r"\bitem\.(?!id\b)")


@dataclass(frozen=True, slots=True)
class Lead:
    """What leads to the records, and to how many: the indexes of a test, or (None) only the table.

    by_record
        Whether the index is read in the order of records instead of values.
    """

    test: Test | None
    rows: int
    by_record: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where records come from: what follows FROM to have each as ``item``, and what to test of it."""

    source: Sql
    checks: tuple[Sql, ...]


class Plan:
    """The records of `table` that satisfy all of `tests`.

    lead
        What leads to them; chosen when it is first needed, unless given.
    """

    def __init__(self, store: Store, table: str, tests: Sequence[Test], lead: Lead | None = None) -> None:
        self.store = store
        self.table = table
        self.tests = tests
        row = store.row(f"SELECT max(id) AS top FROM {table}")
        self.records = 0 if row is None else int(row["top"] or 0)
        self._lead = lead

    def count(self) -> int:
        """Return how many they are."""
        if not self.tests:
            return self._number(Sql(f"SELECT count(*) FROM {self.table}"))
        found = self.led(self.lead)
        return self._number(sql("SELECT count(*) FROM", found.source, where(found.checks)))

    @property
    def lead(self) -> Lead:
        """What leads to the fewest records."""
        if self._lead is None:
            self._lead = self._choose()
        return self._lead

    def led(self, lead: Lead, *also: Sql) -> Found:
        """Return how to come to each record that `lead` leads to; `also` is what else is said of ``item``."""
        others = [test for test in self.tests if test is not lead.test or not test.exact]
        if lead.test is None:
            return self.looked_at(Sql(f"{self.table} AS item"), others)
        reaches = lead.test.reaches
        if len(reaches) == 1 and reaches[0].index.own:
            index = reaches[0].index
            return self.looked_at(Sql(index.tables), others, index.where, reaches[0].test)
        return self.joined(_ids(reaches, by_record=lead.by_record), others, *also)

    def joined(self, ids: Sql, tests: Sequence[Test], *also: Sql) -> Found:
        """Return how to come to the records whose ``id`` the query `ids` finds, and which satisfy `tests`.

        A record itself is read last, and only if one of them, or of `also`, speaks of its columns.
        """
        said = [*also, *(test.check for test in tests if test.join is None)]
        if not any(_COLUMN.search(one.text) for one in said):
            return self.looked_at(sql("(", ids, ") AS item"), tests)
        source = sql("(", ids, ") AS hit", *_joins(tests, "hit"))
        record = f"CROSS JOIN {self.table} AS item ON item.id = hit.id"
        return Found(sql(source, record), _checks(tests))

    def looked_at(self, source: Sql, tests: Sequence[Test], *checks: Sql) -> Found:
        """Return `source` with all that has to be looked at of its ``item``."""
        return Found(sql(source, *_joins(tests, "item")), (*checks, *_checks(tests)))

    def _choose(self) -> Lead:
        able = [test for test in self.tests if test.reaches and all(one.index.ranged for one in test.reaches)]
        for bound in (FEW, self.records // DENSE):
            counted = [(self._reached(test, bound), place) for place, test in enumerate(able)]
            rows, place = min(counted, default=(bound, 0))
            if rows < bound:
                return Lead(able[place], rows)
        # Each leads to many. To read one in the order of records still spares looking it up for each record; best one
        # all of whose rows are meant.
        spared = [
            test for test in self.tests if len(test.reaches) == 1 and bool(test.reaches[0].index.by_record)
        ]
        spared.sort(key=lambda test: test.reaches[0].test != ALWAYS)
        return Lead(spared[0] if spared else None, self.records, by_record=True)

    def _reached(self, test: Test, bound: int) -> int:
        """Count the rows that a test's indexes lead to, up to `bound`."""
        total = 0
        for reach in test.reaches:
            rows = sql("SELECT 1 FROM", reach.index.tables, where([reach.index.where, reach.test]))
            total += self._number(sql("SELECT count(*) FROM (", rows, Sql("LIMIT ?)", (bound - total,))))
            if total >= bound:
                break
        return total

    def _number(self, question: Sql) -> int:
        return int(self.store.rows(question.text, *question.values)[0][0])


def _joins(tests: Sequence[Test], record: str) -> list[Sql]:
    able = [test.join for test in tests if test.join is not None]
    return [rows.joined(f"held{place}", test, record=record) for place, (rows, test) in enumerate(able)]


def _checks(tests: Sequence[Test]) -> tuple[Sql, ...]:
    return tuple(test.check for test in tests if test.join is None)


def sql(*parts: Sql | str) -> Sql:
    """Return the pieces of a statement as one."""
    pieces = [Sql(part) if isinstance(part, str) else part for part in parts]
    return Sql(" ".join(piece.text for piece in pieces), tuple(v for piece in pieces for v in piece.values))


def where(tests: Iterable[Sql]) -> Sql:
    """Return the WHERE of `tests`; nothing when there is nothing to test."""
    said = [test for test in tests if test != ALWAYS]
    if not said:
        return Sql("")
    text = " AND ".join(f"({test.text})" for test in said)
    return Sql(f"WHERE {text}", tuple(v for test in said for v in test.values))


def _ids(reaches: Sequence[Reach], *, by_record: bool) -> Sql:
    """Return the query for the records that `reaches` lead to, each once."""
    parts = [_rows(reach.index, reach.test, by_record=by_record) for reach in reaches]
    if len(parts) == 1:
        return sql("SELECT" if reaches[0].index.single else "SELECT DISTINCT", parts[0])
    union = sql("SELECT", parts[0])
    for part in parts[1:]:
        union = sql(union, "UNION SELECT", part)
    return union


def _rows(index: Index, test: Sql, *, by_record: bool) -> Sql:
    if by_record:
        return sql(f"{index.record} AS id FROM {index.by_record}", where([index.by_record_where, test]))
    return sql(f"{index.record} AS id FROM {index.tables}", where([index.where, test]))
