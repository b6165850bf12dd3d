"""The SDK's place for the run that is open: ours answers there, and each thread is told its own.

``load_run()``, ``Estimator.fit``, ``Processor.run`` and ``@remote`` of the SDK ask ``_RunContext`` for the one run of
the process. A descriptor is put there instead of a run: what reads the class's attribute gets its own (`run_here`),
so that two threads with a run each do not start their jobs under the run of whoever opened last.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _sdk
from sm_track_widgets.tracking import registry
from sm_track_widgets.tracking.interop.imports import ImportWatch

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run

_lock = threading.RLock()


def run_here() -> Run | None:
    """Return the run that this code works in: of its ``with`` block, the only open one, or this thread's newest."""
    return registry.current_run() or next(reversed(registry.opened_here()), None)


class _Slot:
    """Reads as the run that the asking code works in, or None."""

    def __get__(self, instance: object, owner: type | None = None) -> Run | None:
        return run_here()


_slot = _Slot()


def fill() -> None:
    """Let the SDK find our open runs, now or as soon as it is imported; a run of its own keeps its place."""
    with _lock:
        context = _sdk.loaded_run_context()
        if context is None:
            _watch.start()
        elif not _is_filled(context) and context.get_current_run() is None:
            context.add_run_object(_slot)
            if context.get_current_run() is _slot:  # an SDK that keeps its run elsewhere than in the class
                context.drop_current_run()


def clear() -> None:
    """Leave the SDK's place as if we had never been there."""
    with _lock:
        _watch.stop()
        context = _sdk.loaded_run_context()
        if context is not None and _is_filled(context):
            context.drop_current_run()


def run_of_the_sdk() -> Any | None:
    """Return the SDK's own run that is open in this process; None when there is none, or only ours are."""
    context = _sdk.loaded_run_context()
    return None if context is None or _is_filled(context) else context.get_current_run()


def _is_filled(context: Any) -> bool:
    return any(value is _slot for value in vars(context).values())


def _imported() -> None:
    _watch.stop()
    if registry.open_runs():
        fill()


_watch = ImportWatch(_sdk.run_context_module_names, _imported)
