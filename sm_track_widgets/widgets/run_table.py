"""`RunTable`: runs in a table that sorts, filters and selects in the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.reading.frames import NOTES_COLUMN
from sm_track_widgets.widgets import columns as encoding
from sm_track_widgets.widgets.base import reject_unknown
from sm_track_widgets.widgets.linked import LinkedView, selection_of
from sm_track_widgets.widgets.run_edits import RunEdits, writable
from sm_track_widgets.widgets.run_sparks import kept_sparks, sparks
from sm_track_widgets.widgets.static_runs import StaticRuns

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets.widgets.kept_answers import Answer, Room
    from sm_track_widgets.widgets.selection.selection import Selection

HEIGHT = 400
SortKeys = str | Sequence[str] | Sequence[Mapping[str, Any]] | None


class RunTable(LinkedView):
    """A table of runs.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; the
        SDK's ExperimentAnalytics; a `Selection`, or another view to share its selection.
    columns
        Names of the columns shown, in order; the run's name always comes first. Default: state, times, parameters
        that differ and metrics.
    sort
        A column, ``"-column"`` for the largest first, or several of them.
    query
        Only runs for which it holds, in the filter language: ``"metrics.auc.max > 0.9 AND params.depth IN (4, 6)"``,
        see ``docs/query.md``. It can be changed in the page.
    filters
        Filters on single columns besides, as `Selection` has them.
    filter
        Text: of those, only runs whose name or texts hold each of its words.
    selected
        Names of the runs that are picked.
    baseline
        Name of the run that the others are compared with: it stays on top, metrics show how far they are from its own,
        and parameters that are not its own are marked.
    group_by
        A column: rows with the same value are listed together below their mean; with a baseline, how far it is from it.
    differing
        Of the parameters, show those that are not the same in all rows, also where `columns` does not name them.
    pinned
        Columns that stay in sight at the left.
    sparklines
        Metrics whose curves are drawn beside their last values.
    height
        The most it takes, in pixels.
    title
        Heading; default: the experiment's name.
    refresh
        Read again every so many seconds, at least 1; None: when asked.

    Attributes
    ----------
    columns, sort, height, group_by, differing, pinned, sparklines
        Follow the page and can be set. `sort` is a list of ``{"column": ..., "descending": ...}``. Columns that were
        chosen in the page are shown again for the same experiment, unless `columns` was given.
    query, filters, filter, selected, hidden, baseline
        Of the selection that the table shows; setting them sets them there.

    Raises
    ------
    UsageError
        For an argument, column or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment there is not, or a query that finds nothing and names what no run has.
    """

    view = "RunTable"

    # -- public traits -------------------------------------------------------------------------------------------
    columns = traitlets.List(traitlets.Unicode(), help="Columns shown, in order.").tag(sync=True)
    sort = traitlets.List(traitlets.Dict(), help="Sort keys, the first counts most.").tag(sync=True)
    height = traitlets.Int(HEIGHT, help="The most it takes, in pixels.").tag(sync=True)
    group_by = traitlets.Unicode("", help="Column whose values rows are listed by; empty: none.").tag(
        sync=True
    )
    differing = traitlets.Bool(help="Only parameters that differ.").tag(sync=True)
    pinned = traitlets.List(traitlets.Unicode(), help="Columns that stay at the left.").tag(sync=True)
    sparklines = traitlets.List(traitlets.Unicode(), help="Metrics with a small curve.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _experiment = traitlets.Unicode("", help="By which the page remembers columns.").tag(sync=True)
    _chosen = traitlets.Bool(help="Whether somebody chose the columns.").tag(sync=True)
    _writable = traitlets.Bool(help="Whether runs can be changed.").tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
        query: str = "",
        filters: Sequence[Mapping[str, Any]] = (),
        columns: Sequence[str] | None = None,
        sort: SortKeys = None,
        filter: str = "",  # noqa: A002 - the word users look for
        selected: Sequence[str] = (),
        baseline: str = "",
        group_by: str = "",
        differing: bool = False,
        pinned: Sequence[str] = (),
        sparklines: Sequence[str] = (),
        height: int | None = None,
        title: str | None = None,
        refresh: float | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        shared: dict[str, Any] = {
            "query": query,
            "filters": filters,
            "filter": filter,
            "selected": selected,
            "baseline": baseline,
        }
        selection = selection_of(source, **shared, title=title, refresh=refresh)
        super().__init__(
            selection,
            **_named(selection, columns, group_by, pinned, sparklines),
            sort=_sort_keys(sort, selection.runs),
            height=HEIGHT if height is None else int(height),
            differing=bool(differing),
            _chosen=columns is not None,
        )
        self._edits = RunEdits(selection)
        self.observe(self._decided, "columns")
        self.observe(self._other_look, ["columns", "sort", "group_by", "differing", "pinned"])

    def _decided(self, _: Any) -> None:
        self._chosen = True

    def _other_look(self, _: Any) -> None:
        self.update_static()

    # -- messages ------------------------------------------------------------------------------------------------
    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Write what the page changed, a ``tag``, a ``note``, an ``archive``; tell it the ``sparks`` it shows."""
        del buffers
        if content.get("type") == "tag":
            words = (str(content.get(name, "")) for name in ("run", "key", "value"))
            self.send(self._edits.tag(*words))
        elif content.get("type") == "note":
            self.send(self._edits.note(str(content.get("run", "")), str(content.get("text", ""))))
        elif content.get("type") == "archive":
            runs = [str(run) for run in content.get("runs", ())]
            self.send(self._edits.archive(runs, archived=bool(content.get("archived"))))
        elif content.get("type") == "sparks":
            runs = [str(run) for run in content.get("runs", ())]
            told, data = sparks(self.selection, str(content.get("metric", "")), runs)
            self.send(told, [data])

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def df(self) -> pd.DataFrame:
        """The selected rows; without a selection those the filters keep, in the order shown."""
        return self.selection.df if self.selected else self._shown()

    def _shown(self) -> pd.DataFrame:
        frame = self.selection.passing
        keys = [(str(key["column"]), bool(key.get("descending"))) for key in self.sort]
        keys = [(name, descending) for name, descending in keys if name in frame.columns]
        for name, descending in reversed(keys):
            frame = frame.sort_values(
                name, ascending=not descending, kind="stable", na_position="last", key=encoding.comparable
            )
        return frame.reset_index(drop=True)

    def in_page(self) -> dict[str, Any]:
        """Return what is different in a saved page: there runs cannot be changed."""
        return {"_writable": False}

    def kept_answers(self, room: Room) -> Iterator[Answer]:
        """Give what a saved page can still answer: the curves it shows."""
        yield from kept_sparks(self.selection, self.sparklines, encoding.run_names(self._shown()), room)

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the first rows as an HTML table."""
        return self._static_runs().html()

    def static_text(self) -> str:
        """Return the first rows as text."""
        return self._static_runs().text()

    def _static_runs(self) -> StaticRuns:
        header = self.selection.header
        title = " · ".join(part for part in (header["title"], self.query) if part)
        shown = self._shown()
        columns = self._static_columns(header["columns"], shown)
        by = self.group_by if self.group_by in shown.columns else ""
        return StaticRuns(shown, columns, title, header["empty"], header["missing"], self._base(), by)

    def _static_columns(
        self, described: Sequence[Mapping[str, Any]], shown: pd.DataFrame
    ) -> list[Mapping[str, Any]]:
        """Return the columns as the page has them: pinned ones first, and without parameters that are all the same."""
        known = {column["name"]: column for column in described if column["kind"] != "run"}
        chosen = [known[name] for name in self.columns if name in known]
        chosen.sort(key=lambda column: column["name"] not in self.pinned)
        if not self.differing:
            return chosen
        return [
            column
            for column in chosen
            if column["group"] != "params" or len(set(shown[column["name"]].astype(str))) > 1
        ]

    def _base(self) -> pd.DataFrame | None:
        """Return the baseline's row; None where there is none."""
        if not self.baseline:
            return None
        frame = self.selection.runs
        place = [place for place, name in enumerate(encoding.run_names(frame)) if name == self.baseline]
        return frame.iloc[place] if place else None


def _named(
    selection: Selection,
    columns: Sequence[str] | None,
    group_by: str,
    pinned: Sequence[str],
    sparklines: Sequence[str],
) -> dict[str, Any]:
    """Return the traits that tell of the selection's runs: columns, checked, and whether runs can be changed."""
    frame = selection.runs
    editable = (NOTES_COLUMN,) if writable(selection) else ()
    return {
        "columns": encoding.default_columns(frame)
        if columns is None
        else _checked(columns, frame, more=editable),
        "group_by": _checked([group_by], frame)[0] if group_by else "",
        "pinned": _checked(pinned, frame, "pinned"),
        "sparklines": _metrics(sparklines, frame),
        "_experiment": selection.source.experiment or "",
        "_writable": writable(selection),
    }


def _checked(
    names: Sequence[str], frame: pd.DataFrame, argument: str = "columns", *, more: Sequence[str] = ()
) -> list[str]:
    if isinstance(names, str):
        raise UsageError(f"{argument} takes a list of names.", f"Write {argument}=[{names!r}].")
    known = [*map(str, frame.columns), *more]
    for name in names:
        if name not in known and len(frame):
            raise UsageError(f"There is no column {name!r}.", did_you_mean(name, known))
    return list(names)


def _metrics(names: Sequence[str], frame: pd.DataFrame) -> list[str]:
    """Return metrics by their bare names, which may be given as those of columns."""
    if isinstance(names, str):
        raise UsageError("sparklines takes a list of metrics.", f"Write sparklines=[{names!r}].")
    bare = [str(name).removeprefix("metrics.").removesuffix(".last") for name in names]
    _checked([f"metrics.{name}.last" for name in bare], frame, "sparklines")
    return bare


def _sort_keys(sort: SortKeys, frame: pd.DataFrame) -> list[dict[str, Any]]:
    entries: list[Any] = [sort] if isinstance(sort, str) else list(sort or ())
    keys = [_sort_key(entry) for entry in entries]
    _checked([key["column"] for key in keys], frame)
    return keys


def _sort_key(entry: str | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(entry, str):
        return {"column": entry.removeprefix("-"), "descending": entry.startswith("-")}
    return {"column": str(entry["column"]), "descending": bool(entry.get("descending"))}
