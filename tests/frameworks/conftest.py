"""A home to write to; the libraries here are large and have an environment of their own: make test-frameworks."""

from __future__ import annotations

from pathlib import Path

import pytest
import run_home

from sm_track_widgets.connection import Connection


@pytest.fixture
def home(tmp_path: Path) -> Connection:
    return run_home.embedded(tmp_path / "home")


@pytest.fixture(autouse=True)
def _work_in_a_fresh_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lightning and transformers write into the working folder."""
    monkeypatch.chdir(tmp_path)
