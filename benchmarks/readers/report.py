"""The tables of docs/benchmarks.md on reading."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- bench-reading: begin -->", "<!-- bench-reading: end -->"
PINS = {"sagemaker": "sdk2", "boto3": "sdk2", "mlflow": "bench-mlflow", "trackio": "bench-trackio"}
NONE = "-"
Figures = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What was measured: `latency` in seconds, None for who reads files."""

    tool: str
    size: int
    latency: float | None
    task: str


class Found:
    """The figures of all cases, round after round."""

    def __init__(self) -> None:
        self._rounds: dict[Case, list[Figures]] = {}

    def add(self, case: Case, figures: Figures) -> None:
        """Keep what one process has told."""
        self._rounds.setdefault(case, []).append(figures)

    def took(self, case: Case) -> float:
        """Return the seconds of a case's last process, 0 where there was none."""
        told = self._rounds.get(case)
        return told[-1]["wall_s"] if told else 0.0

    def of(self, case: Case) -> Figures | None:
        """Return the medians of a case."""
        told = self._rounds.get(case)
        return told and {name: statistics.median(one[name] for one in told) for name in told[0]}

    def first(self, tool: str, size: int, latency: float | None) -> Figures | None:
        """Return the medians of the task that reads all at first."""
        found = (self.of(Case(tool, size, latency, task)) for task in ("again", "first"))
        return next((one for one in found if one), None)


@dataclass(frozen=True)
class Shown:
    """What the tables are about: keys and titles of tools in their order, sizes, latencies, rounds."""

    tools: dict[str, str]
    sizes: Sequence[int]
    latencies: Sequence[float]
    rounds: int
    pages: Figures

    @property
    def longest(self) -> float:
        """The latency of the tables that show one only."""
        return max(self.latencies)


def report(found: Found, shown: Shown) -> str:
    """Write everything as Markdown."""
    parts = [
        [_heading(shown)],
        _seconds(found, shown),
        _means(found, shown),
        [f"Afterwards, with {shown.longest * 1e3:.0f} ms added to each call of a service:"],
        _afterwards(found, shown),
        [_pages(shown)],
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _heading(shown: Shown) -> str:
    versions = ", ".join(f"{name} {_pinned(file, name)}" for name, file in PINS.items())
    rounds = f"{shown.rounds} round{'s' if shown.rounds > 1 else ''}"
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, "
        f"{versions}; median of {rounds}, {time.strftime('%Y-%m-%d', time.gmtime())}. "
        "All runs x 30 columns, the first read of a fresh process:"
    )


def _seconds(found: Found, shown: Shown) -> list[str]:
    lines = _top(["runs", "added to each call", *shown.tools.values()])
    for size in shown.sizes:
        for place, latency in enumerate(shown.latencies):
            cells = [_first(found, tool, size, latency, alone=place == 0) for tool in shown.tools]
            lines.append(_row([f"{size:,}", f"{latency * 1e3:.0f} ms", *cells]))
    return lines


def _first(found: Found, tool: str, size: int, latency: float, *, alone: bool) -> str:
    told = found.first(tool, size, latency)
    if told is None and alone:
        told = found.first(tool, size, None)
    return NONE if told is None else _time(told["s"])


def _means(found: Found, shown: Shown) -> list[str]:
    lines = _top(["runs", "", *shown.tools.values()])
    for size in shown.sizes:
        all_told = [_any(found, shown, tool, size) for tool in shown.tools]
        calls = [f"{told['calls']:,.0f}" if told and told["calls"] else NONE for told in all_told]
        memory = [f"{told['mib']:,.0f} MiB" if told else NONE for told in all_told]
        lines += [_row([f"{size:,}", "calls", *calls]), _row([f"{size:,}", "memory", *memory])]
    for small, large in zip(shown.sizes, shown.sizes[1:], strict=False):
        cells = [
            _growth(_any(found, shown, tool, small), _any(found, shown, tool, large)) for tool in shown.tools
        ]
        lines.append(_row([f"{small:,} to {large:,}", "time", *cells]))
    return lines


def _any(found: Found, shown: Shown, tool: str, size: int) -> Figures | None:
    return found.first(tool, size, shown.longest) or found.first(tool, size, None)


def _growth(small: Figures | None, large: Figures | None) -> str:
    return f"x {large['s'] / small['s']:.1f}" if small and large else NONE


ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("ours", "again", "changed_", "after 10 changes"),
    ("ours", "again", "unchanged_", "with nothing changed"),
    ("ours", "restart", "", "restarted kernel, reading"),
    ("ours", "restart", "start_", "restarted kernel, imports and client before it"),
    ("ours", "few", "", "50 runs of a query, nothing known before"),
    ("sdk", "again", "unchanged_", "`dataframe(force_refresh=True)`"),
    ("sdk", "few", "", "50 runs of a `search_expression`"),
    ("mlflow", "again", "unchanged_", "`search_runs` again"),
    ("mlflow", "few", "", "50 runs of a filter"),
    ("mlflow-server", "again", "unchanged_", "`search_runs` again"),
    ("mlflow-server", "few", "", "50 runs of a filter"),
    ("trackio", "again", "unchanged_", "all again"),
    ("trackio", "few", "", "all, then 50 chosen"),
)


def _afterwards(found: Found, shown: Shown) -> list[str]:
    lines = _top(["", "", *(f"{size:,} runs" for size in shown.sizes)])
    for tool, task, prefix, title in ROWS:
        if tool not in shown.tools:
            continue
        told = [_of_tool(found, Case(tool, size, shown.longest, task)) for size in shown.sizes]
        lines.append(_row([shown.tools[tool], title, *(_cell(one, prefix) for one in told)]))
    return lines


def _of_tool(found: Found, case: Case) -> Figures | None:
    return found.of(case) or found.of(Case(case.tool, case.size, None, case.task))


def _cell(told: Figures | None, prefix: str) -> str:
    if told is None or f"{prefix}s" not in told:
        return NONE
    calls = int(told.get(f"{prefix}calls", 0))
    return _time(told[f"{prefix}s"]) + (f", {calls} call{'s' if calls > 1 else ''}" if calls else "")


def _pages(shown: Shown) -> str:
    told = shown.pages
    spent = (
        f" {told['page_cpu_ms']:.1f} ms of it, HTTP included" if "page_cpu_ms" in told else " next to none"
    )
    return (
        f"A page of 100 runs costs the embedded service {told['engine_ms']:.0f} ms of CPU; from memory, as here, it "
        f"costs the server{spent}."
    )


def goals(found: Found, shown: Shown) -> list[str]:
    """Compare ours with what is wanted of it."""
    told = {task: found.of(Case("ours", 10_000, 0.05, task)) for task in ("again", "restart")}
    again, restart = told["again"], told["restart"]
    large = found.first("ours", 100_000, shown.longest)
    lines: list[tuple[str, bool]] = []
    if again and restart:
        lines += [
            (f"first read of 10,000: {again['s']:.2f} s (2 s)", again["s"] <= 2),
            (f"memory of it: {again['mib']:.0f} MiB (90 MiB)", again["mib"] <= 90),
            (f"after 10 changes: {again['changed_s']:.3f} s (0.15 s)", again["changed_s"] <= 0.15),
            (f"restarted kernel: {restart['s']:.3f} s (0.3 s + one call)", restart["s"] <= 0.35),
        ]
    if large:
        lines.append(
            (f"100,000, after 10 changes: {large['changed_s']:.3f} s (0.15 s)", large["changed_s"] <= 0.15)
        )
    return [f"{'met   ' if met else 'MISSED'}  {text}" for text, met in lines]


def write(file: Path, text: str) -> None:
    """Put the text between its markers."""
    old = file.read_text("utf-8")
    before, rest = old.split(BEGIN, 1)
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}", "utf-8")


def _pinned(file: str, name: str) -> str:
    for line in (ROOT / "constraints" / f"{file}.txt").read_text("utf-8").splitlines():
        if line.startswith(f"{name}=="):
            return line.partition("==")[2]
    return "?"


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _top(cells: Sequence[str]) -> list[str]:
    return [_row(cells), _row(["---", "---", *("---:" for _ in cells[2:])])]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
