"""Facts of runs, and what they ran in, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets.reading.compare.rows import Row, Section, Value, merged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sm_track_widgets._types import Params
    from sm_track_widgets.reading.run_facts import RunFacts

GIGA = 1 << 30
OURS = "sm_track_widgets."


def sections(runs: Sequence[RunFacts]) -> list[Section]:
    """Return the headings with rows that the runs have; those without a single row are left out."""
    kept = [run.capture for run in runs]
    machines, gits, packages, inputs = (
        [read(one) for one in kept] for read in (_machine, _git, _packages, _inputs)
    )
    found = [
        Section("params", "Parameters", merged([run.parameters for run in runs])),
        Section("params", "Run", _facts(runs)),
        Section("params", "Tags", merged([run.tags for run in runs], "text")),
        Section("params", "Read by the cell", _kept(inputs)),
        Section("env", "Python and machine", _kept(machines, _MACHINE)),
        Section("env", "Git", _kept(gits, _GIT)),
        Section("env", "Packages", _kept(packages)),
    ]
    return [section for section in found if section.rows]


_MACHINE = ("Python", "Platform", "Instance", "Processors", "Memory", "GPUs")
_GIT = ("Commit", "Branch", "Remote", "Changed files", "Untracked files")


def _kept(held: Sequence[Mapping[str, Value]], first: Sequence[str] = ()) -> list[Row]:
    """Return rows of what was kept of a cell; a run of which nothing was is not different for that."""
    empty = [place for place, one in enumerate(held) if not one]
    return merged(held, "text", first=first, unknown=empty)


def _facts(runs: Sequence[RunFacts]) -> list[Row]:
    lasted: list[Value] = [
        None if run.started is None or run.ended is None else max(run.ended - run.started, 0.0)
        for run in runs
    ]
    empty = frozenset(place for place, run in enumerate(runs) if not run.capture)
    rows = [
        Row("Status", [run.status or None for run in runs], "status"),
        Row("Started", [run.started for run in runs], "time"),
        Row("Duration", lasted, "duration"),
        Row("Message", [run.message or None for run in runs], "text"),
        Row("Experiment", [run.experiment or None for run in runs], "text"),
        Row("Group", [run.group or None for run in runs], "text"),
        Row("Parent", [run.parent or None for run in runs], "text"),
        Row("By", [run.created_by or None for run in runs], "text"),
        Row("Commit", [_git(run.capture).get("Commit") for run in runs], "text", empty),
        Row("Host", [_host(run.capture) for run in runs], "text", empty),
        Row("Notes", [run.notes or None for run in runs], "text"),
    ]
    return _all(rows)


def _all(rows: list[Row]) -> list[Row]:
    return [row for row in rows if any(value is not None for value in row.cells)]


def _host(kept: Params) -> str | None:
    machine = _machine(kept)
    return str(machine.get("Instance") or machine.get("Platform") or "") or None


def _machine(kept: Params) -> dict[str, Value]:
    machine = _dict(kept.get("environment"))
    memory = machine.get("memory_bytes")
    told = {
        "Python": " ".join(str(kept.get(name) or "") for name in ("implementation", "python")).strip(),
        "Platform": kept.get("platform"),
        "Processors": machine.get("cpus"),
        "Memory": f"{memory / GIGA:.1f} GiB" if isinstance(memory, int | float) else None,
        "GPUs": ", ".join(map(str, machine.get("gpus") or ())),
        "Instance": machine.get("instance_type"),
        **{
            name.replace("_", " ").capitalize(): value for name, value in _dict(machine.get("studio")).items()
        },
    }
    return {name: str(value) for name, value in told.items() if value}


def _git(kept: Params) -> dict[str, Value]:
    git = _dict(kept.get("git"))
    told = {
        "Commit": str(git.get("commit") or "")[:12],
        "Branch": git.get("branch"),
        "Remote": git.get("remote"),
        "Changed files": ", ".join(map(str, git.get("changed") or ())),
        "Untracked files": ", ".join(map(str, git.get("untracked") or ())),
    }
    return {name: str(value) for name, value in told.items() if value}


def _packages(kept: Params) -> dict[str, Value]:
    pairs = [str(one).partition("==") for one in kept.get("packages") or ()]
    return {name: version or "installed" for name, _, version in pairs}


def _inputs(kept: Params) -> dict[str, Value]:
    """Return what the cell read but the run itself: the value where it was kept, else type and shape."""
    found: dict[str, Value] = {}
    for one in _dict(kept.get("inputs")).get("names") or ():
        if str(one.get("type") or "").startswith(OURS):
            continue
        shape = "\N{MULTIPLICATION SIGN}".join(str(size) for size in one.get("shape") or ())
        told = [str(one.get("type") or ""), shape, str(one.get("dtype") or "")]
        found[str(one["name"])] = str(one.get("value") or " ".join(word for word in told if word))
    return found


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType] - as json gives it
