"""The explorer in headless Chromium: 100,000 runs x 50 columns shown, brushed, sorted and scrolled; charts; leaks.

    make bench-explorer       the table "Explorer" of docs/benchmarks.md; about 8 minutes
    .venv/sdk2/bin/python benchmarks/explorer.py [--rounds 1] [--rows 100000] [--points 1000000] [--write FILE]

The views are those of the bundles, minified; a model stands in the kernel's place. Each measurement has a page of its
own. pandas does in this process what a brush would ask of a kernel; crossfilter2 runs in the same Chromium, on the same
frame, where npm can bring it. The machine's load is told: with others at work, compare columns, not rows of two days.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from browser import kernel, page, report

BROWSER = Path(__file__).parent / "browser"
CROSSFILTER = "crossfilter2@1.5.4"
MOVES, SECONDS, CYCLES = 60, 3000, 200
BUCKETS = 8192
Figures = dict[str, float]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of `values` are."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def middle(name: str, values: Sequence[float]) -> Figures:
    """Return p50 and p95."""
    return {f"{name} p50": quantile(values, 0.5), f"{name} p95": quantile(values, 0.95)}


def shown(open_page: Any, rows: int) -> Figures:
    """From bytes on the model to the table, and to the grid, on the screen."""
    return {
        "shown table": page.ask(open_page, "shown", "RunTable", rows),
        "shown grid": page.ask(open_page, "shown", "ParamGrid", rows),
    }


def brush(open_page: Any, rows: int) -> Figures:
    """A brush with table and grid linked."""
    costs = page.ask(open_page, "brush", rows, MOVES)
    scripts = [one["sync"] + one["frame"] for one in costs]
    return {**middle("brush", scripts), **middle("brush browser", [one["browser"] for one in costs])}


def sort(open_page: Any, rows: int) -> Figures:
    """A sort by a number and by texts, until it is painted."""
    found: Figures = {}
    for name, column in (("number", "params.n1"), ("text", "params.t3"), ("texts of their own", "params.t9")):
        costs = [sum(one.values()) for one in page.ask(open_page, "sort", rows, column)]
        found |= {f"sort {name} first": costs[0], f"sort {name}": statistics.median(costs[1:])}
    return found


def scroll(open_page: Any, rows: int) -> Figures:
    """Frames of a table that scrolls, and of an empty box that does."""
    told = page.ask(open_page, "scroll", rows, SECONDS)
    return _late("scroll", told["table"]) | _late("blank", told["blank"])


def charts(open_page: Any, _: int) -> Figures:
    """A chart of 20 runs as it is sent of 1M points each."""
    told = page.ask(open_page, "chart", 20, BUCKETS)
    return {"chart first": told["first"], "chart": told["again"], **middle("zoom", told["zooms"])}


def live(open_page: Any, _: int) -> Figures:
    """A chart of 100 open runs."""
    told = page.ask(open_page, "live", 100, SECONDS)
    return _late("live", told["gaps"])


def _late(name: str, gaps: Sequence[float]) -> Figures:
    """Count frames that came late; a frame's own time jitters by some tenths."""
    return {
        f"{name} frames": len(gaps),
        f"{name} over 16.7": sum(gap > 17.5 for gap in gaps),
        f"{name} over 33": sum(gap > 34 for gap in gaps),
        f"{name} longest": max(gaps),
    }


def leaks(open_page: Any, _: int) -> Figures:
    """What is left after so many views were opened and closed."""
    found: Figures = {}
    for what in ("linked", "chart"):
        page.ask(open_page, "cycle", what, 5)
        before = page.memory(open_page)
        page.ask(open_page, "cycle", what, CYCLES)
        after = page.memory(open_page)
        for name, key in (("listeners", "JSEventListeners"), ("nodes", "Nodes"), ("heap", "JSHeapUsedSize")):
            found |= {f"{what} {name} before": before[key], f"{what} {name} after": after[key]}
    return found


def rival(open_page: Any, rows: int, folder: Path) -> Figures:
    """The same brush by crossfilter2."""
    open_page.add_script_tag(path=folder / "node_modules" / "crossfilter2" / "crossfilter.js")
    open_page.add_script_tag(path=BROWSER / "crossfilter.js")
    told = open_page.evaluate("([rows, moves]) => window.__smtwRival(rows, moves)", [rows, MOVES])
    return {**middle("crossfilter2", told["times"]), "crossfilter2 sum": told["sum"]}


def engine(open_page: Any, rows: int) -> Figures:
    """The part of our brush that crossfilter2 has: filters and counts, nothing painted."""
    told = page.ask(open_page, "engine", rows, MOVES)
    return {**middle("engine", told["times"]), "engine sum": told["sum"]}


def fetched(folder: Path) -> bool:
    """Whether npm has brought crossfilter2 into `folder`."""
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), CROSSFILTER]
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode == 0


def measured(rounds: int, rows: int) -> list[Figures]:
    """Return the figures of each round; all measurements take turns."""
    found: list[Figures] = []
    in_turn: list[Callable[[Any, int], Figures]] = [shown, engine, brush, sort, scroll, charts, live]
    page.build()
    with page.chromium() as browser, tempfile.TemporaryDirectory() as folder:
        if fetched(Path(folder)):
            in_turn.insert(1, lambda open_page, count: rival(open_page, count, Path(folder)))
        for number in range(rounds):
            told: Figures = middle("pandas", kernel.brush(rows, MOVES // 2))
            told |= {f"encoded {name}": value for name, value in kernel.encoded(rows).items()}
            for measure in [*in_turn, *([] if number else [leaks])]:
                with page.fresh(browser) as open_page:
                    told |= measure(open_page, rows)
            found.append(told)
            print(f"round {number + 1} of {rounds}, load {report.load()}")
    return found


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    rounds = measured(given.rounds, given.rows)
    if any(one.get("crossfilter2 sum", one["engine sum"]) != one["engine sum"] for one in rounds):
        raise SystemExit("crossfilter2 and ours do not count the same.")
    names = dict.fromkeys(name for one in rounds for name in one)
    figures = {name: statistics.median(one[name] for one in rounds if name in one) for name in names}
    if given.points:
        told = kernel.chart(20, given.points, 1 + given.rounds)
        figures |= {f"kernel chart {name}": statistics.median(values) for name, values in told.items()}
    text = report.table(figures, given.rows, given.points, given.rounds)
    print(text)
    if given.write:
        report.write(given.write, text)


if __name__ == "__main__":
    main()
