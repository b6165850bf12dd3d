"""What was kept of a run's cell and its surroundings, as HTML: source, inputs, git, output, packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts import code_html as coloured
from sm_track_widgets.charts import details_parts as parts
from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.charts.static_table import table_html

if TYPE_CHECKING:
    from sm_track_widgets.reading.run_facts import RunFacts

NOTHING = "Nothing was kept of the code: the run was opened without a cell, or with --no-capture."
FILES_IN_LINE = 6
GIGA = 1 << 30


def code_html(facts: RunFacts) -> str:
    """Show source, inputs, git and packages, and name everything else that was kept."""
    kept = facts.capture
    if not kept:
        return parts.nothing(NOTHING)
    pieces: list[str] = []
    if "source" in kept:
        aside = "cut at 256 KB" if kept.get("source_cut") else ""
        pieces.append(
            parts.section("Source", aside) + coloured.block(coloured.python(kept["source"]), "Source")
        )
    if "inputs" in kept:
        pieces.append(_inputs(kept["inputs"]))
    if "git" in kept:
        pieces.append(_git(kept["git"]))
    pieces.append(_packages(kept))
    pieces.append(parts.nothing(kept_line(facts)))
    return "".join(pieces)


def logs_html(facts: RunFacts) -> str:
    """Show the exception and the tail of the output."""
    kept = facts.capture
    error: dict[str, Any] = kept.get("exception") or {}
    pieces: list[str] = []
    if error:
        trace = f"{error.get('traceback', '')}{error.get('message', '')}"
        pieces.append(parts.section("Exception") + coloured.block(markup.text(trace), "Exception", 240))
    if kept.get("output"):
        aside = "the end of it" if kept.get("output_cut") else ""
        pieces.append(
            parts.section("Output", aside) + coloured.block(markup.text(kept["output"]), "Output", 640)
        )
    return "".join(pieces) or parts.nothing("No output was kept.")


def surroundings_html(facts: RunFacts) -> str:
    """Show the machine, what SageMaker tells of it, and the packages."""
    rows = surroundings(facts)
    if not rows:
        return parts.nothing("Nothing was kept of the machine.")
    return parts.facts_grid(rows) + _packages(facts.capture)


def surroundings(facts: RunFacts) -> list[tuple[str, str]]:
    """Return names and values of what is known of the machine."""
    kept = facts.capture
    machine: dict[str, Any] = kept.get("environment") or {}
    studio: dict[str, Any] = machine.get("studio") or {}
    memory = machine.get("memory_bytes")
    python = f"{kept.get('implementation', '')} {kept['python']}".strip() if kept.get("python") else ""
    rows = [
        ("Python", python),
        ("Platform", str(kept.get("platform") or "")),
        ("Processors", str(machine.get("cpus") or "")),
        ("Memory", f"{numbers.number(memory / GIGA)} GiB" if memory else ""),
        ("GPUs", ", ".join(machine.get("gpus") or ())),
        ("Instance", str(machine.get("instance_type") or "")),
        *((name.replace("_", " ").capitalize(), str(value)) for name, value in studio.items()),
    ]
    return [(name, value) for name, value in rows if value]


def kept_line(facts: RunFacts) -> str:
    """Say in one line what was kept and where."""
    names = [name for name in facts.capture if name not in {"version", "source_cut", "output_cut"}]
    where = f"Stored as {facts.capture_at}" if facts.capture_at else "Stored when the run ends."
    return f"Kept, with secrets redacted: {', '.join(names)}. {where}"


def input_rows(inputs: dict[str, Any]) -> list[list[str]]:
    """Return name, type and what is known of the value, for each name the cell read."""
    rows: list[list[str]] = []
    for one in inputs.get("names") or ():
        shape = "\N{MULTIPLICATION SIGN}".join(str(size) for size in one.get("shape") or ())
        told = [shape, str(one.get("dtype") or ""), str(one.get("value") or "")]
        told += [", ".join(one.get("columns") or ())]
        via = f"through {one['via']}()" if one.get("via") else ""
        rows.append([one["name"], one["type"], " ".join(word for word in told if word), via])
    return rows


def modules_line(inputs: dict[str, Any]) -> str:
    """Name the modules that the cell read, with their versions."""
    return ", ".join(_module(one) for one in inputs.get("modules") or ())


def _inputs(inputs: dict[str, Any]) -> str:
    rows = input_rows(inputs)
    modules = modules_line(inputs)
    pieces = [parts.section("Read by the cell")]
    if rows:
        more = int(inputs.get("more") or 0)
        pieces.append(
            table_html(["name", "type", "value", ""], rows, kinds=["run", "text", "text", "text"], more=more)
        )
    if modules:
        pieces.append(parts.facts_grid([("Modules", modules)]))
    return "".join(pieces) if rows or modules else ""


def _module(one: dict[str, Any]) -> str:
    alias = f" as {one['name']}" if one["name"] != one["module"] else ""
    return f"{one['module']} {one.get('version', '')}".rstrip() + alias


def _git(git: dict[str, Any]) -> str:
    if not git:
        return ""
    named = [
        ("Commit", parts.commit(git)),
        ("Remote", str(git.get("remote") or "")),
        *((name, ", ".join(files)) for name, files in _files(git) if len(files) <= FILES_IN_LINE),
    ]
    found = parts.section("Git") + parts.facts_grid([(name, value) for name, value in named if value])
    for name, files in _files(git):
        if len(files) > FILES_IN_LINE:
            listed = coloured.block(markup.text("\n".join(files)), name, 240)
            found += parts.folded(f"{name}: {len(files)}", listed)
    if not git.get("diff"):
        return found
    title = "Changes since the commit" + (", the first 64 KB" if git.get("diff_cut") else "")
    return found + parts.folded(title, coloured.block(coloured.diff(git["diff"]), "Changes since the commit"))


def _files(git: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [("Changed files", git.get("changed") or []), ("Untracked files", git.get("untracked") or [])]


def _packages(kept: dict[str, Any]) -> str:
    packages: list[str] = kept.get("packages") or []
    if not packages:
        return ""
    inside = coloured.block(markup.text("\n".join(packages)), "Packages", 240)
    return parts.folded(f"{len(packages)} packages", inside)
