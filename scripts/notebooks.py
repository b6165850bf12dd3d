"""Execute every notebook in an embedded store of its own and save it with its outputs: make notebooks.

Saved is what a person without a kernel can see: the static forms. The live widgets' own outputs and state are left
out; a front end without the kernel shows only an error in their place.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_SECONDS = 120


def execute(path: Path, folder: Path) -> nbformat.NotebookNode:
    """Run the notebook at `path` in a fresh kernel, working and storing in `folder`; widget state is not kept."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {"SM_TRACK_BACKEND": "embedded", "SM_TRACK_HOME": str(home)}
    os.environ.pop("SM_TRACK_EXPERIMENT", None)
    client = NotebookClient(
        nbformat.read(path, as_version=4),
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        # ipykernel warns at every start that it listens on loopback without encryption.
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    return client.execute()


def clean(notebook: nbformat.NotebookNode) -> None:
    """Take out what differs at every execution or means nothing without a kernel."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if stays(output)]


def stays(output: nbformat.NotebookNode) -> bool:
    """Whether an output shows something without a kernel; a finished run's live card is an emptied output."""
    data = output.get("data", {})
    return WIDGET_VIEW not in data and ("data" not in output or any(data.values()))


def main(names: list[str]) -> None:
    """Refresh the named notebooks, or all."""
    for path in [Path(name) for name in names] or sorted(NOTEBOOKS.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as folder:
            notebook = execute(path, Path(folder))
        clean(notebook)
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
