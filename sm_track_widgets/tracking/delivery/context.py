"""What every step of delivering one journal works on: the connection, the acknowledged state, the refused file."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sm_track_widgets._failures import (
    Backoff,
    BlockedError,
    RefusedError,
    StoppedError,
    judge,
)
from sm_track_widgets._types import Clock
from sm_track_widgets.tracking.delivery.aside import append_aside, aside_line

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.delivery.acks import AckFile, AckState
    from sm_track_widgets.tracking.journal.format import JournalHeader, Record

Result = TypeVar("Result")
Pause = Callable[[float], bool]
"""Wait so many seconds; False when the sender was told to stop meanwhile."""


def plain_pause(seconds: float) -> bool:
    """Just sleep: for delivery in the foreground."""
    time.sleep(seconds)
    return True


@dataclass(slots=True)
class DeliveryContext:
    """One journal on its way.

    Attributes
    ----------
    connection, header
        Where to, and from whom.
    ack, state
        The shared file and what it will hold at the next `save`.
    refused_path
        What is set aside; see `aside`.
    pause, clock, backoff
        How to wait, what time it is, how waiting grows.
    """

    connection: Connection
    header: JournalHeader
    ack: AckFile
    state: AckState
    refused_path: Path
    pause: Pause = plain_pause
    clock: Clock = time.time
    backoff: Callable[[], Backoff] = field(default=Backoff)

    @property
    def component(self) -> str:
        """Name of the run's trial component."""
        return self.header.run.component

    def save(self) -> None:
        """Tell the kernel."""
        self.state.heartbeat = self.clock()
        self.ack.save(self.state)

    def trouble(self, text: str) -> None:
        """Tell the kernel what stands in the way; an empty text: nothing any more."""
        if text != self.state.error:
            self.state.error = text
            self.save()

    def renew(self) -> None:
        """Look for other credentials than those that were refused.

        Raises
        ------
        BlockedError
            There are none, or they are another account's.
        """
        try:
            self.connection.renew_credentials()
        except Exception as error:
            raise BlockedError(judge(error).text) from error

    def attempt(self, call: Callable[[], Result]) -> Result:
        """Run an idempotent call until it is answered.

        Throttling, server errors and broken connections are met by waiting, longer each time, without end: nothing
        is dropped.

        Raises
        ------
        RefusedError, BlockedError
            The answer was no: for this record, or for everything.
        StoppedError
            The sender was told to stop while waiting.
        """
        backoff = self.backoff()
        while True:
            try:
                result = call()
            except Exception as error:  # noqa: PERF203  # every error means something; the call dwarfs the cost
                verdict = judge(error)
                if verdict.meaning == "denied":
                    raise BlockedError(verdict.text) from error
                if verdict.meaning == "refused":
                    raise RefusedError(verdict.code, verdict.text) from error
                self.trouble(verdict.text)
                if not self.pause(backoff.next()):
                    raise StoppedError from error
            else:
                self.trouble("")
                return result

    def set_aside(
        self, kind: str, payload: Any, code: str, reason: str, *, offset: int = -1, held: bool = False
    ) -> None:
        """Write a record that is not going to be delivered (`held`: not again, unasked) to the refused file.

        `offset` is where it begins in the journal; -1 for what stands in no record.

        Raises
        ------
        BlockedError
            The file cannot be written; the record may be delivered again.
        """
        told: dict[str, Any] = {
            "kind": kind,
            "code": code,
            "reason": reason,
            "held": held,
            "time": self.clock(),
        }
        if offset >= 0:
            told["offset"] = offset
        try:
            append_aside(self.refused_path, aside_line(self.header, payload, **told))
        except OSError as error:
            raise BlockedError(f"cannot write {self.refused_path}: {error.strerror}") from error
        if held:
            self.state.held += 1
        else:
            self.state.refused += 1

    def refuse(self, record: Record, error: RefusedError) -> None:
        """Set a whole record aside because the service refused it."""
        self.set_aside(record.kind, record.payload, error.code, error.reason, offset=record.start)

    def hold(self, record: Record, reason: str) -> None:
        """Set a point aside that the service may have or not; it is not sent again unasked."""
        self.set_aside(record.kind, record.payload, "Lost", reason, offset=record.start, held=True)
