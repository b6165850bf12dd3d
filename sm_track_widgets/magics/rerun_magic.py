"""``%sm_rerun``: the cell of a run, ready to be run again."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@magics_class
class SmRerunMagics(ShellMagics):
    """The magic that brings a cell back."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="RUN", help="The run.")
    @argument("-e", "--experiment", help="Its experiment; default: look through all.")
    @line_magic
    def sm_rerun(self, line: str, local_ns: Mapping[str, Any] | None = None) -> str | None:
        """Put the code and the values of a run into the next cell; nothing is run.

        text = %sm_rerun RUN gives the cell as a text.
        """
        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_rerun, line, limit=1)
        if not parsed.words:
            raise UsageError("%sm_rerun takes the name of a run.", "For example: %sm_rerun xgb-3")
        from sm_track_widgets import connection
        from sm_track_widgets.actions.cells.again import cell_of

        name = options.expand(parsed.words[0], namespace)
        text = cell_of(connection.current(), name, text_of(parsed, "experiment", namespace))
        if is_assigned("sm_rerun"):
            return text
        self.ip.set_next_input(text)
        return None
