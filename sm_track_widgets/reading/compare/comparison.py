"""Several runs beside each other, as one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets.reading.compare.code import Code, codes
from sm_track_widgets.reading.compare.numbers import STATISTICS, MetricRow, metric_rows
from sm_track_widgets.reading.compare.rows import differ
from sm_track_widgets.reading.compare.surroundings import sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.reading.compare.rows import Row, Section
    from sm_track_widgets.reading.run_facts import Artifact, RunFacts

KINDS = {
    "Parameters": "parameter",
    "Run": "run",
    "Tags": "tag",
    "Read by the cell": "input",
    "Python and machine": "environment",
    "Git": "git",
    "Packages": "package",
}


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """Artifacts of one name; None where a run has none."""

    name: str
    direction: str
    of: list[Artifact | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side.

    Attributes
    ----------
    labels
        A name for each run that no other one has.
    runs
        What is known of them.
    sections, metrics, code, artifacts
        What differs in what.
    """

    labels: list[str]
    runs: list[RunFacts]
    sections: list[Section]
    metrics: list[MetricRow]
    code: Code
    artifacts: list[ArtifactRow]

    def frame(self, columns: Sequence[str], *, diff_only: bool = False) -> pd.DataFrame:
        """Return one row per fact and a column for each of some runs.

        Returns
        -------
        DataFrame
            Indexed by ``kind`` (``"parameter"``, ``"metric"``, ``"tag"``, ``"run"``, ``"input"``, ``"environment"``,
            ``"git"``, ``"package"``) and ``name``, of metrics ``auc.last`` and so on; the values as they are, times in
            UTC, None for missing ones.
        """
        places = [self.labels.index(name) for name in columns]
        kept = [
            (KINDS[one.title], row.name, _moments(row))
            for one in self.sections
            for row in one.rows
            if not diff_only or row.differ(places)
        ]
        kept += [
            ("metric", f"{row.name}.{statistic}", [*row.stats[statistic]])
            for row in self.metrics
            for statistic in STATISTICS
            if not diff_only or differ([row.stats[statistic][place] for place in places])
        ]
        keys = [one[:2] for one in kept]
        index = pd.MultiIndex.from_tuples(keys, names=["kind", "name"]) if keys else _NOTHING
        cells = np.empty((len(kept), len(columns)), dtype=object)
        for row, (_, _, values) in enumerate(kept):
            cells[row, :] = [values[place] for place in places]
        return pd.DataFrame(cells, index=index, columns=pd.Index(columns, dtype=object))

    def common(self, places: Sequence[int], most: int) -> list[str]:
        """Return the metrics that two at least of some runs have, those of the machine last; at most so many."""
        counts = [
            (row.name, sum(row.stats["count"][place] is not None for place in places)) for row in self.metrics
        ]
        return [name for name, count in counts if count >= min(2, len(places))][:most]


def _moments(row: Row) -> list[Any]:
    """Return the cells as a frame has them: times as such."""
    if row.kind != "time":
        return [*row.cells]
    return [None if value is None else pd.Timestamp(float(value), unit="s", tz="UTC") for value in row.cells]


_NOTHING = pd.MultiIndex.from_arrays([[], []], names=["kind", "name"])


def comparison(runs: Sequence[RunFacts]) -> Comparison:
    """Put runs side by side."""
    return Comparison(
        labels(runs), list(runs), sections(runs), metric_rows(runs), codes(runs), _artifacts(runs)
    )


def labels(runs: Sequence[RunFacts]) -> list[str]:
    """Return the runs' names; of equal ones with their experiment, or with their component."""
    found = [run.name for run in runs]
    for told in ([f"{run.experiment}/{run.name}" for run in runs], [run.component for run in runs]):
        found = [told[place] if found.count(name) > 1 else name for place, name in enumerate(found)]
    return found


def _artifacts(runs: Sequence[RunFacts]) -> list[ArtifactRow]:
    held = [{(one.direction, one.name): one for one in run.artifacts} for run in runs]
    keys = sorted({key for one in held for key in one}, key=lambda key: (key[0] != "output", key[1]))
    return [
        ArtifactRow(name, direction, [one.get((direction, name)) for one in held]) for direction, name in keys
    ]
