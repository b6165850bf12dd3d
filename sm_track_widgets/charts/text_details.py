"""One run in full as plain text, tab by tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets.charts import details_code, markup, status
from sm_track_widgets.charts import details_parts as parts
from sm_track_widgets.charts.static_jobs import jobs_text
from sm_track_widgets.charts.static_table import table_text

if TYPE_CHECKING:
    from sm_track_widgets.reading.run_facts import RunFacts


def details_text(facts: RunFacts, tab: str = "overview") -> str:
    """Write one tab of a run as lines of text."""
    name = " ".join(markup.plain(facts.name).split())
    head = f"{status.word(facts.status)}  {' · '.join([name, *parts.headline(facts), facts.home])}"
    below = [words for _, words in parts.notes(facts)]
    return "\n".join(line for line in [head, *below, *_TABS[tab](facts)] if line)


def _overview(facts: RunFacts) -> list[str]:
    lines = _columns(parts.about(facts))
    for piece in (_metrics(facts), _params(facts), _artifacts(facts)):
        lines += piece
    return lines


def _metrics(facts: RunFacts) -> list[str]:
    own = [one for one in facts.metrics if not one.name.startswith("system/")]
    if not own:
        return ["No metric was logged."]
    header, rows = parts.metric_rows(own)
    return [table_text(header, rows, kinds=parts.METRIC_KINDS)]


def _params(facts: RunFacts) -> list[str]:
    if not facts.parameters:
        return ["No parameter was logged."]
    return [table_text(["parameter", "value"], parts.parameter_rows(facts))]


def _artifacts(facts: RunFacts) -> list[str]:
    if not facts.artifacts:
        return ["No file was logged."]
    return [table_text(*parts.artifact_rows(facts.artifacts))]


def _code(facts: RunFacts) -> list[str]:
    kept = facts.capture
    if not kept:
        return [details_code.NOTHING]
    git = kept.get("git") or {}
    lines = ["", markup.plain(kept["source"]).rstrip("\n"), ""] if "source" in kept else []
    rows = details_code.input_rows(kept.get("inputs") or {})
    if rows:
        lines.append(table_text(["name", "type", "value", ""], rows))
    if git:
        lines.append(f"Commit  {parts.commit(git)}")
    lines.append(markup.plain(git.get("diff") or "").rstrip("\n"))
    lines.append(" ".join(kept.get("packages") or ()))
    lines.append(details_code.kept_line(facts))
    return lines


def _logs(facts: RunFacts) -> list[str]:
    error = facts.capture.get("exception") or {}
    trace = markup.plain(f"{error.get('traceback', '')}{error.get('message', '')}")
    output = markup.plain(facts.capture.get("output") or "").rstrip("\n")
    return [trace, output] if trace or output else ["No output was kept."]


def _system(facts: RunFacts) -> list[str]:
    header, rows = parts.metric_rows([one for one in facts.metrics if one.name.startswith("system/")])
    lines = _columns(details_code.surroundings(facts)) or ["Nothing was kept of the machine."]
    return [*lines, table_text(header, rows, kinds=parts.METRIC_KINDS)] if rows else lines


def _jobs(facts: RunFacts) -> list[str]:
    return jobs_text(facts.job_rows or ())


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name.ljust(width)}  {' '.join(markup.plain(value).split())}" for name, value in rows]


_TABS = {
    "overview": _overview,
    "metrics": _metrics,
    "params": _params,
    "artifacts": _artifacts,
    "code": _code,
    "logs": _logs,
    "system": _system,
    "jobs": _jobs,
}
