"""Tags and notes of runs that are stored already: set and taken away, whatever kernel wrote the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets import connection as connections
from sm_track_widgets._crew import Crew
from sm_track_widgets._failures import judge
from sm_track_widgets._names import NOTES_PARAMETER
from sm_track_widgets.tracking import values
from sm_track_widgets.tracking.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from sm_track_widgets.connection import Connection

AT_FIRST = 4


def change_tags(
    components: Sequence[str], tags: Mapping[str, str | None], *, connection: Connection | None = None
) -> dict[str, str]:
    """Change tags of trial components, several at a time.

    Parameters
    ----------
    components
        Names of trial components.
    tags
        Values by keys, as the service takes them; None takes a tag away.
    connection
        Where they are; default: where runs go.

    Returns
    -------
    dict
        Why it was not done, for each component for which that is so.
    """
    given = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
    gone = [key for key, value in tags.items() if value is None]

    def change(client: Any, component: str) -> None:
        arn = client.describe_trial_component(TrialComponentName=component)["TrialComponentArn"]
        if given:
            client.add_tags(ResourceArn=arn, Tags=given)
        if gone:
            client.delete_tags(ResourceArn=arn, TagKeys=gone)
        # Whether tags move LastModifiedTime is not known; this does, so that every reader's cache asks for the run.
        client.update_trial_component(TrialComponentName=component)

    return _each(components, change, connection or connections.current())


def change_notes(
    components: Sequence[str], text: str, *, connection: Connection | None = None
) -> dict[str, str]:
    """Replace the notes of trial components; an empty text takes them away.

    Parameters and result are those of `change_tags`. UpdateTrialComponent merges parameters by their name, so that what
    else a run holds stays [M].

    Raises
    ------
    UsageError
        More than 2,500 characters.
    """
    place = connection or connections.current()
    stored = values.notes(Redactor(place.settings.redact).clean(text))

    def change(client: Any, component: str) -> None:
        kept = {"Parameters": {NOTES_PARAMETER: {"StringValue": stored}}}
        gone = {"ParametersToRemove": [NOTES_PARAMETER]}
        client.update_trial_component(TrialComponentName=component, **(kept if stored else gone))

    return _each(components, change, place)


def _each(components: Sequence[str], change: Callable[[Any, str], None], place: Connection) -> dict[str, str]:
    """Change each; what it returns tells why some are not."""
    failed: dict[str, str] = {}

    def try_it(component: str) -> str:
        try:
            change(place.single("sagemaker"), component)
        except Exception as error:
            verdict = judge(error)
            if verdict.meaning in {"transient", "lost"}:
                raise  # doing it twice does no harm
            return verdict.text
        return ""

    def take(component: str, reason: str) -> Iterable[str]:
        if reason:
            failed[component] = reason
        return ()

    given_up = Crew(try_it, start=AT_FIRST).run(components, take)
    return failed | {one.job: one.reason for one in given_up}
