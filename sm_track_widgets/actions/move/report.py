"""What a move will do and what it did, as objects and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

NAMED = 3
"""Runs or remarks that are named in one line; the others are counted."""


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What is to be moved, before anything is.

    Attributes
    ----------
    source, target
        From where, and where to, in words.
    runs, experiments, points, files
        How many will be moved, as far as that is known beforehand.
    there
        Runs that are there already.
    left_out
        Runs that are still being written to.
    notes
        One line for each kind of thing that will be other there.
    """

    source: str
    target: str
    runs: int = 0
    experiments: int = 0
    points: int = 0
    files: int = 0
    there: int = 0
    left_out: int = 0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = f"{counted(self.runs, 'run')} of {counted(self.experiments, 'experiment')}"
        amount = ", ".join(
            part
            for part in (
                counted(self.points, "point") if self.points else "",
                counted(self.files, "artifact") if self.files else "",
            )
            if part
        )
        lines = [f"{what}{f' ({amount})' if amount else ''} from {self.source} to {self.target}."]
        if not self.runs:
            lines = [f"Nothing to move from {self.source} to {self.target}."]
        if self.there:
            lines.append(f"{counted(self.there, 'run')} {_be(self.there)} there already.")
        if self.left_out:
            lines.append(
                f"{counted(self.left_out, 'run')} {_be(self.left_out)} in progress and left out; "
                "take them as they are with running=True (--running)."
            )
        return "\n".join([*lines, *self.notes])

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What a move did; ``print`` it.

    Attributes
    ----------
    plan
        What was to be done.
    moved, there
        By ``experiment/run``: what it is called at the target. Moved now; there before.
    failed
        Why it was not done, by the same.
    remarks
        What could not be taken along, one line each.
    points, files
        How many were moved.
    dry_run
        Whether only the plan was asked for.
    """

    plan: MovePlan
    moved: dict[str, str] = field(default_factory=dict[str, str])
    there: dict[str, str] = field(default_factory=dict[str, str])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    remarks: tuple[str, ...] = ()
    points: int = 0
    files: int = 0
    dry_run: bool = False

    @property
    def complete(self) -> bool:
        """Whether every run of the plan is at the target."""
        return not self.dry_run and not self.failed

    def __str__(self) -> str:
        if self.dry_run:
            return f"{self.plan}\nNothing was moved: this was a dry run."
        lines = [f"Moved {counted(len(self.moved), 'run')} to {self.plan.target}."]
        if not self.moved and not self.failed:
            lines = [f"Nothing to move: {counted(len(self.there), 'run')} there already."]
        elif self.there:
            lines.append(f"{counted(len(self.there), 'run')} there already.")
        lines += several([f"{title}: {why}" for title, why in self.failed.items()], "Not moved")
        lines += several(self.remarks, "Otherwise there")
        if self.failed:
            lines.append("The same call tries the rest again; what is there is not moved twice.")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def counted(number: int, what: str) -> str:
    """``3 runs``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def several(lines: Sequence[str], title: str) -> list[str]:
    """Return the first few lines, each behind the title, and one that counts the others."""
    unique = list(dict.fromkeys(lines))
    told = [f"{title}: {line}" for line in unique[:NAMED]]
    return [*told, f"{title}: {len(unique) - NAMED:,} more."] if len(unique) > NAMED else told


def _be(number: int) -> str:
    return "is" if number == 1 else "are"
