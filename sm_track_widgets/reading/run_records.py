"""Which Search records runs are, by any of their names: several runs in as few calls as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._errors import NotFoundError, did_you_mean
from sm_track_widgets._names import component_name, slug
from sm_track_widgets.reading import identity
from sm_track_widgets.reading.answer import Wanted, find
from sm_track_widgets.reading.fetch import names as fetch
from sm_track_widgets.reading.table import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.identity import Record
    from sm_track_widgets.reading.table.table import Table

Name = tuple[str, "str | None"]
"""A run as it is asked for, and its experiment; None is any."""


def find_records(connection: Connection, names: Sequence[Name]) -> list[tuple[Record, int]]:
    """Return for each name the newest run of that name, and how many others have it.

    Raises
    ------
    NotFoundError
        When there is no such run.
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    found = _named_directly(connection, names)
    missing = [name for name in dict.fromkeys(names) if name not in found]
    if missing:
        found |= _looked_up(connection, missing)
    return [found[name] for name in names]


def _named_directly(connection: Connection, names: Sequence[Name]) -> dict[Name, tuple[Record, int]]:
    """Find those whose component's name can be told from what is asked for."""
    components = {
        (name, experiment): _components(name, experiment)
        for name, experiment in names
        if experiment is not None
    }
    asked = list(dict.fromkeys(one for choices in components.values() for one in choices))
    records = fetch.search_components(connection, asked) if asked else {}
    found: dict[Name, tuple[Record, int]] = {}
    for (name, experiment), choices in components.items():
        of = slug(str(experiment)).lower()
        record = records.get(choices[0].lower()) or next(
            (one for choice in choices[1:] if (one := records.get(choice)) and _is_of(one, of)), None
        )
        # Search is some seconds behind.
        record = record or fetch.describe_component(connection, choices[0], of)
        if record is not None:
            found[name, experiment] = record, 0
    return found


def _components(name: str, experiment: str | None) -> list[str]:
    """Return what the component of a run may be called; a name may be the component's already."""
    of = slug(str(experiment))
    choices = [component_name(of, slug(name))]
    return [*choices, name.lower()] if name.lower().startswith(f"{of}-".lower()) else choices


def _is_of(record: Record, experiment: str) -> bool:
    return any(one.lower() == experiment for one, _ in identity.parents(record))


def _looked_up(connection: Connection, names: Sequence[Name]) -> dict[Name, tuple[Record, int]]:
    """Find runs by the names that those of their experiment have."""
    tables = {
        experiment: find(connection, Wanted(experiment, archived=True)).table
        for experiment in dict.fromkeys(experiment for _, experiment in names)
    }
    placed = {(name, experiment): _place(tables[experiment], name, experiment) for name, experiment in names}
    components = {asked: tables[asked[1]].components[place] for asked, (place, _) in placed.items()}
    records = fetch.search_components(connection, list(dict.fromkeys(components.values())))
    for (name, _), component in components.items():
        if component.lower() not in records:
            raise NotFoundError(f"Run {name!r} has been deleted.", "%sm_runs lists those that are there.")
    return {asked: (records[components[asked].lower()], others) for asked, (_, others) in placed.items()}


def _place(table: Table, name: str, experiment: str | None) -> tuple[int, int]:
    """Return the row of the newest run of a name, and how many others have it."""
    shown, called = rows.shown_names(table), _names(table)
    exact = [place for place, one in enumerate(shown) if one == name]
    found = exact or [place for place, known in enumerate(called) if name.lower() in known]
    if not found:
        where = f" in experiment {experiment!r}" if experiment else ""
        hint = (
            did_you_mean(name, dict.fromkeys([*shown, *(one for known in called for one in known)]))
            or "%sm_runs lists them."
        )
        raise NotFoundError(f"There is no run {name!r}{where}.", hint)
    return found[0], len(found) - 1


def _names(table: Table) -> list[list[str]]:
    """Return what each run may be called, in lower case."""
    experiments, _ = rows.placed(table)
    runs = table.text("fact", "run").objects("")
    asked = table.text("fact", "name").objects("")
    return [
        [one.lower() for one in dict.fromkeys((component, run, f"{of}/{run}", name))]
        for component, run, of, name in zip(table.components, runs, experiments, asked, strict=True)
    ]
