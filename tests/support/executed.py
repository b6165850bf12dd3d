"""Notebooks executed by nbclient: whole, in a fresh kernel, with their outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient

CELL_SECONDS = 120


def run_cells(sources: Iterable[str], folder: Path) -> nbformat.NotebookNode:
    """Execute `sources` as cells of one notebook, working in `folder`; the kernel inherits this environment."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        # Kept state would make nbconvert load a widget manager; the static form is what is looked at.
        store_widget_state=False,
    )
    return client.execute()


def printed(cell: Mapping[str, object]) -> str:
    """Everything a cell shows as text: streams and text/plain."""
    parts = []
    for output in cell["outputs"]:
        parts.append(output.get("text", ""))
        parts.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(filter(None, parts))
