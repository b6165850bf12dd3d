"""The real SageMaker SDK, of whichever major is installed, on a fresh embedded home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from embedded_home import CheckedHome

from sm_track_widgets import _sdk


@pytest.fixture
def home(tmp_path: Path) -> Iterator[CheckedHome]:
    made = CheckedHome(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def session(home: CheckedHome) -> Any:
    """The SDK's own Session on the home."""
    return home.sagemaker_session()


@pytest.fixture
def sagemaker(session: Any) -> Any:
    """The boto3 client that the SDK uses."""
    return session.sagemaker_client


@pytest.fixture(scope="session")
def sdk() -> Any:
    """The SDK's module of Run, load_run and list_runs."""
    return _sdk.run_module()


@pytest.fixture(autouse=True)
def _no_run_stays_open() -> Iterator[None]:
    """Close what a failed test left open: the SDK refuses a second run in a process."""
    yield
    context = _sdk.loaded_run_context()
    if context is not None and context.get_current_run() is not None:
        context.drop_current_run()
