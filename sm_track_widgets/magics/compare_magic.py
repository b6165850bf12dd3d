"""``%sm_compare``: runs side by side."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets._errors import UsageError
from sm_track_widgets.magics import interrupts, options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@magics_class
class SmCompareMagics(ShellMagics):
    """The magic that compares runs."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="RUN", help="Two to twelve runs.")
    @argument("-e", "--experiment", help="Their experiment; default: look through all.")
    @argument("--baseline", metavar="RUN", help="What the others are measured against; default: the first.")
    @argument("--diff-only", action="store_true", help="Only what is not the same in all of them.")
    @argument("--code", action="store_true", help="Begin with the code.")
    @argument("--env", action="store_true", help="Begin with Python, git and packages.")
    @line_magic
    def sm_compare(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Show runs side by side; compared = %sm_compare a b gives the widget, with .df."""
        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_compare, line)
        if parsed.code and parsed.env:
            raise UsageError("--code and --env exclude each other.", "Leave one of them out.")
        words = [options.expand(word, namespace) for word in parsed.words]
        from sm_track_widgets.widgets.compare import Compare

        with interrupts.in_one_line():
            compared = Compare(
                words,
                text_of(parsed, "experiment", namespace),
                baseline=text_of(parsed, "baseline", namespace),
                diff_only=parsed.diff_only,
                tab="code" if parsed.code else "env" if parsed.env else "params",
            )
        if is_assigned("sm_compare"):
            return compared
        display(compared)
        return None
