"""``%sm_show``: everything that is known of one run."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned

if TYPE_CHECKING:
    from collections.abc import Mapping


@magics_class
class SmShowMagics(ShellMagics):
    """The magic that shows one run."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="RUN", help="The run; default: the one that is open here.")
    @argument("-e", "--experiment", help="Its experiment; default: look through all.")
    @argument(
        "--tab",
        metavar="TAB",
        default="overview",
        help="overview, metrics, params, artifacts, code (what was kept of the cell), logs, system or jobs.",
    )
    @line_magic
    def sm_show(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Show one run; details = %sm_show RUN gives the object, with .parameters, .capture and more."""
        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_show, line, limit=1)
        name, experiment = (
            None if text is None else options.expand(text, namespace)
            for text in (parsed.words[0] if parsed.words else None, parsed.experiment)
        )
        from sm_track_widgets.widgets.run_details import run_details

        details = run_details(name, experiment, tab=options.expand(parsed.tab, namespace))
        if getattr(self.ip, "kernel", None) is None:
            if is_assigned("sm_show"):
                return details
            print(details.text())  # noqa: T201 - a terminal shows text
            return None
        from sm_track_widgets.widgets.run_detail import RunDetail

        widget = RunDetail(details, tab=details.tab)
        if is_assigned("sm_show"):
            return widget
        display(widget)
        return None
