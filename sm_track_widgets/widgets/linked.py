"""The base of the views that show a `Selection`."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import traitlets
from ipywidgets import widget_serialization

from sm_track_widgets._errors import UsageError
from sm_track_widgets.widgets.base import SmWidget
from sm_track_widgets.widgets.selection.selection import Selection

if TYPE_CHECKING:
    import pandas as pd

SHARED = ("query", "filters", "filter", "selected", "hidden", "baseline")
"""What a view has of its selection, as traits of its own."""


class LinkedView(SmWidget):
    """A view of a `Selection`; all views of one follow each other.

    Parameters
    ----------
    source
        A `Selection`, or what one is made from: an experiment's name, None, a DataFrame, a function that returns one
        or the SDK's ExperimentAnalytics.
    query, filters, filter, selected, baseline, title, refresh
        As of `Selection`; not with one that is there already.
    own
        The view's own traits.

    Raises
    ------
    UsageError
        For arguments of a selection beside a selection.
    """

    # -- public traits: the selection's, not sent twice -----------------------------------------------------------
    query = traitlets.Unicode("", help="Everything that the runs satisfy, as a query.")
    filters = traitlets.List(traitlets.Dict(), help="Filters on single columns.")
    filter = traitlets.Unicode("", help="Text filter.")
    selected = traitlets.List(traitlets.Unicode(), help="Names of the picked runs.")
    hidden = traitlets.List(traitlets.Unicode(), help="Names of runs that charts leave out.")
    baseline = traitlets.Unicode("", help="Name of the run that others are compared with.")

    # -- internal traits -----------------------------------------------------------------------------------------
    _selection = traitlets.Instance(Selection).tag(sync=True, **widget_serialization)

    def __init__(self, selection: Selection, **own: Any) -> None:
        super().__init__(_selection=selection, **own)
        self._follow(None)
        observe_weakly(selection, self._follow, [*SHARED, "_header"])

    @property
    def selection(self) -> Selection:
        """What the view shares; give it to other views."""
        return self._selection

    @property
    def df(self) -> pd.DataFrame:
        """The picked runs; where none is, those that satisfy the filters."""
        return self.selection.df

    def to_code(self, kind: str = "python") -> str:
        """Return code that finds the runs shown: ``"python", "pandas", "search", "altair"`` or ``"query"``."""
        return self.selection.to_code(kind)

    def heading(self) -> str:
        """Return the title of the runs."""
        return str(self.selection.header["title"])

    def refresh(self) -> None:
        """Read the runs again; filters, picks and places stay."""
        self.selection.refresh()

    def _follow(self, change: Any) -> None:
        """Take over what the selection has, and bring the static form up to date."""
        for name in SHARED if change is None else {change["name"]} & set(SHARED):
            self.set_trait(name, getattr(self.selection, name))
        if change is not None and change["name"] != "query":
            self.update_static()

    @traitlets.validate(*SHARED)
    def _set_shared(self, proposal: Any) -> Any:
        """Set it at the selection first: what it refuses is not taken here either."""
        name = proposal["trait"].name
        if proposal["value"] != getattr(self.selection, name):
            setattr(self.selection, name, proposal["value"])
        return getattr(self.selection, name)


def observe_weakly(selection: Selection, method: Callable[[Any], None], names: Sequence[str]) -> None:
    """Call a view's method when the selection changes, as long as there is the view."""
    reference = weakref.WeakMethod(method)

    def call(change: Any) -> None:
        if (found := reference()) is not None:
            found(change)
        else:
            selection.unobserve(call, list(names))

    selection.observe(call, list(names))


def selection_of(
    source: Any,
    *,
    query: str = "",
    filters: Sequence[Mapping[str, Any]] = (),
    filter: str = "",  # noqa: A002 - the word users look for
    selected: Sequence[str] = (),
    baseline: str = "",
    title: str | None = None,
    refresh: float | None = None,
) -> Selection:
    """Return the selection that a view shows: `source` itself, another view's, or one made of it.

    Raises
    ------
    UsageError
        For arguments of a selection beside one that is there already.
    """
    all_given: dict[str, Any] = {
        "query": query,
        "filters": filters,
        "filter": filter,
        "selected": selected,
        "baseline": baseline,
        "title": title,
        "refresh": refresh,
    }
    given = {name: value for name, value in all_given.items() if value not in ("", (), None)}
    if isinstance(source, LinkedView):
        source = source.selection
    if not isinstance(source, Selection):
        return Selection(source, **given)
    if given:
        name = next(iter(given))
        raise UsageError(f"{name} belongs to the selection.", f"Set it there: selection.{name} = ...")
    return source
