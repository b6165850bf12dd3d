"""``%sm_sync``: deliver now what waits."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.progress_bar import ProgressBar

if TYPE_CHECKING:
    from sm_track_widgets.tracking.outbox.report import SyncReport


@magics_class
class SmSyncMagics(ShellMagics):
    """The magic that delivers."""

    @no_var_expand
    @magic_arguments()
    @argument(
        "--resend",
        action="store_true",
        help="Send points again of which nobody knows whether they arrived; those that had are then there twice.",
    )
    @line_magic
    def sm_sync(self, line: str) -> SyncReport | None:
        """Deliver what waits: of runs open and closed here, and what kernels that have ended left for this place."""
        parsed = options.parse(self.sm_sync, line, limit=0)
        from sm_track_widgets.tracking.outbox.sync import sync

        bar = ProgressBar("Delivering", "points")
        try:
            report = sync(parsed.resend, on_progress=bar.show)
        except KeyboardInterrupt:
            bar.clear()
            print("Interrupted. What waits is kept; %sm_sync goes on with it.")  # noqa: T201
            return None
        bar.clear()
        if is_assigned("sm_sync"):
            return report
        print(report)  # noqa: T201
        return None
