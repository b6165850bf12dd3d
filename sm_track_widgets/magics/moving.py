"""What magics show of a move: the plan first, then what became of it; an interrupt is one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets.charts import markup
from sm_track_widgets.magics.callers import is_assigned

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from sm_track_widgets.actions.move.report import MovePlan, MoveReport

    Move = Callable[[Callable[[MovePlan], object]], MoveReport]

SAID = (
    "KeyboardInterrupt: moving was interrupted; what is there stays, and the same line goes on with the rest."
)


def run(magic: str, parsed: argparse.Namespace, move: Move) -> MoveReport | None:
    """Move, and show it; return the report where it is assigned.

    Parameters
    ----------
    magic
        Its name.
    parsed
        Its options.
    move
        Does it; gets what is to be called with the plan.
    """
    silent = is_assigned(magic)

    def tell(plan: MovePlan) -> None:
        if not silent and not parsed.dry_run:
            _show(plan)

    try:
        report = move(tell)
    except KeyboardInterrupt as stop:
        vars(stop)["_render_traceback_"] = lambda: [SAID]
        raise
    if silent:
        return report
    _show(report)
    return None


def _show(what: object) -> None:
    print("\n".join(markup.plain(line) for line in str(what).splitlines()))  # noqa: T201 - its answer
