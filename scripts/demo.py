"""Run the quick start headless on an embedded store of its own and leave an HTML report behind: make demo."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import nbformat
from jinja2 import DictLoader
from nbconvert import HTMLExporter

from notebooks import NOTEBOOKS, execute

ROOT = NOTEBOOKS.parent
FOLDER = ROOT / "build" / "demo"
REPORT = FOLDER / "report.html"
BEST_BY = "metrics.validation:loss.min"
# nbconvert's own page asks a CDN for require.js, MathJax and mermaid.
OFFLINE_TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
"""


def report(notebook: nbformat.NotebookNode) -> str:
    """One self-contained HTML page of an executed notebook."""
    exporter = HTMLExporter(
        template_file="offline.html.j2",
        extra_loaders=[DictLoader({"offline.html.j2": OFFLINE_TEMPLATE})],
    )
    html, _ = exporter.from_notebook_node(notebook)
    return html


def summary(home: Path) -> list[str]:
    """What the demo's store holds now, through the package's own reading functions."""
    import sm_track_widgets as sm

    sm.connect("embedded", path=home)
    frame = sm.runs("quickstart").sort_values(BEST_BY)
    lines = [
        f"  {row['run']:<16} {row['status']:<10} {row['duration_s']:5.1f} s   validation:loss {row[BEST_BY]:.4f}"
        for row in frame.to_dict("records")
    ]
    return [f"{len(frame)} runs of experiment 'quickstart', best first:", *lines]


def main() -> None:
    """Run, report, say where to look."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    began = time.monotonic()
    notebook = execute(NOTEBOOKS / "01_quickstart.ipynb", FOLDER)
    REPORT.write_text(report(notebook), encoding="utf-8")
    print(f"notebooks/01_quickstart.ipynb ran in {time.monotonic() - began:.0f} s, offline")
    print("\n".join(summary(FOLDER / "home")))
    print(f"report:  {REPORT.relative_to(ROOT)}   (open it in a browser)")
    print("to play: make lab")


if __name__ == "__main__":
    main()
