"""The container image that serves a model: named, of the run's training job, or one of the SDK's, if asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sm_track_widgets import _sdk
from sm_track_widgets._errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.run_facts import RunFacts

MAX_IMAGE = 255
WAYS = "--image URI, or --framework xgboost==1.7-1 for one of SageMaker's; --no-image registers the model without one."
_FRAMEWORK = re.compile(r"(?P<name>[A-Za-z][\w-]*)(==|:)(?P<version>[\w.-]+)")


def image_of(
    connection: Connection,
    facts: RunFacts,
    jobs: Sequence[Params],
    *,
    image: str | None,
    framework: str | None,
) -> str:
    """Return the address of the container image.

    Parameters
    ----------
    connection
        Its region chooses among the SDK's images.
    facts
        The run.
    jobs
        Descriptions of its training jobs, the newest first.
    image
        Address, as given.
    framework
        ``"xgboost==1.7-1"``: asks the SDK's ``image_uris``.

    Raises
    ------
    UsageError
        Both are given, one of them cannot be used, or nothing says which image it is.
    """
    if image is not None and framework is not None:
        raise UsageError("An image and a framework exclude each other.", "Leave one of them out.")
    if image is not None:
        if not image or len(image) > MAX_IMAGE or re.search(r"\s", image):
            raise UsageError(f"{image!r:.80} is no address of a container image.", f"Name one: {WAYS}")
        return image
    if framework is not None:
        return _of_the_sdk(connection, framework)
    for job in jobs:
        found = (job.get("AlgorithmSpecification") or {}).get("TrainingImage")
        if found:
            return str(found)
    raise UsageError(
        f"Run {facts.name!r} was trained by no job, so nothing says which container serves its model.", WAYS
    )


def _of_the_sdk(connection: Connection, asked: str) -> str:
    found = _FRAMEWORK.fullmatch(asked.strip())
    if found is None:
        raise UsageError(
            f"{asked!r} is no framework with its version.", "For example: --framework xgboost==1.7-1"
        )
    return _sdk.image_uri(found["name"].lower(), found["version"], connection.region)
