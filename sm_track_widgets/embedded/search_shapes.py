"""Search properties of a resource whose record is kept as JSON: read off botocore's shape of that record.

A table of such a resource has the columns ``id``, ``name``, ``key``, ``created``, ``modified`` and ``record``, the JSON
of the record as Describe gives it, with times as seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sm_track_widgets.embedded.search_properties import (
    ALWAYS,
    Kind,
    Property,
    Resolver,
    Resource,
    Rows,
    Sql,
    nested_tags,
    own_arn,
    tags,
    text,
    time,
)
from sm_track_widgets.embedded.service import Service
from sm_track_widgets.embedded.validate import service_model

T = TypeVar("T")
Finder = Callable[[Service], tuple[Rows, Mapping[str, Property]]]
"""A list for NestedFilters: its rows, and its members by lower-case path."""

_KINDS: Mapping[str, Kind] = {
    "string": "text",
    "boolean": "text",
    "integer": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "timestamp": "time",
    "structure": "group",
}
_AS_NUMBER = (
    "CASE WHEN json_valid(entry.value) AND json_type(entry.value) IN ('integer', 'real') "
    "THEN CAST(entry.value AS REAL) END"
)


def shape_resource(
    kind: str,
    member: str,
    table: str,
    *,
    columns: Mapping[str, Property] | None = None,
    families: Mapping[str, Resolver] | None = None,
    nested: Mapping[str, Finder] | None = None,
    repeatable: frozenset[str] = frozenset(),
) -> Resource:
    """Return the resource whose record has the shape `member` and is kept as JSON in ``<table>.record``.

    The shape is read at the first question: loading SageMaker's model takes a fifth of a second.

    Parameters
    ----------
    kind
        As in ARNs: ``model-package``.
    member
        The record's shape in the service model, which is also its name in Search's results: ``ModelPackage``.
    table
        Its table.
    columns, families, nested
        What replaces or adds to the properties of the shape, by lower-case path (families: first segment).
        ``<Member>Arn``, ``<Member>Name``, CreationTime, LastModifiedTime and Tags are read from columns and from the
        tags of their own accord.
    repeatable
        First segments for which Contains may be used more than once.
    """
    shape = _Shape(member)
    name = member.lower()
    own = {
        f"{name}name": text("item.name"),
        "creationtime": time("item.created"),
        "lastmodifiedtime": time("item.modified"),
    }
    return Resource(
        kind=kind,
        member=member,
        table=table,
        plain=_Later(lambda: {**shape.found.plain, **own, **(columns or {})}),
        families=_Later(
            lambda: {**shape.found.maps, f"{name}arn": own_arn(kind), "tags": tags(kind), **(families or {})}
        ),
        nested=_Later(lambda: {**shape.found.nested, "tags": nested_tags(kind), **(nested or {})}),
        repeatable=repeatable,
    )


class _Later(Mapping[str, T]):
    """A mapping that is made when it is first looked into."""

    def __init__(self, make: Callable[[], Mapping[str, T]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, T]:
        return self._make()

    def __getitem__(self, key: str) -> T:
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value sits: `steps` below the JSON `root`; `tables` are the lists that were entered on the way."""

    root: str = "item.record"
    steps: str = ""
    tables: tuple[str, ...] = ()

    def member(self, name: str) -> _Place:
        return _Place(self.root, f"{self.steps}.{name}", self.tables)

    def element(self) -> _Place:
        """Return the place of each element of the list that is here."""
        alias = f"element{len(self.tables)}"
        return _Place(f"{alias}.value", "", (*self.tables, f"{self._each()} AS {alias}"))

    def value(self, type_name: str) -> Sql:
        found = f"json_extract({self.root}, '${self.steps}')" if self.steps else self.root
        if type_name == "boolean":
            return Sql(f"CASE {found} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END")
        return Sql(found)

    def property(self, kind: Kind, type_name: str) -> Property:
        return Property(kind, self.value(type_name), _rows(self.tables) if self.tables else None)

    def _each(self) -> str:
        return f"json_each({self.root}, '${self.steps}')"


def _rows(tables: tuple[str, ...]) -> Rows:
    """Return rows that come out of the record itself, so that they need no key to find it by."""
    return Rows(" JOIN ".join(tables), "item.id", ALWAYS)


class _Shape:
    """The properties of one record shape, by lower-case path; read off it at the first question."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def found(self) -> _Found:
        found = _Found()
        found.walk(service_model("sagemaker").shape_for(self._name), "", _Place())
        return found


@dataclass(frozen=True, slots=True)
class _Found:
    """What a walk over a shape found.

    plain
        Its values. One inside a list is a property of several values.
    maps
        Its maps at the top (HyperParameters, CustomerMetadataProperties): ``MAP.NAME``.
    nested
        Its lists of structures.
    """

    plain: dict[str, Property] = field(default_factory=dict[str, Property])
    maps: dict[str, Resolver] = field(default_factory=dict[str, Resolver])
    nested: dict[str, Finder] = field(default_factory=dict[str, Finder])

    def walk(self, shape: Any, path: str, place: _Place) -> None:
        """Put each member of a structure under its path."""
        for name, member in shape.members.items():
            here, at = f"{path}{name.lower()}", place.member(name)
            if member.type_name == "list":
                self._list(member.member, here, at)
            elif member.type_name == "map":
                if not path:
                    self.maps[here] = map_members(name)
            else:
                self.plain[here] = at.property(_kind(member), member.type_name)
                if member.type_name == "structure":
                    self.walk(member, f"{here}.", at)

    def _list(self, element: Any, path: str, place: _Place) -> None:
        self.plain[path] = place.element().property(_kind(element), element.type_name)
        if element.type_name == "structure":
            self.walk(element, f"{path}.", place.element())
            self.nested[path] = _finder(element, path, place)


def _kind(shape: Any) -> Kind:
    if shape.type_name == "string" and shape.name.endswith("Arn"):
        return "arn"
    return _KINDS[shape.type_name]


def _finder(element: Any, path: str, place: _Place) -> Finder:
    """Return the list at `place` for NestedFilters; lists inside its elements are left out."""
    at = place.element()
    inside = _Found()
    inside.walk(element, f"{path}.", _Place(at.root))
    single = {name: found for name, found in inside.plain.items() if found.rows is None}
    return lambda _service: (_rows(at.tables), single)


def map_members(path: str, *, whole: bool = False) -> Resolver:
    """Return the resolver of ``MAP.NAME`` for a map of texts in the record.

    NAME is meant in any case. A text that reads as a number compares as one, too.

    Parameters
    ----------
    path
        Where the map is in the record: ``HyperParameters``.
    whole
        Whether it compares as an integer with an integer.
    """
    tables = f"json_each(item.record, '$.{path}') AS entry"

    def find(_service: Service, rest: str) -> Property:
        if not rest:
            return Property("group", rows=Rows(tables, "item.id", ALWAYS))
        named, exact = Sql("entry.key = ? COLLATE NOCASE", (rest,)), Sql("entry.key = ? DESC", (rest,))
        rows = Rows(tables, "item.id", named, order=exact)
        return Property("mixed", Sql("entry.value"), rows, number=Sql(_AS_NUMBER), whole=whole)

    return find
