"""The SDK's slot for its current run: answered by ours while one is open, whatever was imported when.

A stand-in package of the SDK's layout serves here, so that import order can be tried out in milliseconds; the real
SDK is asked in tests/sdk.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.interop import hooks as interop
from sm_track_widgets.tracking.interop import slot as interop_slot
from sm_track_widgets.tracking.interop.imports import ImportWatch
from sm_track_widgets.tracking.run import Run

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
ELSEWHERE = """
held = []

class _RunContext:
    @classmethod
    def add_run_object(cls, run):
        held[:] = [run]

    @classmethod
    def drop_current_run(cls):
        return held.pop() if held else None

    @classmethod
    def get_current_run(cls):
        return held[0] if held else None
"""


class TheirRun:
    """A run of the SDK's own."""


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Put a package of the SDK's layout first on the path, not imported; return a function that imports it."""
    held = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "sagemaker"}
    package = tmp_path / "sagemaker" / "core" / "experiments"
    package.mkdir(parents=True)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = list(sys.meta_path)

    def imported(source: str = SOURCE) -> Any:
        (package / "_run_context.py").write_text(source)
        return importlib.import_module(MODULE)._RunContext

    yield imported
    interop.uninstall()
    assert sys.meta_path == before
    for name in [name for name in sys.modules if name.split(".")[0] == "sagemaker"]:
        del sys.modules[name]
    sys.modules.update(held)


def empty(context: Any) -> bool:
    """Whether the SDK's class is as it was written, not only that it answers None."""
    return vars(context)["_context_run"] is None


def test_the_sdk_is_there_already(sdk: Any, home: Connection) -> None:
    context = sdk()
    with Run("exp", "r", connection=home) as run:
        assert context.get_current_run() is run
        assert not any(isinstance(finder, ImportWatch) for finder in sys.meta_path)
    assert empty(context)
    run.close()
    interop.unregister(run)
    assert empty(context)


def test_the_sdk_is_imported_while_a_run_is_open(sdk: Any, home: Connection) -> None:
    with Run("exp", "r", connection=home) as run:
        assert MODULE not in sys.modules
        import json.scanner  # noqa: F401  # any other import passes by

        context = sdk()
        assert context.get_current_run() is run
        assert "exec_module" not in vars(sys.modules[MODULE].__loader__)
    assert empty(context)


def test_the_sdk_is_imported_after_the_run(sdk: Any, home: Connection) -> None:
    Run("exp", "r", connection=home).close()
    assert empty(sdk())


def test_runs_of_one_thread_the_newest_answers(sdk: Any, home: Connection) -> None:
    context = sdk()
    first, second, third = (Run("exp", f"r{number}", connection=home) for number in range(3))
    assert context.get_current_run() is third
    second.close()
    assert context.get_current_run() is third
    third.close()
    assert context.get_current_run() is first
    first.close()
    assert empty(context)


def test_the_with_block_answers_before_the_newest(sdk: Any, home: Connection) -> None:
    context = sdk()
    with Run("exp", "outer", connection=home) as outer:
        other = Run("exp", "other", connection=home)
        assert context.get_current_run() is outer
        with Run("exp", "inner", connection=home) as inner:
            assert context.get_current_run() is inner
        assert context.get_current_run() is outer
        other.close()


def test_each_thread_is_told_its_own_run(sdk: Any, home: Connection) -> None:
    context = sdk()
    with ThreadPoolExecutor(2) as pool, Run("exp", "a", connection=home) as here:
        assert pool.submit(context.get_current_run).result() is here, "the only open one"
        there = pool.submit(lambda: Run("exp", "b", connection=home).__enter__()).result()
        assert context.get_current_run() is here
        seen = {pool.submit(context.get_current_run).result() for _ in range(20)}
        assert seen <= {there, None}, "never the run of another thread"
        there.close()
    assert empty(context)


def test_a_run_of_the_sdks_own_is_left_alone(sdk: Any, home: Connection) -> None:
    context, theirs = sdk(), TheirRun()
    context.add_run_object(theirs)
    with Run("exp", "r", connection=home):
        assert context.get_current_run() is theirs
        assert interop_slot.run_of_the_sdk() is theirs
    assert context.get_current_run() is theirs
    context.drop_current_run()
    with Run("exp", "s", connection=home) as run:
        assert context.get_current_run() is run
        assert interop_slot.run_of_the_sdk() is None


def test_an_sdk_that_keeps_its_run_elsewhere_is_left_alone(sdk: Any, home: Connection) -> None:
    context = sdk(ELSEWHERE)
    with Run("exp", "r", connection=home):
        assert context.get_current_run() is None


def test_uninstalled_while_a_run_is_open(sdk: Any, home: Connection) -> None:
    context = sdk()
    with Run("exp", "r", connection=home) as run:
        interop.uninstall()
        assert empty(context)
        run.log_metric("loss", 1.0)
    assert empty(context)
    with Run("exp", "again", connection=home) as run:
        assert context.get_current_run() is run


def test_a_module_that_fails_to_import_can_be_imported_again(sdk: Any, home: Connection) -> None:
    with Run("exp", "r", connection=home) as run:
        with pytest.raises(ZeroDivisionError):
            sdk("1 / 0")
        assert sdk(SOURCE).get_current_run() is run
