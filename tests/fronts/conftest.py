"""Chromium, and servers of front ends that are no JupyterLab: make test-fronts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import chromium
import pytest
from lab import free_port, private_environment
from notebook_page import OFF_LOOPBACK
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
Serve = Callable[[Sequence[str], str], str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as running:
        yield running


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Return ``serve(command, path)``: starts ``python -m <command>``, waits for `path`, gives the URL."""
    running: list[subprocess.Popen[bytes]] = []

    def start(command: Sequence[str], path: str) -> str:
        port = free_port()
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = {**private_environment(tmp_path / "jupyter"), "PYTHONPATH": paths}
        process = subprocess.Popen(
            [sys.executable, "-m", *(part.format(port=port) for part in command)],
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=(tmp_path / "server.log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        running.append(process)
        _wait_for(f"http://127.0.0.1:{port}{path}", process, tmp_path / "server.log")
        return f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        _stop(process)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page; at the end the requests off loopback are counted."""
    external: list[str] = []
    context = browser.new_context(viewport={"width": 1200, "height": 1400})
    context.route(OFF_LOOPBACK, lambda route: (external.append(route.request.url), route.abort()))
    yield context.new_page()
    context.close()
    assert external == []


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end its kernels and itself; insist after ten seconds."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while not _answers(url):
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError(f"the server did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
