"""Starting a run: opened in the service at once, behind the body, or, when it is refused, later; always journaled."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets.tracking import naming, opening
from sm_track_widgets.tracking.outbox import outbox_for

if TYPE_CHECKING:
    from sm_track_widgets._types import RunRef
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.journal import JournalWriter
    from sm_track_widgets.tracking.naming import Names
    from sm_track_widgets.tracking.opening import Found, OpenRequest, Resume
    from sm_track_widgets.tracking.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Start:
    """A run that can be written to.

    Attributes
    ----------
    ref
        Its names; while not `opened`, as they will be.
    writer, outbox
        Its journal, and who delivers it.
    opened
        Whether the service knows the run already.
    found
        What a continued run holds.
    notes
        One line each for the user.
    """

    ref: RunRef
    writer: JournalWriter
    outbox: Outbox
    opened: bool
    found: Found | None = None
    notes: tuple[str, ...] = ()


def start(connection: Connection, names: Names, request: OpenRequest, resume: Resume | None) -> Start:
    """Open a run, and its journal.

    A run nobody named is opened behind the body on AWS: its name is free by all odds, and the cell starts at once.

    Raises
    ------
    UsageError, NotFoundError
        `resume` asks for what is not so.
    TrackError
        ``resume="must"`` or ``"never"``, and the service cannot be asked; or the journal cannot be written.
    """
    checked_resume(resume)
    if connection.home == "aws" and names.auto and resume is None:
        return _journaled(connection, request, opened=None)
    try:
        opened = opening.open_now(connection, request, resume)
    except TrackError:
        raise
    except Exception as error:
        explained = _explain(error, request)
        if explained is None:
            raise
        if resume in ("must", "never"):
            raise explained from error
        return _postponed(connection, request, resume, explained)
    return _journaled(connection, request, opened=opened)


def checked_resume(resume: str | None) -> None:
    """Refuse a word that is none of ours.

    Raises
    ------
    UsageError
        With the nearest word.
    """
    if resume is not None and resume not in opening.RESUMES:
        hint = did_you_mean(str(resume), opening.RESUMES) or "Use 'allow', 'must' or 'never'."
        raise UsageError(f"resume={resume!r} is not known.", hint)


def _explain(error: Exception, request: OpenRequest) -> TrackError | None:
    doing = f"open run {request.ref.run!r}"
    if isinstance(error, (OSError, sqlite3.Error)):
        return TrackError(f"Cannot {doing}: {' '.join(str(error).split())}")
    return _aws.explain(error, doing)


def _postponed(connection: Connection, request: OpenRequest, resume: Resume | None, why: TrackError) -> Start:
    """Go on without the service: the sender opens the run when it can."""
    if resume is None:
        # Whether the name is free could not be asked; this one is, so that nothing is mixed into another run.
        request = request.named(naming.numbered(request.run_display, naming.made_up_mark()))
    begun = _journaled(connection, request, opened=None)
    note = (
        f"{why} The run goes on as {request.ref.run!r}; all it logs is kept here and sent once that is cured."
    )
    return replace(begun, notes=(note,))


def _journaled(connection: Connection, request: OpenRequest, *, opened: opening.Opened | None) -> Start:
    ref = request.ref if opened is None else opened.ref
    try:
        outbox = outbox_for(connection)
        writer = outbox.journal(ref)
        writer.record(
            "open", {**request.to_json(), "opened": opened is not None, "arn": opened.arn if opened else ""}
        )
    except BaseException as error:
        if opened is not None:
            opening.abandon(connection, ref, str(error))
        raise
    outbox.wake()
    found, notes = (opened.found, opened.notes) if opened is not None else (None, ())
    return Start(ref, writer, outbox, opened is not None, found, notes)
