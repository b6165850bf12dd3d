"""Asking the service which experiments and runs there are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets._errors import NotFoundError, did_you_mean
from sm_track_widgets._names import DEFAULT_GROUP, ENTITY_PATTERN, SEARCH_PAGE, slug
from sm_track_widgets.reading import identity

if TYPE_CHECKING:
    from collections.abc import Generator

    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.identity import Record

NAMED_AT_MOST = 5


def search_runs(
    connection: Connection, experiment: str | None = None, group: str | None = None
) -> list[Record]:
    """Fetch all runs of an experiment, the newest first.

    Components that SageMaker made for a job of a run are left out; `search_components` has them.

    Parameters
    ----------
    connection
        Where to look.
    experiment
        Name, in any case; None is all experiments of the account.
    group
        Name of a run group; None is all.

    Returns
    -------
    list of dict
        ``TrialComponent`` records as Search returns them [M].

    Raises
    ------
    NotFoundError
        When there is no such experiment or group.
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    records = search_components(connection, experiment, group)
    return [record for record in records if not identity.is_job(record)]


def search_components(
    connection: Connection, experiment: str | None = None, group: str | None = None
) -> list[Record]:
    """As `search_runs`, with the components that SageMaker made for jobs."""
    wanted = (_entity(experiment), _entity(group))
    records = _search(connection, *wanted)
    if records or wanted == (None, None):
        return records
    # Search compares names with regard to case [inf], Describe does not.
    spelt = None if experiment is None else resolve_experiment(connection, experiment)
    found = (spelt, None if group is None else _resolve_group(connection, spelt, group))
    return [] if found == wanted else _search(connection, *found)


def search_component(connection: Connection, name: str) -> Record | None:
    """Fetch one component by its name; None when Search knows of none.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    wanted = {"SearchExpression": {"Filters": [_equals("TrialComponentName", name)]}}
    return next(iter(_pages(connection, wanted, None)), None)


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
    with _explained("list experiments"):
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
    with _explained(f"find experiment {name!r}"):
        try:
            return client.describe_experiment(ExperimentName=_entity(name))["ExperimentName"]
        except client.exceptions.ResourceNotFound:
            pass
    known = list_experiments(connection)
    # That Describe takes any case is a guess too [inf].
    spelt = {other.lower(): other for other in known}.get(str(_entity(name)).lower())
    if spelt is not None:
        return spelt
    hint = did_you_mean(name, known) or _known(known) or "There is none yet: %%sm_run makes the first."
    raise NotFoundError(f"There is no experiment {name!r}.", hint)


def search_default_order(connection: Connection, experiment: str) -> list[Record]:
    """Fetch all components of an experiment as ExperimentAnalytics does [S].

    Those of jobs are there too, and the order is the service's: last modified first.

    Raises
    ------
    NotFoundError
        When there is no such experiment.
    """
    wanted = str(_entity(experiment))
    records = _pages(connection, _within(wanted), wanted)
    if records:
        return records
    spelt = resolve_experiment(connection, experiment)
    return [] if spelt == wanted else _pages(connection, _within(spelt), spelt)


def _within(experiment: str) -> dict[str, Any]:
    return {"SearchExpression": {"Filters": [_equals("Parents.ExperimentName", experiment)]}}


def _search(connection: Connection, experiment: str | None, group: str | None) -> list[Record]:
    filters = [
        _equals(name, value)
        for name, value in (("Parents.ExperimentName", experiment), ("Parents.TrialName", group))
        if value is not None
    ]
    arguments: dict[str, Any] = {"SortBy": "CreationTime", "SortOrder": "Descending"}
    if filters:
        arguments["SearchExpression"] = {"Filters": filters}
    records = _pages(connection, arguments, experiment)
    # Two filters may be met by two different parents of one component.
    return [record for record in records if identity.belongs(record, experiment, group)]


def _pages(connection: Connection, arguments: dict[str, Any], experiment: str | None) -> list[Record]:
    client = connection.client("sagemaker")
    records: list[Record] = []
    asked = {"Resource": "ExperimentTrialComponent", "MaxResults": SEARCH_PAGE, **arguments}
    with _explained(f"read the runs of {experiment!r}" if experiment else "read runs"):
        while True:
            page = client.search(**asked)
            records += [result["TrialComponent"] for result in page["Results"]]
            if not page.get("NextToken") or not page["Results"]:
                return records
            asked["NextToken"] = page["NextToken"]


def _resolve_group(connection: Connection, experiment: str | None, group: str) -> str:
    """Return how the service spells a group, which may be there without runs; raise NotFoundError for none."""
    where = {} if experiment is None else {"ExperimentName": experiment}
    pages = connection.client("sagemaker").get_paginator("list_trials")
    with _explained("list run groups"):
        summaries = [summary for page in pages.paginate(**where) for summary in page["TrialSummaries"]]
    found = {summary["TrialName"].lower(): summary["TrialName"] for summary in summaries}
    spelt = found.get(str(_entity(group)).lower())
    if spelt is not None:
        return spelt
    named = [name for name in found.values() if not name.startswith(DEFAULT_GROUP)]
    hint = did_you_mean(group, named) or _known(named) or "No run group has been named yet."
    place = f" in experiment {experiment!r}" if experiment else ""
    raise NotFoundError(f"There is no run group {group!r}{place}.", hint)


def _entity(name: str | None) -> str | None:
    """Return a name as asked for -> as stored: the service takes no other characters."""
    return name if name is None or ENTITY_PATTERN.fullmatch(name) else slug(name)


def _equals(name: str, value: str) -> dict[str, str]:
    return {"Name": name, "Operator": "Equals", "Value": value}


def _known(names: list[str]) -> str:
    if not names:
        return ""
    more = "" if len(names) <= NAMED_AT_MOST else f" and {len(names) - NAMED_AT_MOST} more"
    return f"There are: {', '.join(names[:NAMED_AT_MOST])}{more}."


@contextmanager
def _explained(doing: str) -> Generator[None, None, None]:
    """Raise boto3's errors as ours: one line and the cure."""
    try:
        yield
    except Exception as error:
        told = _aws.explain(error, doing)
        if told is None:
            raise
        raise told from error
