"""``%sm_alert``: say when a metric goes where it should not, and end the run if asked to."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets.charts.markup import plain
from sm_track_widgets.magics import query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.actions.alerts.watching import Alert

NONE = "No alert is set. For example: %sm_alert 'val_loss > 2' --stop"


@magics_class
class SmAlertMagics(ShellMagics):
    """The magic that watches metrics."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="CONDITION",
        help="Such as 'val_loss > 2', 'acc.max < 0.5 AND acc.count > 20', 'loss IS NAN'; without one: what is set.",
    )
    @argument("--stop", action="store_true", help="End the run, as Stopped, when it holds.")
    @argument("--off", action="store_true", help="Look no more at this condition; without one: at none.")
    @line_magic
    def sm_alert(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Alert | list[Alert] | None:
        """Say when a condition holds in a run of this notebook: %sm_alert 'val_loss > 2' --stop.

        It is looked at in the kernel as points are logged, in the run that is open and in all that follow. A run says
        it once: as a line, on its card, and in its tag alert.
        """
        parsed, rest = query_line.parse(self.sm_alert, line)
        condition = query_line.query(rest, self.names(local_ns))
        from sm_track_widgets.actions.alerts import watching

        if parsed.off:
            gone = watching.clear_alerts(condition)
            print(f"{gone} alert{'' if gone == 1 else 's'} taken out.")  # noqa: T201 - its answer
            return None
        if condition is None:
            return self._list(watching.alerts())
        made = watching.alert(condition, stop=parsed.stop)
        if is_assigned("sm_alert"):
            return made
        ends = " and end it" if made.stop else ""
        print(f"Every run from here on will say when {plain(made.condition.text)}{ends}.")  # noqa: T201
        return None

    def _list(self, alerts: list[Alert]) -> list[Alert] | None:
        if is_assigned("sm_alert"):
            return alerts
        for one in alerts:
            print(f"{plain(one.condition.text)}{'  --stop' if one.stop else ''}")  # noqa: T201
            for said in one.raised:
                print(f"    {plain(said)}")  # noqa: T201
        if not alerts:
            print(NONE)  # noqa: T201
        return None


def alerts_off() -> None:
    """Take out all alerts, if any was ever set; what sets them is not loaded for that."""
    watching = sys.modules.get("sm_track_widgets.actions.alerts.watching")
    if watching is not None:
        watching.clear_alerts()
