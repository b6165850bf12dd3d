"""Finding a run to go on with, and the connection that a session of the SDK stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sm_track_widgets import config
from sm_track_widgets._errors import UsageError
from sm_track_widgets.connection import Connection, active, current

if TYPE_CHECKING:
    from collections.abc import Iterable

_borrowed: WeakKeyDictionary[Any, Connection] = WeakKeyDictionary()


def connection_of(sagemaker_session: Any) -> Connection:
    """Return the connection in use, or one on the session of the SDK that the user handed in."""
    if sagemaker_session is None:
        return current()
    boto_session = sagemaker_session.boto_session
    held = active()
    if held is not None and held.boto_session() is boto_session:
        return held
    made = _borrowed.get(boto_session)
    if made is None:
        made = _borrowed[boto_session] = Connection(config.resolve({"backend": "aws"}), boto_session)
    return made


def tag_pairs(tags: Mapping[str, Any] | Iterable[Mapping[str, str]] | None) -> dict[str, Any]:
    """Tags as a dict, from a dict or from the SDK's list."""
    if not tags:
        return {}
    if isinstance(tags, Mapping):
        return {str(key): value for key, value in tags.items()}
    try:
        return {str(pair["Key"]): pair["Value"] for pair in tags}
    except (TypeError, KeyError):
        raise UsageError(f"These are no tags: {tags!r}.", "Give a dict: tags={'team': 'vision'}") from None
