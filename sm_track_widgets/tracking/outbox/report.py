"""What `sync` did, as an object and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sm_track_widgets._types import RunRef
    from sm_track_widgets.tracking.outbox.standing import Aside, Whose

NAMED = 3
"""Runs that are named in one line; the others are counted."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of one run.

    Attributes
    ----------
    run
        Which.
    whose
        ``"open"`` or ``"closed"`` here, or ``"left"`` by a kernel that has ended.
    delivered, waiting
        Points delivered now; points that still wait.
    arrived
        Whether everything, of any kind, has arrived.
    error
        What stands in the way.
    stopped
        Whether the run was left open and is Stopped now.
    """

    run: RunRef
    whose: Whose
    delivered: int
    waiting: int
    arrived: bool = True
    error: str = ""
    stopped: bool = False

    @property
    def name(self) -> str:
        """``experiment/run``."""
        return f"{self.run.experiment}/{self.run.run}"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What `sync` did; ``print`` it.

    Attributes
    ----------
    runs
        One entry for each run that had something to deliver.
    resent
        Points that the service took when they were sent again.
    resend_error
        What stood in the way of that.
    aside
        What is set aside, run by run: held, or refused for good.
    others
        One line about runs of other places, with the command; or empty.
    """

    runs: tuple[Synced, ...] = ()
    resent: int = 0
    resend_error: str = ""
    aside: tuple[Aside, ...] = ()
    others: str = ""

    @property
    def delivered(self) -> int:
        """Points delivered."""
        return sum(run.delivered for run in self.runs)

    @property
    def waiting(self) -> int:
        """Points that still wait."""
        return sum(run.waiting for run in self.runs)

    @property
    def complete(self) -> bool:
        """Whether nothing waits, and nothing is held."""
        return all(run.arrived for run in self.runs) and not any(entry.held for entry in self.aside)

    def __str__(self) -> str:
        return "\n".join([*self._happened(), *self._stands()])

    def __repr__(self) -> str:
        return str(self)

    def _happened(self) -> list[str]:
        lines: list[str] = []
        arrived = [run for run in self.runs if run.arrived]
        moved = [run for run in self.runs if run.delivered or (run.arrived and run.whose != "open")]
        if moved:
            lines.append(f"Delivered {_points(self.delivered)} of {_names([run.name for run in moved])}.")
        if stopped := [run.name for run in self.runs if run.stopped]:
            lines.append(f"Left open by a kernel that has ended, now Stopped: {_names(stopped)}.")
        if self.resent:
            lines.append(f"Sent again: {_points(self.resent)}.")
        if self.resend_error:
            lines.append(f"Not all could be sent again: {self.resend_error}")
        if not lines and len(arrived) == len(self.runs):
            lines.append("Nothing was waiting: all that was logged has arrived.")
        return lines

    def _stands(self) -> list[str]:
        lines = [
            f"{run.name} is still waiting{_with_points(run.waiting)}: {run.error or 'no answer from the service yet'}"
            for run in self.runs
            if not run.arrived
        ]
        if lines:
            lines.append(
                "What waits is kept, and sent as soon as that is cured: by itself, or with %sm_sync."
            )
        held = [entry for entry in self.aside if entry.held]
        if held:
            count = sum(entry.held for entry in held)
            names = _names([f"{entry.run.experiment}/{entry.run.run}" for entry in held])
            lines.append(
                f"Nobody knows whether {_points(count)} of {names} arrived, since the answer was lost. "
                "%sm_sync --resend sends them again; those that had arrived are then there twice."
            )
        lines += [
            f"{entry.run.experiment}/{entry.run.run}: {_records(entry.refused)} refused for good; the first: "
            f"{entry.reason} (all in {entry.path})"
            for entry in self.aside
            if entry.refused
        ]
        if self.others:
            lines.append(f"Elsewhere: {self.others}.")
        return lines


def _points(count: int) -> str:
    return f"{count:,} point{'' if count == 1 else 's'}"


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


def _with_points(count: int) -> str:
    return f" with {_points(count)}" if count else ""


def _names(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    if len(unique) <= NAMED:
        return ", ".join(unique)
    return f"{', '.join(unique[:NAMED])} and {len(unique) - NAMED} more runs"
