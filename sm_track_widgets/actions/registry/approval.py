"""Approving and rejecting versions of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import UsageError
from sm_track_widgets.actions.registry import groups, listing
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    from sm_track_widgets.actions.registry.version import ModelVersion
    from sm_track_widgets.connection import Connection

Approval = Literal["Approved", "Rejected", "PendingManualApproval"]
MAX_NOTE = 1024


def approve(
    model: str | ModelVersion,
    version: int | None = None,
    *,
    note: str = "",
    connection: Connection | None = None,
) -> ModelVersion:
    """Approve a version; on AWS a deployment may wait for just that.

    Parameters
    ----------
    model
        ``"group"``, ``"group/3"``, an ARN, or what `register` returned.
    version
        Its number, where `model` is a group; None: the newest.
    note
        Why, up to 1,024 characters.
    connection
        Where it is; default: where runs go.

    Returns
    -------
    ModelVersion
        As it is now.

    Raises
    ------
    NotFoundError
        There is no such group or version.
    UsageError
        A name, a number or a note that cannot be used.
    """
    return decide(model, "Approved", version, note=note, connection=connection)


def reject(
    model: str | ModelVersion,
    version: int | None = None,
    *,
    note: str = "",
    connection: Connection | None = None,
) -> ModelVersion:
    """Reject a version; arguments and errors are those of `approve`."""
    return decide(model, "Rejected", version, note=note, connection=connection)


def decide(
    model: str | ModelVersion,
    status: Approval,
    version: int | None = None,
    *,
    note: str = "",
    connection: Connection | None = None,
) -> ModelVersion:
    """Give a version its approval status; see `approve`."""
    if len(note) > MAX_NOTE or not note.isprintable():
        raise UsageError(f"A note has one line of up to {MAX_NOTE:,} characters.", "Shorten it.")
    place = connection or connections.current()
    asked = model if isinstance(model, str) else model.name
    found = listing.find(place, groups.wanted(asked, version))
    with explained(f"change the approval of {found.name!r}"):
        place.client("sagemaker").update_model_package(
            ModelPackageArn=found.arn, ModelApprovalStatus=status, ApprovalDescription=note
        )
    found.status, found.note = status, note
    return found
