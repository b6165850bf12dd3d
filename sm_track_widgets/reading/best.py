"""The best run by a metric."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets._names import is_reserved, lower_is_better
from sm_track_widgets.reading.answer import Wanted, find
from sm_track_widgets.reading.no_metric import MANY, no_metric, no_run
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.table import STATISTICS

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.table.table import Table

OF_JOBS = "SageMaker."
"""What parameters begin with that SageMaker gives a job's component: its instances."""
_WORDS: dict[str, Any] = {"True": True, "False": False, "None": None}
Statistic = Literal["last", "min", "max", "avg", "std", "count"]


@dataclass(frozen=True, slots=True)
class BestRun:
    """A run that no other beats by a metric.

    Attributes
    ----------
    run, experiment, group, component, status
        Which run it is; `component` is its trial component.
    metric, stat, value
        By what it is the best.
    parameters
        Its parameters, to train with: ``Model(**best.parameters)``. Whole numbers are ints, and ``True``, ``None``,
        lists and dicts are such again, though the service keeps texts.
    ties
        Names of other runs with the same value; the newest run was taken.
    runs
        How many runs have the metric.
    """

    run: str
    experiment: str
    group: str
    component: str
    status: str
    metric: str
    stat: Statistic
    value: float
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    ties: list[str] = field(default_factory=list[str])
    runs: int = 1

    def __str__(self) -> str:
        """Return what a notebook shows: the run, its value, its parameters."""
        of = f"best of {self.runs} runs" if self.runs > 1 else "the only run that has it"
        lines = [f"{self.run}  {self.metric} {self.stat} {self.value:g}  ({of} in {self.experiment!r})"]
        lines += [f"  {name} = {value!r}" for name, value in self.parameters.items()]
        if self.ties:
            lines.append(
                f"  as good: {', '.join(self.ties[:MANY])}{', ...' if len(self.ties) > MANY else ''}"
            )
        return "\n".join(lines)

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:  # noqa: FBT001 - IPython's signature
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]


def best_run(
    metric: str,
    experiment: str | None = None,
    query: str | None = None,
    *,
    goal: Literal["max", "min"] | None = None,
    stat: Statistic = "last",
    connection: Connection | None = None,
) -> BestRun:
    """Find the run with the best value of a metric.

    Parameters
    ----------
    metric
        Its name.
    experiment
        Where to look; None looks through all.
    query
        Only runs for which this holds, as for `runs`. Without one, runs that failed are looked at too.
    goal
        ``"max"`` or ``"min"``; None tells it by the name: a loss or an error is better when it is low.
    stat
        Which of a run's values counts: its last, smallest, largest, mean ...
    connection
        Where to look; default: where runs go.

    Raises
    ------
    NotFoundError
        When no run has the metric, or there is no such experiment.
    UsageError
        For an unknown `goal` or `stat`, or a query that cannot be read.
    """
    _check_texts(metric=metric, experiment=experiment, query=query)
    if stat not in STATISTICS:
        near = did_you_mean(str(stat), STATISTICS)
        raise UsageError(f"stat is one of {', '.join(STATISTICS)}, not {stat!r}.", near)
    if goal not in {None, "max", "min"}:
        raise UsageError(f"goal is 'max' or 'min', not {goal!r}.")
    table = find(connection or connections.current(), Wanted(experiment, query=query)).table
    queried = bool(query and query.strip())
    if queried and not len(table):
        raise no_run()
    values = table.number(stat, metric)
    if np.isnan(values).all():
        raise no_metric(metric, table.names(*STATISTICS), queried=queried)
    lowest = goal == "min" or (goal is None and lower_is_better(metric))
    found = np.nanmin(values) if lowest else np.nanmax(values)
    return _told(
        table, metric, stat, np.flatnonzero(values == found).tolist(), int((~np.isnan(values)).sum())
    )


def _told(table: Table, metric: str, stat: Statistic, best: list[int], runs: int) -> BestRun:
    row, names = best[0], rows.shown_names(table)
    experiments, groups = rows.placed(table)
    return BestRun(
        run=names[row],
        experiment=str(experiments[row]),
        group=str(groups[row]),
        component=table.components[row],
        status=table.text("fact", "status").at(row) or "",
        metric=metric,
        stat=stat,
        value=float(table.number(stat, metric)[row]),
        parameters=parameters_of(table, row),
        ties=[names[other] for other in best[1:]],
        runs=runs,
    )


def parameters_of(table: Table, row: int) -> dict[str, Any]:
    """Return the parameters of one run to train with, without ours and without those that SageMaker gave a job.

    As they were logged most likely: a whole number is an int; ``True``, ``False`` and ``None``, lists and dicts, which
    the service keeps as texts, are what they say.
    """
    found: dict[str, Any] = {}
    names = (name for name in table.names("param") if not is_reserved(name) and not name.startswith(OF_JOBS))
    for name in sorted(names):
        number, text = float(table.number("param", name)[row]), table.text("param", name).at(row)
        if text is not None:
            found[name] = _meant(text)
        elif not np.isnan(number):
            found[name] = int(number) if number.is_integer() else number
    return found


def _meant(text: str) -> Any:
    """Return what a parameter's text stands for: a word of Python, a list, a dict, or a text that the SDK quoted."""
    if text in _WORDS:
        return _WORDS[text]
    if text[:1] in {"[", "{", '"'}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _check_texts(**given: object) -> None:
    """Refuse what is neither a text nor None."""
    for what, value in given.items():
        if (value is not None or what == "metric") and not isinstance(value, str):
            raise UsageError(f"{what} is a text, not {value!r:.60}.", f'Write {what}="...".')
