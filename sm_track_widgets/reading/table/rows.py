"""Which runs the rows of a table are: names, groups, jobs, the archived."""

from __future__ import annotations

from typing import Any

import numpy as np

from sm_track_widgets._names import ARCHIVED_TAG
from sm_track_widgets.reading import identity
from sm_track_widgets.reading.table.table import Table
from sm_track_widgets.reading.table.words import Mask, Words

SHOWN = "shown"
"""Fact of runs some of which would share a name: one that no other of them has."""


def named_apart(table: Table) -> Table:
    """Return the table with the names its rows have now, which they keep in every part of it."""
    if SHOWN in table.words.get("fact", {}) or table.text("fact", "name").distinct():
        return table
    words = {**table.words, "fact": {**table.words.get("fact", {}), SHOWN: Words.of(shown_names(table))}}
    return Table(table.components, table.numbers, words)


def shown_names(table: Table) -> list[str]:
    """Return a name for each row that no other has: the one it got among more rows, else as asked for, if unique."""
    return shown(table).tolist()


def shown(table: Table) -> Any:
    """Return `shown_names` as an array of objects."""
    facts = table.words.get("fact", {})
    if SHOWN in facts:
        return facts[SHOWN].objects("")
    names = table.text("fact", "name")
    return names.objects("") if names.distinct() else np.array(_told_apart(table, names), dtype=object)


def _told_apart(table: Table, names: Words) -> list[str]:
    asked: list[str] = names.objects("").tolist()
    runs: list[str] = table.text("fact", "run").objects("").tolist()
    experiments = table.text("experiment", "0").objects("").tolist()
    longer = [f"{of}/{name}" for of, name in zip(experiments, runs, strict=True)]
    return identity.apart([asked, runs, longer, table.components])


def placed(table: Table, group: str | None = None) -> tuple[Any, Any]:
    """Return the experiment and the group of each row, empty where there is none.

    Of a run's groups the one called `group`, in any case, counts; else the first.
    """
    experiments, groups = (table.text(kind, "0").objects("") for kind in ("experiment", "group"))
    if group is None:
        return experiments, groups
    for place in table.words.get("trial", {}):
        here = _called(table.text("trial", place), group)
        experiments[here] = table.text("experiment", place).objects("")[here]
        groups[here] = table.text("group", place).objects("")[here]
    return experiments, groups


def in_group(table: Table, group: str) -> Mask:
    """Return which rows are in the run group called so, in any case."""
    found = np.zeros(len(table), dtype=np.bool_)
    for trial in table.words.get("trial", {}).values():
        found |= _called(trial, group)
    return found


def is_job(table: Table) -> Mask:
    """Return which rows are components that SageMaker made for a job, beside the run that started the job."""
    return table.text("fact", "job").present()


def is_archived(table: Table) -> Mask:
    """Return which rows have been archived."""
    return table.text("tag", ARCHIVED_TAG).where(lambda value: value == "true")


def _called(words: Words, name: str) -> Mask:
    wanted = name.lower()
    return words.where(lambda value: value.lower() == wanted)
