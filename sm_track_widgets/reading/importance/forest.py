"""How much worse a random forest predicts runs it has not seen, when one parameter is shuffled among them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.reading.downsample import Floats
    from sm_track_widgets.reading.importance.columns import Parameter

SEED = 20
TREES = 60
REPEATS = 5
MOST_RUNS = 2_500
"""Of more runs so many are taken at random: the forest gets slower than it gets better."""
SMALL, FOLDS = 600, 5
"""Up to so many runs each is predicted once, by a forest grown on the others, in so many parts."""
HELD_OUT = 0.3
LEAST = 8
"""Runs below which no forest is grown."""
SMOOTHING = 2.0
"""So many runs of average outcome are added to each category: a category of one run proves little."""


@dataclass(frozen=True, slots=True)
class Shuffled:
    """What shuffling each parameter costs.

    Attributes
    ----------
    score
        Share of the variation that the forest explains in runs it has not seen (R²); below 0 it is worse than the mean.
    loss, spread
        By how much it drops for each parameter, and the standard deviation of that over the repeats.
    runs
        How many runs it rests on.
    """

    score: float
    loss: Floats
    spread: Floats
    runs: int


def is_installed() -> bool:
    """Whether scikit-learn can be imported."""
    try:
        import_module("sklearn.ensemble")
    except ImportError:
        return False
    return True


def shuffled(parameters: Sequence[Parameter], target: Floats) -> Shuffled:
    """Measure; the same runs give the same answer.

    Parameters
    ----------
    parameters
        Without missing runs they have the length of `target`; missing values are a value of their own.
    target
        What is explained; all finite.
    """
    chance = np.random.default_rng(SEED)
    order = chance.permutation(len(target))[:MOST_RUNS]
    y = target[order]
    columns = [one.data[order] for one in parameters]
    residual, costs = 0.0, np.zeros((len(columns), REPEATS))
    seen: list[Floats] = []
    for train, test in _parts(len(order)):
        table = np.column_stack(
            [_encoded(one, values, y, train) for one, values in zip(parameters, columns, strict=True)]
        )
        forest = _grown(table[train], y[train])
        residual += _squares(forest.predict(table[test]), y[test])
        costs += _costs(forest, table[test], y[test], chance)
        seen.append(y[test])
    tested = np.concatenate(seen)
    total = float(np.sum((tested - tested.mean()) ** 2))
    if total <= 0:
        nothing = np.zeros(len(columns))
        return Shuffled(0.0, nothing, nothing, len(order))
    drops = (costs - residual) / total
    return Shuffled(1 - residual / total, drops.mean(axis=1), drops.std(axis=1), len(order))


def _parts(count: int) -> list[tuple[Any, Any]]:
    """Return which runs a forest is grown on and which it is tried on; the runs are in random order already."""
    places = np.arange(count)
    if count > SMALL:
        first = int(count * HELD_OUT)
        return [(places[first:], places[:first])]
    folds = np.array_split(places, min(FOLDS, count))
    return [(np.setdiff1d(places, fold), fold) for fold in folds]


def _encoded(one: Parameter, values: Floats, target: Floats, train: Any) -> Floats:
    """Return numbers that a tree can split: missing ones below all others; categories by what they led to."""
    if one.kind == "number":
        known = values[~np.isnan(values)]
        below = 2 * known.min() - known.max() - 1
        return np.where(np.isnan(values), below, values)
    places = np.where(np.isnan(values), np.nanmax(values) + 1, values).astype(np.int64)
    size = int(places.max()) + 1
    sums = np.bincount(places[train], weights=target[train], minlength=size)
    counts = np.bincount(places[train], minlength=size)
    mean = float(target[train].mean())
    return ((sums + SMOOTHING * mean) / (counts + SMOOTHING))[places]


def _grown(table: Any, target: Floats) -> Any:
    forests: Any = import_module("sklearn.ensemble")
    return forests.RandomForestRegressor(
        n_estimators=TREES, max_features=0.5, min_samples_leaf=2, random_state=SEED, n_jobs=1
    ).fit(table, target)


def _costs(forest: Any, table: Any, target: Floats, chance: np.random.Generator) -> Any:
    """Return the squared error of each parameter and repeat; one call predicts all repeats of a parameter."""
    count, width = table.shape
    found = np.empty((width, REPEATS))
    for column in range(width):
        tables = np.tile(table, (REPEATS, 1))
        for repeat in range(REPEATS):
            rows = slice(repeat * count, (repeat + 1) * count)
            tables[rows, column] = table[chance.permutation(count), column]
        told = forest.predict(tables).reshape(REPEATS, count)
        found[column] = np.sum((told - target) ** 2, axis=1)
    return found


def _squares(told: Floats, target: Floats) -> float:
    return float(np.sum((told - target) ** 2))
