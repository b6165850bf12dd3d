"""What a run knows of the versions registered from it: one parameter of ours, the newest last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets._names import MAX_TEXT, MODELS_PARAMETER
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.connection import Connection

_BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class Remembered:
    """A version, and the mark of the model it was made of."""

    arn: str
    mark: str


def mark_of(address: str) -> str:
    """Return twelve hexadecimal digits that tell one model's address from another."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def remembered(text: str) -> list[Remembered]:
    """Return what the parameter says, the newest last."""
    found: list[Remembered] = []
    for entry in text.split(_BETWEEN.strip()):
        arn, _, mark = entry.strip().partition(" ")
        if arn.startswith("arn:"):
            found.append(Remembered(arn, mark))
    return found


def read(connection: Connection, component: str) -> list[Remembered]:
    """Ask a run for the versions registered from it, the newest last."""
    with explained("read what the run knows of its models"):
        held = connection.client("sagemaker").describe_trial_component(TrialComponentName=component)
    value = (held.get("Parameters") or {}).get(MODELS_PARAMETER) or {}
    return remembered(str(value.get("StringValue") or ""))


def write(connection: Connection, component: str, entries: Sequence[Remembered]) -> None:
    """Let the run know of these versions; where there are too many for one parameter, the oldest are left out."""
    kept = list(entries)
    while len(text := _BETWEEN.join(f"{one.arn} {one.mark}".strip() for one in kept)) > MAX_TEXT:
        kept.pop(0)
    with explained("note the model in its run"):
        connection.client("sagemaker").update_trial_component(
            TrialComponentName=component, Parameters={MODELS_PARAMETER: {"StringValue": text}}
        )
