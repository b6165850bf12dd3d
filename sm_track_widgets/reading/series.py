"""The points of metrics, as they were logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._types import Series
from sm_track_widgets.reading import fetch, identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.identity import Record


@dataclass(slots=True)
class RunSeries(Series):
    """A series whose ``run`` is the run's shown name, with the trial component that holds it."""

    component: str = ""


def read(
    connection: Connection,
    experiment: str | None,
    names: Iterable[str] | None = None,
    runs: Iterable[str] | None = None,
) -> list[RunSeries]:
    """Read the points of some metrics of some runs.

    Parameters
    ----------
    connection
        Where to look.
    experiment
        Its name; None is all.
    names
        Metric names; None is all metrics.
    runs
        Shown names, names or components of runs; None is all runs.

    Returns
    -------
    list of RunSeries
        One for each metric a run has, by run (the newest first), then in the order of `names`, or sorted.

    Raises
    ------
    NotFoundError
        When there is no such experiment or run, or when no run has one of the metrics.
    """
    records = fetch.search_runs(connection, experiment)
    return read_records(connection, records, names, runs, experiment=experiment)


def read_records(
    connection: Connection,
    records: Sequence[Record],
    names: Iterable[str] | None = None,
    runs: Iterable[str] | None = None,
    *,
    experiment: str | None = None,
) -> list[RunSeries]:
    """As `read`, of runs that have been fetched."""
    parents = [identity.parent(record, experiment)[0] for record in records]
    shown = identity.shown_names(records, parents)
    chosen = range(len(records)) if runs is None else _chosen(_listed(runs, "runs"), records, parents, shown)
    metrics = None if names is None else _listed(names, "names")
    wanted = [(place, metric) for place in chosen for metric in _metrics_of(records[place], metrics)]
    if metrics is not None:
        _check_metrics(metrics, [records[place] for place in chosen], {metric for _, metric in wanted})
    pairs = [(records[place]["TrialComponentName"], metric) for place, metric in wanted]
    found = connection.read_series(pairs) if pairs else []
    return [
        RunSeries(shown[place], metric, one.steps, one.times, one.values, component)
        for (place, metric), (component, _), one in zip(wanted, pairs, found, strict=True)
    ]


def _listed(names: Iterable[str], what: str) -> list[str]:
    if isinstance(names, str):
        raise UsageError(f"{what} takes a list of names.", f"Write {what}=[{names!r}].")
    return list(dict.fromkeys(names))


def _chosen(
    runs: Sequence[str], records: Sequence[Record], experiments: Sequence[str], shown: Sequence[str]
) -> list[int]:
    places: dict[str, int] = {}
    for place, (record, of) in enumerate(zip(records, experiments, strict=True)):
        for name in (identity.run_name(record, of), record["TrialComponentName"]):
            places.setdefault(name, place)
    places.update({name: place for place, name in enumerate(shown)})
    for name in runs:
        if name not in places:
            hint = did_you_mean(name, shown) or "runs() lists them."
            raise NotFoundError(f"There is no run {name!r}.", hint)
    return list(dict.fromkeys(places[name] for name in runs))


def _metrics_of(record: Record, names: Sequence[str] | None) -> list[str]:
    own = {summary["MetricName"] for summary in record.get("Metrics") or ()}
    return sorted(own) if names is None else [name for name in names if name in own]


def _check_metrics(names: Sequence[str], records: Sequence[Record], found: set[str]) -> None:
    known = sorted({metric for record in records for metric in _metrics_of(record, None)})
    for name in names:
        if name not in found:
            hint = did_you_mean(name, known) or (f"There are: {', '.join(known[:10])}." if known else "")
            raise NotFoundError(f"No run has a metric {name!r}.", hint or "No metric has been logged yet.")
