"""What a clean-up would do, as rows that anybody can look at before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sm_track_widgets.actions.cleanup import plan_words

Kind = Literal["run", "job"]
KeptKind = Literal["run", "job", "file", "group", "experiment", "lineage", "spool"]


@dataclass(frozen=True, slots=True)
class Request:
    """Which runs are meant, and how far their deletion goes.

    Attributes
    ----------
    experiment, group, query
        As for `sm_track_widgets.runs`.
    names
        Only runs called so, or, where `components` is set, stored so; None is all of them.
    components
        Whether `names` are trial components.
    archived, unassigned
        As for `sm_track_widgets.runs`.
    artifacts
        Whether the files of these runs go, too.
    jobs
        Whether the components that SageMaker made for their jobs go, too.
    shared
        Whether runs that are in other groups, too, are deleted, instead of being taken out of these groups.
    force
        Whether runs in progress are deleted.
    """

    experiment: str | None = None
    group: str | None = None
    query: str | None = None
    names: tuple[str, ...] | None = None
    components: bool = False
    archived: bool = False
    unassigned: bool = False
    artifacts: bool = False
    jobs: bool = False
    shared: bool = False
    force: bool = False

    @property
    def whole(self) -> bool:
        """Whether an experiment or a group is meant with all that is in it."""
        return not self.unassigned and self.query is None and self.names is None

    @property
    def title(self) -> str:
        """The runs that are meant, in words."""
        what = "runs of no experiment" if self.unassigned else "runs"
        if self.experiment:
            what += f" of {self.experiment!r}"
        if self.group:
            what += f" in group {self.group!r}"
        if self.names is not None and not self.components:
            what += f" called {plan_words.some(self.names)}"
        if self.query:
            what += f" where {self.query}"
        return what


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run, or what SageMaker made for a job, that is deleted or taken out of groups.

    Attributes
    ----------
    name, experiment, component, status
        Which it is.
    groups
        Trials that it is taken out of: before it is deleted, all of them.
    created
        Seconds since the epoch: what is created again under this name is another run.
    kind
        ``"run"`` or ``"job"``.
    edges
        Lineage associations, source and destination, that go with it.
    stays_in
        Trials that it stays in, where it is not deleted.
    """

    name: str
    experiment: str
    component: str
    status: str
    groups: tuple[str, ...]
    created: float
    kind: Kind = "run"
    edges: tuple[tuple[str, str], ...] = ()
    stays_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """An object in S3: its address, its bytes, and the components whose end is its end; none for a leftover."""

    uri: str
    size: int
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedEntity:
    """A lineage artifact: its ARN, what it describes, and the components whose end is its end."""

    arn: str
    uri: str
    of: tuple[str, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays although it was named, and why."""

    kind: KeptKind
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a clean-up would do; `print` it.

    Attributes
    ----------
    title
        What was asked for, in words.
    runs
        What is deleted: runs, and components of jobs where these were asked for.
    shared
        What is only taken out of groups, since it is in others, too.
    groups, experiments
        Trials and experiments that are empty then, and are deleted.
    files
        Objects in S3.
    lineage
        Lineage artifacts that describe nothing any more.
    spool
        Leftovers on this machine: path and bytes.
    kept
        What stays, and why.
    remarks
        What could not be found out, one line each.
    unfinished
        How many of these things an earlier clean-up, that was interrupted, had planned already.
    """

    title: str
    runs: tuple[PlannedRun, ...] = ()
    shared: tuple[PlannedRun, ...] = ()
    groups: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    files: tuple[PlannedFile, ...] = ()
    lineage: tuple[PlannedEntity, ...] = ()
    spool: tuple[tuple[str, int], ...] = ()
    kept: tuple[Kept, ...] = ()
    remarks: tuple[str, ...] = ()
    unfinished: int = 0

    @property
    def bytes(self) -> int:
        """Bytes in S3 and on this machine that are free then."""
        return sum(file.size for file in self.files) + sum(size for _, size in self.spool)

    @property
    def associations(self) -> int:
        """How many lineage associations go."""
        return len({edge for one in (*self.runs, *self.lineage) for edge in one.edges})

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind go: ``runs, jobs, shared, groups, experiments, files, lineage, spool, bytes``."""
        jobs = sum(run.kind == "job" for run in self.runs)
        return {
            "runs": len(self.runs) - jobs,
            "jobs": jobs,
            "shared": len(self.shared),
            "groups": len(self.groups),
            "experiments": len(self.experiments),
            "files": len(self.files),
            "lineage": len(self.lineage),
            "spool": len(self.spool),
            "bytes": self.bytes,
        }

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        things = (self.runs, self.shared, self.groups, self.experiments, self.files, self.lineage, self.spool)
        return not any(things)

    @property
    def question(self) -> str:
        """What is asked before it is done: ``Delete 12 runs, 3 files (1.2 MB in all)?``."""
        return f"{plan_words.summary(self.counts)}?"

    def __str__(self) -> str:
        """Return the plan in lines."""
        return plan_words.text(self)

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:  # noqa: FBT001 - IPython's signature
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]

    def _repr_html_(self) -> str:
        return plan_words.html(self)
