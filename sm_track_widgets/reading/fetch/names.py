"""Which experiments, groups and single runs there are, and how the service spells them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets._errors import NotFoundError, did_you_mean
from sm_track_widgets._names import DEFAULT_GROUP, ENTITY_PATTERN, SEARCH_PAGE, slug

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.identity import Record

NAMED_AT_MOST = 5
FILTERS = 20
"""Filters of one SearchExpression at most [M]."""


def search_components(connection: Connection, names: Sequence[str]) -> dict[str, Record]:
    """Fetch components by their names, twenty a call; those that Search knows, by name in lower case.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    found: dict[str, Record] = {}
    client = connection.client("sagemaker")
    for first in range(0, len(names), FILTERS):
        filters = [
            {"Name": "TrialComponentName", "Operator": "Equals", "Value": name}
            for name in names[first : first + FILTERS]
        ]
        expression = {"Operator": "Or", "Filters": filters}
        with explained("read a run"):
            answer = client.search(
                Resource="ExperimentTrialComponent", SearchExpression=expression, MaxResults=SEARCH_PAGE
            )
        for result in answer["Results"]:
            record = result["TrialComponent"]
            found[record["TrialComponentName"].lower()] = record
    return found


def describe_component(connection: Connection, name: str, experiment: str) -> Record | None:
    """Fetch one component of an experiment as Search would give it: Search is some seconds behind on AWS.

    None when there is none, or it cannot be read.
    """
    client = connection.client("sagemaker")
    try:
        told: Record = client.describe_trial_component(TrialComponentName=name)
        tags = client.list_tags(ResourceArn=told["TrialComponentArn"])["Tags"]
    except client.exceptions.ClientError:
        return None
    return {**told, "Tags": tags, "Parents": [{"ExperimentName": experiment}]}


def list_experiments(connection: Connection) -> list[str]:
    """Return the names of all experiments, the newest first.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    pages = connection.client("sagemaker").get_paginator("list_experiments")
    with explained("list experiments"):
        return [
            summary["ExperimentName"]
            for page in pages.paginate(PaginationConfig={"PageSize": SEARCH_PAGE})
            for summary in page["ExperimentSummaries"]
        ]


def resolve_experiment(connection: Connection, name: str) -> str:
    """Return how the service spells an experiment.

    Raises
    ------
    NotFoundError
        When there is none of that name, in any case; names the nearest.
    """
    client = connection.client("sagemaker")
    with explained(f"find experiment {name!r}"):
        try:
            return client.describe_experiment(ExperimentName=entity(name))["ExperimentName"]
        except client.exceptions.ResourceNotFound:
            pass
    known = list_experiments(connection)
    # That Describe takes any case is a guess too [inf].
    spelt = {other.lower(): other for other in known}.get(str(entity(name)).lower())
    if spelt is not None:
        return spelt
    hint = did_you_mean(name, known) or _known(known) or "There is none yet: %%sm_run makes the first."
    raise NotFoundError(f"There is no experiment {name!r}.", hint)


def resolve_group(connection: Connection, experiment: str | None, group: str) -> str:
    """Return how the service spells a group, which may be there without runs; raise NotFoundError for none."""
    where = {} if experiment is None else {"ExperimentName": experiment}
    pages = connection.client("sagemaker").get_paginator("list_trials")
    with explained("list run groups"):
        summaries = [summary for page in pages.paginate(**where) for summary in page["TrialSummaries"]]
    found = {summary["TrialName"].lower(): summary["TrialName"] for summary in summaries}
    spelt = found.get(str(entity(group)).lower())
    if spelt is not None:
        return spelt
    named = [name for name in found.values() if not name.startswith(DEFAULT_GROUP)]
    hint = did_you_mean(group, named) or _known(named) or "No run group has been named yet."
    place = f" in experiment {experiment!r}" if experiment else ""
    raise NotFoundError(f"There is no run group {group!r}{place}.", hint)


def entity(name: str | None) -> str | None:
    """Return a name as asked for -> as stored: the service takes no other characters."""
    return name if name is None or ENTITY_PATTERN.fullmatch(name) else slug(name)


def _known(names: list[str]) -> str:
    if not names:
        return ""
    more = "" if len(names) <= NAMED_AT_MOST else f" and {len(names) - NAMED_AT_MOST} more"
    return f"There are: {', '.join(names[:NAMED_AT_MOST])}{more}."


@contextmanager
def explained(doing: str) -> Generator[None, None, None]:
    """Raise boto3's errors as ours: one line and the cure."""
    try:
        yield
    except Exception as error:
        told = _aws.explain(error, doing)
        if told is None:
            raise
        raise told from error
