"""What a clean-up has done, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sm_track_widgets.actions.cleanup import plan_words
from sm_track_widgets.charts import markup

if TYPE_CHECKING:
    from sm_track_widgets.actions.cleanup.plan import Kept, Plan

AGAIN = "The same call finishes it."


@dataclass(frozen=True, slots=True)
class Report:
    """What a clean-up has done; `print` it.

    Attributes
    ----------
    plan
        What it set out to do.
    done
        How many of each kind are gone, as `Plan.counts`; all zero where nobody agreed, or nothing was to be done.
    left
        What is still there, and why.
    asked
        Whether it was agreed to; False for a dry run and for an answer that was no.
    """

    plan: Plan
    done: dict[str, int] = field(default_factory=dict[str, int])
    left: tuple[Kept, ...] = ()
    asked: bool = True

    @property
    def complete(self) -> bool:
        """Whether all is done that was planned."""
        return self.asked and not self.left

    def __str__(self) -> str:
        """Return what happened, in lines."""
        if self.plan.empty:
            return str(self.plan)
        if not self.asked:
            return f"{self.plan}\nNothing was deleted."
        gone = plan_words.listed(self.done)
        lines = [f"Deleted: {gone}." if gone else "Nothing was deleted."]
        if self.done.get("shared"):
            lines.append(f"Taken out of these groups: {plan_words.many(self.done['shared'], 'runs')}.")
        if self.left:
            lines += [line.replace("Stays", "Left", 1) for line in plan_words.kept(self.left)]
            lines.append(AGAIN)
        return "\n".join(markup.plain(line) for line in [*lines, *plan_words.kept(self.plan.kept)])

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:  # noqa: FBT001 - IPython's signature
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]
