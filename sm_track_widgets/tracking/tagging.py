"""Tags of runs that are stored already: set and taken away, whatever kernel wrote the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets import connection as connections
from sm_track_widgets._crew import Crew
from sm_track_widgets._failures import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    place = connection or connections.current()
    failed: dict[str, str] = {}

    def change(component: str) -> str:
        try:
            _change(place, component, tags)
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

    given_up = Crew(change, start=AT_FIRST).run(components, take)
    return failed | {one.job: one.reason for one in given_up}


def _change(connection: Connection, component: str, tags: Mapping[str, str | None]) -> None:
    client = connection.single("sagemaker")
    arn = client.describe_trial_component(TrialComponentName=component)["TrialComponentArn"]
    given = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
    gone = [key for key, value in tags.items() if value is None]
    if given:
        client.add_tags(ResourceArn=arn, Tags=given)
    if gone:
        client.delete_tags(ResourceArn=arn, TagKeys=gone)
    # Whether tags move LastModifiedTime is not known; this does, so that every reader's cache asks for the run again.
    client.update_trial_component(TrialComponentName=component)
