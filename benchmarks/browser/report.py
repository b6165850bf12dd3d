"""The table "Explorer" of docs/benchmarks.md."""

from __future__ import annotations

import gzip
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "sm_track_widgets" / "static"
BEGIN, END = "<!-- bench-explorer: begin -->", "<!-- bench-explorer: end -->"
WIRE = 50.0
"""Milliseconds that a message to a kernel and back takes at least, over a network."""
BUNDLES = {
    "widget.js": "60 KB",
    "detail.js": "-",
    "plots.js": "-",
    "explorer.js": "-",
    "vega-chunk.js": "-",
    "widget.css": "-",
}
Figures = dict[str, float]


def load() -> str:
    """Return the machine's load of the last minute, to its CPUs."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"


def table(figures: Figures, rows: int, points: int, rounds: int) -> str:
    """Return the table as text."""
    version = subprocess.run(["chromium", "--version"], check=False, capture_output=True, text=True).stdout
    chromium = version.strip() or "Chromium"
    head = (
        f"{chromium}, headless, without GPU; Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}; {rows:,} runs x 50 columns; median of {rounds} rounds, load {load()}, "
        f"{time.strftime('%Y-%m-%d', time.gmtime())}."
    )
    lines = [head, "", "| | ours | goal | beside it |", "| --- | ---: | ---: | --- |"]
    lines += [
        f"| {' | '.join(cells)} |" for cells in (*_table(figures), *_charts(figures, points), *_rest(figures))
    ]
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    """Put the table between its marks."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def _table(told: Figures) -> Iterator[tuple[str, str, str, str]]:
    sent = f"kernel: {_ms(told['encoded ms'])} to encode {told['encoded MB']:.0f} MB"
    yield "RunTable shown, from the bytes' arrival", _ms(told["shown table"]), "1 s", sent
    yield "ParamGrid of 12 controls shown", _ms(told["shown grid"]), "1 s", ""
    yield (
        "a move of the brush, filters and counts alone, p50 / p95",
        _pair(told, "engine"),
        "",
        f"crossfilter2: {_pair(told, 'crossfilter2')}{_ratio(told, 'crossfilter2 p50', 'engine p50')}",
    )
    asked = {f"asked {part}": told[f"pandas {part}"] + WIRE for part in ("p50", "p95")}
    times = _ratio({**told, **asked}, "asked p50", "brush p50")
    yield (
        "the same with grid and table painted, p50 / p95",
        _pair(told, "brush"),
        "4 / 16 ms",
        f"pandas in a kernel {WIRE:.0f} ms away: {_pair(asked, 'asked')}{times}",
    )
    yield "and what the browser adds: style, layout, paint", _pair(told, "brush browser"), "", ""
    for name in ("number", "text", "texts of their own"):
        label = {"text": "text, 13 values", "texts of their own": "text, one for each run"}.get(name, name)
        first = f"the first time {_ms(told[f'sort {name} first'])}"
        yield f"sort by a {label}, painted", _ms(told[f"sort {name}"]), "100 ms", first
    yield (
        "3 s of scrolling: frames over 16.7 / 33 ms",
        _late(told, "scroll"),
        "0",
        f"an empty box: {_late(told, 'blank')}",
    )


def _charts(told: Figures, points: int) -> Iterator[tuple[str, str, str, str]]:
    if "kernel chart first" in told:
        again = f"read again: {_ms(told['kernel chart again'])}"
        yield (
            f"MetricChart, 20 runs x {points:,} points: in the kernel",
            _ms(told["kernel chart first"]),
            "",
            again,
        )
    yield (
        "and in the page, until drawn",
        _ms(told["chart"]),
        "0.5 s",
        f"with Vega to be loaded: {_ms(told['chart first'])}",
    )
    yield "zoom, until drawn, p50 / p95", _pair(told, "zoom"), "100 ms", ""
    yield (
        "100 runs, new points 4 times a second, 3 s: frames over 16.7 / 33 ms",
        _late(told, "live"),
        "0",
        f"longest {_ms(told['live longest'])}; an empty box: {_late(told, 'blank')}",
    )


def _rest(told: Figures) -> Iterator[tuple[str, str, str, str]]:
    for name, goal in BUNDLES.items():
        size = len(gzip.compress((STATIC / name).read_bytes(), 9)) / 1000
        yield f"{name}, gzipped", f"{size:.0f} KB", goal, ""
    for what, label in (("linked", "grid and table"), ("chart", "a chart")):
        parts = [
            f"{name} {told[f'{what} {name} before']:.0f} to {told[f'{what} {name} after']:.0f}"
            for name in ("listeners", "nodes")
        ]
        before, after = (told[f"{what} heap {when}"] / 1e6 for when in ("before", "after"))
        heap = f"heap {before:.1f} to {after:.1f} MB"
        yield (
            f"{label} opened and closed 200 times",
            ", ".join(parts),
            "no more",
            heap,
        )


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 20 else f"{value:.1f} ms"


def _pair(told: Figures, name: str) -> str:
    if f"{name} p50" not in told:
        return "not installed"
    digits = 2 if told[f"{name} p50"] < 1 else 1
    return f"{told[f'{name} p50']:.{digits}f} / {told[f'{name} p95']:.{digits}f} ms"


def _ratio(told: Figures, other: str, ours: str) -> str:
    return f" ({told[other] / told[ours]:.1f} x)" if other in told else ""


def _late(told: Figures, name: str) -> str:
    return f"{told[f'{name} over 16.7']:.0f} / {told[f'{name} over 33']:.0f} of {told[f'{name} frames']:.0f}"
