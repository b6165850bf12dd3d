"""The SDK's slot for its current run: filled while a run of ours is open, whatever was imported when.

A stand-in package of the SDK's layout serves here, so that import order can be tried out in milliseconds; the real
SDK is asked in tests/sdk.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_track_widgets.tracking import interop

MODULE = "sagemaker.core.experiments._run_context"
SOURCE = """
class _RunContext:
    _context_run = None

    @classmethod
    def add_run_object(cls, run):
        cls._context_run = run

    @classmethod
    def drop_current_run(cls):
        run, cls._context_run = cls._context_run, None
        return run

    @classmethod
    def get_current_run(cls):
        return cls._context_run
"""


class FakeRun:
    """Any object: `interop` only hands it on."""


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Put a package of the SDK's layout first on the path, not imported; return a function that imports it."""
    held = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "sagemaker"}
    package = tmp_path / "sagemaker" / "core" / "experiments"
    package.mkdir(parents=True)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").write_text("")
    (package / "_run_context.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    before = list(sys.meta_path)
    yield lambda: importlib.import_module(MODULE)._RunContext
    assert sys.meta_path == before
    for name in [name for name in sys.modules if name.split(".")[0] == "sagemaker"]:
        del sys.modules[name]
    sys.modules.update(held)


def test_the_sdk_is_there_already(sdk: Any) -> None:
    context, run = sdk(), FakeRun()
    interop.register(run)
    assert context.get_current_run() is run
    assert not any(type(finder).__module__ == interop.__name__ for finder in sys.meta_path)
    interop.unregister(run)
    interop.unregister(run)
    assert context.get_current_run() is None


def test_the_sdk_is_imported_while_a_run_is_open(sdk: Any) -> None:
    run = FakeRun()
    interop.register(run)
    assert MODULE not in sys.modules
    import json.scanner  # noqa: F401  # any other import passes by

    context = sdk()
    assert context.get_current_run() is run
    assert "exec_module" not in vars(sys.modules[MODULE].__loader__)
    interop.unregister(run)
    assert context.get_current_run() is None


def test_the_sdk_is_imported_after_the_run(sdk: Any) -> None:
    run = FakeRun()
    interop.register(run)
    interop.unregister(run)
    assert sdk().get_current_run() is None


def test_several_runs_and_closing_in_any_order(sdk: Any) -> None:
    context = sdk()
    first, second, third = FakeRun(), FakeRun(), FakeRun()
    for run in (first, second, third):
        interop.register(run)
    assert context.get_current_run() is third
    interop.unregister(second)
    assert context.get_current_run() is third
    interop.unregister(third)
    assert context.get_current_run() is first
    interop.unregister(first)
    assert context.get_current_run() is None


def test_a_run_of_the_sdks_own_is_left_alone(sdk: Any) -> None:
    context, theirs, ours = sdk(), FakeRun(), FakeRun()
    context.add_run_object(theirs)
    interop.register(ours)
    assert context.get_current_run() is theirs
    interop.unregister(ours)
    assert context.get_current_run() is theirs


def test_several_runs_open_before_the_import(sdk: Any) -> None:
    first, second = FakeRun(), FakeRun()
    interop.register(first)
    interop.register(second)
    interop.unregister(first)
    assert sdk().get_current_run() is second
    interop.unregister(second)
