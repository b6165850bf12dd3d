"""README.md: its Python runs as it stands, its tables name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import executed
import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
NOT_RUN = "no-run"  # needs an AWS account


def snippets() -> list[tuple[str, str]]:
    """The fenced Python of the README, as (words after ``python``, source)."""
    return re.findall(r"^```python ?([^\n]*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_every_python_snippet_runs_in_a_kernel(tmp_path, monkeypatch):
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path / "home"))
    sources = [source for words, source in snippets() if words != NOT_RUN]
    assert len(sources) >= 5
    notebook = executed.run_cells(sources, tmp_path)
    shown = "\n".join(executed.printed(cell) for cell in notebook.cells)
    assert re.search(r"first-try\s+Completed\s+0\.169", shown)
    assert "arn:aws:sagemaker:us-east-1:000000000000:experiment/by-hand" in shown


def test_only_what_needs_aws_is_not_run():
    skipped = [source for words, source in snippets() if words == NOT_RUN]
    assert len(skipped) == 1
    assert "--backend aws" in skipped[0]


def test_the_command_table_is_complete(monkeypatch, tmp_path):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path))
    shell = InteractiveShell()
    before = {kind: set(names) for kind, names in shell.magics_manager.magics.items()}
    shell.extension_manager.load_extension("sm_track_widgets")
    fresh = {kind: set(names) - before[kind] for kind, names in shell.magics_manager.magics.items()}
    shell.extension_manager.unload_extension("sm_track_widgets")
    described = set(re.findall(r"^\| `(%%?sm_\w+)", README, re.MULTILINE))
    # %%sm_run answers %sm_run too, to say that it wants a cell.
    exists = {"%" + name for name in fresh["line"] - fresh["cell"]} | {"%%" + name for name in fresh["cell"]}
    assert exists == described


def test_every_make_target_named_exists():
    documents = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = {
        word
        for line in re.findall(r"\bmake ([a-z][a-z0-9 -]+?)(?:`|  |$)", documents, re.MULTILINE)
        for word in line.split()
    }
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert len(named) > 10
    assert named <= targets


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_relative_links_lead_somewhere(name):
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (ROOT / target).exists(), f"{name}: {target}"


def test_the_changelog_speaks_of_this_version():
    from importlib.metadata import version

    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[{re.escape(version('sm-track-widgets'))}\]", changelog, re.MULTILINE)
