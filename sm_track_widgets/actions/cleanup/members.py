"""Which components are in which groups, as a table tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets.reading.table.table import Table

Parents = dict[str, list[tuple[str, str]]]
"""Component -> experiment and trial of each of its parents."""


def parents(table: Table) -> Parents:
    """Return the parents of every row."""
    found: Parents = {component: [] for component in table.components}
    for place in table.words.get("trial", {}):
        trials = table.text("trial", place).objects("").tolist()
        experiments = table.text("experiment", place).objects("").tolist()
        for component, experiment, trial in zip(table.components, experiments, trials, strict=True):
            if trial:
                found[component].append((experiment, trial))
    return found


def by_group(found: Parents) -> dict[str, set[str]]:
    """Return the components of each trial, its name in lower case: names are unique without regard to case [M]."""
    groups: dict[str, set[str]] = {}
    for component, places in found.items():
        for _, trial in places:
            groups.setdefault(trial.lower(), set()).add(component)
    return groups


def emptied(groups: Iterable[str], held: dict[str, set[str]], taken: dict[str, set[str]]) -> list[str]:
    """Return those of these trials that hold nothing more when `taken` (lower-case trial -> components) is gone."""
    return [name for name in groups if held.get(name.lower(), set()) <= taken.get(name.lower(), set())]
