"""Our open runs, as the SDK and boto3 see them: the SDK finds them, and jobs started by either are linked to them.

Two things are put into the process, both taken out again by `uninstall`: a slot in the SDK's ``_RunContext``, filled
only while a run is open (`slot`), and handlers on botocore's sessions (`jobs`). The handlers are there
from ``%load_ext``, `link_jobs` or the first run on, so that every session made from then on has them; while no run is
open they change nothing.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from sm_track_widgets.tracking import registry
from sm_track_widgets.tracking.interop import jobs as interop_jobs
from sm_track_widgets.tracking.interop import slot as interop_slot
from sm_track_widgets.tracking.interop.imports import ImportWatch

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run

_lock = threading.RLock()


def install(*, look: bool = True) -> None:
    """Link jobs to the runs that are open, from now until `uninstall`; imports nothing, twice is harmless.

    Parameters
    ----------
    look
        False leaves out the look for sessions and clients that are there already, some 50 ms for a million objects;
        a later call makes up for it.
    """
    with _lock:
        if "botocore" in sys.modules:
            interop_jobs.attach(look=look)
        else:
            _watch.start()


def uninstall() -> None:
    """Take everything out of the SDK and of botocore again, whether or not a run is open; twice is harmless."""
    with _lock:
        _watch.stop()
        interop_slot.clear()
        interop_jobs.detach()


def link_jobs(*, on: bool = True) -> None:
    """Link every training, processing and transform job to the run that is open when it is created.

    ``%load_ext sm_track_widgets`` and every `Run` do this by themselves. It is needed where neither is: for scripts
    whose only runs are the SDK's own, since ``ModelTrainer`` of SDK 3.x forgets the run that it is called in.

    Works for whatever makes the job: the SDK (2.x and 3.x, ``@remote``), boto3, clients made before or after this.
    An ``ExperimentConfig`` that the request has already is kept.

    Parameters
    ----------
    on
        False takes all of it out again.

    Examples
    --------
    >>> link_jobs()
    >>> link_jobs(on=False)
    """
    if on:
        install()
    else:
        uninstall()


def register(run: Run) -> None:
    """Count `run`, which has just been opened, among those that the SDK finds and jobs are linked to."""
    del run  # the registry knows it
    install()
    interop_slot.fill()


def unregister(run: Run) -> None:
    """Forget `run`, which has been closed; the SDK is left as it was when no other run of ours is open."""
    if not any(other is not run for other in registry.open_runs()):
        interop_slot.clear()


def _imported() -> None:
    _watch.stop()
    install()


_watch = ImportWatch(("botocore",), _imported)
