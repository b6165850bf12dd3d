"""Jobs are linked to the run that is open when they are created, whatever creates them.

An ``ExperimentConfig`` is an input of exactly three operations [M]. Whoever calls them does so through a botocore
client, and botocore shows each request to its event handlers before it is sent: ours adds the configuration that the
SDK's own Run would give. It acts on ``before-parameter-build``, after all ``provide-client-params``, on the parameters
themselves: so it sees what others have added, and nothing that others return is lost.

Clients copy the handlers of their session when they are made. Sessions made later are reached through botocore's
initializers; sessions and clients made before, wherever they are kept (variables, estimators, SDK 3.x's cache of
clients), by one look through the interpreter's objects.
"""

from __future__ import annotations

import gc
import json
import logging
import sys
import threading
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets.tracking import registry
from sm_track_widgets.tracking.interop import noting
from sm_track_widgets.tracking.interop import slot as interop_slot
from sm_track_widgets.tracking.interop.place import same_place, stored_config

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from sm_track_widgets._types import Params
    from sm_track_widgets.tracking.run import Run

OPERATIONS = frozenset({"CreateTrainingJob", "CreateProcessingJob", "CreateTransformJob"})
"""The operations that take an ExperimentConfig [M]."""
NOTED = OPERATIONS | {"CreateHyperParameterTuningJob"}
"""The operations that create what the run notes as its jobs."""
EVENT = "before-parameter-build.sagemaker"
UNIQUE = "sm-track-link"
_REMOTE = "--run_in_context"

_logger = logging.getLogger("sm_track_widgets")
_lock = threading.RLock()
_done: set[str] = set()
"""Which of the two steps of `attach` are done."""


def attach(*, look: bool = True) -> None:
    """Put the handlers on every botocore session that will be made and, with `look`, on what is there already."""
    with _lock:
        if "later" not in _done:
            import botocore

            botocore.register_initializer(_initialize)
            _done.add("later")
        if look and "earlier" not in _done:
            _done.add("earlier")
            for events in _all_events():
                _put(events)


def detach() -> None:
    """Take the handlers off every botocore session and client, and out of botocore's initializers."""
    with _lock:
        if not _done:
            return
        import botocore

        _done.clear()
        with suppress(ValueError):
            botocore.unregister_initializer(_initialize)
        for events in _all_events():
            events.unregister(EVENT, unique_id=UNIQUE)
            events.unregister(noting.ANSWERED, unique_id=noting.UNIQUE)
            _aws.leave_wording(events)


def _initialize(session: Any) -> None:
    """Take in a botocore session that has just been made."""
    _put(session.get_component("event_emitter"))


def _put(events: Any) -> None:
    events.register(EVENT, _Link(events), unique_id=UNIQUE)
    events.register(noting.ANSWERED, noting.answered, unique_id=noting.UNIQUE)
    _aws.repair_wording(events)


def _all_events() -> list[Any]:
    """Return what holds the handlers of each session and client in this process.

    Nobody keeps a list of clients. One look at all objects that the collector knows takes some 50 ms for each million.
    """
    hooks = sys.modules.get("botocore.hooks")
    if hooks is None:
        return []
    kind = hooks.HierarchicalEmitter
    return [found for found in gc.get_objects() if type(found) is kind]


class _Link:
    """The handler of one session, and of the clients that are made from it."""

    def __init__(self, events: Any) -> None:
        self._events = events

    def __call__(self, params: Params, model: Any, context: MutableMapping[str, Any], **_: Any) -> None:
        if model.name not in NOTED:
            return
        region = context.get("client_region")
        try:
            if model.name in OPERATIONS:
                _link(params, self._events, region)
                run = _run_named(params.get("ExperimentConfig"), self._events, region)
            else:
                run = _run_to_note(params, self._events, region)
            noting.asked(model.name, params, context, run)
        except Exception as trouble:  # noqa: BLE001 - the user's job must not fail for our bookkeeping
            _logger.warning("A job was not linked to its run: %r.", trouble)


def _link(params: Params, events: Any, region: str | None) -> None:
    """Add the run's configuration to the request for a job; take one of a run away that is not to be found there."""
    if "ExperimentConfig" in params:
        run = _run_of(params["ExperimentConfig"])
        if run is None:  # somebody's own choice
            return
    else:
        run = _run_to_link(params)
        if run is None:
            return
    config = _config_for(run, events, region)
    if config is not None:
        params["ExperimentConfig"] = config
    else:
        params.pop("ExperimentConfig", None)


def _run_of(config: Any) -> Run | None:
    """Return the open run of ours that a configuration names: the SDK asked it for that."""
    return next((run for run in registry.open_runs() if run.experiment_config == config), None)


def _run_named(config: Any, events: Any, region: str | None) -> Run | None:
    """Return the open run of ours whose component a configuration names, be its group what it may."""
    named = str((config or {}).get("RunName") or "").lower()
    found = next((run for run in registry.open_runs() if run.ref.component.lower() == named), None)
    return found if found is not None and same_place(found, events, region) else None


def _run_to_note(params: Params, events: Any, region: str | None) -> Run | None:
    """Return the open run of ours that a job belongs to whose request takes no ExperimentConfig: a tuning job."""
    run = _run_to_link(params)
    ours = next((other for other in registry.open_runs() if other is run), None)
    return ours if ours is not None and same_place(ours, events, region) else None


def _run_to_link(params: Params) -> Any | None:
    """Return the run that a job without configuration belongs to, ours or the SDK's.

    The innermost ``with`` of this thread or task comes first; then the SDK's own run, of which it has one in a process;
    then the only run of ours that is open, or the newest that this thread has opened.

    A function of ``@remote`` carries the names of the run that it was submitted in, perhaps a while ago and from
    another thread; no other run is taken for it.
    """
    asked = _remote_run(params)
    runs = (registry.enclosing_run(), interop_slot.run_of_the_sdk(), interop_slot.run_here())
    if asked is None:
        return next((run for run in runs if run is not None), None)
    every = (*runs, *registry.open_runs())
    return next(
        (run for run in every if run is not None and asked == (run.experiment_name, run.run_name)), None
    )


def _remote_run(params: Params) -> tuple[str, str] | None:
    """Return experiment and run that the container of a remote function is told [S]."""
    arguments = (params.get("AlgorithmSpecification") or {}).get("ContainerArguments") or []
    for name, value in pairwise(arguments):
        if name == _REMOTE:
            with suppress(ValueError, KeyError, TypeError):
                told = json.loads(value)
                return str(told["experiment_name"]), str(told["run_name"])
    return None


def _config_for(run: Any, events: Any, region: str | None) -> dict[str, str] | None:
    """Return the run's configuration; None where a job with it would be refused, which the run then says."""
    ours = any(run is other for other in registry.open_runs())
    if not same_place(run, events, region):
        if ours:
            _remark(run, "it was created in another place than the one that the run is kept in")
        return None
    if not ours:
        return dict(run.experiment_config)
    config = stored_config(run)
    if config is None:
        _remark(run, "the service does not know the run yet")
    return config


def _remark(run: Run, why: str) -> None:
    run._warn(  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - tracking's own
        f"A job was not linked to run {run.run_name!r}: {why}."
    )
