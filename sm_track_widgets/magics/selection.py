"""Which runs a magic means, as its options and its query say, and the options that all such magics share."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets.magics import options, query_line

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets.magics.options import Namespace

QUERY_HELP = "Only runs for which this holds, e.g. metrics.auc.max > 0.9 AND params.depth IN (4, 6)."


@dataclass(frozen=True, slots=True)
class Selection:
    """Which runs are meant.

    Attributes
    ----------
    experiment, group, query
        As for `sm_track_widgets.runs`; None is all.
    archived, unassigned, cached
        The same.
    """

    experiment: str | None
    group: str | None
    query: str | None
    archived: bool = False
    unassigned: bool = False
    cached: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether it is all there is of an experiment, or of all of them, read as ever."""
        return not (self.group or self.query or self.archived or self.unassigned) and self.cached

    @property
    def title(self) -> str:
        """What a table of them is headed with: whose runs, and of what group."""
        whose = "runs of no experiment" if self.unassigned else self.experiment or "all runs"
        return f"{whose} · {self.group}" if self.group else whose

    def read(self) -> pd.DataFrame:
        """Return the runs as a frame."""
        from sm_track_widgets.reading import runs

        return runs(
            self.experiment,
            self.query,
            group=self.group,
            archived=self.archived,
            unassigned=self.unassigned,
            cached=self.cached,
        )


def selection(parsed: argparse.Namespace, rest: str, namespace: Namespace, magic: str) -> Selection:
    """Return what is meant by the options of a magic and the rest of its line.

    Raises
    ------
    UsageError
        As `query_line.query`.
    """
    return Selection(
        experiment=text_of(parsed, "experiment", namespace),
        group=text_of(parsed, "group", namespace),
        query=query_line.query(rest, namespace, magic),
        archived=bool(getattr(parsed, "archived", False)),
        unassigned=bool(getattr(parsed, "unassigned", False)),
        cached=not getattr(parsed, "no_cache", False),
    )


def text_of(parsed: argparse.Namespace, name: str, namespace: Namespace) -> str | None:
    """Return the value of an option with its ``{expressions}`` replaced; None for one that is not given."""
    value = getattr(parsed, name, None)
    return None if value is None else options.expand(value, namespace)
