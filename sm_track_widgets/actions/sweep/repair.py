"""Runs of points whose process is gone: delivered as far as they came, and closed."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets._errors import UsageError
from sm_track_widgets._types import Status
from sm_track_widgets.tracking import registry
from sm_track_widgets.tracking.delivery.orphans import is_left, journal_files, replay
from sm_track_widgets.tracking.ending import cut_message, one_line_message
from sm_track_widgets.tracking.journal.format import JournalError
from sm_track_widgets.tracking.journal.reader import read_header

if TYPE_CHECKING:
    from collections.abc import Collection

    from sm_track_widgets.connection import Connection

PATIENCE = 10.0
"""Seconds in which a process that is ending, and its sender, have to come to their end."""
LOOK = 0.1
OPEN = "InProgress"
LOST = "its kernel ended before it did"


def owners(connection: Connection, components: Collection[str]) -> dict[str, tuple[bool, int]]:
    """Return, for each component with a journal on this machine, whether its process lives, and which that is."""
    found: dict[str, tuple[bool, int]] = {}
    for path in journal_files(connection.settings.path / "journals"):
        try:
            header = read_header(path)
            lives = not is_left(path)
        except (OSError, JournalError):
            continue
        name = header.run.component
        if name in components:
            found[name] = (lives or found.get(name, (False, 0))[0], header.pid)
    return found


def settle(connection: Connection, components: Collection[str]) -> dict[str, int]:
    """Deliver what dead processes have left of these runs; wait for processes that are just ending.

    Returns
    -------
    dict
        Component -> process, of those that are still written to.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        held = owners(connection, components)
        alive = {
            name: process
            for name, (lives, process) in held.items()
            if lives and not (process == os.getpid() and registry.find_open(name, connection) is None)
        }
        if not held or time.monotonic() > deadline:
            return alive
        if not all(lives for lives, _ in held.values()):
            with suppress(Exception):  # what hinders it is said by %sm_sync; the runs are closed all the same
                replay(connection)
        time.sleep(LOOK)


def close_lost(connection: Connection, component: str, status: Status, message: str) -> bool:
    """Close a run whose process is gone; False where it has ended by itself, other than by its process' death.

    A sender that has seen the death has written ``Stopped`` already: that is replaced.
    """
    client = connection.client("sagemaker")
    try:
        told: dict[str, Any] = client.describe_trial_component(TrialComponentName=component)
        state = told.get("Status") or {}
        if state.get("PrimaryStatus") in {"Completed", "Failed"}:
            return False
        more = {} if told.get("EndTime") else {"EndTime": datetime.now(tz=timezone.utc)}
        client.update_trial_component(
            TrialComponentName=component,
            Status={"PrimaryStatus": status, "Message": cut_message(one_line_message(message))},
            **more,
        )
    except client.exceptions.ClientError as error:
        explained = _aws.explain(error, f"close the run {component!r}")
        if explained is None or getattr(explained, "code", "") not in {
            "ResourceNotFound",
            "ValidationException",
        }:
            raise (explained or error) from error
        return False
    return True


def repair(connection: Connection, components: Collection[str], sweep: str) -> None:
    """Close as Stopped what a dead kernel has left in progress.

    Raises
    ------
    UsageError
        A living process writes to one of them.
    """
    if not components:
        return
    alive = settle(connection, components)
    if alive:
        processes = ", ".join(str(one) for one in sorted(set(alive.values())))
        raise UsageError(
            f"Sweep {sweep!r} is going on in process {processes}: {len(alive)} of its points are open there.",
            "Wait for it, or end that process; then resume.",
        )
    for component in components:
        close_lost(connection, component, "Stopped", LOST)
