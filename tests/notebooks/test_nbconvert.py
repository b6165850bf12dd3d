"""A page made by nbconvert shows each thing once: the static form, not the widget's fallback beside it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import executed
import nbformat
import pytest
from nbconvert import HTMLExporter

BODY = "for step in range(30):\n    run.log_metric('loss', 1 / (step + 1), step=step)"
SOURCES = [
    "%load_ext sm_track_widgets",
    f"%%sm_run zebra -e zoo -p stripes=44\n{BODY}",
    f"%%sm_run giraffe -e zoo -p stripes=0\n{BODY}",
    "%sm_runs -e zoo",
    "%sm_plot loss -e zoo",
]
CARD, TABLE, CHART = 1, 3, 4


class VisibleText(HTMLParser):
    """Text a reader sees: without styles, scripts, and the <title> and <desc> that SVG keeps for screen readers."""

    HIDDEN = frozenset({"style", "script", "title", "desc"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in self.HIDDEN

    def handle_endtag(self, tag):
        self._hidden -= tag in self.HIDDEN

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.parts.append(data.strip())


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SM_TRACK_HOME", str(folder / "home"))
        return executed.run_cells(SOURCES, folder)


def page(notebook: nbformat.NotebookNode, index: int) -> str:
    """nbconvert's HTML of one cell's outputs, nothing else."""
    alone = nbformat.v4.new_notebook(cells=[notebook.cells[index]], metadata=notebook.metadata)
    html, _ = HTMLExporter(exclude_input=True).from_notebook_node(alone)
    return html[html.index("<body") :]


def visible(html: str) -> list[str]:
    parser = VisibleText()
    parser.feed(html)
    return parser.parts


@pytest.mark.parametrize("name", ["zebra", "giraffe"])
@pytest.mark.parametrize("index", [TABLE, CHART])
def test_each_run_is_named_once(zoo, index, name):
    assert sum(name in part for part in visible(page(zoo, index))) == 1


def test_the_table_has_each_value_and_header_once(zoo):
    parts = visible(page(zoo, TABLE))
    assert parts.count("44") == 1
    assert sum(part.split()[0] == "run" for part in parts) == 1
    assert parts.count("Completed") == 2


def test_the_card_is_there_once(zoo):
    parts = visible(page(zoo, CARD))
    assert sum("zebra" in part for part in parts) == 1
    assert sum("Completed" in part for part in parts) == 1


def test_nothing_is_fetched(zoo):
    for index in range(len(SOURCES)):
        assert not re.search(r"<(script|link|img|iframe)\b", page(zoo, index))
