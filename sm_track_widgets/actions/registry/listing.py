"""Model groups and their versions, read back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sm_track_widgets import connection as connections
from sm_track_widgets._crew import Crew
from sm_track_widgets._errors import NotFoundError
from sm_track_widgets.actions.registry import groups, quality
from sm_track_widgets.actions.registry.packing import parts_of
from sm_track_widgets.actions.registry.version import ModelVersion, version_of
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection

NEWEST = 100
_PAGE = 100
_DOCUMENT = 1 << 20
"""Bytes of a statistics document that are read at most."""


def models(group: str | None = None, *, connection: Connection | None = None) -> pd.DataFrame:
    """List the model groups, the newest first; those of a name as `model_versions` does.

    Parameters
    ----------
    group
        Name of a group: its versions are listed instead.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    DataFrame
        ``group, versions, newest, status, approved, created, description``: how many versions there are, the newest and
        its status, and the newest that is approved.
    """
    if group is not None:
        return model_versions(group, connection=connection)
    import pandas as pd

    place = connection or connections.current()
    listed = groups.listed(place)
    found: dict[str, list[Params]] = {}

    def call(name: str) -> list[Params]:
        return _summaries(place, name, None, single=True)

    def take(name: str, summaries: list[Params]) -> Iterable[str]:
        found[name] = summaries
        return ()

    with explained("list model versions"):
        names = [str(one["ModelPackageGroupName"]) for one in listed]
        given_up = Crew(call).run(names, take)
        if given_up:
            raise given_up[0].error
    rows = [_group_row(one, found[one["ModelPackageGroupName"]]) for one in listed]
    columns = ("group", "versions", "newest", "status", "approved", "created", "description")
    frame = pd.DataFrame({name: [row[place] for row in rows] for place, name in enumerate(columns)})
    return frame.astype({"versions": "Int64", "newest": "Int64", "approved": "Int64"})


def _group_row(group: Params, versions: list[Params]) -> list[Any]:
    newest = versions[0] if versions else {}
    approved = [
        one["ModelPackageVersion"] for one in versions if one.get("ModelApprovalStatus") == "Approved"
    ]
    return [
        group["ModelPackageGroupName"],
        len(versions),
        newest.get("ModelPackageVersion"),
        newest.get("ModelApprovalStatus", ""),
        max(approved, default=None),
        group["CreationTime"],
        group.get("ModelPackageGroupDescription", ""),
    ]


def model_versions(
    group: str, *, limit: int | None = NEWEST, connection: Connection | None = None
) -> pd.DataFrame:
    """List the versions of a model group, the newest first.

    Parameters
    ----------
    group
        Its name.
    limit
        How many of the newest; each costs a call or two. None: all.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    DataFrame
        ``version, status, run, experiment, created, created_by, description, note, model, image, commit``, then
        ``metrics.<name>`` of the model quality statistics, ``params.<name>`` of the run, and ``arn``.

    Raises
    ------
    NotFoundError
        There is no such group.
    """
    return frame_of(read_versions(connection or connections.current(), group, limit))


def frame_of(versions: list[ModelVersion]) -> pd.DataFrame:
    """Return versions as a frame; see `model_versions`."""
    import pandas as pd

    names = ("version", "status", "run", "experiment", "created", "created_by", "description", "note")
    names = (*names, "model", "image", "commit")
    columns: dict[str, list[Any]] = {name: [getattr(one, name) for one in versions] for name in names}
    for kind, told in (("metrics", "metrics"), ("params", "parameters")):
        for name in sorted({name for one in versions for name in getattr(one, told)}):
            columns[f"{kind}.{name}"] = [getattr(one, told).get(name) for one in versions]
    columns["arn"] = [one.arn for one in versions]
    return pd.DataFrame(columns)


def read_versions(connection: Connection, group: str, limit: int | None = NEWEST) -> list[ModelVersion]:
    """Read the versions of a group with their metrics, the newest first, several at a time.

    Raises
    ------
    NotFoundError
        There is no such group.
    """
    name = groups.checked(group)
    with explained(f"list the versions of model group {name!r}"):
        summaries = _summaries(connection, name, limit)
        if not summaries and not groups.exists(connection.client("sagemaker"), name):
            raise groups.no_group(connection, name)
        found: dict[str, ModelVersion] = {}

        def call(arn: str) -> ModelVersion | None:
            return described(connection, arn, single=True)

        def take(arn: str, version: ModelVersion | None) -> Iterable[str]:
            if version is not None:
                found[arn] = version
            return ()

        arns = [str(one["ModelPackageArn"]) for one in summaries]
        given_up = Crew(call).run(arns, take)
        if given_up:
            raise given_up[0].error
    return [found[arn] for arn in arns if arn in found]


def find(connection: Connection, wanted: groups.Wanted) -> ModelVersion:
    """Return one version, with its metrics; without a number the newest.

    Raises
    ------
    NotFoundError
        There is no such group or version.
    """
    with explained(f"look for model group {wanted.group!r}"):
        summaries = _summaries(connection, wanted.group, 1 if wanted.number is None else None)
        chosen = [one for one in summaries if wanted.number in {None, one["ModelPackageVersion"]}]
        if not summaries and not groups.exists(connection.client("sagemaker"), wanted.group):
            raise groups.no_group(connection, wanted.group)
        version = described(connection, chosen[0]["ModelPackageArn"]) if chosen else None
    if version is None:
        last = f"Its newest is {wanted.group}/{summaries[0]['ModelPackageVersion']}." if summaries else ""
        asked = "versions yet" if wanted.number is None else f"version {wanted.number}"
        raise NotFoundError(
            f"Model group {wanted.group!r} has no {asked}.", last or "Register one: %sm_register"
        )
    return version


def described(connection: Connection, arn: str, *, single: bool = False) -> ModelVersion | None:
    """Return a version with its metrics; None where it has been deleted."""
    client = connection.single("sagemaker") if single else connection.client("sagemaker")
    try:
        record = client.describe_model_package(ModelPackageName=arn)
    except Exception as error:
        if groups.code_of(error) in groups.MISSING:
            return None
        raise
    version = version_of(record)
    if version.statistics:
        _read_metrics(connection, version, single=single)
    return version


def _read_metrics(connection: Connection, version: ModelVersion, *, single: bool) -> None:
    client = connection.single("s3") if single else connection.client("s3")
    try:
        bucket, key = parts_of(version.statistics)
        told = client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{_DOCUMENT - 1}")
        version.metrics = quality.values_of(told["Body"].read())
    except Exception as error:  # noqa: BLE001 - a version without its numbers is worth seeing
        code = groups.code_of(error) or type(error).__name__
        version.remarks.append(f"The metrics of version {version.version} cannot be read: {code}.")


def _summaries(
    connection: Connection, group: str, limit: int | None, *, single: bool = False
) -> list[Params]:
    """Return the summaries of a group's versions, the newest first; empty where there is no group."""
    client = connection.single("sagemaker") if single else connection.client("sagemaker")
    found: list[Params] = []
    asked: Params = {
        "ModelPackageGroupName": group,
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
        "MaxResults": min(limit or _PAGE, _PAGE),
    }
    while limit is None or len(found) < limit:
        try:
            page = client.list_model_packages(**asked)
        except Exception as error:
            if groups.code_of(error) in groups.MISSING and not found:
                return []
            raise
        found += page["ModelPackageSummaryList"]
        if not page.get("NextToken"):
            break
        asked["NextToken"] = page["NextToken"]
    newest = sorted(found, key=lambda one: one["ModelPackageVersion"], reverse=True)
    return newest if limit is None else newest[:limit]
