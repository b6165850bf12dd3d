"""Sending once more what is held, because its user asked for it: points that the service has already become doubled."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._failures import BlockedError, StoppedError, Verdict, judge
from sm_track_widgets._names import POINTS_PER_PUT
from sm_track_widgets._types import Params, Point, Refusal
from sm_track_widgets.tracking.delivery.acks import AckFile
from sm_track_widgets.tracking.delivery.aside import header_of, held, read_aside, write_aside
from sm_track_widgets.tracking.delivery.context import DeliveryContext, Pause
from sm_track_widgets.tracking.journal.format import SUFFIX, ack_path

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection


def resend_held(context: DeliveryContext) -> int:
    """Send the held points of a journal again, ten a call; return how many the service has taken.

    The file is written anew after each call, so that a kill sends at most that one call again. What is refused becomes
    a refused line; what is lost again stays held.

    Raises
    ------
    BlockedError, StoppedError
        What was not sent is held as before.
    """
    lines = read_aside(context.refused_path)
    waiting = held(lines)
    sheet = _Sheet(context, [line for line in lines if line not in waiting], waiting)
    sent = 0
    while sheet.waiting:
        sent += _send(sheet, sheet.waiting[:POINTS_PER_PUT])
    context.state.held = len(held(sheet.kept))
    context.save()
    return sent


def resend_file(connection: Connection, refused: Path, pause: Pause) -> int | None:
    """`resend_held` for a journal that is delivered and gone; None when somebody else has it in hand.

    Raises
    ------
    BlockedError, StoppedError
        As `resend_held`.
    """
    lines = read_aside(refused)
    ack = AckFile(ack_path(refused))
    try:
        if not ack.lock() or refused.with_suffix(SUFFIX).exists():
            return None
        if not lines:
            return 0  # who had it in hand has done it
        context = DeliveryContext(connection, header_of(lines[0]), ack, ack.load(), refused, pause=pause)
        return resend_held(context)
    finally:
        ack.close()
        if not refused.with_suffix(SUFFIX).exists():
            ack.path.unlink(missing_ok=True)


@dataclass(slots=True)
class _Sheet:
    """The file while it is worked on: lines that stay, and held ones that are still to be sent."""

    context: DeliveryContext
    kept: list[Params]
    waiting: list[Params] = field(default_factory=list[Params])

    def done(self, batch: list[Params], stay: list[Params]) -> None:
        """Write the file anew: of `batch`, which was sent, only the lines in `stay` remain."""
        self.waiting = self.waiting[len(batch) :]
        self.kept += stay
        write_aside(self.context.refused_path, [*self.kept, *self.waiting])


def _send(sheet: _Sheet, batch: list[Params]) -> int:
    """Send some of the waiting lines, the first ones; return how many points were taken."""
    told = _put(sheet.context, batch)
    if isinstance(told, list):
        refused = {refusal.index: refusal for refusal in told}
        stay = [{**batch[i], "held": False, "code": r.code, "reason": r.message} for i, r in refused.items()]
    elif told.meaning == "lost":
        stay = [
            {**line, "reason": f"sent once more, and the answer was lost again ({told.text})"}
            for line in batch
        ]
    elif len(batch) == 1:
        stay = [{**batch[0], "held": False, "code": told.code, "reason": told.text}]
    else:
        return sum(_send(sheet, [line]) for line in batch)  # find out which of them is refused
    sheet.context.state.delivered_points += len(batch) - len(stay)
    sheet.context.state.refused += sum(not line["held"] for line in stay)
    sheet.done(batch, stay)
    return len(batch) - len(stay)


def _put(context: DeliveryContext, batch: list[Params]) -> list[Refusal] | Verdict:
    """Send; return the refusals, or what it means that there was no answer or none for single points."""
    points = [Point(**line["payload"]) for line in batch]
    backoff = context.backoff()
    while True:
        try:
            return context.connection.put_points(context.component, points)
        except Exception as error:
            verdict = judge(error)
            if verdict.meaning == "denied":
                raise BlockedError(verdict.text) from error
            if verdict.meaning != "transient":
                return verdict
            context.trouble(verdict.text)
        if not context.pause(backoff.next()):
            raise StoppedError
