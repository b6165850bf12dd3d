"""Property paths of Search: what ``Metrics.loss.min`` or ``Tags.team`` means in the store's tables.

Paths are compared without regard to case. Every piece of SQL speaks of the record at hand as ``item``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sm_track_widgets._names import RUN_TAG, RUN_TAG_VALUE
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
    correlated
        Look the rows up record by record (few rows each, indexed by owner), or collect their owners once.

    Record by record, `where` is wrapped in IS TRUE, which keeps SQLite from walking an index of all records' rows
    for each record: sorting 10,000 components by a metric took a minute so, and takes 30 ms now.
    """

    tables: str
    owner: str
    where: Sql
    item: Sql = Sql("item.id")
    order: Sql = ALWAYS
    correlated: bool = False

    def having(self, test: Sql) -> Sql:
        """Return the condition that a record has such a row for which `test` holds."""
        if self.correlated:
            where = f"{self.owner} = {self.item.text} AND ({self.where.text}) IS TRUE AND {test.text}"
            text = f"EXISTS (SELECT 1 FROM {self.tables} WHERE {where})"
        else:
            where = f"{self.where.text} AND {test.text}"
            text = f"{self.item.text} IN (SELECT {self.owner} FROM {self.tables} WHERE {where})"
        return Sql(text, (*self.item.values, *self.where.values, *test.values))

    def first(self, value: Sql) -> Sql:
        """Return `value` of the record's first such row."""
        text = (
            f"(SELECT {value.text} FROM {self.tables} WHERE {self.owner} = {self.item.text} "
            f"AND ({self.where.text}) IS TRUE ORDER BY {self.order.text} LIMIT 1)"
        )
        return Sql(text, (*value.values, *self.item.values, *self.where.values, *self.order.values))


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its type, its value, and the rows it is a value of (None: of the record itself).

    `number` is the numeric value of a `mixed` one; `value` is then its text.
    """

    kind: Kind
    value: Sql = ALWAYS
    rows: Rows | None = None
    number: Sql = ABSENT

    def sort_key(self) -> Sql:
        """Return the value by which records are sorted; NULL where a record has none."""
        value = self.value
        if self.kind == "mixed":
            value = Sql(f"coalesce({self.number.text}, {self.value.text})")
        return value if self.rows is None else self.rows.first(value)


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
        correlated=True,
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


def run_name(service: Service, rest: str) -> Property | None:
    """Resolve ``RunName``: the name of those components that are runs, as their records show it."""
    if rest:
        return None
    is_run = tag_rows("experiment-trial-component", service).having(
        Sql("tags.key = ? AND tags.value = ?", (RUN_TAG, RUN_TAG_VALUE))
    )
    return Property("text", Sql(f"CASE WHEN {is_run.text} THEN item.name END", is_run.values))
