"""``sm-track``: the same verbs for scripts and terminals; ``python -m sm_track_widgets`` does the same.

Thin: words in, a verb, its answer out. What a command needs is imported when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 0, 1 where nothing was found or something failed, 2 for wrong usage."""
    from sm_track_widgets.cli.entry import run

    return run(words)
