"""What the answers to calls that delete mean."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sm_track_widgets._failures import judge

if TYPE_CHECKING:
    from collections.abc import Generator

RUNNING = frozenset({"InProgress", "Stopping"})
ABSENT = frozenset({"ResourceNotFound", "ResourceNotFoundException", "NoSuchKey", "NoSuchBucket", "404"})
REFUSES_LINKED = frozenset({"ValidationException", "ConflictException"})
"""Of what something still belongs to: the first is known of DeleteTrialComponent (sagemaker-python-sdk#1515)."""


class NotYetError(OSError):
    """The service does not know yet what was done a moment ago; another try may find it done."""


@contextmanager
def absent() -> Generator[None, None, None]:
    """Take it for done when what is to go, or be looked at, is not there."""
    try:
        yield
    except Exception as error:
        if judge(error).code not in ABSENT:
            raise


def is_linked(error: Exception) -> bool:
    """Whether a deletion was refused since something still belongs to it."""
    return judge(error).code in REFUSES_LINKED
