"""Lets the SageMaker SDK find our open run where it looks for its own.

``load_run()``, ``Estimator.fit`` and ``@remote`` of the SDK ask ``_RunContext`` for the current run. Our run is put
there when the SDK is loaded; when it is imported later, while a run is open, a finder on ``sys.meta_path`` puts it
there right after the module has been executed. Nothing stays behind when the last run is closed.
"""

from __future__ import annotations

import sys
import threading
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _sdk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_lock = threading.RLock()
_runs: list[Any] = []


def register(run: Any) -> None:
    """Make `run` the SDK's current run, now or as soon as the SDK is imported."""
    with _lock:
        _runs.append(run)
        context = _sdk.loaded_run_context()
        if context is not None:
            _put(context)
        elif _finder not in sys.meta_path:
            sys.meta_path.insert(0, _finder)


def unregister(run: Any) -> None:
    """Take `run` away again; a run of ours that is still open takes its place. Twice is harmless."""
    with _lock:
        if run in _runs:
            _runs.remove(run)
        context = _sdk.loaded_run_context()
        if context is not None and context.get_current_run() is run:
            context.drop_current_run()
            if _runs:
                _put(context)
        if (not _runs or context is not None) and _finder in sys.meta_path:
            sys.meta_path.remove(_finder)


def _put(context: Any) -> None:
    """Put the newest of our runs there, unless the SDK's own run is."""
    held = context.get_current_run()
    if held is None or any(held is run for run in _runs):
        context.add_run_object(_runs[-1])


def _loaded() -> None:
    with _lock:
        context = _sdk.loaded_run_context()
        if context is not None and _runs:
            _put(context)
        if _finder in sys.meta_path:
            sys.meta_path.remove(_finder)


class _Finder:
    """Finds the SDK's ``_run_context`` module as usual, and has `_loaded` called once it is executed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the usual spec, with a loader that reports; None for every other module."""
        if fullname not in _sdk.run_context_module_names:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            execute: Callable[[ModuleType], None] = loader.exec_module

            def exec_module(module: ModuleType) -> None:
                del loader.exec_module  # the loader stays reachable as module.__loader__: leave it as it was
                execute(module)
                _loaded()

            loader.exec_module = exec_module
        return spec


_finder = _Finder()
