"""What the words of several commands mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sm_track_widgets._errors import UsageError

if TYPE_CHECKING:
    import argparse

_BARE_WORD = re.compile(r"[\w:/@+-]+")


def query_of(parsed: argparse.Namespace) -> str | None:
    """Return the query: one word in quotes, or several without; None for none.

    Raises
    ------
    UsageError
        For a lone name, which is an experiment most likely.
    """
    text = " ".join(parsed.query).strip()
    if _BARE_WORD.fullmatch(text):
        raise UsageError(
            f"{text!r} is no condition.",
            f"An experiment is named by -e {text}; a condition is, for example, 'metrics.auc > 0.9'.",
        )
    return text or None


def meant(parsed: argparse.Namespace) -> str | None:
    """Return `query_of`; empty where an empty one was given: without any, all of an experiment is meant."""
    return query_of(parsed) or ("" if parsed.query else None)


def listed(text: str | None) -> list[str] | None:
    """Split ``a,b``; None stays None."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]
