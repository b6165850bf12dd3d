"""`Compare`: two to twelve runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import traitlets

from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets.charts.static_compare import Shown, compare_html, compare_text
from sm_track_widgets.reading.compare.comparison import Comparison, comparison
from sm_track_widgets.widgets import assets, compare_wire
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.columns import name_column
from sm_track_widgets.widgets.compare_files import file_previews, static_previews
from sm_track_widgets.widgets.compared_runs import ComparedRuns

if TYPE_CHECKING:
    from sm_track_widgets.reading.run_facts import RunFacts

TABS = ("params", "metrics", "code", "env", "artifacts", "charts")
LEAST, MOST = 2, 12
STATIC_ARTIFACTS = 4
Name = tuple[str, str | None]
"""A run and its experiment."""
EXAMPLE = 'For example: Compare(["run-a", "run-b"], "my-experiment").'


class Compare(SmWidget):
    """Runs side by side: parameters, metrics, code, environment, artifacts, charts.

    Parameters
    ----------
    runs
        Names of two to twelve runs, as they were asked for or as they are stored; or a DataFrame such as `runs` gives.
    experiment
        Their experiment; None looks through all. ``"experiment/run"`` names one of another.
    baseline
        The run that the others are measured against; default: the first.
    diff_only
        Show only what is not the same in all of them.
    tab
        What is shown first: ``"params"``, ``"metrics"``, ``"code"``, ``"env"``, ``"artifacts"`` or ``"charts"``.
    known
        What another view has read: runs in it are not read again.

    Attributes
    ----------
    runs, baseline, diff_only, tab
        Follow the page and can be set. A run taken out of `runs` is hidden, others are read.

    Raises
    ------
    UsageError
        For an argument, a tab or a baseline it does not have, or fewer than two or more than twelve runs.
    NotFoundError
        For a run there is not.
    """

    view = "Compare"
    _esm = assets.esm("detail")

    # -- public traits -------------------------------------------------------------------------------------------
    runs = traitlets.List(traitlets.Unicode(), help="Names of the runs shown.").tag(sync=True)
    baseline = traitlets.Unicode("", help="The run that the others are measured against.").tag(sync=True)
    diff_only = traitlets.Bool(default_value=False, help="Show only what differs.").tag(sync=True)
    tab = traitlets.Enum(TABS, "params", help="What is shown.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _data = traitlets.Dict().tag(sync=True)
    _series = traitlets.Dict().tag(sync=True)
    _points = traitlets.Bytes(b"").tag(sync=True)

    def __init__(
        self,
        runs: Sequence[str] | pd.DataFrame,
        experiment: str | None = None,
        *,
        baseline: str | None = None,
        diff_only: bool = False,
        tab: str = "params",
        known: ComparedRuns | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        if tab not in TABS:
            hint = did_you_mean(tab, TABS) or f"There are: {', '.join(TABS)}."
            raise UsageError(f"There is no tab {tab!r}.", hint)
        self._experiment = experiment
        self._compared = ComparedRuns() if known is None else known
        self._known: dict[str, Name] = {}
        self._found = self._read(_names(runs, experiment))
        shown = list(self._found.labels)
        super().__init__(
            runs=shown,
            baseline=shown[0] if baseline is None else self._label(baseline, shown),
            diff_only=diff_only,
            tab=tab,
            **self._state(),
        )

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def df(self) -> pd.DataFrame:
        """What is compared: one row per fact, a column for each run shown; only what differs where that is chosen.

        Indexed by ``kind`` and ``name``: ``df.loc["parameter"]``, ``df.loc[("metric", "auc.last")]``.
        """
        return self._found.frame(self.runs, diff_only=self.diff_only)

    def to_code(self) -> str:
        """Return the Python that makes this view."""
        names = [self._typed(name) for name in self.runs]
        more = "" if self._experiment is None else f", {self._experiment!r}"
        if self.baseline != self.runs[0]:
            more += f", baseline={self.baseline!r}"
        more += ", diff_only=True" if self.diff_only else ""
        more += f", tab={self.tab!r}" if self.tab != "params" else ""
        return f"Compare({names!r}{more})"

    def _typed(self, label: str) -> str:
        """Return a run's name as it is typed, with its experiment where that is not the view's."""
        name, experiment = self._known[label]
        return name if experiment == self._experiment else f"{experiment}/{name}"

    def refresh(self) -> None:
        """Read the runs again."""
        self._compared.forget()
        self._show(self._read([self._known[name] for name in self._found.labels]))

    def _read(self, names: Sequence[Name]) -> Comparison:
        names = list(dict.fromkeys(names))
        if not LEAST <= len(names) <= MOST:
            what = "one run" if len(names) == 1 else f"{len(names)} runs"
            raise UsageError(f"Compare shows {LEAST} to {MOST} runs, not {what}.", EXAMPLE)
        facts: dict[str, RunFacts] = {}
        asked: dict[str, Name] = {}
        for name, run in zip(names, self._compared.facts(names), strict=True):
            if facts.setdefault(run.component, run) is run:
                asked[run.component] = name
        if len(facts) < LEAST:
            raise UsageError("These names are all of the same run.", EXAMPLE)
        found = comparison(list(facts.values()))
        self._known = {
            label: asked[run.component] for label, run in zip(found.labels, found.runs, strict=True)
        }
        return found

    def _state(self) -> dict[str, Any]:
        series, problems = self._compared.series(self._found)
        self._lines = series
        header, points = compare_wire.points(self._found, series)
        return {"_data": compare_wire.described(self._found, problems), "_series": header, "_points": points}

    def _show(self, found: Comparison, shown: Sequence[str] | None = None) -> None:
        self._found = found
        self.push(**self._state())
        kept = [name for name in shown or self.runs if name in found.labels]
        self.runs = kept if len(kept) >= LEAST else list(found.labels)

    def _label(self, name: str, shown: Sequence[str]) -> str:
        """Return a run's label by any of its names."""
        for label, run in zip(self._found.labels, self._found.runs, strict=True):
            if label in shown and name in {label, self._known[label][0], run.name, run.run, run.component}:
                return label
        hint = did_you_mean(name, shown) or f"It is one of: {', '.join(shown)}."
        raise UsageError(f"The baseline {name!r} is not among the runs.", hint)

    @traitlets.validate("runs")
    def _read_for(self, proposal: Any) -> list[str]:
        """Read runs that are new before they are shown; a name that is wrong changes nothing."""
        names = list(dict.fromkeys(proposal["value"]))
        if len(names) < LEAST:
            raise UsageError(f"Compare shows {LEAST} to {MOST} runs.", EXAMPLE)
        if any(name not in self._found.labels for name in names):
            before = self._known
            try:
                self._found = self._read([before.get(name, (name, self._experiment)) for name in names])
            except TrackError:
                self._known = before
                raise
            self.push(**self._state())
            return list(self._found.labels)
        return names

    @traitlets.validate("baseline")
    def _among(self, proposal: Any) -> str:
        return self._label(str(proposal["value"]), self.runs or self._found.labels)

    @traitlets.observe("runs", "baseline", "diff_only", "tab")
    def _follow(self, change: Any) -> None:
        if change["name"] == "runs" and self.baseline and self.baseline not in self.runs:
            self.baseline = self.runs[0]
        self.update_static()

    # -- messages ------------------------------------------------------------------------------------------------
    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer the view's ``refresh``, and its ``artifact``: the contents of one artifact in each run."""
        del buffers
        if content.get("type") == "refresh":
            error = ""
            try:
                self.refresh()
            except TrackError as problem:
                error = str(problem)
            self.send({"type": "refreshed", "error": error})
        elif content.get("type") == "artifact":
            key = (content.get("direction"), content.get("name"))
            row = next((one for one in self._found.artifacts if (one.direction, one.name) == key), None)
            previews = [] if row is None else file_previews(self._found.runs, row)
            labels = self._found.labels if row is not None else []
            told = [{"run": label, "preview": one} for label, one in zip(labels, previews, strict=True)]
            self.send({"type": "artifact", "direction": key[0], "name": key[1], "previews": told})

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return what differs as HTML tables, the metrics' last values, code and charts."""
        return compare_html(self._found, self._shown(), series=self._lines, previews=self._previews())

    def static_text(self) -> str:
        """Return the same as text, without charts."""
        return compare_text(self._found, self._shown())

    def heading(self) -> str:
        """Return the experiment, where all runs are of it."""
        experiments = {run.experiment for run in self._found.runs}
        return (
            f"{experiments.pop()} · {len(self.runs)} runs" if len(experiments) == 1 else "Runs side by side"
        )

    def _shown(self) -> Shown:
        places = [self._found.labels.index(name) for name in self.runs]
        base = self._found.labels.index(self.baseline)
        return Shown(places, base, diff_only=self.diff_only, tab=self.tab)

    def _previews(self) -> dict[tuple[str, str], list[str]]:
        """Return the first artifacts as HTML, where these are what is shown."""
        if self.tab != "artifacts":
            return {}
        rows = self._found.artifacts[:STATIC_ARTIFACTS]
        return {(row.direction, row.name): static_previews(self._found.runs, row) for row in rows}


def _names(runs: Any, experiment: str | None) -> list[Name]:
    """Return what `run_details` is asked for."""
    if isinstance(runs, str):
        raise UsageError("runs takes a list of names.", f"Write [{runs!r}, ...].")
    if not isinstance(runs, pd.DataFrame):
        return [(str(name), experiment) for name in runs]
    column = name_column(runs)
    if column is None:
        raise UsageError("This DataFrame has no column that names runs.", "Give one of runs().")
    components = runs.attrs.get("components", {})
    named: Any = runs["TrialComponentName"] if "TrialComponentName" in runs.columns else runs[column]
    of: Any = runs["experiment"] if "experiment" in runs.columns else [experiment] * len(runs)
    return [_within(str(components.get(name, name)), place) for name, place in zip(named, of, strict=True)]


def _within(component: str, experiment: Any) -> Name:
    """Name a run by what its component says behind the experiment: one call finds it there."""
    prefix = f"{experiment}-".lower()
    if isinstance(experiment, str) and component.startswith(prefix):
        return component[len(prefix) :], experiment
    return component, None
