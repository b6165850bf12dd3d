"""The question before anything is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sm_track_widgets._errors import UsageError

if TYPE_CHECKING:
    from sm_track_widgets.actions.cleanup.plan import Plan

Ask = Callable[["Plan"], bool]
"""Shows a plan, and tells whether it may be carried out."""
YES = frozenset({"y", "yes"})
CURE = "Add yes=True, or --yes, when you have seen the plan."


def ask(plan: Plan, show: Callable[[Plan], object] = print, cure: str = CURE) -> bool:
    """Show the plan and ask; only ``y`` and ``yes`` mean yes.

    Parameters
    ----------
    show
        Shows the plan.
    cure
        What to do where nobody can answer.

    Raises
    ------
    UsageError
        Where nobody can be asked: in a kernel without stdin, a script without a terminal.
    """
    show(plan)
    try:
        answer = input(f"{plan.question} [y/N] ")
    except (EOFError, OSError, NotImplementedError):  # the last is ipykernel's, where no stdin is allowed
        raise UsageError("Nothing was deleted: nobody can be asked here.", cure) from None
    return answer.strip().lower() in YES
