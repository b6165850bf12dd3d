"""Which run a run is a child of, kept as the tag ``sm_track:parent``: the component of the parent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._names import PARENT_TAG
from sm_track_widgets.tracking import naming, opening, registry

if TYPE_CHECKING:
    from sm_track_widgets._types import RunRef
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.opening import OpenRequest
    from sm_track_widgets.tracking.run import Run


@dataclass(frozen=True, slots=True)
class Parent:
    """The parent of a run that is being opened; no tag: it has none.

    Attributes
    ----------
    tag
        To be stored with the run.
    asked
        Whether the user named it. A run that is continued inside another's ``with`` block does not become its child
        by that.
    notes
        One line each for the user.
    """

    tag: dict[str, str] = field(default_factory=dict[str, str])
    asked: bool = False
    notes: tuple[str, ...] = ()

    def of_continued(self, request: OpenRequest) -> OpenRequest:
        """Return what is to be stored in a run that exists already."""
        if self.asked:
            return request
        return replace(request, tags={key: text for key, text in request.tags.items() if key != PARENT_TAG})


def parent_of(
    connection: Connection, ref: RunRef, *, nested: bool, parent: str | Run | Parent | None
) -> Parent:
    """Find the parent of the run that will be `ref`.

    Parameters
    ----------
    nested
        The run that is open around this code is to be the parent.
    parent
        The parent itself, or its name as asked or as stored, in the same experiment; in whatever group it is. That
        costs one call, unless it is open here. A `Parent` is taken as it is.

    Raises
    ------
    NotFoundError
        The experiment has no such run.
    UsageError
        No run is open around; both were given; or a run would be its own parent.
    """
    if isinstance(parent, Parent):
        return parent
    if parent is not None:
        if nested:
            raise UsageError("Both nested and parent were given.", "Leave one of them out.")
        return _named(connection, ref, parent)
    outer = registry.enclosing_run() or (registry.current_run() if nested else None)
    if outer is None:
        if nested:
            cure = "Open one first, or name the parent: parent='run' (--parent RUN)"
            raise UsageError("No run is open that this one could be nested in.", cure)
        return Parent()
    if not registry.same_place(outer.connection, connection):
        if nested:
            raise UsageError(f"Run {outer.run_name!r} is kept elsewhere.", "Open both on one connection.")
        return Parent()
    return Parent({PARENT_TAG: outer.ref.component}, asked=nested)


def _named(connection: Connection, ref: RunRef, parent: str | Run) -> Parent:
    if isinstance(parent, str):
        wanted, experiment = naming.choose(ref.experiment, parent, None, now=0.0).ref, ref.experiment
        known, notes = _known(connection, wanted)
    else:
        wanted, experiment = parent.ref, parent.ref.experiment
        known, notes = registry.same_place(parent.connection, connection), ()
    if wanted.component == ref.component:
        raise UsageError(f"Run {ref.run!r} cannot be its own parent.", "Name another run.")
    if not known:
        raise NotFoundError(
            f"Experiment {experiment!r} has no run {wanted.run!r} that could be the parent.",
            "Look at the names with %sm_runs.",
        )
    return Parent({PARENT_TAG: wanted.component}, asked=True, notes=notes)


def _known(connection: Connection, wanted: RunRef) -> tuple[bool, tuple[str, ...]]:
    """Whether the run exists, and remarks; a service that cannot be asked does not hinder the child."""
    if registry.find_open(wanted.component, connection) is not None:
        return True, ()
    try:
        return bool(opening.groups_of(connection.client("sagemaker", patient=False), wanted)), ()
    except Exception as error:
        explained = _aws.explain(error, f"look for the parent {wanted.run!r}")
        if explained is None:
            raise
        return True, (f"{explained} It is taken to exist.",)
