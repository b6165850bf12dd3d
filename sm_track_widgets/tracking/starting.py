"""Starting a run: opened in the service at once, behind the body, or, when it is refused, later; always journaled.

What stops it on its way, an interrupt above all, leaves nothing in progress: `Begin` knows how far it has come.
"""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets.tracking import naming, opening, registry
from sm_track_widgets.tracking.ending import cut_message, outcome
from sm_track_widgets.tracking.outbox.outbox import outbox_for

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sm_track_widgets._types import RunRef
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.journal.writer import JournalWriter
    from sm_track_widgets.tracking.naming import Names
    from sm_track_widgets.tracking.opening import Found, OpenRequest, Resume
    from sm_track_widgets.tracking.outbox.outbox import Outbox


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


class Begin:
    """A run that is being started; `give_up` takes back what has been done by then."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._attempt = opening.Attempt()
        self._writer: JournalWriter | None = None

    def start(self, names: Names, request: OpenRequest, resume: Resume | None) -> Start:
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
        if self._connection.home == "aws" and names.auto and resume is None:
            return self._journaled(request, opened=None)
        try:
            opened = opening.open_now(self._connection, request, resume, self._attempt)
        except TrackError:
            raise
        except Exception as error:
            explained = _explain(error, request)
            if explained is None:
                raise
            if resume in ("must", "never"):
                raise explained from error
            return self._postponed(request, resume, error, explained)
        return self._journaled(request, opened=opened)

    def give_up(self, error: BaseException, ended: float) -> None:
        """Leave nothing in progress, because of `error`; what goes wrong here is not said.

        `ended` is now, seconds since the epoch.
        """
        opening.take_back(self._connection, self._attempt, error)
        if self._writer is None:
            return
        with suppress(Exception):
            if self._writer.offset > self._writer.start and self._attempt.continued is None:
                status, message = outcome(error)
                end = {"status": status, "message": cut_message(message), "ended": ended}
                self._writer.record("close", end)
            self._writer.close()

    def _postponed(
        self, request: OpenRequest, resume: Resume | None, error: Exception, why: TrackError
    ) -> Start:
        """Go on without the service: the sender opens the run when it can."""
        attempt, doubtful = self._attempt, ""
        if attempt.made and attempt.request is not None:
            request = attempt.request  # refused later: the name is this run's
        elif resume is None:
            # Whether the name is free could not be asked; this one is, so that nothing is mixed into another run.
            doubtful = request.ref.run if attempt.doubtful(error) else ""
            request = request.named(naming.numbered(request.run_display, naming.made_up_mark()))
        new = attempt.made or resume is None
        begun = self._journaled(request, opened=None, doubtful=doubtful, new=new)
        note = f"{why} The run goes on as {request.ref.run!r}; all it logs is kept here and sent once that is cured."
        return replace(begun, notes=(note,))

    def _journaled(
        self, request: OpenRequest, *, opened: opening.Opened | None, doubtful: str = "", new: bool = True
    ) -> Start:
        """Start the journal; `new` says whether the run is made by it, where it is not opened yet."""
        ref = request.ref if opened is None else opened.ref
        outbox = outbox_for(self._connection)
        self._writer = writer = outbox.journal(ref)
        new = opened.found is None if opened is not None else new
        state = {"opened": opened is not None, "arn": opened.arn if opened else "", "new": new}
        if doubtful:
            state["doubtful"] = doubtful
        writer.record("open", {**request.to_json(), **state})
        outbox.wake()
        found, notes = (opened.found, opened.notes) if opened is not None else (None, ())
        return Start(ref, writer, outbox, opened is not None, found, notes)


def claimed(connection: Connection, names: Names, resume: Resume | None) -> AbstractContextManager[None]:
    """Be the only one in this process who opens a run that may exist; see `registry.claim`."""
    if resume in ("allow", "must"):
        return registry.claim(names.ref.component, connection)
    return nullcontext()


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
