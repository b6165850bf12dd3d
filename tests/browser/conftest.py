"""One JupyterLab and one Chromium for all browser tests."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import chromium
import lab as jupyter_lab
import pytest
from notebook_page import NotebookPage
from playwright.sync_api import Browser

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"

FAILED = pytest.StashKey[bool]()

OpenNotebook = Callable[[str, Sequence[str]], NotebookPage]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyter_lab.Lab]:
    running = jupyter_lab.start(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the fixtures of a test whether it failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def open_notebook(
    lab: jupyter_lab.Lab, browser: Browser, screenshots: Path, request: pytest.FixtureRequest
) -> Iterator[OpenNotebook]:
    """Return ``open(name, cells)``; at the end the notebooks are closed and their requests counted."""
    opened: list[NotebookPage] = []

    def build(name: str, cells: Sequence[str]) -> NotebookPage:
        opened.append(NotebookPage(lab, browser, name, cells))
        return opened[-1]

    yield build
    for notebook in opened:
        if FAILED in request.node.stash:
            notebook.page.screenshot(path=screenshots / f"failed-{notebook.name}.png")
            print("\n".join(notebook.console[-20:]))
        notebook.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for old in SCREENSHOTS.glob("failed-*.png"):
        old.unlink()
    return SCREENSHOTS
