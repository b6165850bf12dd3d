"""For which libraries, and into which runs: wrappers are in place exactly while somebody wants them."""

from __future__ import annotations

import logging
import os
import sys
import threading
import weakref
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

import wrapt

from sm_track_widgets.tracking.autolog import FRAMEWORKS
from sm_track_widgets.tracking.autolog.patches import Patches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sm_track_widgets.tracking.run import Run


class Adapter(Protocol):
    """One library."""

    def watched(self) -> Iterator[str]:
        """Yield the modules whose import brings something to wrap; called again after each of them."""
        ...

    def wrap(self, patches: Patches) -> None:
        """Wrap what is loaded and not wrapped yet."""
        ...


_ADAPTERS = {
    "sklearn": "sklearn_fit",
    "xgboost": "xgboost_train",
    "lightgbm": "lightgbm_train",
    "optuna": "optuna_study",
}
_lock = threading.RLock()
_logger = logging.getLogger("sm_track_widgets")
_everywhere: set[str] = set()
_of_runs: weakref.WeakKeyDictionary[Run, set[str]] = weakref.WeakKeyDictionary()
_installed: dict[str, Patches] = {}
_hooked: set[str] = set()
_failed: set[str] = set()
_process = os.getpid()


def everywhere(frameworks: Iterable[str], *, on: bool) -> None:
    """Log these libraries into any run, or log them no more."""
    with _lock:
        if on:
            _everywhere.update(frameworks)
        else:
            _everywhere.difference_update(frameworks)
        _apply()


def everywhere_on() -> tuple[str, ...]:
    """Return the libraries logged into any run."""
    return tuple(name for name in FRAMEWORKS if name in _everywhere)


def while_open(run: Run, frameworks: Iterable[str]) -> None:
    """Log these libraries into `run` until it closes."""
    with _lock:
        first = run not in _of_runs
        _of_runs.setdefault(run, set()).update(frameworks)
        _apply()
    if first:
        run.at_close(lambda: _let_go(run))


def wanted(run: Run, framework: str) -> bool:
    """Whether a training of this library goes into this run.

    Not in a child process that was forked off: a run is written by the process that opened it.
    """
    if os.getpid() != _process:
        return False
    return framework in _everywhere or framework in _of_runs.get(run, ())


def _let_go(run: Run) -> None:
    with _lock:
        _of_runs.pop(run, None)
        _apply()


def _apply() -> None:
    needed = _everywhere.union(*_of_runs.values())
    for name in FRAMEWORKS:
        if name in needed:
            _installed.setdefault(name, Patches())
            _cover(name)
        elif name in _installed:
            _installed.pop(name).restore()


def _cover(name: str) -> None:
    """Wrap what is loaded of a library, and come back when more of it is imported."""
    module: Any = import_module(f"sm_track_widgets.tracking.autolog.{_ADAPTERS[name]}")
    adapter = cast("Adapter", module)
    adapter.wrap(_installed[name])
    for watched in adapter.watched():
        if watched not in _hooked and watched not in sys.modules:
            _hooked.add(watched)
            wrapt.register_post_import_hook(lambda _: _imported(name), watched)


def _imported(name: str) -> None:
    """Cover what has just been imported; wrapt's hooks cannot be taken back, so this one may find nothing to do."""
    try:
        with _lock:
            if name in _installed:
                _cover(name)
    except Exception as error:  # noqa: BLE001 - the user's import must not fail for us
        text = "Autolog could not be set up for %s, which is not logged: %s"
        if name not in _failed:
            _failed.add(name)
            _logger.warning(text, name, f"{type(error).__name__}: {error}")
