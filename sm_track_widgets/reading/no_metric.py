"""What is said where no run has a metric: why, as far as it is known, and what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._errors import NotFoundError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

MANY = 10
"""Metrics named at most."""


def no_run() -> NotFoundError:
    """Return the error for a query that finds no run at all."""
    return NotFoundError("No run satisfies the query.")


def no_metric(
    name: str, known: Collection[str], *, queried: bool = False, chosen: bool = False
) -> NotFoundError:
    """Return the error for a metric that none of the runs has.

    Parameters
    ----------
    name
        The metric.
    known
        The metrics that these runs have.
    queried, chosen
        Whether these runs are those of a query, or were named.
    """
    hint = did_you_mean(name, known) or f"There are: {', '.join(sorted(known)[:MANY])}."
    if not known and chosen:
        hint = "They have no metrics."
    elif not known:
        hint = "The runs of the query have no metrics." if queried else "No metric has been logged yet."
    who = "None of these runs" if chosen else "No run"
    return NotFoundError(f"{who} has a metric {name!r}.", hint)
