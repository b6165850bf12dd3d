"""From words to an exit status: every mistake is one line on stderr."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._errors import TrackError, UsageError
from sm_track_widgets.cli import parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 130
_MAGIC = re.compile(r"%{1,2}sm_([a-z]+)(?=\W|$)")


def run(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` are, those of the shell by default; return the exit status."""
    asked = list(sys.argv[1:] if words is None else words)
    _open_closed()
    try:
        status = _run(asked)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has had enough, as `head` has; Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (OSError, ValueError) as error:  # a full disk; the second where that has closed it already
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED if isinstance(error, ValueError) else _failed(error)
    return status


def _open_closed() -> None:
    """Have something in the place of streams that whoever calls has closed: Python then has None there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process is


def _run(asked: list[str]) -> int:
    if asked[:1] == ["serve"]:
        from sm_track_widgets.serve.__main__ import main

        return main(asked[1:], prog="sm-track serve")
    try:
        parsed = parser.parse(asked)
    except SystemExit as told:  # --help, --version, and argparse's own mistakes
        return int(told.code or 0)
    try:
        return _called(parsed)
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        if parsed.debug:
            raise
        return _failed(error)


def _called(parsed: argparse.Namespace) -> int:
    from sm_track_widgets.cli import connecting

    with connecting.connected(parsed):
        status: int = parser.verb(parsed.command)(parsed)
        return status


def _failed(error: BaseException) -> int:
    """Say in one line what went wrong; return the exit status."""
    if isinstance(error, KeyboardInterrupt):
        return _told(str(error) or "Interrupted.", STOPPED)
    if isinstance(error, TrackError):
        return _told(str(error), WRONG if isinstance(error, UsageError) else FAILED)
    from sm_track_widgets import _aws

    told = _aws.explain(error, "do this") if isinstance(error, Exception) else None
    return _told(str(told or f"{type(error).__name__}: {error} (--debug shows where)"), FAILED)


def _told(text: str, status: int) -> int:
    sys.stderr.write(f"sm-track: {' '.join(for_shell(text).split())}\n")
    return status


def for_shell(text: str) -> str:
    """Write what a message says of magics as one types it here: ``%sm_sync`` is ``sm-track sync``."""
    text = text.replace("%sm_config --", "--")
    return _MAGIC.sub(lambda found: f"sm-track {found[1]}" if found[1] in parser.COMMANDS else found[0], text)
