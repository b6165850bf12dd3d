"""What all our magics share."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.interactiveshell import InteractiveShell


class ShellMagics(Magics):
    """Magics that know their shell.

    Parameters
    ----------
    shell
        IPython.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.ip = shell

    def names(self, local_ns: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the names an expression of the user's may use: his namespace, and the locals of the caller."""
        return {**self.ip.user_ns, **(local_ns or {})}


class Notices(logging.Handler):
    """Prints the package's remarks as plain lines of the cell's output, instead of logging's red ones."""

    logger = logging.getLogger("sm_track_widgets")

    def install(self) -> None:
        """Print from now on."""
        self.setLevel(logging.WARNING)
        self.logger.addHandler(self)

    def remove(self) -> None:
        """Print no more."""
        self.logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Print one remark."""
        if not quiet.on:
            print(record.getMessage())  # noqa: T201 - this is its purpose


class _Quiet:
    """``with quiet: ...`` keeps remarks from being printed."""

    on = False

    def __enter__(self) -> None:
        self.on = True

    def __exit__(self, *_: object) -> None:
        self.on = False


quiet = _Quiet()
