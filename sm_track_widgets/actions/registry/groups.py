"""Model groups (model package groups): their names, and which version of one somebody means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._names import slug
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

MAX_GROUP = 63
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""EntityName of CreateModelPackageGroup [M]."""
_VERSION_ARN = re.compile(r"arn:[^:]+:sagemaker:[^:]*:[^:]*:model-package/(?P<group>[^/]+)/(?P<number>\d+)")
MISSING = frozenset({"ValidationException", "ResourceNotFound"})
"""What the service answers for a group or version that is not there [M, moto]."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group, and one of its versions; None is the newest."""

    group: str
    number: int | None = None


def checked(name: object) -> str:
    """Return the name of a model group as the service takes it.

    Raises
    ------
    UsageError
        It is not allowed; the text proposes one that is.
    """
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    told = f"{name!r:.80} is no name for a model group: letters, digits and hyphens between them, up to {MAX_GROUP}."
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"A model group has a name, not {name!r:.60}.", "For example: churn-model")
    raise UsageError(told, f"For example: {slug(name, MAX_GROUP)}")


def wanted(asked: object, version: int | None = None) -> Wanted:
    """Return which version is meant: ``"group"``, ``"group/3"`` or the ARN of a version.

    Raises
    ------
    UsageError
        It is neither of these.
    """
    text = str(asked)
    if arn := _VERSION_ARN.fullmatch(text):
        return Wanted(arn["group"], int(arn["number"]))
    group, slash, number = text.partition("/")
    if slash:
        if not number.isdigit() or int(number) < 1:
            raise UsageError(f"{number!r} is no version.", f"For example: {group or 'group'}/3")
        return Wanted(checked(group), int(number))
    if version is not None and version < 1:
        raise UsageError(f"{version!r} is no version.", "Versions are counted from 1.")
    return Wanted(checked(text), version)


def ensure(connection: Connection, name: str, description: str = "") -> bool:
    """Create the group where there is none; return whether it was created."""
    client = connection.client("sagemaker")
    with explained(f"look for model group {name!r}"):
        if exists(client, name):
            return False
    with explained(f"create model group {name!r}"):
        try:
            client.create_model_package_group(
                ModelPackageGroupName=name,
                ModelPackageGroupDescription=description or "Made by sm_track_widgets",
            )
        except Exception as error:
            if code_of(error) in MISSING | {"ConflictException"} and "already exists" in str(error):
                return False  # somebody else was quicker
            raise
    return True


def exists(client: Any, name: str) -> bool:
    """Whether there is a group of this name."""
    try:
        client.describe_model_package_group(ModelPackageGroupName=name)
    except Exception as error:
        if code_of(error) in MISSING:
            return False
        raise
    return True


def code_of(error: BaseException) -> str:
    """Return AWS's code of a boto3 error; empty for any other."""
    response: dict[str, Any] = getattr(error, "response", None) or {}
    return str((response.get("Error") or {}).get("Code") or "")


def no_group(connection: Connection, name: str) -> NotFoundError:
    """Return the error for a group there is not, with the nearest name."""
    known = [one["ModelPackageGroupName"] for one in listed(connection)]
    hint = did_you_mean(name, known) or (
        f"There are: {', '.join(known[:8])}." if known else f"%sm_register RUN --model-group {name} makes it."
    )
    return NotFoundError(f"There is no model group {name!r}.", hint)


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Return the summaries of all groups, the newest first."""
    client = connection.client("sagemaker")
    with explained("list model groups"):
        pages = client.get_paginator("list_model_package_groups").paginate(
            SortBy="CreationTime", SortOrder="Descending", PaginationConfig={"PageSize": 100}
        )
        return [one for page in pages for one in page["ModelPackageGroupSummaryList"]]
