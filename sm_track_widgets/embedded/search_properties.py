"""Property paths of Search: what ``Metrics.loss.min`` or ``Tags.team`` means in the store's tables.

Paths are compared without regard to case. Every piece of SQL speaks of the record at hand as ``item``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.service import Service

Kind = Literal["text", "arn", "number", "time", "mixed", "group"]
"""Type of a property: `mixed` is a parameter (text or number), `group` has parts but no value of its own."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values bound in it."""

    text: str
    values: tuple[Any, ...] = ()


ALWAYS = Sql("TRUE")
ABSENT = Sql("NULL")


@dataclass(frozen=True, slots=True)
class Index:
    """Where records are found by a property's value, instead of looking at each record.

    tables
        What follows FROM: rows in the order of an index.
    where
        Which of them are the property's.
    record, value
        The record's id, and the value that such a row tells.
    place, base
        What settles the order of equal values: `base` plus the record's id.
    own
        Whether the rows are the records themselves, as ``item``.
    ranged
        Whether a test of the value narrows what has to be read.
    ordered
        Whether the rows come sorted by the value.
    single, once
        Whether a record has one row at most; or one of each value.
    any_case
        Whether texts are in the index without regard to case.
    by_record, by_record_where
        The same rows, and which, in the order of records: better when most of them are wanted.
    """

    tables: str
    where: Sql
    record: str
    value: Sql = ALWAYS
    place: str = ""
    base: int = 0
    own: bool = False
    ranged: bool = True
    ordered: bool = True
    single: bool = True
    once: bool = True
    any_case: bool = False
    by_record: str = ""
    by_record_where: Sql = ALWAYS


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that belong to a record: its parameters, tags, parents.

    tables
        What follows FROM.
    owner, item
        Columns by which a row finds its record.
    where
        Which rows are meant.
    order
        Which of several comes first when records are sorted.
    links
        What ties a row to its record, where that is not `owner` = `item`; each leads to one row at most, of a table
        under the alias ``held``.
    reachable
        Whether an index leads from the value of such a row to its owner.

    `where` is wrapped in IS TRUE, which keeps SQLite from walking an index of all records' rows for each record:
    sorting 10,000 components by a metric took a minute so, and takes 30 ms now.
    """

    tables: str
    owner: str
    where: Sql
    item: Sql = Sql("item.id")
    order: Sql = ALWAYS
    links: tuple[Sql, ...] = ()
    reachable: bool = False

    @property
    def one(self) -> bool:
        """Whether a record has one row at most. Then a test of it can be a join, for two thirds of EXISTS' cost."""
        return len(self.links) == 1

    def having(self, test: Sql) -> Sql:
        """Return the condition that a record has such a row for which `test` holds."""
        found = [
            _told(f"SELECT 1 FROM {self.tables} WHERE", link, self._meant(), test) for link in self._ties()
        ]
        text = " OR ".join(f"EXISTS ({one.text})" for one in found)
        return Sql(f"({text})", tuple(value for one in found for value in one.values))

    def joined(self, alias: str, test: Sql, *, record: str = "item", outer: bool = False) -> Sql:
        """Return the join with the one row of `record`, if that satisfies `test`; others stay only if `outer`."""
        word = "LEFT JOIN" if outer else "CROSS JOIN"
        found = _told(f"{word} {self.tables} ON", *self._ties(), self._meant(), test)
        return Sql(re.sub(r"\bitem\b", record, under(alias, found.text)), found.values)

    def first(self, value: Sql) -> Sql:
        """Return `value` of the record's first such row."""
        found = _told(f"FROM {self.tables} WHERE", *self._ties(), self._meant())
        text = f"(SELECT {value.text} {found.text} ORDER BY {self.order.text} LIMIT 1)"
        return Sql(text, (*value.values, *found.values, *self.order.values))

    def index(self) -> Index:
        """Return the way from values of such rows to records."""
        return Index(self.tables, self.where, self.owner, ordered=False, single=False, once=False)

    def _ties(self) -> tuple[Sql, ...]:
        return self.links or (Sql(f"{self.owner} = {self.item.text}", self.item.values),)

    def _meant(self) -> Sql:
        return self.where if self.where == ALWAYS else Sql(f"({self.where.text}) IS TRUE", self.where.values)


def _told(head: str, *tests: Sql) -> Sql:
    """Return `head` with all of `tests` that say something."""
    said = [test for test in tests if test != ALWAYS]
    text = " AND ".join(test.text for test in said)
    return Sql(f"{head} {text}", tuple(value for test in said for value in test.values))


def under(alias: str, text: str) -> str:
    """Return SQL about ``held`` as SQL about `alias`."""
    return re.sub(r"\bheld\b", alias, text)


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its type, its value, and the rows it is a value of (None: of the record itself).

    kind, value, rows
        As said.
    number
        The numeric value of a `mixed` one; `value` is then its text. One that equals `value` holds either.
    rank
        What records are sorted by, where that is not the value of the first row; NULL where there is none.
    indexes
        Where records are found by this property; several when its name is spelt in several ways.
    always
        Whether no record lacks it.
    whole
        Whether it compares as an integer with an integer [M], as HyperParameters do.
    narrow
        Turns a test of `value` into a property that just those records have which satisfy it, if that is quicker.
    """

    kind: Kind
    value: Sql = ALWAYS
    rows: Rows | None = None
    number: Sql = ABSENT
    rank: Sql | None = None
    indexes: tuple[Index, ...] = ()
    always: bool = False
    whole: bool = False
    narrow: Callable[[Service, Sql], Property | None] | None = None

    def sort_key(self) -> Sql:
        """Return the value by which records are sorted; NULL where a record has none."""
        if self.rank is not None:
            return self.rank
        value = self.value
        if self.kind == "mixed":
            value = Sql(f"coalesce({self.number.text}, {self.value.text})")
        return value if self.rows is None else self.rows.first(value)


def joined(operator: str, tests: Sequence[Sql]) -> Sql:
    """Return the condition that all of `tests` hold (``And``), or one of them (``Or``)."""
    if not tests:
        return ALWAYS
    word = " OR " if operator == "Or" else " AND "
    return Sql(f"({word.join(test.text for test in tests)})", tuple(v for test in tests for v in test.values))


Resolver = Callable[[Service, str], Property | None]
"""(service, what follows the first segment, as written) -> the property, or None when there is none."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A searchable resource.

    kind, member
        In ARNs, and the record's name in Search's results.
    table
        Its table.
    plain
        Its properties of one value, by lower-case path.
    families
        Its properties with names in them, by lower-case first segment.
    nested
        Its lists, for NestedFilters: rows, and properties by lower-case path.
    repeatable
        First segments for which Contains may be used more than once [M].
    """

    kind: str
    member: str
    table: str
    plain: Mapping[str, Property]
    families: Mapping[str, Resolver]
    nested: Mapping[str, Callable[[Service], tuple[Rows, Mapping[str, Property]]]]
    repeatable: frozenset[str]


def resolve(service: Service, resource: Resource, path: str) -> Property:
    """Return the property that `path` names.

    Raises
    ------
    ServiceError
        ``ValidationException`` "Unknown property name: X" [Mo].
    """
    first, _, rest = path.partition(".")
    family = resource.families.get(first.lower())
    found = family(service, rest) if family is not None else resource.plain.get(path.lower())
    if found is None:
        raise unknown(path)
    return found


def unknown(path: str) -> ServiceError:
    """Return the error of a path that no record has."""
    return invalid(f"Unknown property name: {path}")


def text(column: str) -> Property:
    """Return a text property kept in a column of the record."""
    return Property("text", Sql(column))


def time(column: str) -> Property:
    """Return a time kept in a column of the record."""
    return Property("time", Sql(column))


def indexed(
    kind: Kind, table: str, column: str, index: str = "", *, always: bool = False, any_case: bool = False
) -> Property:
    """Return a property kept in a column of `table` that has an index, ``<table>_<column>`` unless named.

    The value looked at in a record is hidden from SQLite's planner behind a plus, lest it takes this index when the
    plan is another one.
    """
    found = Index(
        tables=f"{table} AS item INDEXED BY {index or f'{table}_{column}'}",
        where=ALWAYS,
        record="item.id",
        value=Sql(f"item.{column}"),
        place="item.id",
        own=True,
        any_case=any_case,
    )
    return Property(kind, Sql(f"+item.{column}"), indexes=(found,), always=always)


def absent(paths: Iterable[str]) -> dict[str, Property]:
    """Return properties that SageMaker knows and the embedded service never sets."""
    return {path: Property("text", ABSENT) for path in paths}


def metadata() -> dict[str, Property]:
    """Return the four MetadataProperties."""
    names = ("CommitId", "Repository", "GeneratedBy", "ProjectId")
    return {
        f"metadataproperties.{name.lower()}": text(f"json_extract(item.metadata, '$.{name}')")
        for name in names
    }


def own_arn(kind: str) -> Resolver:
    """Return the resolver of a record's own ARN."""
    return lambda service, rest: (
        None if rest else Property("arn", Sql("(? || item.name)", (service.arn(kind, ""),)))
    )


def tag_rows(kind: str, service: Service, key: str | None = None) -> Rows:
    """Return a record's tags, or those called `key` in any case."""
    where = ALWAYS if key is None else Sql("tags.key = ? COLLATE NOCASE", (key,))
    return Rows(
        tables="tags",
        owner="tags.arn",
        item=Sql("(? || item.key)", (service.arn(kind, ""),)),
        where=where,
        order=Sql("tags.position") if key is None else Sql("tags.key = ? DESC", (key,)),
    )


def tags(kind: str) -> Resolver:
    """Return the resolver of ``Tags.KEY``."""

    def find(service: Service, rest: str) -> Property:
        rows = tag_rows(kind, service, rest or None)
        return Property("text", Sql("tags.value"), rows) if rest else Property("group", rows=rows)

    return find


def nested_tags(kind: str) -> Callable[[Service], tuple[Rows, Mapping[str, Property]]]:
    """Return the list of tags for NestedFilters."""

    def find(service: Service) -> tuple[Rows, Mapping[str, Property]]:
        members = {"tags.key": text("tags.key"), "tags.value": text("tags.value")}
        return tag_rows(kind, service), members

    return find
