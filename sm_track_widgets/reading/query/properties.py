"""Search's properties: which one a field is, and which names and values can be written in a filter."""

from __future__ import annotations

import re

from sm_track_widgets._names import NOTES_PARAMETER, PARENT_TAG
from sm_track_widgets.reading.query.nodes import Field
from sm_track_widgets.reading.query.values import caseless_sign
from sm_track_widgets.reading.table.table import STATISTICS

MAX_PROPERTY = 255
MAX_VALUE = 1024
_FIXED = {
    "component": "TrialComponentName",
    "experiment": "Parents.ExperimentName",
    "group": "Parents.TrialName",
    "status": "Status.PrimaryStatus",
    "message": "Status.Message",
    "notes": f"Parameters.{NOTES_PARAMETER}",
    "parent": f"Tags.{PARENT_TAG}",
    "started": "StartTime",
    "ended": "EndTime",
    "created": "CreationTime",
    "modified": "LastModifiedTime",
}
_REPEATABLE = ("DisplayName", "TrialComponentName", "Tags.", "InputArtifacts.", "OutputArtifacts.")
# Names and values are of the pattern .+ [M], which in Java ends at a line break. A NUL is no text everywhere.
_UNWRITABLE = re.compile("[\x00\n\r\x85\u2028\u2029\ud800-\udfff]")
# Taken for a member of the property, not for the end of its name.
_MEMBER = {"artifact": (".value", ".mediatype"), "param": (".stringvalue", ".numbervalue")}


def properties(field: Field) -> list[str]:
    """Return the properties that together hold a field's values; none where the service cannot be asked by name."""
    if field.kind in _FIXED:
        return [_FIXED[field.kind]]
    if not _can_be_named(field):
        return []
    found = {
        "param": [f"Parameters.{field.name}"],
        "metric": [f"Metrics.{field.name}.{STATISTICS.get(field.statistic, '')}"],
        "tag": [f"Tags.{field.name}"],
        "artifact": [f"OutputArtifacts.{field.name}", f"InputArtifacts.{field.name}"],
    }.get(field.kind, [])
    return found if all(len(name) <= MAX_PROPERTY for name in found) else []


def repeatable(name: str) -> bool:
    """Whether a property may have more than one Contains in an expression [M]."""
    return name.startswith(_REPEATABLE)


def writable(value: str) -> bool:
    """Whether a filter can ask for just this text; blanks around it may be lost on the way."""
    return 0 < len(value) <= MAX_VALUE and value == value.strip() and _UNWRITABLE.search(value) is None


def listable(values: list[str]) -> bool:
    """Whether In, which splits its Value at commas, can ask for these texts."""
    whole = sum(map(len, values)) + len(values) - 1
    return whole <= MAX_VALUE and all(writable(value) and "," not in value for value in values)


def longest_writable(chunks: list[str], *, any_case: bool) -> str:
    """Return the longest text to look for that is part of one of `chunks`; empty for none.

    With `any_case` it has no letters that have a case: whether the service regards it is not known.
    """
    parts = [part.strip() for chunk in chunks for part in _UNWRITABLE.split(chunk)]
    if any_case:
        parts = [word.strip() for part in parts for word in _caseless_words(part)]
    return max((part[:MAX_VALUE].strip() for part in parts), key=len, default="")


def _caseless_words(text: str) -> list[str]:
    return "".join(sign if caseless_sign(sign) else "\n" for sign in text).split("\n")


def _can_be_named(field: Field) -> bool:
    """Whether the service finds the same names as we do: both fold ASCII, of other letters it is not known."""
    name = field.name
    if name.lower().endswith(_MEMBER.get(field.kind, ())) or name != name.strip() or _UNWRITABLE.search(name):
        return False
    return all(sign.isascii() or caseless_sign(sign) for sign in name)
