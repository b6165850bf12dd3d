"""Whether a job can be linked to a run: both in the same place, and the run known to the service there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _sdk
from sm_track_widgets.tracking import opening

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run

WAIT_FOR_RUN = 10.0
"""Seconds that a job waits for its run to be opened in the service, where that happens behind the body."""
_POLL = 0.1


def same_place(run: Any, events: Any, region: str | None) -> bool:
    """Whether what is sent through a client with these handlers, in this region, goes where the run is kept.

    Of AWS only the region is compared: which account a client has would cost a call.

    Parameters
    ----------
    run
        One of ours, or the SDK's own, of which the boto3 session is asked.
    events
        The event handlers of the client's session.
    region
        Of the client; None when it is not known.
    """
    connection = getattr(run, "connection", None)
    session = connection.boto_session() if connection is not None else _sdk.boto_session_of(run)
    if session is None:
        return True
    home, there = _embedded_home(session.events), _embedded_home(events)
    if home is not None or there is not None:
        return home == there
    kept = connection.region if connection is not None else session.region_name
    return region is None or not kept or region == kept


def stored_config(run: Run, *, wait: float = WAIT_FOR_RUN) -> dict[str, str] | None:
    """Return a run's ``experiment_config`` as soon as the service knows the run; None when it does not by then.

    A run that nobody named is opened behind the body; one whose opening was refused, not before that is cured. A job
    with a configuration that names something unknown would be refused [M].
    """
    config = run.experiment_config
    if run.opened:
        return config
    client, deadline = run.connection.client("sagemaker"), time.monotonic() + wait
    while True:
        try:
            groups = opening.groups_of(client, run.ref)
        except Exception:  # noqa: BLE001 - whatever it is, the job must not fail for it
            return None
        if groups:
            return {**config, "TrialName": groups[0]}
        if time.monotonic() > deadline or run.progress().error:
            return None
        time.sleep(_POLL)


def _embedded_home(events: Any) -> tuple[Any, ...] | None:
    """Return which embedded store answers what goes through these handlers; None: the network does."""
    from sm_track_widgets.embedded.wire import engine_of

    engine = engine_of(events)
    if engine is None:
        return None
    service = engine.service
    return service.folder.absolute(), service.region, service.account_id
