"""``%sm_autolog``: what libraries train is logged by itself."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

import sys

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics

_MODULE = "sm_track_widgets.tracking.autolog"


@magics_class
class SmAutologMagics(ShellMagics):
    """The magic that switches autolog."""

    @no_var_expand
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="on|off LIBRARY",
        help="on or off, and of which libraries: sklearn, xgboost, lightgbm, optuna; default: all. Nothing: tell.",
    )
    @line_magic
    def sm_autolog(self, line: str) -> None:
        """Log what libraries train into the run that is open then: parameters, metrics, importance, a summary.

        A training without an open run is left alone. For one cell: %%sm_run --autolog.
        """
        from sm_track_widgets.tracking import autolog

        parsed = options.parse(self.sm_autolog, line)
        words = [part for word in parsed.words for part in options.comma_list(word) or ()]
        if words:
            switch = words.pop(0) if words[0] in {"on", "off"} else _on(words)
            autolog.autolog(*autolog.checked(word for word in words if word != "all"), on=switch == "on")
        on = autolog.enabled()
        print(f"Autolog is on for {', '.join(on)}." if on else "Autolog is off.")  # noqa: T201 - its answer


def _on(words: list[str]) -> str:
    """Return "on", which may be left out before the names of libraries, but not misspelt."""
    from sm_track_widgets.tracking.autolog import FRAMEWORKS

    if words[0] not in {"all", *FRAMEWORKS}:
        near = did_you_mean(words[0], ["on", "off", *FRAMEWORKS])
        raise UsageError(
            f"%sm_autolog does not know {words[0]!r}.", near or "For example: %sm_autolog on xgboost"
        )
    return "on"


def autolog_off() -> None:
    """Give the libraries their own functions back, where autolog has ever been used."""
    if _MODULE in sys.modules:
        from sm_track_widgets.tracking.autolog import autolog

        autolog(on=False)
