"""Tags and notes of a run, open or closed, found by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import ServiceRefusedError, UsageError
from sm_track_widgets.reading.run_facts import find_component
from sm_track_widgets.tracking import values
from sm_track_widgets.tracking.registry import ClosedRun, find_open, is_called, open_runs
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.tracking.tagging import change_notes, change_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.connection import Connection


def set_tags(
    run: str | Run | ClosedRun,
    tags: Mapping[str, Any],
    experiment: str | None = None,
    *,
    connection: Connection | None = None,
) -> list[str]:
    """Set tags of a run, and take tags away.

    Parameters
    ----------
    run
        Its name, as it was asked for or as it is stored, or the run itself. One that is open in this process is written
        to through its journal, any other directly.
    tags
        Values by keys; None or an empty text takes the tag away.
    experiment
        Its experiment; None looks through all, and of several runs of the name takes the newest.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    list of str
        One line for each tag that was stored otherwise than given: tags take letters, digits, spaces and ``_.:/=+-@``.

    Raises
    ------
    NotFoundError
        There is no such run.
    UsageError
        A key that is empty, or starts with ``aws:``, ``sagemaker:`` or ``sm_track:``; nothing is changed then.
    ServiceRefusedError
        The service refuses, with its reason.
    """
    checked = [values.tag(key, "" if value is None else value) for key, value in tags.items()]
    place, here, component = _found(run, experiment, connection)
    if here is not None:
        for key, value in tags.items():
            if value is None or value == "":
                here.remove_tag(key)
            else:
                here.set_tag(key, value)
        return []  # the run says itself what it changes
    _refuse(change_tags([component], {key: value or None for key, value, _ in checked}, connection=place))
    return [note for _, _, note in checked if note]


def set_notes(
    run: str | Run | ClosedRun,
    text: str,
    experiment: str | None = None,
    *,
    connection: Connection | None = None,
) -> None:
    """Replace the notes of a run.

    Parameters
    ----------
    run, experiment, connection
        As for `set_tags`.
    text
        Up to 2,500 characters in any number of lines; an empty one takes the notes away.

    Raises
    ------
    NotFoundError
        There is no such run.
    UsageError
        More than 2,500 characters.
    ServiceRefusedError
        The service refuses, with its reason.
    """
    place, here, component = _found(run, experiment, connection)
    if here is not None:
        here.set_notes(text)
    else:
        _refuse(change_notes([component], text, connection=place))


def _found(
    run: str | Run | ClosedRun, experiment: str | None, connection: Connection | None
) -> tuple[Connection, Run | None, str]:
    """Return where a run is, itself where it is open in this process, and its trial component."""
    if not isinstance(run, str):
        here = run if isinstance(run, Run) and run.ended is None else None
        return run.connection, here, run.ref.component
    if not run:
        raise UsageError("The name of the run is missing.", "%sm_runs lists them.")
    place = connection or connections.current()
    here = next((one for one in reversed(open_runs()) if is_called(one, run, experiment, place)), None)
    if here is not None:
        return place, here, here.ref.component
    component = find_component(place, run, experiment)
    return place, find_open(component, place), component


def _refuse(failed: Mapping[str, str]) -> None:
    for component, reason in failed.items():
        raise ServiceRefusedError(f"{component} was not changed: {reason}")
