"""`ModelVersions`: the versions of a model group, their approval, and two of them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import TrackError, UsageError
from sm_track_widgets._names import lower_is_better
from sm_track_widgets.actions.registry import groups
from sm_track_widgets.actions.registry.approval import decide
from sm_track_widgets.actions.registry.difference import difference_frame
from sm_track_widgets.actions.registry.listing import NEWEST, frame_of, read_versions
from sm_track_widgets.charts import markup
from sm_track_widgets.charts.static_models import models_html, models_text
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.base import SmWidget, reject_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from sm_track_widgets.actions.registry.version import ModelVersion
    from sm_track_widgets.connection import Connection

PAIR = 2


class ModelVersions(SmWidget):
    """Versions of a model with their metrics, their runs and their approval; two of them side by side.

    Parameters
    ----------
    group
        Name of the model group.
    compare
        Numbers of two versions that are shown side by side.
    limit
        How many of the newest versions; None: all.
    connection
        Where to look; default: where runs go.

    Attributes
    ----------
    selected : list of int
        The versions that are picked in the page, at most two; can be set.

    Raises
    ------
    NotFoundError
        There is no such group.
    UsageError
        For an argument or a version it does not have.
    """

    view = "ModelVersions"
    _esm = assets.esm("detail")

    # -- public traits -------------------------------------------------------------------------------------------
    selected = traitlets.List(traitlets.Int(), help="The versions picked, at most two.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        group: str,
        *,
        compare: Iterable[int] = (),
        limit: int | None = NEWEST,
        connection: Connection | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        self.group = groups.checked(group)
        self._limit = limit
        self._place = connection
        self._versions = self._read()
        super().__init__(selected=self._known(list(compare)), _data=self._described())
        self.observe(self._picked, "selected")

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def versions(self) -> list[ModelVersion]:
        """The versions, the newest first."""
        return list(self._versions)

    @property
    def df(self) -> pd.DataFrame:
        """The versions as `model_versions` gives them; where two are picked, what they have in common and apart."""
        pair = self._pair()
        return difference_frame(*pair) if len(pair) == PAIR else frame_of(self._versions)

    def to_code(self) -> str:
        """Return the Python that makes this view."""
        more = f", compare={self.selected!r}" if len(self.selected) == PAIR else ""
        return f"ModelVersions({self.group!r}{more})"

    def refresh(self) -> None:
        """Read the versions again."""
        self._versions = self._read()
        there = {one.version for one in self._versions}
        self.push(_data=self._described(), selected=[one for one in self.selected if one in there])
        self.update_static()

    def approve(self, version: int, note: str = "") -> None:
        """Approve a version of the group, and show it."""
        self._decide(version, "Approved", note)

    def reject(self, version: int, note: str = "") -> None:
        """Reject a version of the group, and show it."""
        self._decide(version, "Rejected", note)

    def _decide(self, version: int, status: Any, note: str) -> None:
        decide(self.group, status, version, note=note, connection=self._place)
        self.refresh()

    def _read(self) -> list[ModelVersion]:
        return read_versions(self._place or connections.current(), self.group, self._limit)

    def _known(self, numbers: list[int]) -> list[int]:
        there = {one.version for one in self._versions}
        for number in numbers:
            if number not in there:
                last = f"It has {min(there)} to {max(there)}." if there else "It has none yet."
                raise UsageError(f"Model group {self.group!r} has no version {number!r}.", last)
        if len(numbers) > PAIR:
            raise UsageError(f"Two versions are compared, not {len(numbers)}.", "Name two.")
        return numbers

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> list[int]:
        return self._known(list(proposal["value"]))

    def _picked(self, _: object) -> None:
        self.update_static()

    def _pair(self) -> list[ModelVersion]:
        """Return the versions that are compared, the older one first."""
        picked = sorted(self.selected)
        return [one for number in picked for one in self._versions if one.version == number]

    def _described(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "versions": [_described(one) for one in self._versions],
            "remarks": [remark for one in self._versions for remark in one.remarks],
            "best": {
                name: "min" if lower_is_better(name) else "max"
                for name in sorted({name for one in self._versions for name in one.metrics})
            },
            "again": True,
        }

    # -- messages ------------------------------------------------------------------------------------------------
    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer the view's ``decide`` (approve or reject, confirmed there) and ``refresh``."""
        del buffers
        kind, error = content.get("type"), ""
        try:
            if kind == "decide":
                status, note = str(content.get("status")), str(content.get("note") or "")
                self._decide(int(content["version"]), status, note)
            elif kind == "refresh":
                self.refresh()
        except TrackError as problem:
            error = str(problem)
        if kind == "decide":
            self.send({"type": "decided", "version": content.get("version"), "error": error})
        elif kind == "refresh":
            self.send({"type": "refreshed", "error": error})

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the versions as an HTML table, and two side by side."""
        return models_html(self.group, *self._shown())

    def static_text(self) -> str:
        """Return the same as text."""
        return models_text(self.group, *self._shown())

    def _shown(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        pair = self._pair()
        shown = [_described(one) for one in pair] if len(pair) == PAIR else []
        return [_described(one) for one in self._versions], shown

    def in_page(self) -> dict[str, Any]:
        """Return what is different in a saved page: there nothing can be approved."""
        return {"_data": {**self._data, "again": False}}

    def heading(self) -> str:
        """Return the group."""
        return self.group

    def __repr__(self) -> str:
        return f"<ModelVersions {self.group!r}: {len(self._versions)} versions>"


def _described(one: ModelVersion) -> dict[str, Any]:
    texts = {
        name: markup.plain(getattr(one, name))
        for name in (
            "run",
            "experiment",
            "model",
            "image",
            "commit",
            "description",
            "note",
            "created_by",
            "arn",
        )
    }
    return {
        **texts,
        "name": one.name,
        "version": one.version,
        "status": one.status,
        "created": None if one.created is None else one.created.timestamp(),
        "metrics": dict(one.metrics),
        "parameters": {markup.plain(name): value for name, value in one.parameters.items()},
        "metadata": {markup.plain(name): markup.plain(value) for name, value in one.metadata.items()},
    }
