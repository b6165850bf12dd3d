"""One run on its way, whatever it comes from and wherever it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sm_track_widgets._types import Params, Scalar, Series, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

Direction = Literal["output", "input"]
FINAL: frozenset[str] = frozenset({"Completed", "Failed", "Stopped"})
"""Statuses after which a run is not written to any more."""


@dataclass(frozen=True, slots=True)
class Graph:
    """What makes a file a graph of the SDK's: name and type of its lineage artifact."""

    name: str
    kind: str


@dataclass(slots=True)
class File:
    """An artifact.

    Attributes
    ----------
    name, direction, media_type
        As a run has them; an empty `media_type` is none.
    value
        Address or text; it is the artifact itself where there is no `fetch`.
    fetch
        Writes the content to the path it is given; None for a mere reference.
    size
        Bytes, as far as known.
    sha256
        Of the content, where it is known before it is fetched.
    graph
        Of a graph.
    original
        Name of the file itself, where that is not what `name` or `value` end in.
    """

    name: str
    direction: Direction = "output"
    media_type: str = ""
    value: str = ""
    fetch: Callable[[Path], object] | None = None
    size: int = 0
    sha256: str = ""
    graph: Graph | None = None
    original: str = ""

    @property
    def basename(self) -> str:
        """Name of the file itself: that of its object where it has one."""
        if self.original:
            return self.original
        path = self.value if self.fetch is not None and self.value.startswith("s3://") else self.name
        return path.rpartition("/")[2] or self.name


@dataclass(slots=True)
class Contents:
    """What of a run is read only when its turn has come.

    Attributes
    ----------
    series
        The points of each metric, in the order of their arrival; ``run`` is of no meaning.
    files
        Artifacts, those of ours too.
    capture
        What was kept of the cell; empty where nothing was.
    """

    series: list[Series] = field(default_factory=list[Series])
    files: list[File] = field(default_factory=list[File])
    capture: Params = field(default_factory=dict[str, "Any"])


@dataclass(slots=True)
class Parcel:
    """One run.

    Attributes
    ----------
    key
        What the run is known by wherever it comes to: nothing else has it, ever.
    also
        Further keys of the same run: of where it came from before.
    experiment, group, run
        Names, as stored; the group is empty for that of runs without a named one.
    base
        The group that `group` follows where that is full at the source; else the same.
    experiment_display, run_display
        The same, in the user's spelling.
    name
        As the user asked for it, whatever its characters.
    status, message, started, ended, created_by
        As the source tells; times in seconds since the epoch.
    parameters, tags
        All of them but those that say what the run's name, notes, parent and key are.
    notes
        Text of any length.
    parent
        Key of the run it is a child of; empty for none.
    points, files
        How many points and artifacts it has, as far as known beforehand.
    prepare
        Reads what the fields above still lack; called once, when it is known that the run will be moved.
    load, load_series
        Reads the rest; its points alone.
    remarks
        What could not be taken along, one line each.
    """

    key: str
    experiment: str
    run: str
    name: str
    status: Status = "Completed"
    also: tuple[str, ...] = ()
    group: str = ""
    base: str = ""
    experiment_display: str = ""
    run_display: str = ""
    message: str = ""
    started: float | None = None
    ended: float | None = None
    created_by: str = ""
    parameters: dict[str, Scalar] = field(default_factory=dict[str, Scalar])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    notes: str = ""
    parent: str = ""
    points: int = 0
    files: int = 0
    prepare: Callable[[], object] = lambda: None
    load: Callable[[], Contents] = Contents
    load_series: Callable[[], list[Series]] = list
    remarks: list[str] = field(default_factory=list[str])

    @property
    def title(self) -> str:
        """``experiment/name``, for messages."""
        return f"{self.experiment}/{self.name}"

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys."""
        return tuple(dict.fromkeys((self.key, *self.also)))


def parents_first(parcels: Iterable[Parcel]) -> list[Parcel]:
    """Return the parcels so that a run comes after its parent, else in their order; a circle is cut somewhere."""
    waiting = {one.key: one for one in parcels}
    ordered: list[Parcel] = []

    def add(one: Parcel | None) -> None:
        chain: list[Parcel] = []
        while one is not None:
            chain.append(one)
            one = waiting.pop(one.parent, None)
        ordered.extend(reversed(chain))

    for key in list(waiting):
        add(waiting.pop(key, None))
    return ordered


def count_points(series: Sequence[Series]) -> int:
    """Return how many points there are in all."""
    return sum(len(one) for one in series)
